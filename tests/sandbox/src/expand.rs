//! Implements `expand`: replaces ids by objects.

use serde_json::Value;

use crate::error::ApiError;
use crate::spec::{SPEC, Schema};
use crate::state::State;

const MAX_DEPTH: usize = 4;

/// Fields that are only present if they are expanded.
const ONLY_EXPANDED: [(&str, &str); 3] = [
    ("checkout.session", "line_items"),
    ("invoice", "confirmation_secret"),
    ("invoice", "payments"),
];

/// Refuses paths that can't be expanded. For an operation outside of the spec there is no schema,
/// and all paths are accepted.
pub(crate) fn check(paths: &[&str], schema: Option<&Schema>) -> Result<(), ApiError> {
    for path in paths {
        let refused = |why: String| Err(ApiError::invalid(why).param("expand"));
        let fields: Vec<_> = path.split('.').collect();
        if fields.len() > MAX_DEPTH {
            return refused(format!(
                "You cannot expand more than {MAX_DEPTH} levels of a property ({path})."
            ));
        }
        if schema.is_some_and(|schema| !is_expandable(schema, &fields)) {
            return refused(format!("This property cannot be expanded ({path})."));
        }
    }
    Ok(())
}

/// Replaces the ids at these paths, and removes fields that are only present if they are
/// expanded.
pub(crate) fn expand(state: &State, answer: &mut Value, paths: &[&str]) {
    let paths: Vec<Vec<_>> = paths.iter().map(|path| path.split('.').collect()).collect();
    for fields in &paths {
        replace(state, answer, fields);
    }
    let paths: Vec<_> = paths.iter().map(Vec::as_slice).collect();
    strip(answer, &paths);
}

/// Removes fields that are only present if they are expanded, as in events.
pub(crate) fn strip(value: &mut Value, wanted: &[&[&str]]) {
    match value {
        Value::Array(items) => {
            for item in items {
                strip(item, wanted);
            }
        }
        Value::Object(object) => {
            let kind = object
                .get("object")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let hidden: Vec<_> = ONLY_EXPANDED
                .iter()
                .filter(|(of, field)| {
                    *of == kind && !wanted.iter().any(|path| path.first() == Some(field))
                })
                .map(|(_, field)| *field)
                .collect();
            for field in hidden {
                object.remove(field);
            }
            for (name, value) in object {
                let within: Vec<_> = wanted
                    .iter()
                    .filter_map(|path| path.split_first())
                    .filter(|(first, _)| *first == name)
                    .map(|(_, rest)| rest)
                    .collect();
                strip(value, &within);
            }
        }
        _ => {}
    }
}

/// Returns whether a path through a schema leads to a field with an id or an object.
fn is_expandable(schema: &Schema, fields: &[&str]) -> bool {
    let Some((field, rest)) = fields.split_first() else {
        return schema.expansion.is_some();
    };
    SPEC.variants(schema).into_iter().any(|variant| {
        let property = variant.properties.get(*field);
        let kind = variant
            .properties
            .get("object")
            .and_then(|schema| schema.values.first()?.as_str());
        let only_expanded = ONLY_EXPANDED
            .iter()
            .any(|(of, name)| Some(*of) == kind && name == field);
        if only_expanded && rest.is_empty() {
            return true;
        }
        property.is_some_and(|property| match property.items.as_deref() {
            Some(items) => is_expandable(items, rest),
            None => is_expandable(property, rest),
        })
    })
}

fn replace(state: &State, value: &mut Value, fields: &[&str]) {
    match (value, fields) {
        (Value::Array(items), _) => {
            for item in items {
                replace(state, item, fields);
            }
        }
        (Value::Object(object), [field, rest @ ..]) => {
            let Some(value) = object.get_mut(*field) else {
                return;
            };
            if let Some(expanded) = value.as_str().and_then(|id| state.object(id)) {
                *value = expanded;
            }
            replace(state, value, rest);
        }
        _ => {}
    }
}
