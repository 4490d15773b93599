//! Walks over the schemas of an OpenAPI document.

use serde_json::Value;

use super::join;

/// The HTTP methods a path item can hold; its other keys are not operations.
pub(crate) const METHODS: &[&str] = &[
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// The direction of a schema: sent to Stripe, or received.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Request,
    Response,
}

/// Returns the schemas written in an operation: of its parameters, body and responses.
pub(crate) fn operation_schemas<'a>(
    operation: &'a mut Value,
    pointer: &str,
) -> Vec<(Side, String, &'a mut Value)> {
    let mut found = Vec::new();
    let Value::Object(operation) = operation else {
        return found;
    };
    for (key, value) in operation {
        let pointer = join(pointer, key);
        match (key.as_str(), value) {
            ("parameters", Value::Array(parameters)) => {
                for (index, parameter) in parameters.iter_mut().enumerate() {
                    if let Some(schema) = parameter.get_mut("schema") {
                        let pointer = join(&join(&pointer, index), "schema");
                        found.push((Side::Request, pointer, schema));
                    }
                }
            }
            ("requestBody", body) => content_schemas(body, &pointer, Side::Request, &mut found),
            ("responses", Value::Object(responses)) => {
                for (status, response) in responses {
                    let pointer = join(&pointer, status);
                    content_schemas(response, &pointer, Side::Response, &mut found);
                }
            }
            _ => {}
        }
    }
    found
}

fn content_schemas<'a>(
    holder: &'a mut Value,
    pointer: &str,
    side: Side,
    found: &mut Vec<(Side, String, &'a mut Value)>,
) {
    if let Some(Value::Object(content)) = holder.get_mut("content") {
        for (media_type, media) in content {
            if let Some(schema) = media.get_mut("schema") {
                let pointer = join(&join(&join(pointer, "content"), media_type), "schema");
                found.push((side, pointer, schema));
            }
        }
    }
}

/// Returns the schemas directly below `schema`, with the steps that lead to them.
pub(crate) fn children(schema: &mut Value) -> Vec<(Vec<String>, &mut Value)> {
    let mut found = Vec::new();
    let Value::Object(schema) = schema else {
        return found;
    };
    for (key, value) in schema {
        match (key.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                for (name, property) in properties {
                    found.push((vec![key.clone(), name.clone()], property));
                }
            }
            ("anyOf" | "oneOf" | "allOf", Value::Array(arms)) => {
                for (index, arm) in arms.iter_mut().enumerate() {
                    found.push((vec![key.clone(), index.to_string()], arm));
                }
            }
            ("items" | "additionalProperties" | "not", child @ Value::Object(_)) => {
                found.push((vec![key.clone()], child));
            }
            _ => {}
        }
    }
    found
}

/// Calls `visit` on `schema` and then on every schema below it, with their pointers. If `visit`
/// replaces a schema, the walk goes on with the new one.
pub(crate) fn walk(schema: &mut Value, pointer: &str, visit: &mut dyn FnMut(&mut Value, &str)) {
    visit(schema, pointer);
    for (steps, child) in children(schema) {
        let pointer = steps
            .iter()
            .fold(pointer.to_owned(), |at, step| join(&at, step));
        walk(child, &pointer, visit);
    }
}
