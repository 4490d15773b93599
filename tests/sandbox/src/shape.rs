//! Makes objects in the format of the spec.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use crate::spec::{Additional, SPEC, Schema};

static ANYTHING: LazyLock<Schema> = LazyLock::new(Schema::default);

/// Returns an object of a schema with these fields. Fields that the schema does not have are
/// dropped; other fields of the schema are added, empty.
pub(crate) fn object(schema: &str, fields: &Value) -> Value {
    let schema = SPEC.schema(schema);
    let shaped = schema.and_then(|schema| of(schema, Some(fields)));
    shaped.unwrap_or_else(|| fields.clone())
}

/// Converts a value to the format of a schema; `None` if it does not fit. Without a value,
/// returns an empty one.
pub(crate) fn of(schema: &Schema, value: Option<&Value>) -> Option<Value> {
    // An empty string in a request is null in a response.
    let value = value.filter(|value| !value.is_null() && **value != "");
    if schema.nullable && value.is_none() {
        return Some(Value::Null);
    }
    if let Some(referred) = SPEC.referred(schema) {
        return of(referred, value);
    }
    if !schema.any_of.is_empty() {
        return schema.any_of.iter().find_map(|schema| of(schema, value));
    }
    match schema.r#type.as_deref() {
        Some("object") => an_object(schema, value),
        Some("array") => {
            let items = match value {
                None => return Some(json!([])),
                Some(value) => value.as_array()?.iter(),
            };
            let shaped = items.filter_map(|item| match &schema.items {
                Some(schema) => of(schema, Some(item)),
                None => Some(item.clone()),
            });
            Some(shaped.collect())
        }
        Some("integer") => match value {
            None => Some(json!(0)),
            // In an operation outside of the spec it is a string.
            Some(value) => {
                let parsed = || value.as_str()?.parse().ok();
                value.as_i64().or_else(parsed).map(Value::from)
            }
        },
        Some("number") => match value {
            None => Some(json!(0)),
            Some(value) => value.is_number().then(|| value.clone()),
        },
        Some("boolean") => match value {
            None => Some(json!(false)),
            Some(value) if *value == "true" => Some(json!(true)),
            Some(value) if *value == "false" => Some(json!(false)),
            Some(value) => value.is_boolean().then(|| value.clone()),
        },
        Some(_) => match (value, schema.values.first()) {
            (None, first) => Some(first.cloned().unwrap_or_else(|| json!(""))),
            (Some(value), None) => value.is_string().then(|| value.clone()),
            (Some(value), Some(_)) => schema.values.contains(value).then(|| value.clone()),
        },
        None => Some(value.cloned().unwrap_or_default()),
    }
}

fn an_object(schema: &Schema, value: Option<&Value>) -> Option<Value> {
    let given = match value {
        Some(value) => Some(value.as_object()?),
        None => None,
    };
    let given = |name: &str| given.and_then(|fields| fields.get(name));
    let mut object = Map::new();
    for (name, schema) in &schema.properties {
        let given = given(name);
        if given.is_some() || schema.nullable {
            object.extend(of(schema, given).map(|shaped| (name.clone(), shaped)));
        }
    }
    for name in &schema.required {
        if !object.contains_key(name) {
            let schema = schema.properties.get(name)?;
            object.insert(name.clone(), of(schema, None)?);
        }
    }
    let open = match &schema.additional {
        Some(Additional::Schema(schema)) => Some(&**schema),
        Some(Additional::Allowed(true)) => Some(&*ANYTHING),
        // A schema without properties accepts any JSON.
        None if schema.properties.is_empty() => Some(&*ANYTHING),
        _ => None,
    };
    let rest = value.and_then(Value::as_object).into_iter().flatten();
    for (name, value) in rest.filter(|(name, _)| !schema.properties.contains_key(*name)) {
        if let Some(shaped) = open.and_then(|schema| of(schema, Some(value))) {
            object.insert(name.clone(), shaped);
        }
    }
    Some(Value::Object(object))
}

/// Applies the parameters that a schema has as fields, except for some.
pub(crate) fn change(schema: &str, object: &mut Value, params: &Value, but: &[&str]) {
    let Some(schema) = SPEC.schema(schema) else {
        return;
    };
    for (name, value) in params.as_object().into_iter().flatten() {
        let Some(property) = schema.properties.get(name) else {
            continue;
        };
        if but.contains(&name.as_str()) || FIXED.contains(&name.as_str()) {
            continue;
        }
        let merged = merge(object.get(name), value);
        if let Some(shaped) = of(property, Some(&merged)) {
            object[name] = shaped;
        }
    }
}

/// Fields that parameters never change. Metadata is merged elsewhere.
const FIXED: [&str; 6] = ["created", "id", "livemode", "metadata", "object", "status"];

/// Merges objects: fields that are not sent stay the same.
fn merge(before: Option<&Value>, change: &Value) -> Value {
    match (before, change) {
        (Some(Value::Object(before)), Value::Object(change)) => {
            let mut merged = before.clone();
            for (name, value) in change {
                let value = merge(before.get(name), value);
                merged.insert(name.clone(), value);
            }
            Value::Object(merged)
        }
        _ => change.clone(),
    }
}
