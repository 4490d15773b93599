//! OpenAPI Overlay 1.0: actions on a spec. One that does nothing is an error.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use serde_json_path::JsonPath;

use crate::document::{self, join};
use crate::error::Diagnostic;
use crate::subset::Source;

/// The key of the texts of an enum's values.
const VALUES: &str = "x-enum-descriptions";

/// An overlay document, read and checked.
pub(crate) struct Overlay<'a> {
    name: &'a str,
    /// The API version it was written for. An older spec need not have all that it speaks of.
    version: String,
    actions: Vec<(JsonPath, Action)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    overlay: String,
    info: Info,
    actions: Vec<Action>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Info {
    #[serde(rename = "title")]
    _title: String,
    version: String,
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
            match document::path(&action.target, format!("/actions/{index}/target")) {
                Ok(path) => actions.push((path, action)),
                Err(error) => wrong(error.pointer, error.message, &error.help),
            }
        }
        Some(Self {
            name: source.name,
            version: document.info.version,
            actions,
        })
    }

    /// Applies the actions to `spec` in their order.
    pub(crate) fn apply(&self, spec: &mut Value, found: &mut Vec<Diagnostic>) {
        let version = spec.pointer("/info/version").and_then(Value::as_str);
        let is_older = version.is_some_and(|version| *version < *self.version);
        let mut ahead = Vec::new();
        let found = if is_older { &mut ahead } else { found };
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
            let mut merge = Merge::default();
            for target in &targets {
                if let Some(target) = spec.pointer_mut(target) {
                    merge.value(target, update, &join(&pointer, "update"));
                }
            }
            // Of what a wildcard matches, one may have what another has not.
            let missed = merge
                .missed
                .into_iter()
                .filter(|(_, times)| *times == targets.len());
            found.extend(missed.map(|((pointer, what), _)| {
                Diagnostic::new(pointer, what, "remove it, or correct the name").in_file(self.name)
            }));
        }
    }
}

/// Merges an update into its targets.
#[derive(Default)]
struct Merge {
    /// What was not there to be documented (the place in the overlay, and what is wrong), and in
    /// how many targets.
    missed: BTreeMap<(String, String), usize>,
}

impl Merge {
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
        for (key, value) in update {
            let pointer = join(pointer, key);
            if let (VALUES, Value::Object(texts)) = (key.as_str(), value) {
                self.values(target, texts, &pointer);
                continue;
            }
            match target.get_mut(key) {
                Some(existing) => self.value(existing, value, &pointer),
                None if adds_only_words(key, &pointer, value) => {
                    self.miss(
                        pointer,
                        format!("documents `{key}`, which the target does not have"),
                    );
                }
                None => _ = target.insert(key.clone(), value.clone()),
            }
        }
    }

    /// Adds those of `texts` that are about values of the enum `target`.
    fn values(
        &mut self,
        target: &mut Map<String, Value>,
        texts: &Map<String, Value>,
        pointer: &str,
    ) {
        let values = target
            .get("enum")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let (known, unknown): (Vec<_>, Vec<_>) = texts
            .iter()
            .partition(|(text, _)| values.iter().any(|value| value == *text));
        for (text, _) in unknown {
            let what = format!("documents `{text}`, which is not a value of the enum");
            self.miss(join(pointer, text), what);
        }
        if known.is_empty() {
            return;
        }
        let known = known
            .into_iter()
            .map(|(text, words)| (text.clone(), words.clone()));
        match target.entry(VALUES).or_insert_with(|| json!({})) {
            Value::Object(texts) => texts.extend(known),
            other => *other = Value::Object(known.collect()),
        }
    }

    fn miss(&mut self, pointer: String, what: String) {
        *self.missed.entry((pointer, what)).or_default() += 1;
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
