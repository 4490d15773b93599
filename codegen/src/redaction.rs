//! Finds places that `Debug` no longer hides in a new spec. This needs the decision of a person.

use serde_json::Value;

use crate::document::{self, join};
use crate::error::Diagnostic;

const SENSITIVE: &str = "x-sensitive";

/// Returns the places that are sensitive in the spec `old`, and exist in `new` without an
/// explicit `x-sensitive`. A person decides with `x-sensitive: false`.
#[must_use]
pub fn exposed(old: &str, new: &str) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    // Other phases report a spec that can't be read.
    if let (Ok(old), Ok(new)) = (document::read(old), document::read(new)) {
        compare(&old, &new, "", &mut found);
    }
    found
}

fn compare(old: &Value, new: &Value, at: &str, found: &mut Vec<Diagnostic>) {
    if mark(old) == Some(true) && mark(new).is_none() {
        let what = "`Debug` and logs would show this value, which they hide today";
        let help = "set `x-sensitive: true` in an overlay; or set `x-sensitive: false`, if a person has \
                    decided that logs may show it";
        found.push(Diagnostic::new(at, what, help));
    }
    below(old, new, at, found);
}

fn below(old: &Value, new: &Value, at: &str, found: &mut Vec<Diagnostic>) {
    match (old, new) {
        (Value::Object(map), Value::Object(new)) => {
            for (key, value) in map {
                let Some(new) = new.get(key) else { continue };
                let at = join(at, key);
                // A mark on a parameter's schema is a mark on the parameter.
                if key == "schema" && is_parameter(old) {
                    below(value, new, &at, found);
                } else {
                    compare(value, new, &at, found);
                }
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            for (index, old) in old.iter().enumerate() {
                // Parameters and alternatives of a union may have moved in their lists.
                let same = new
                    .iter()
                    .position(|new| name(new).is_some() && name(new) == name(old));
                let index = same.unwrap_or(index);
                if let Some(new) = new.get(index) {
                    compare(old, new, &join(at, index), found);
                }
            }
        }
        _ => {}
    }
}

fn is_parameter(node: &Value) -> bool {
    node.get("in").is_some_and(Value::is_string) && node.get("name").is_some_and(Value::is_string)
}

/// Returns the mark of a property or parameter, which may be on the parameter's schema.
fn mark(node: &Value) -> Option<bool> {
    let own = node.get(SENSITIVE).and_then(Value::as_bool);
    let schema = node.get("schema").filter(|_| is_parameter(node));
    own.or_else(|| schema?.get(SENSITIVE)?.as_bool())
}

/// Returns the properties that identify an item in a list.
fn name(item: &Value) -> Option<(Option<&str>, Option<&str>)> {
    let text = |key| item.get(key).and_then(Value::as_str);
    let name = text("name").or(text("$ref")).or(text("title"));
    name.map(|name| (Some(name), text("in")))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::exposed;

    fn spec(name: Value, parameters: Value, body: Value) -> String {
        json!({
            "components": {"schemas": {"pet": {"properties": {"name": name}}}},
            "paths": {"/v1/pets": {"post": {
                "parameters": parameters,
                "requestBody": {"content": {"form": {"schema": {"properties": {"owner": body}}}}},
            }}},
        })
        .to_string()
    }

    #[test]
    fn who_stops_hiding_something_has_to_say_so() {
        let hidden = || json!({"type": "string", "x-sensitive": true});
        let shown = || json!({"type": "string"});
        let q = |schema: Value| json!({"name": "q", "in": "query", "schema": schema});
        let marked = json!({"name": "q", "in": "query", "x-sensitive": true, "schema": shown()});
        let limit = json!({"name": "limit", "in": "query", "schema": shown()});
        let old = spec(hidden(), json!([q(hidden())]), hidden());
        let places = |new: &str| -> Vec<String> {
            exposed(&old, new)
                .into_iter()
                .map(|wrong| wrong.pointer)
                .collect()
        };
        assert!(places(&old).is_empty());
        assert_eq!(
            places(&spec(shown(), json!([limit, q(shown())]), shown())),
            [
                "/components/schemas/pet/properties/name",
                "/paths/~1v1~1pets/post/parameters/1",
                "/paths/~1v1~1pets/post/requestBody/content/form/schema/properties/owner",
            ]
        );
        // A changed type or name keeps the mark.
        let union = json!({"anyOf": [{"type": "integer"}, {"type": "string"}]});
        assert_eq!(
            places(&spec(union, json!([q(hidden())]), hidden())).len(),
            1
        );
        // A place that is gone shows nothing, and an explicit mark is a decision.
        assert!(places("{}").is_empty());
        let said = json!({"type": "string", "x-sensitive": false});
        assert!(places(&spec(said.clone(), json!([q(said.clone())]), said)).is_empty());
        // The mark may be on the parameter or on its schema.
        let either = spec(hidden(), json!([limit, marked]), hidden());
        assert!(places(&either).is_empty());
    }
}
