//! From a place in a spec whose references are resolved back to where that stands in the text.

use serde_json::Value;

use super::resolve::{LONGEST_CHAIN, local, not_overridden, reference};
use super::{join, steps};

/// The place in `original`, as it was read, of what is at `pointer` once references are resolved.
pub(crate) fn origin(original: &Value, pointer: &str) -> String {
    let mut at = String::new();
    let steps = steps(pointer);
    let mut rest = steps.iter();
    while let Some(step) = rest.next() {
        // A step that does not exist here is behind the reference.
        for _ in 0..LONGEST_CHAIN {
            let node = original.pointer(&at);
            let target = node
                .filter(|node| node.get(step).is_none())
                .and_then(reference);
            match target.and_then(local) {
                Some(target) if original.pointer(&target).is_some() => at = target,
                _ => break,
            }
        }
        let is_there = |at: &str| original.pointer(&join(at, step)).is_some();
        if step == "anyOf" && !is_there(&at) {
            // Around a reference that has something beside it.
            rest.next();
            continue;
        }
        at = from_path(original, &at, step).unwrap_or_else(|| join(&at, step));
    }
    at
}

/// The place of a parameter that its operation has from its path: `at` are an operation's
/// parameters, `step` is behind the last of them.
fn from_path(original: &Value, at: &str, step: &str) -> Option<String> {
    let index: usize = step.parse().ok()?;
    let operation = at.strip_suffix("/parameters")?;
    let (item, _) = operation.rsplit_once('/')?;
    if !item.starts_with("/paths/") {
        return None;
    }
    let resolved = |parameter: &Value| -> Value {
        let target = reference(parameter).and_then(local);
        let target = target.and_then(|at| original.pointer(&at));
        target.unwrap_or(parameter).clone()
    };
    let list = |at: &str| -> Vec<Value> {
        let list = original.pointer(at).and_then(Value::as_array);
        list.into_iter().flatten().map(resolved).collect()
    };
    let own = list(at);
    let shared = list(&join(item, "parameters"));
    let (index, _) = *not_overridden(&shared, &own).get(index.checked_sub(own.len())?)?;
    Some(join(&join(item, "parameters"), index))
}
