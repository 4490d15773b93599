//! Checks the rules of OpenAPI 3.0 objects that go beyond their keys.

use serde_json::{Map, Value};

use super::join;
use super::shape::is_extension;
use crate::error::Diagnostic;

pub(super) fn paths(spec: &Map<String, Value>, pointer: &str, found: &mut Vec<Diagnostic>) {
    let paths = spec.get("paths").and_then(Value::as_object);
    for path in paths.into_iter().flat_map(Map::keys) {
        if !path.starts_with('/') && !is_extension(path) {
            let at = join(&join(pointer, "paths"), path);
            let what = format!("the path `{path}` does not begin with `/`");
            found.push(Diagnostic::new(at, what, "begin the path with `/`"));
        }
    }
}

pub(super) fn components(
    components: &Map<String, Value>,
    pointer: &str,
    found: &mut Vec<Diagnostic>,
) {
    for (kind, named) in components.iter().filter(|(kind, _)| !is_extension(kind)) {
        for name in named.as_object().into_iter().flat_map(Map::keys) {
            let is_fit = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            if name.is_empty() || !name.chars().all(is_fit) {
                let at = join(&join(pointer, kind), name);
                let what = format!("`{name}` is not a valid name of a component");
                let help = "use ASCII letters, digits, `.`, `_` and `-`";
                found.push(Diagnostic::new(at, what, help));
            }
        }
    }
}

pub(super) fn operation(
    operation: &Map<String, Value>,
    pointer: &str,
    found: &mut Vec<Diagnostic>,
) {
    let responses = operation.get("responses").and_then(Value::as_object);
    for code in responses.into_iter().flat_map(Map::keys) {
        let is_code = match code.as_bytes() {
            [b'1'..=b'5', b'X', b'X'] => true,
            [b'1'..=b'5', tens, ones] => tens.is_ascii_digit() && ones.is_ascii_digit(),
            _ => code == "default" || is_extension(code),
        };
        if !is_code {
            let at = join(&join(pointer, "responses"), code);
            let what = format!("`{code}` is not a response status");
            found.push(Diagnostic::new(at, what, "write `200`, `2XX` or `default`"));
        }
    }
}

pub(super) fn parameter(
    parameter: &Map<String, Value>,
    pointer: &str,
    found: &mut Vec<Diagnostic>,
) {
    let has = |key: &str| parameter.contains_key(key);
    if !has("schema") && !has("content") {
        let what = "a parameter without `schema`";
        found.push(Diagnostic::new(
            pointer,
            what,
            "add a `schema` with its type",
        ));
    }
}

pub(super) fn schema(schema: &Map<String, Value>, pointer: &str, found: &mut Vec<Diagnostic>) {
    let kind = schema.get("type").and_then(Value::as_str);
    if kind == Some("array") && !schema.contains_key("items") {
        let what = "an array without `items`";
        found.push(Diagnostic::new(
            pointer,
            what,
            "add `items` with their type",
        ));
    }
    let Some(Value::Array(values)) = schema.get("enum") else {
        return;
    };
    let fits = |value: &Value| match kind {
        Some("string") => value.is_string() || value.is_null(),
        Some("integer") => value.is_i64() || value.is_null(),
        Some("number") => value.is_number() || value.is_null(),
        Some("boolean") => value.is_boolean() || value.is_null(),
        _ => true,
    };
    // One cause, mostly: the type, or that nothing is quoted.
    let mut wrong = values.iter().enumerate().filter(|(_, value)| !fits(value));
    if let (Some((index, value)), more) = (wrong.next(), wrong.count()) {
        let more = if more == 0 {
            String::new()
        } else {
            format!(", nor are {more} others")
        };
        found.push(Diagnostic::new(
            join(&join(pointer, "enum"), index),
            format!(
                "{value} is not a value of an enum of type {}{more}",
                kind.unwrap_or_default()
            ),
            "quote it if it is a string; YAML needs quotes for `yes`, `no`, `on` and numbers",
        ));
    }
}
