//! Merges an update into its targets.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::document::{self, Object, Others, Shape, is_openapi_key, join, nearest, steps};
use crate::error::{Diagnostic, Fix};

/// The key of the descriptions of an enum's values.
pub(super) const VALUES: &str = "x-enum-descriptions";

/// The extensions that an overlay can use to instruct the generator, with the form of their
/// values.
const OWN: &[(&str, Shape)] = &[
    (VALUES, Shape::Map(&Shape::Text)),
    ("x-at-most-one", Shape::List(&Shape::List(&Shape::Text))),
    ("x-id-of", Shape::Text),
    ("x-list-filters", Shape::Map(&Shape::Text)),
    ("x-object", Shape::Object(&CARRIED)),
    (SENSITIVE, Shape::Flag),
];

/// The object of an event that differs from its schema.
static CARRIED: Object = Object {
    what: "the object of an event",
    required: &["description", "missing"],
    keys: &[
        ("description", Shape::Text),
        ("missing", Shape::List(&Shape::Text)),
    ],
    others: Others::Wrong,
    rule: None,
    by_reference: false,
};

const SENSITIVE: &str = "x-sensitive";

/// Maps with arbitrary keys.
const NAMED: &[&str] = &[
    "properties",
    "paths",
    "schemas",
    "parameters",
    "requestBodies",
    "responses",
    "headers",
    "content",
    "securitySchemes",
    "mapping",
    "x-events",
    "x-list-filters",
    VALUES,
];

/// Keys whose values are data: nothing below them is checked.
const DATA: &[&str] = &["default", "example", "examples", "enum"];

pub(super) struct Merge<'a> {
    /// The extensions of the upstream spec, which an update may change.
    extensions: &'a BTreeSet<String>,
    targets: usize,
    /// Whether typing errors are corrected. With several targets they are not, as another target
    /// may have the place.
    corrects: bool,
    /// Documented places that do not exist, with the number of targets in which each is missing.
    missed: BTreeMap<Diagnostic, usize>,
    wrong: Vec<Diagnostic>,
}

impl<'a> Merge<'a> {
    pub(super) fn new(extensions: &'a BTreeSet<String>, targets: usize, corrects: bool) -> Self {
        Self {
            extensions,
            targets,
            corrects: corrects && targets == 1,
            missed: BTreeMap::new(),
            wrong: Vec::new(),
        }
    }

