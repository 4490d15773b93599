//! OpenAPI Overlay 1.0: actions on a spec. One that does nothing is an error.

use serde::Deserialize;
use serde_json::{Map, Value};
use serde_json_path::JsonPath;

use crate::document::{self, join};
use crate::error::Diagnostic;
use crate::subset::Source;

/// An overlay document, read and checked.
pub(crate) struct Overlay<'a> {
    name: &'a str,
    actions: Vec<(JsonPath, Action)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    overlay: String,
    #[serde(rename = "info")]
    _info: Info,
    actions: Vec<Action>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Info {
    #[serde(rename = "title")]
    _title: String,
    #[serde(rename = "version")]
    _version: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Action {
    target: String,
    #[serde(rename = "description")]
    _description: Option<String>,
    update: Option<Value>,
    #[serde(default)]
    remove: bool,
}

impl<'a> Overlay<'a> {
    /// Reads `source`; what can't be read goes to `found`.
    pub(crate) fn parse(source: Source<'a>, found: &mut Vec<Diagnostic>) -> Option<Self> {
        let mut wrong = |pointer: String, what: String, help: &str| {
            found.push(Diagnostic::new(pointer, what, help).in_file(source.name));
        };
        let document: Document = match serde_yaml::from_str(source.text) {
            Ok(document) => document,
            Err(error) => {
                wrong(
                    String::new(),
                    error.to_string(),
                    "write an OpenAPI Overlay 1.0 document",
                );
                return None;
            }
        };
        if document.overlay != "1.0.0" {
            let what = format!("version {} of the overlay format", document.overlay);
            wrong("/overlay".to_owned(), what, "only 1.0.0 is read");
        }
        let mut actions = Vec::new();
        for (index, action) in document.actions.into_iter().enumerate() {
            if action.update.is_some() == action.remove {
                let what = "neither an update nor a removal, or both".to_owned();
                wrong(
                    format!("/actions/{index}"),
                    what,
                    "give it an `update` or `remove: true`",
                );
            }
            match JsonPath::parse(&action.target) {
                Ok(path) => actions.push((path, action)),
                Err(error) => wrong(
                    format!("/actions/{index}/target"),
                    error.to_string(),
                    "write RFC 9535 JSONPath",
                ),
            }
        }
        Some(Self {
            name: source.name,
            actions,
        })
    }

    /// Applies the actions to `spec` in their order.
    pub(crate) fn apply(&self, spec: &mut Value, found: &mut Vec<Diagnostic>) {
        for (index, (path, action)) in self.actions.iter().enumerate() {
            let pointer = format!("/actions/{index}");
            let targets = document::locate(spec, path);
            if targets.is_empty() {
                found.push(
                    Diagnostic::new(
                        join(&pointer, "target"),
                        format!("`{}` matches nothing", action.target),
                        "remove the action, or correct its target",
                    )
                    .in_file(self.name),
                );
            }
            if action.remove {
                document::remove_all(spec, path);
            }
            let Some(update) = &action.update else {
                continue;
            };
            let mut merge = Merge {
                file: self.name,
                found,
            };
            for target in targets {
                if let Some(target) = spec.pointer_mut(&target) {
                    merge.value(target, update, &join(&pointer, "update"));
                }
            }
        }
    }
}

struct Merge<'a> {
    file: &'a str,
    found: &'a mut Vec<Diagnostic>,
}

impl Merge<'_> {
    fn value(&mut self, target: &mut Value, update: &Value, pointer: &str) {
        match (target, update) {
            (Value::Object(target), Value::Object(update)) => self.object(target, update, pointer),
            (Value::Array(target), Value::Array(update)) => target.extend(update.iter().cloned()),
            (Value::Array(target), update) => target.push(update.clone()),
            (target, update) => *target = update.clone(),
        }
    }

    fn object(
        &mut self,
        target: &mut Map<String, Value>,
        update: &Map<String, Value>,
        pointer: &str,
    ) {
        self.check_values(target, update, pointer);
        for (key, value) in update {
            let pointer = join(pointer, key);
            match target.get_mut(key) {
                Some(existing) => self.value(existing, value, &pointer),
                None if adds_only_words(key, &pointer, value) => self.wrong(
                    pointer,
                    format!("documents `{key}`, which the target does not have"),
                ),
                None => _ = target.insert(key.clone(), value.clone()),
            }
        }
    }

    /// Texts of enum values that the enum does not have.
    fn check_values(
        &mut self,
        target: &Map<String, Value>,
        update: &Map<String, Value>,
        pointer: &str,
    ) {
        let Some(Value::Object(texts)) = update.get("x-enum-descriptions") else {
            return;
        };
        let values = target
            .get("enum")
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        for text in texts
            .keys()
            .filter(|text| !values.iter().any(|value| value == *text))
        {
            self.wrong(
                join(&join(pointer, "x-enum-descriptions"), text),
                format!("documents `{text}`, which is not a value of the enum"),
            );
        }
    }

    fn wrong(&mut self, pointer: String, what: String) {
        let help = "remove it, or correct the name";
        self.found
            .push(Diagnostic::new(pointer, what, help).in_file(self.file));
    }
}

/// Whether adding `value` would make a schema out of mere documentation: the sign of a field that
/// is gone. What is really added says its type.
fn adds_only_words(key: &str, pointer: &str, value: &Value) -> bool {
    let below = |name: &str| pointer.rsplit('/').nth(1) == Some(name);
    let holds_schemas = [
        "properties",
        "items",
        "additionalProperties",
        "anyOf",
        "schema",
        "content",
    ];
    (below("properties") || holds_schemas.contains(&key)) && !says_type(value)
}

fn says_type(value: &Value) -> bool {
    match value {
        Value::Object(map) => {
            ["type", "$ref", "anyOf"]
                .iter()
                .any(|key| map.contains_key(*key))
                || map.values().any(says_type)
        }
        Value::Array(items) => items.iter().any(says_type),
        _ => false,
    }
}
