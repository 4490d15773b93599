//! Suggests a correction for a target that matches nothing.

use serde_json::Value;
use serde_json_path::JsonPath;

use crate::document::{self, nearest};

/// Returns a target that differs from `target` by one typing error and matches in `spec`.
pub(super) fn target(spec: &Value, target: &str) -> Option<(String, JsonPath)> {
    let segments = segments(target)?;
    let matched = |path: &str| -> Option<Vec<String>> {
        let path = document::path(path, String::new()).ok()?;
        Some(document::locate(spec, &path)).filter(|found| !found.is_empty())
    };
    // The first segment that matches nothing is corrected.
    let mut before = "$".to_owned();
    for (index, segment) in segments.iter().enumerate() {
        let with = format!("{before}{segment}");
        if matched(&with).is_some() {
            before = with;
            continue;
        }
        let (start, word, end) = parts(segment)?;
        let holders = matched(before.trim_end_matches('.'))?;
        let holders = holders.iter().filter_map(|at| spec.pointer(at));
        let words: Vec<&str> = match start.strip_prefix("[?@.") {
            // In `[?@.name == 'limit']` the value of the item's property is corrected.
            Some(key) => {
                let key = key.split([' ', '=']).next()?;
                let items = holders.flat_map(items);
                items.filter_map(|item| item.get(key)?.as_str()).collect()
            }
            None => holders
                .filter_map(Value::as_object)
                .flat_map(|map| map.keys().map(|key| &**key))
                .collect(),
        };
        let near = nearest(word, words.into_iter())?;
        let plain = near.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let corrected = if start.starts_with('.') && !plain {
            format!("['{near}']")
        } else {
            format!("{start}{near}{end}")
        };
        let rest = segments[index + 1..].concat();
        let text = format!("{before}{corrected}{rest}");
        matched(&text)?;
        let path = document::path(&text, String::new()).ok()?;
        return Some((text, path));
    }
    None
}

fn items(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Array(items) => Box::new(items.iter()),
        Value::Object(map) => Box::new(map.values()),
        _ => Box::new(std::iter::empty()),
    }
}

/// Splits a JSONPath into segments, as written.
fn segments(path: &str) -> Option<Vec<&str>> {
    let mut rest = path.strip_prefix('$')?;
    let mut segments = Vec::new();
    while !rest.is_empty() {
        let end = if rest.starts_with('[') {
            bracket_end(rest)?
        } else {
            let dots = rest.len() - rest.trim_start_matches('.').len();
            let name = &rest[dots..];
            if name.starts_with('[') {
                dots + bracket_end(name)?
            } else {
                dots + name.find(['.', '[']).unwrap_or(name.len())
            }
        };
        if end == 0 {
            return None;
        }
        let (segment, others) = rest.split_at(end);
        segments.push(segment);
        rest = others;
    }
    Some(segments)
}

/// Returns the index after the bracket that closes the one at the start of `text`.
fn bracket_end(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match (quote, character) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), close) if open == close => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '[') => depth += 1,
            (None, ']') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            (None, _) => {}
        }
    }
    None
}

/// Returns the only word of a segment, with the text before and after it.
fn parts(segment: &str) -> Option<(&str, &str, &str)> {
    if !segment.starts_with('[') {
        let word = segment.trim_start_matches('.');
        let start = &segment[..segment.len() - word.len()];
        let is_name = !word.is_empty() && word != "*" && !word.starts_with('[');
        return is_name.then_some((start, word, ""));
    }
    let quote = segment.find(['\'', '"'])?;
    let mark = &segment[quote..=quote];
    let (start, rest) = segment.split_at(quote + 1);
    let end = rest.find(mark)?;
    let (word, end) = rest.split_at(end);
    // With several words, the wrong one can't be known.
    let is_one = !end[1..].contains(['\'', '"']) && !word.contains('\\');
    is_one.then_some((start, word, end))
}
