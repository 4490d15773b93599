//! Objects in the place of their ids, as `expand` asks.

use serde_json::Value;

use crate::error::ApiError;
use crate::spec::{SPEC, Schema};
use crate::state::State;

const MAX_DEPTH: usize = 4;

/// Refuses paths that cannot be expanded. Without a schema, as for an operation that is not in the
/// spec, all can be.
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

/// Replaces the ids at these paths of an answer.
pub(crate) fn expand(state: &State, answer: &mut Value, paths: &[&str]) {
    for path in paths {
        let fields: Vec<_> = path.split('.').collect();
        replace(state, answer, &fields);
    }
}

/// Follows a path through a schema, to a field that may hold an id or an object.
fn is_expandable(schema: &Schema, fields: &[&str]) -> bool {
    let Some((field, rest)) = fields.split_first() else {
        return schema.expansion.is_some();
    };
    SPEC.variants(schema).into_iter().any(|variant| {
        let property = variant.properties.get(*field);
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
