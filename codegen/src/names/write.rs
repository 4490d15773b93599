//! Writes a names file in a fixed order: modules, types and places by name, components first.

use super::comments::{Comments, of_key, of_place};
use super::{CallEntry, Entry, Names};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The head of a new file.
const HEAD: &str = "\
# What every type of the generated crate is called, and which places of the spec are this type.
# Added to by machine, changed by people only.
";

impl Names {
    /// Returns the text of the file.
    pub(crate) fn write(&self) -> String {
        let mut out = Writer {
            text: match self.head.is_empty() {
                true => HEAD.to_owned(),
                false => self.head.clone(),
            },
            comments: &self.comments,
        };
        for (module, types) in &self.modules {
            out.key("", module, None);
            for (name, entry) in types {
                let pointer = super::pointer(module, name);
                out.line(2, &pointer, &format!("{}:", scalar(name)));
                entry.write(&pointer, &mut out);
            }
        }
        for (place, call) in &self.calls {
            out.key("", place, None);
            call.write(&of_key("", place), &mut out);
        }
        for (event, variant) in &self.events {
            let key = format!("EVENT {event}");
            out.key("", &key, None);
            out.text(&of_key("", &key), "variant", Some(variant));
        }
        for (way, (module, name)) in &self.services {
            out.key(
                "",
                &format!("client.{way}"),
                Some(format!("{module}::{name}")),
            );
        }
        for comment in self.comments.end() {
            _ = writeln!(out.text, "{comment}");
        }
        out.text
    }
}

/// A file being written, with the comments that are in it.
struct Writer<'a> {
    text: String,
    comments: &'a Comments,
}

impl Writer<'_> {
    /// A line, and the comments that are about it.
    fn line(&mut self, indent: usize, subject: &str, line: &str) {
        for comment in self.comments.above(subject) {
            _ = writeln!(self.text, "{:indent$}{comment}", "");
        }
        let beside = self.comments.beside(subject);
        let beside = beside.map_or_else(String::new, |comment| format!(" {comment}"));
        _ = writeln!(self.text, "{:indent$}{line}{beside}", "");
    }

    /// A key in the mapping at `pointer`, with a value on the same line or below it.
    fn key(&mut self, pointer: &str, key: &str, value: Option<String>) {
        let indent = 2 * pointer.matches('/').count();
        let value = value.map_or_else(String::new, |value| format!(" {value}"));
        self.line(
            indent,
            &of_key(pointer, key),
            &format!("{}:{value}", scalar(key)),
        );
    }

    fn map(&mut self, pointer: &str, key: &str, values: &BTreeMap<String, String>) {
        if values.is_empty() {
            return;
        }
        self.key(pointer, key, None);
        for (word, ident) in values {
            self.key(&of_key(pointer, key), word, Some(scalar(ident)));
        }
    }

    fn set(&mut self, pointer: &str, key: &str, values: &BTreeSet<String>) {
        if !values.is_empty() {
            self.key(pointer, key, Some(list(values)));
        }
    }

    fn text(&mut self, pointer: &str, key: &str, value: Option<&String>) {
        if let Some(value) = value {
            self.key(pointer, key, Some(scalar(value)));
        }
    }
}

impl Entry {
    fn write(&self, pointer: &str, out: &mut Writer<'_>) {
        out.text(pointer, "docs", self.docs.as_ref());
        if let Some(features) = &self.features {
            out.key(pointer, "features", Some(list(features)));
        }
        out.set(pointer, "boxed", &self.boxed);
        out.set(pointer, "optional", &self.optional);
        out.set(pointer, "setters", &self.setters);
        if !self.one_of.is_empty() {
            out.key(pointer, "one_of", None);
        }
        for (param, beside) in &self.one_of {
            let beside = beside
                .iter()
                .map(|(name, value)| format!("{}: {}", item(name), item(value)));
            let beside: Vec<String> = beside.collect();
            let beside = format!("{{{}}}", beside.join(", "));
            out.key(&of_key(pointer, "one_of"), param, Some(beside));
        }
        out.map(pointer, "variants", &self.variants);
        out.map(pointer, "fields", &self.fields);
        out.text(pointer, "id", self.id.as_ref());
        out.text(pointer, "view", self.view.as_ref());
        out.text(pointer, "event", self.event.as_ref());
        if self.without_client {
            out.key(pointer, "without_client", Some("true".to_owned()));
        }
        out.key(pointer, "at", None);
        let mut places: Vec<&String> = self.at.iter().collect();
        places.sort_by_key(|place| (is_operation(place), *place));
        for place in places {
            out.line(4, &of_place(place), &format!("- {}", scalar(place)));
        }
    }
}

