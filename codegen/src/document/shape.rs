//! Whether a tree has the form of its kind of document: every place that has not, at once.

use serde_json::{Map, Value};

use super::join;
use crate::error::Diagnostic;

/// What a value can be.
pub(crate) enum Shape {
    Anything,
    Text,
    Flag,
    Number,
    /// A whole number of 0 or more.
    Count,
    /// One of these texts.
    Word(&'static [&'static str]),
    List(&'static Shape),
    /// A map whose keys somebody chose.
    Map(&'static Shape),
    /// Such a map, with extensions (`x-…`) among its keys.
    Extended(&'static Shape),
    Object(&'static Object),
    /// The first when it is a mapping, else the second.
    Either(&'static Shape, &'static Shape),
}

/// An object with keys that are known.
pub(crate) struct Object {
    /// What it is, with an article.
    pub(crate) what: &'static str,
    pub(crate) required: &'static [&'static str],
    pub(crate) keys: &'static [(&'static str, Shape)],
    pub(crate) others: Others,
    /// What is to be said of it besides.
    pub(crate) rule: Option<Rule>,
    /// Whether a `$ref` may stand for it.
    pub(crate) by_reference: bool,
}

/// Adds what is wrong with an object at a pointer, besides the forms of its values.
pub(crate) type Rule = fn(&Map<String, Value>, &str, &mut Vec<Diagnostic>);

/// What keys mean that an object does not know.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Others {
    /// A mistake.
    Wrong,
    /// A mistake when they look like a known one; else nothing that matters here.
    WrongIfNear,
}

/// Adds what is wrong with `value`, which is at `pointer`, to `found`.
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
            // The key that is missing is the likeliest to be meant.
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

/// The last step of a pointer, as a sentence begins with it.
fn name(pointer: &str) -> String {
    match super::steps(pointer).pop() {
        Some(step) if step.parse::<usize>().is_err() => format!("`{step}`"),
        Some(_) => "this item".to_owned(),
        None => "the document".to_owned(),
    }
}

/// What a value is, to be read by people; long texts are cut.
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

/// The one of `known` that `word` was probably meant to be.
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
