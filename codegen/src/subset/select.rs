//! Selects the operations and webhook events.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::glob;
use super::rules::{DEFAULT, Rules};
use crate::document::{METHODS, join, nearest};
use crate::error::{Diagnostic, Fix};

pub(super) struct Operation {
    pub(super) path: String,
    pub(super) method: &'static str,
    pub(super) feature: String,
    pub(super) value: Value,
}

impl Operation {
    pub(super) fn pointer(&self) -> String {
        format!("{}/{}", join("/paths", &self.path), self.method)
    }

    fn id(&self) -> Option<&str> {
        self.value.get("operationId")?.as_str()
    }
}

/// Returns the operations that `rules` name, by path and method.
pub(super) fn operations(
    rules: &Rules,
    spec: &Value,
    found: &mut Vec<Diagnostic>,
) -> Vec<Operation> {
    let mut all = Vec::new();
    for (path, item) in spec["paths"].as_object().into_iter().flatten() {
        for method in METHODS {
            if let Some(value) = item.get(method).filter(|value| value.is_object()) {
                all.push((path, method, value));
            }
        }
    }
    let mut selected: BTreeMap<(String, &'static str), Operation> = BTreeMap::new();
    for (feature, part) in &rules.features {
        for (index, pattern) in part.operations.iter().enumerate() {
            let pointer = format!("{}/operations/{index}", join("/features", feature));
            let mut any = false;
            for (path, method, value) in &all {
                let operation = Operation {
                    path: (*path).clone(),
                    method,
                    feature: feature.clone(),
                    value: (*value).clone(),
                };
                let matches = if pattern.starts_with('/') {
                    glob::matches(pattern, path)
                } else {
                    operation.id() == Some(pattern)
                };
                if !matches {
                    continue;
                }
                any = true;
                if let Some(twice) = selected.insert(((*path).clone(), method), operation) {
                    found.push(Diagnostic::new(
                        pointer.clone(),
                        format!(
                            "`{method} {path}` is already selected by `{}`",
                            twice.feature
                        ),
                        "select an operation once",
                    ));
                }
            }
            if any {
                continue;
            }
            let ids = all
                .iter()
                .filter_map(|(_, _, value)| value.get("operationId")?.as_str());
            let (what, near, help) = if pattern.starts_with('/') {
                (
                    format!("no path matches `{pattern}`"),
                    nearest(pattern, all.iter().map(|(path, ..)| path.as_str())),
                    "remove it, or correct the pattern; `**` also matches `/`",
                )
            } else {
                (
                    format!("there is no operation `{pattern}`"),
                    nearest(pattern, ids),
                    "remove it, or correct the id; a path starts with `/`",
                )
            };
            let fix = match near {
                Some(_) => Fix::None,
                None => Fix::Remove,
            };
            let help = near.map_or(help.to_owned(), |near| format!("did you mean `{near}`?"));
            found.push(Diagnostic::new(pointer, what, help).with(fix));
            // Goes on with the correction, so that later phases don't report the missing
            // operation as well.
            let meant = all.iter().filter(|(path, _, value)| {
                let id = value.get("operationId").and_then(Value::as_str);
                near.is_some() && (near == Some(path.as_str()) || near == id)
            });
            for (path, method, value) in meant {
                let key = ((*path).clone(), **method);
                selected.entry(key).or_insert_with(|| Operation {
                    path: (*path).clone(),
                    method,
                    feature: feature.clone(),
                    value: (*value).clone(),
                });
            }
        }
    }
    selected.into_values().collect()
}

/// Returns the webhook event types that `rules` name, as the value of `x-events`.
pub(super) fn events(rules: &Rules, spec: &Value, found: &mut Vec<Diagnostic>) -> Value {
    let help = "point to the enum of the webhook event types in the upstream spec";
    let Some(event_types) = &rules.event_types else {
        for (feature, part) in &rules.features {
            if !part.events.is_empty() {
                let pointer = format!("{}/events", join("/features", feature));
                let what = "events, where `event_types` does not say which there are";
                found.push(Diagnostic::new(pointer, what, help));
            }
        }
        return json!({});
    };
    let Some(Value::Array(types)) = spec.pointer(event_types).and_then(|at| at.get("enum")) else {
        let what = format!("there is no enum at `{event_types}`");
        found.push(Diagnostic::new("/event_types", what, help));
        return json!({});
    };
    let types: Vec<&str> = types.iter().filter_map(Value::as_str).collect();
    let mut selected = Map::new();
    for (feature, part) in &rules.features {
        for (index, pattern) in part.events.iter().enumerate() {
            let pointer = format!("{}/events/{index}", join("/features", feature));
            let mut any = false;
            for kind in types
                .iter()
                .filter(|kind| **kind != "*" && glob::matches(pattern, kind))
            {
                any = true;
                let event = if feature == DEFAULT {
                    json!({})
                } else {
                    json!({"x-feature": feature})
                };
                if selected.insert((*kind).to_owned(), event).is_some() {
                    found.push(Diagnostic::new(
                        pointer.clone(),
                        format!("the event `{kind}` is already selected"),
                        "select an event once",
                    ));
                }
            }
            if !any {
                found.push(Diagnostic::new(
                    pointer,
                    format!("no webhook event matches `{pattern}`"),
                    "remove it, or correct the pattern",
                ));
            }
        }
    }
    Value::Object(selected)
}
