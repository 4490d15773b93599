//! Names → text, always in the same order: modules, types and places by name, components first.

use super::{CallEntry, Entry, Names};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// What a file that has no head begins with.
const HEAD: &str = "\
# What every type of the generated crate is called, and which places of the spec are this type.
# Added to by machine, changed by people only.
";

impl Names {
    /// The text of the file.
    pub(crate) fn write(&self) -> String {
        let mut out = match self.head.is_empty() {
            true => HEAD.to_owned(),
            false => self.head.clone(),
        };
        for (module, types) in &self.modules {
            _ = writeln!(out, "{}:", scalar(module));
            for (name, entry) in types {
                _ = writeln!(out, "  {}:", scalar(name));
                entry.write(&mut out);
            }
        }
        for (place, call) in &self.calls {
            _ = writeln!(out, "{}:", scalar(place));
            call.write(&mut out);
        }
        for (way, (module, name)) in &self.services {
            _ = writeln!(out, "client.{way}: {module}::{name}");
        }
        out
    }
}

impl Entry {
    fn write(&self, out: &mut String) {
        if let Some(docs) = &self.docs {
            _ = writeln!(out, "    docs: {}", scalar(docs));
        }
        if let Some(features) = &self.features {
            _ = writeln!(out, "    features: {}", list(features));
        }
        for (key, values) in [
            ("boxed", &self.boxed),
            ("optional", &self.optional),
            ("setters", &self.setters),
        ] {
            if !values.is_empty() {
                _ = writeln!(out, "    {key}: {}", list(values));
            }
        }
        for (key, values) in [("variants", &self.variants), ("fields", &self.fields)] {
            map(out, "    ", key, values);
        }
        for (key, value) in [("id", &self.id), ("view", &self.view)] {
            if let Some(value) = value {
                _ = writeln!(out, "    {key}: {}", scalar(value));
            }
        }
        if self.without_client {
            _ = writeln!(out, "    without_client: true");
        }
        _ = writeln!(out, "    at:");
        let mut places: Vec<&String> = self.at.iter().collect();
        places.sort_by_key(|place| (is_operation(place), *place));
        for place in places {
            _ = writeln!(out, "    - {}", scalar(place));
        }
    }
}

impl CallEntry {
    fn write(&self, out: &mut String) {
        if let Some(call) = &self.call {
            _ = writeln!(out, "  call: {}", scalar(call));
        }
        if let Some((module, name)) = &self.builder {
            _ = writeln!(out, "  builder: {module}::{name}");
        }
        map(out, "  ", "params", &self.params);
        if !self.strings.is_empty() {
            _ = writeln!(out, "  strings: {}", list(&self.strings));
        }
    }
}

fn map(out: &mut String, indent: &str, key: &str, values: &BTreeMap<String, String>) {
    if values.is_empty() {
        return;
    }
    _ = writeln!(out, "{indent}{key}:");
    for (word, ident) in values {
        _ = writeln!(out, "{indent}  {}: {}", scalar(word), scalar(ident));
    }
}

fn list(values: &BTreeSet<String>) -> String {
    // In a list on one line brackets and commas would end an item.
    let is_plain = |value: &str| !value.contains(['[', ']', '{', '}', ',']);
    let values = values.iter().map(|value| match is_plain(value) {
        true => scalar(value),
        false => quoted(value),
    });
    let values: Vec<String> = values.collect();
    format!("[{}]", values.join(", "))
}

fn is_operation(place: &str) -> bool {
    place.contains(" /")
}

/// A text as YAML writes it on one line: plain where every reader of YAML takes it for a text.
fn scalar(text: &str) -> String {
    // What begins a number, a date or a boolean in some version of YAML is quoted.
    let is_word = |text: &str| {
        let lower = text.to_ascii_lowercase();
        let words = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
        text.starts_with(|c: char| c.is_ascii_alphabetic()) && !words.contains(&&*lower)
    };
    let plain = |c: char| c.is_alphanumeric() || " ._-/()'?|=!+%;$…’".contains(c);
    let is_plain = is_word(text)
        && !text.ends_with([' ', ':'])
        && !text.contains(" #")
        && !text.contains(": ")
        && text.chars().all(|c| plain(c) || ":`[]{},".contains(c));
    if is_plain {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// A text in quotes, in which YAML reads what JSON does.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::{Names, scalar};

    #[test]
    fn scalars_are_read_back() {
        for text in [
            "farm.cow mood",
            "POST /v1/cows/{} a.b[]|object",
            "GET /v1/cows ?at|object",
            "no",
            "off",
            "1.0",
            "2026-01-01",
            "a: b",
            "a # b",
            "",
            " a",
            "a\nb",
            "It has `code`, and more.",
            "cow \"odd name\"",
            "- a",
            "~",
            "ends:",
        ] {
            let yaml = format!(
                "k: {}\nl: [{}]\n",
                scalar(text),
                super::list(&[text.to_owned()].into())
            );
            let read: serde_json::Value = serde_yaml::from_str(&yaml).expect("YAML");
            assert_eq!(read["k"], text, "{yaml}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let text = "\
# Head.
farm:
  Cow:
    docs: A cow.
    features: [milk]
    boxed: [mother]
    variants:
      a_b: AB2
    at:
    - farm.cow
    - POST /v1/farm/cows cow
  \"No\":
    at:
    - farm.no
POST /v1/farm/cows:
  call: farm.cows.create
  builder: farm::CreateCow
client.farm.cows: farm::Cows
";
        assert_eq!(Names::read(text).expect("it is sound").write(), text);
    }
}
