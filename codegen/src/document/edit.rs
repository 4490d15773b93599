//! Finds places by JSONPath, and removes them.

use std::cmp::Ordering;

use serde_json::{Map, Value};
use serde_json_path::JsonPath;

use crate::error::Diagnostic;

/// The deepest nesting of brackets in a JSONPath. The JSONPath parser is recursive, so this
/// limits its use of the stack.
const DEEPEST_PATH: usize = 16;

/// Parses the JSONPath `target`. `pointer` is its place in the document, for the diagnostic.
pub(crate) fn path(target: &str, pointer: String) -> Result<JsonPath, Diagnostic> {
    if nesting(target) > DEEPEST_PATH {
        let what = format!("brackets within brackets, more than {DEEPEST_PATH} deep");
        return Err(Diagnostic::new(pointer, what, "write a simpler JSONPath"));
    }
    // `match` and `search` need a library for regular expressions, which takes long to compile.
    let help = "write RFC 9535 JSONPath without `match()` and `search()`: compare with `==`";
    JsonPath::parse(target).map_err(|error| {
        let what = format!("`{target}` is not a valid JSONPath: {error}");
        Diagnostic::new(pointer, what, help)
    })
}

fn nesting(path: &str) -> usize {
    let mut deepest = 0;
    let mut open = 0_usize;
    for character in path.chars() {
        match character {
            '(' | '[' => open += 1,
            ')' | ']' => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

/// Returns pointers to everything that `path` matches in `root`, each once, in document order.
pub(crate) fn locate(root: &Value, path: &JsonPath) -> Vec<String> {
    let nodes = path.query_located(root);
    let mut places: Vec<_> = nodes.locations().collect();
    // Two steps from one place are of the same kind: both names, or both indices.
    places.sort_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
    places.dedup();
    places.iter().map(|at| at.to_json_pointer()).collect()
}

/// Removes the places `pointers`, which [`locate`] found, from `root`.
pub(crate) fn remove_all(root: &mut Value, pointers: &[String]) {
    // Goes from the end, so that the indices of the places that remain stay valid.
    for pointer in pointers.iter().rev() {
        remove(root, pointer);
    }
}

/// Removes the place at `pointer`. For a property, also removes its name from the schema's
/// `required` list.
fn remove(root: &mut Value, pointer: &str) {
    let Some((parent, key)) = pointer.rsplit_once('/') else {
        return;
    };
    let key = key.replace("~1", "/").replace("~0", "~");
    match root.pointer_mut(parent) {
        Some(Value::Object(map)) => {
            map.remove(&key);
        }
        Some(Value::Array(items)) => {
            if let Ok(index) = key.parse::<usize>()
                && index < items.len()
            {
                items.remove(index);
            }
        }
        _ => {}
    }
    if let Some(schema) = parent.strip_suffix("/properties")
        && let Some(Value::Object(schema)) = root.pointer_mut(schema)
    {
        not_required(schema, &key);
    }
}

/// Removes `name` from the `required` list of `schema`.
pub(crate) fn not_required(schema: &mut Map<String, Value>, name: &str) {
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.retain(|entry| entry != name);
        if required.is_empty() {
            schema.remove("required");
        }
    }
}