    /// Returns the meaningless parts of the update, and the places that do not exist.
    pub(super) fn finish(mut self) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
        self.wrong.sort();
        self.wrong.dedup();
        // With a wildcard, a place is only missing if no target has it.
        let in_all = self
            .missed
            .into_iter()
            .filter(|(_, times)| *times == self.targets);
        let missed = in_all.map(|(missed, _)| missed);
        (self.wrong, missed.collect())
    }

    /// Merges `update`, at `pointer` in the overlay, into `target`, at `at` in the spec.
    pub(super) fn value(&mut self, target: &mut Value, update: &Value, at: &str, pointer: &str) {
        match (target, update) {
            (Value::Object(target), Value::Object(update)) => {
                self.object(target, update, at, pointer);
            }
            (Value::Array(target), Value::Array(update)) => target.extend(update.iter().cloned()),
            (Value::Array(target), update) => target.push(update.clone()),
            (target, update) => *target = update.clone(),
        }
    }

    fn object(
        &mut self,
        target: &mut Map<String, Value>,
        update: &Map<String, Value>,
        at: &str,
        pointer: &str,
    ) {
        let is_named = is_named(at);
        for (key, value) in update {
            let pointer = join(pointer, key);
            let key = if is_named {
                key
            } else {
                self.meant(target, key, &pointer)
            };
            if is_named {
                self.member(target, key, value, at, &pointer);
            } else if let (VALUES, Value::Object(texts)) = (key, value) {
                self.own(key, value, at, &pointer);
                self.values(target, texts, &pointer);
            } else if DATA.contains(&key) || key.starts_with("x-") {
                self.own(key, value, at, &pointer);
                target.insert(key.to_owned(), value.clone());
            } else {
                self.member(target, key, value, at, &pointer);
            }
        }
    }

    /// Returns the key of OpenAPI that `key` was meant to be.
    fn meant<'k>(&mut self, target: &Map<String, Value>, key: &'k str, pointer: &str) -> &'k str {
        let is_known = if key.starts_with("x-") {
            OWN.iter().any(|(own, _)| *own == key) || self.extensions.contains(key)
        } else {
            target.contains_key(key) || is_openapi_key(key)
        };
        if is_known {
            return key;
        }
        let own = OWN.iter().map(|(own, _)| *own);
        let near = nearest(key, own).or_else(|| document::nearest_openapi_key(key));
        let what = format!("`{key}` is not a key of OpenAPI or of the generator");
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                let own: Vec<_> = OWN.iter().map(|(own, _)| *own).collect();
                format!("remove it; an overlay's own keys are {}", own.join(", "))
            }
        };
        self.wrong.push(Diagnostic::new(pointer, what, help));
        near.unwrap_or(key)
    }

    /// Checks the value and the place of one of the generator's extensions.
    fn own(&mut self, key: &str, value: &Value, at: &str, pointer: &str) {
        if let Some((_, shape)) = OWN.iter().find(|(own, _)| *own == key) {
            document::check(value, shape, pointer, &mut self.wrong);
        }
        if key == SENSITIVE && !can_be_sensitive(at) {
            let what = format!("`{SENSITIVE}` does nothing here");
            let help = "mark the whole property or parameter";
            self.wrong.push(Diagnostic::new(pointer, what, help));
        }
    }

    fn member(
        &mut self,
        target: &mut Map<String, Value>,
        key: &str,
        value: &Value,
        at: &str,
        pointer: &str,
    ) {
        let at = join(at, key);
        if let Some(existing) = target.get_mut(key) {
            self.value(existing, value, &at, pointer);
            return;
        }
        if adds_only_words(key, &at, value) {
            let what = format!("documents `{key}`, which the target does not have");
            let near = nearest(key, target.keys().map(String::as_str)).map(str::to_owned);
            self.miss(pointer, what, near.as_deref());
            if let Some(near) = near.filter(|_| self.corrects)
                && let Some(existing) = target.get_mut(&near)
            {
                self.value(existing, value, &at, pointer);
            }
            return;
        }
        let mut added = match value {
            Value::Object(_) => json!({}),
            other => other.clone(),
        };
        if let (Value::Object(added), Value::Object(value)) = (&mut added, value) {
            self.object(added, value, &at, pointer);
        }
        target.insert(key.to_owned(), added);
    }

    /// Adds the texts about values of the enum `target`.
    fn values(
        &mut self,
        target: &mut Map<String, Value>,
        texts: &Map<String, Value>,
        pointer: &str,
    ) {
        let values = target.get("enum").and_then(Value::as_array);
        let values: Vec<String> = values
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        let mut known = Map::new();
        for (value, text) in texts {
            if values.contains(value) {
                known.insert(value.clone(), text.clone());
                continue;
            }
            let what = format!("documents `{value}`, which is not a value of the enum");
            let undocumented = values.iter().filter(|value| !texts.contains_key(*value));
            let near = nearest(value, undocumented.map(String::as_str)).map(str::to_owned);
            self.miss(&join(pointer, value), what, near.as_deref());
            if let Some(near) = near.filter(|_| self.corrects) {
                known.insert(near, text.clone());
            }
        }
        if known.is_empty() {
            return;
        }
        match target.entry(VALUES).or_insert_with(|| json!({})) {
            Value::Object(texts) => texts.extend(known),
            other => *other = Value::Object(known),
        }
    }

    fn miss(&mut self, pointer: &str, what: String, near: Option<&str>) {
        let (help, fix) = match near {
            Some(near) => (format!("did you mean `{near}`?"), Fix::None),
            None => ("remove it, or correct the name".to_owned(), Fix::Remove),
        };
        let miss = Diagnostic::new(pointer, what, help).with(fix);
        *self.missed.entry(miss).or_default() += 1;
    }
}

/// Returns whether the map at `pointer` has arbitrary keys.
fn is_named(pointer: &str) -> bool {
    let mut named = false;
    for step in steps(pointer) {
        // A property can be named `properties`.
        named = !named && NAMED.contains(&&*step);
    }
    named
}

/// Returns whether `pointer` is a property, a parameter, or the schema of a parameter.
fn can_be_sensitive(pointer: &str) -> bool {
    let steps = steps(pointer);
    let below = |from_end: usize, name: &str| {
        steps
            .len()
            .checked_sub(from_end)
            .is_some_and(|at| steps[at] == name)
    };
    let is_property = below(2, "properties") && !is_named(pointer);
    is_property || below(2, "parameters") || below(1, "schema") && below(3, "parameters")
}

/// Returns whether adding `value` would create a schema that has only documentation. This happens
/// when the documented field no longer exists; an update that really adds a field has a type.
fn adds_only_words(key: &str, at: &str, value: &Value) -> bool {
    let holds_schemas = [
        "properties",
        "items",
        "additionalProperties",
        "anyOf",
        "schema",
        "content",
    ];
    let holder = at.rsplit('/').nth(1).unwrap_or_default();
    let is_member = ["properties", "x-events", "schemas", "paths"].contains(&holder);
    let could_be_schema = value.is_object() || value.is_array();
    (is_member || could_be_schema && holds_schemas.contains(&key)) && !says_type(value)
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
