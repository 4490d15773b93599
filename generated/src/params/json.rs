//! Writes JSON bodies, for v2 operations.

use serde::{Serialize, Serializer};

use super::{Kind, Params, Value};

/// Encodes parameters as a JSON object. A cleared parameter is null.
pub(crate) fn json(params: &Params) -> Vec<u8> {
    // Can't fail: keys are strings, and the writer is memory.
    serde_json::to_vec(&Json(params)).unwrap_or_default()
}

/// Writes `T` with its sensitive values. Private, so that only request bodies show them.
struct Json<'a, T>(&'a T);

impl Serialize for Json<'_, Params> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.0.iter().map(|(name, value)| (name, Json(value))))
    }
}

impl Serialize for Json<'_, Value> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0.0 {
            Kind::Bool(value) => serializer.serialize_bool(*value),
            Kind::Integer(value) => serializer.serialize_i64(*value),
            Kind::Number(value) => serializer.serialize_f64(*value),
            Kind::Text(text) => serializer.serialize_str(text.as_str()),
            Kind::Sensitive(text) => serializer.serialize_str(text),
            Kind::Clear => serializer.serialize_unit(),
            Kind::List(items) => serializer.collect_seq(items.iter().map(Json)),
            Kind::Object(params) => Json(params).serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_what_it_was_made_from() {
        let value = serde_json::json!({
            "text": "a\"b", "integer": -3, "number": 0.5, "bool": true, "null": null,
            "list": [1, "x", []], "object": {"inner": {}},
        });
        let params = Params::new()
            .with("value", value.clone())
            .with("key", Value::sensitive("s"));
        let written: serde_json::Value = serde_json::from_slice(&json(&params)).unwrap();
        assert_eq!(written, serde_json::json!({"value": value, "key": "s"}));
    }
}