impl CallEntry {
    fn write(&self, pointer: &str, out: &mut Writer<'_>) {
        out.text(pointer, "call", self.call.as_ref());
        if let Some((module, name)) = &self.builder {
            out.key(pointer, "builder", Some(format!("{module}::{name}")));
        }
        out.map(pointer, "params", &self.params);
        out.set(pointer, "strings", &self.strings);
    }
}

fn list(values: &BTreeSet<String>) -> String {
    let values: Vec<String> = values.iter().map(|value| item(value)).collect();
    format!("[{}]", values.join(", "))
}

/// A text in a list or mapping on one line, where brackets and commas would end it.
fn item(text: &str) -> String {
    match text.contains(['[', ']', '{', '}', ',']) {
        true => quoted(text),
        false => scalar(text),
    }
}

fn is_operation(place: &str) -> bool {
    place.contains(" /")
}

/// Writes a string as a YAML scalar on one line, without quotes if every YAML parser reads it as
/// a string.
fn scalar(text: &str) -> String {
    // Quotes everything that some version of YAML could read as a number, a date or a boolean.
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

/// Writes a string in double quotes. YAML reads the escapes of JSON.
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
    fn comments_stay_with_what_they_are_about() {
        let text = "\
# Head.

farm:
  # Of beef, too.
  Cow: # not Bull
    # Two
    # lines.
    docs: 'It has a # in it: # no comment.'
    features: [milk] # since then
    variants: # these
      # Was first.
      a#b: AB
      a-b: \"Ab2\" # why
    at: # places
    # Old.
    - farm.cow # main
    # New.
    - POST /v1/herds/cows cow
  # Above another.
  Dog:
    docs: |-
      Good.
      # no comment either
    # The places.
    at: [farm.dog, \"farm.dog odd # name\"] # both
# An operation.
POST /v1/herds/cows: # it
  # The way.
  call: farm.cows.create
  params: {b: c} # one
# A service.
client.farm.cows: farm::Cows # all
# End.
";
        let written = "\
# Head.

farm:
  # Of beef, too.
  Cow: # not Bull
    # Two
    # lines.
    docs: \"It has a # in it: # no comment.\"
    features: [milk] # since then
    variants: # these
      # Was first.
      \"a#b\": AB
      a-b: Ab2 # why
    at: # places
    # Old.
    - farm.cow # main
    # New.
    - POST /v1/herds/cows cow
  # Above another.
  Dog:
    docs: \"Good.\\n# no comment either\"
    # The places.
    at:
    - farm.dog
    - \"farm.dog odd # name\" # both
# An operation.
POST /v1/herds/cows: # it
  # The way.
  call: farm.cows.create
  params:
    b: c # one
# A service.
client.farm.cows: farm::Cows # all
# End.
";
        let once = Names::read(text).expect("it is sound").write();
        assert_eq!(once, written);
        assert_eq!(Names::read(&once).expect("it is sound").write(), written);
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
    one_of:
      calf: {}
      cow: {type: animal}
    variants:
      a_b: AB2
    at:
    - farm.cow
    - POST /v1/herds/cows cow
  \"No\":
    at:
    - farm.no
POST /v1/herds/cows:
  call: farm.cows.create
  builder: farm::CreateCow
EVENT farm.cow_milked:
  variant: CowMilked
client.farm.cows: farm::Cows
";
        assert_eq!(Names::read(text).expect("it is sound").write(), text);
    }
}
