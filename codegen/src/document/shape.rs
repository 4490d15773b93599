//! Checks a tree against the form of its kind of document, and reports all differences.

use serde_json::{Map, Value};

use super::join;
use crate::error::Diagnostic;

/// The form of a value.
pub(crate) enum Shape {
    Anything,
    Text,
    Flag,
    Number,
    /// An integer of 0 or more.
    Count,
    /// One of these strings.
    Word(&'static [&'static str]),
    List(&'static Shape),
    /// A map with arbitrary keys.
    Map(&'static Shape),
    /// A map with arbitrary keys, which may include extensions (`x-…`).
    Extended(&'static Shape),
    Object(&'static Object),
    /// The first form for a mapping, the second for any other value.
    Either(&'static Shape, &'static Shape),
}

/// An object with a fixed set of keys.
pub(crate) struct Object {
    /// Its name in messages, with an article.
    pub(crate) what: &'static str,
    pub(crate) required: &'static [&'static str],
    pub(crate) keys: &'static [(&'static str, Shape)],
    pub(crate) others: Others,
    /// An additional check of the object.
    pub(crate) rule: Option<Rule>,
    /// Whether the object may be a `$ref`.
    pub(crate) by_reference: bool,
}

/// Adds diagnostics about an object at a pointer, besides those about the form of its values.
pub(crate) type Rule = fn(&Map<String, Value>, &str, &mut Vec<Diagnostic>);

/// How unknown keys of an object are treated.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Others {
    /// As an error.
    Wrong,
    /// As an error if the key is similar to a known one; otherwise they are ignored.
    WrongIfNear,
}

/// Checks `value` at `pointer` and adds diagnostics to `found`.
pub(crate) fn check(value: &Value, shape: &Shape, pointer: &str, found: &mut Vec<Diagnostic>) {
    let wanted = match (shape, value) {
        (Shape::Anything, _)
        | (Shape::Text | Shape::Word(_), Value::String(_))
        | (Shape::Flag, Value::Bool(_))
        | (Shape::Number, Value::Number(_)) => None,
        (Shape::Count, Value::Number(number)) if number.is_u64() => None,
        (Shape::List(item), Value::Array(items)) => {
            for (index, value) in items.iter().enumerate() {
                check(value, item, &join(pointer, index), found);
            }
            None
        }
        (Shape::Map(of), Value::Object(map)) => {
            for (key, value) in map {
                check(value, of, &join(pointer, key), found);
            }
            None
        }
        (Shape::Extended(of), Value::Object(map)) => {
            for (key, value) in map.iter().filter(|(key, _)| !is_extension(key)) {
                check(value, of, &join(pointer, key), found);
            }
            None
        }
        (Shape::Object(object), Value::Object(map)) => {
            object.check(map, pointer, found);
            None
        }
        (Shape::Either(first, second), value) => {
            let shape = if value.is_object() { first } else { second };
            return check(value, shape, pointer, found);
        }
        (Shape::Text | Shape::Word(_), _) => Some("a text"),
        (Shape::Flag, _) => Some("true or false"),
        (Shape::Number, _) => Some("a number"),
        (Shape::Count, _) => Some("a whole number, 0 or more"),
        (Shape::List(_), _) => Some("a list"),
        (Shape::Map(_) | Shape::Extended(_), _) => Some("a mapping"),
        (Shape::Object(object), _) => Some(object.what),
    };
    if let Some(wanted) = wanted {
        let what = format!("{} is {}, not {wanted}", name(pointer), described(value));
        found.push(Diagnostic::new(pointer, what, format!("put {wanted} here")));
    }
    if let (Shape::Word(words), Value::String(word)) = (shape, value)
        && !words.contains(&word.as_str())
    {
        let help = match nearest(word, words.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it is one of {}", words.join(", ")),
        };
        let what = format!("{} can't be `{word}`", name(pointer));
        found.push(Diagnostic::new(pointer, what, help));
    }
}

impl Object {
    fn check(&self, map: &Map<String, Value>, pointer: &str, found: &mut Vec<Diagnostic>) {
        if let Some(reference) = map.get("$ref").filter(|_| self.by_reference) {
            check(reference, &Shape::Text, &join(pointer, "$ref"), found);
            return;
        }
        let mut missing: Vec<&str> = self.required.to_vec();
        missing.retain(|key| !map.contains_key(*key));
        for (key, value) in map {
            let at = join(pointer, key);
            if let Some((_, shape)) = self.keys.iter().find(|(known, _)| known == key) {
                check(value, shape, &at, found);
                continue;
            }
            // Prefers a key that is missing here: it is more likely to be the intended one.
            let known = self.keys.iter().map(|(known, _)| *known);
            let known = known.filter(|known| !map.contains_key(*known));
            let near = match missing[..] {
                [one] if strsim::osa_distance(key, one) <= 2 => Some(one),
                _ => nearest(key, missing.iter().copied()).or_else(|| nearest(key, known)),
            };
            if let Some(near) = near {
                missing.retain(|key| *key != near);
            }
            let is_wrong = match self.others {
                Others::Wrong => true,
                Others::WrongIfNear => near.is_some() && !is_extension(key),
            };
            if is_wrong {
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!(
                        "remove it; known are {}",
                        self.keys
                            .iter()
                            .map(|(known, _)| *known)
                            .collect::<Vec<_>>()
                            .join(", ")
                    ),
                };
                let what = format!("{} has no key `{key}`", self.what);
                found.push(Diagnostic::new(at, what, help));
            }
        }
        for key in missing {
            let what = format!("{} without `{key}`", self.what);
            found.push(Diagnostic::new(pointer, what, format!("add `{key}`")));
        }
        if let Some(rule) = self.rule {
            rule(map, pointer, found);
        }
    }
}

pub(super) fn is_extension(key: &str) -> bool {
    key.starts_with("x-")
}

/// Returns the last step of a pointer, for the beginning of a message.
fn name(pointer: &str) -> String {
    match super::steps(pointer).pop() {
        Some(step) if step.parse::<usize>().is_err() => format!("`{step}`"),
        Some(_) => "this item".to_owned(),
        None => "the document".to_owned(),
    }
}

/// Describes a value for a message. Long strings are cut.
pub(super) fn described(value: &Value) -> String {
    match value {
        Value::Null => "empty".to_owned(),
        Value::Bool(flag) => format!("`{flag}`"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => {
            let short: String = text.chars().take(60).collect();
            let cut = if short.len() < text.len() { "…" } else { "" };
            format!("the text `{}{cut}`", short.replace('\n', " "))
        }
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a mapping".to_owned(),
    }
}

/// Returns the word in `known` that is most similar to `word`, if it is similar enough.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let fold = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
    let folded = fold(word);
    let allowed = match folded.chars().count() {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    };
    known
        .filter(|known| *known != word)
        .map(|known| (strsim::osa_distance(&folded, &fold(known)), known))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_told_from_another_word() {
        let known = [
            "type",
            "title",
            "items",
            "x-sensitive",
            "x-id-of",
            "minimum",
            "maximum",
        ];
        for (word, expected) in [
            ("tpye", Some("type")),
            ("Items", Some("items")),
            ("x-sensitve", Some("x-sensitive")),
            ("x_sensitive", Some("x-sensitive")),
            ("xSensitive", Some("x-sensitive")),
            ("x-idof", Some("x-id-of")),
            ("minimun", Some("minimum")),
            ("example", None),
            ("x-note", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known.into_iter()), expected, "{word}");
        }
    }
}
