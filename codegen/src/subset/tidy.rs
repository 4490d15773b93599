//! Removes what the generator does not use, and normalizes the rest.

use serde_json::{Map, Value, json};

use super::rules::Descriptions;
use super::select::Operation;
use crate::document::{operation_schemas, walk};

/// Extensions for Stripe's own tools.
const UNUSED: &[&str] = &[
    "x-expandableFields",
    "x-stripeBypassValidation",
    "externalDocs",
];

pub(super) fn operation(operation: &mut Operation, descriptions: Descriptions) {
    for (_, pointer, schema) in operation_schemas(&mut operation.value, "") {
        tidy_schema(schema, &pointer, descriptions);
    }
    let Value::Object(value) = &mut operation.value else {
        return;
    };
    for key in ["externalDocs", "tags"] {
        value.remove(key);
    }
    let is_empty_body = value
        .get("requestBody")
        .is_some_and(|body| !has_fields(body));
    if is_empty_body && matches!(operation.method, "get" | "delete") {
        value.remove("requestBody");
    }
    if let Some(Value::Object(content)) = value
        .get_mut("requestBody")
        .and_then(|b| b.get_mut("content"))
    {
        for media in content.values_mut().filter_map(Value::as_object_mut) {
            // Stripe encodes all forms the same way, so `encoding` is not used.
            media.remove("encoding");
        }
    }
    if let Some(Value::Object(responses)) = value.get_mut("responses") {
        // The runtime reads all error responses, so they are not needed here.
        if responses.len() > 1 {
            responses.remove("default");
        }
    }
    if descriptions == Descriptions::Drop {
        drop_prose(value);
    }
}

fn has_fields(body: &Value) -> bool {
    let media = body
        .get("content")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    media.map(|(_, media)| &media["schema"]).any(|schema| {
        let properties = schema.get("properties").and_then(Value::as_object);
        schema.get("$ref").is_some() || properties.is_some_and(|fields| !fields.is_empty())
    })
}

fn drop_prose(operation: &mut Map<String, Value>) {
    for key in ["summary", "description"] {
        operation.remove(key);
    }
    if let Some(Value::Array(parameters)) = operation.get_mut("parameters") {
        for parameter in parameters.iter_mut().filter_map(Value::as_object_mut) {
            parameter.remove("description");
        }
    }
    if let Some(Value::Object(body)) = operation.get_mut("requestBody") {
        body.remove("description");
    }
    if let Some(Value::Object(responses)) = operation.get_mut("responses") {
        for response in responses.values_mut().filter_map(Value::as_object_mut) {
            // OpenAPI requires a description.
            response.insert("description".to_owned(), json!("OK"));
        }
    }
}

pub(super) fn schema(schema: &mut Value, descriptions: Descriptions) {
    tidy_schema(schema, "", descriptions);
}

fn tidy_schema(schema: &mut Value, pointer: &str, descriptions: Descriptions) {
    walk(schema, pointer, &mut |schema, _| {
        let Value::Object(schema) = schema else {
            return;
        };
        for key in UNUSED {
            schema.remove(*key);
        }
        if descriptions == Descriptions::Drop || schema.get("description") == Some(&json!("")) {
            schema.remove("description");
        }
        if let Some(Value::Array(required)) = schema.get_mut("required") {
            required.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
        }
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            for property in properties
                .values_mut()
                .filter(|property| property.get("$ref").is_some())
            {
                // Keys next to a `$ref` are ignored, so the reference is wrapped to hold a
                // description.
                *property = json!({"anyOf": [property.take()]});
            }
        }
    });
}
