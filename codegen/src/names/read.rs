//! Parses a names file.

use super::comments::Comments;
use super::{CallEntry, Entry, FILE, Names};
use crate::document::{self, join};
use crate::error::{Diagnostic, Diagnostics};
use crate::naming;
use crate::source::Source;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

impl Names {
    /// Parses a names file.
    ///
    /// # Errors
    ///
    /// Returns all problems of the file, each with its place.
    pub(crate) fn read(text: &str) -> Result<Self, Diagnostics> {
        let head: Vec<&str> = text
            .lines()
            .take_while(|line| line.is_empty() || line.starts_with('#'))
            .collect();
        let mut names = Self {
            head: head.iter().map(|line| format!("{line}\n")).collect(),
            comments: Comments::read(text, head.len()),
            ..Self::default()
        };
        let is_empty = |line: &str| line.trim().is_empty() || line.starts_with('#');
        if text.lines().all(is_empty) {
            return Ok(names);
        }
        let mut found = Vec::new();
        let source = Source { name: FILE, text };
        match document::open(source)? {
            Value::Object(root) => Reader { found: &mut found }.root(&root, &mut names),
            _ => found.push(Diagnostic::new(
                "",
                "this is not a mapping of modules",
                FORM,
            )),
        }
        names.twice(&mut found);
        let found = found.into_iter().map(|wrong| wrong.in_file(FILE)).collect();
        Diagnostics::check(names, document::locate_in(&[source], found))
    }

    /// Reports places that have two entries.
    fn twice(&self, found: &mut Vec<Diagnostic>) {
        let mut known: BTreeMap<&str, String> = BTreeMap::new();
        for (module, name, entry) in self.types() {
            for (index, place) in entry.at.iter().enumerate() {
                let here = format!("{module}::{name}");
                let pointer = join(&join(&super::pointer(module, name), "at"), index);
                if let Some(other) = known.insert(place, here) {
                    found.push(Diagnostic::new(
                        pointer,
                        format!("`{place}` is `{other}` already"),
                        "list each place at one type",
                    ));
                }
            }
        }
    }
}

const FORM: &str = "see the head of the file for its form, or let `cargo xtask spec` write it";

struct Reader<'a> {
    found: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn wrong(&mut self, pointer: &str, what: impl Into<String>) {
        self.found.push(Diagnostic::new(pointer, what, FORM));
    }

    fn root(&mut self, root: &Map<String, Value>, names: &mut Names) {
        for (key, value) in root {
            let pointer = join("", key);
            if let Some(way) = key.strip_prefix("client.") {
                if let Some(path) = self.path(value, &pointer) {
                    names.services.insert(way.to_owned(), path);
                }
            } else if let Some(event) = key.strip_prefix("EVENT ") {
                if let Some(variant) = self.event(value, &pointer) {
                    names.events.insert(event.to_owned(), variant);
                }
            } else if key.contains(' ') {
                let entry = self.call(value, &pointer);
                names.calls.insert(key.clone(), entry);
            } else {
                self.module(key, value, &pointer, names);
            }
        }
    }

    fn module(&mut self, module: &str, value: &Value, pointer: &str, names: &mut Names) {
        if naming::snake(module) != module || crate::taken::is_module(module) {
            self.wrong(pointer, format!("`{module}` can't be the name of a module"));
        }
        let Value::Object(types) = value else {
            return self.wrong(pointer, "this is not a mapping of types");
        };
        for (name, value) in types {
            let pointer = join(pointer, name);
            if let Some(why) = refused(name) {
                self.found.push(Diagnostic::new(
                    &pointer,
                    format!("`{name}` can't be the name of a type: {why}"),
                    "choose another name",
                ));
            }
            let entry = self.entry(value, &pointer);
            if entry.at.is_empty() {
                self.wrong(&pointer, "the type has no place");
            }
            *names.entry(module, name) = entry;
        }
    }

    fn entry(&mut self, value: &Value, pointer: &str) -> Entry {
        let mut entry = Entry::default();
        let Value::Object(keys) = value else {
            self.wrong(
                pointer,
                "this is not a mapping with the places of the type in `at`",
            );
            return entry;
        };
        for (key, value) in keys {
            let pointer = &join(pointer, key);
            match key.as_str() {
                "docs" => entry.docs = self.text(value, pointer),
                "features" => entry.features = Some(self.set(value, pointer)),
                "boxed" => entry.boxed = self.set(value, pointer),
                "optional" => entry.optional = self.set(value, pointer),
                "setters" => entry.setters = self.set(value, pointer),
                "one_of" => entry.one_of = self.one_of(value, pointer),
                "variants" => entry.variants = self.idents(value, pointer, naming::is_camel),
                "fields" => entry.fields = self.idents(value, pointer, naming::is_snake),
                "id" => entry.id = self.text(value, pointer),
                "view" => entry.view = self.text(value, pointer),
                "event" => entry.event = self.variant(value, pointer),
                "without_client" if value.is_boolean() => {
                    entry.without_client = value == &Value::Bool(true);
                }
                "at" => entry.at = self.texts(value, pointer),
                _ => self.wrong(pointer, format!("`{key}` is not a key of a type")),
            }
        }
        entry
    }

    fn call(&mut self, value: &Value, pointer: &str) -> CallEntry {
        let mut entry = CallEntry::default();
        let Value::Object(keys) = value else {
            self.wrong(pointer, "this is not a mapping with keys of an operation");
            return entry;
        };
        for (key, value) in keys {
            let pointer = &join(pointer, key);
            match key.as_str() {
                "call" => {
                    entry.call = self.text(value, pointer);
                    let steps = entry.call.iter().flat_map(|call| call.split('.'));
                    if !{ steps }.all(naming::is_snake) {
                        self.wrong(
                            pointer,
                            "this is not names joined by dots, such as `farm.cows.milk`",
                        );
                        entry.call = None;
                    }
                }
                "builder" => entry.builder = self.path(value, pointer),
                "params" => entry.params = self.idents(value, pointer, naming::is_snake),
                "strings" => entry.strings = self.set(value, pointer),
                _ => self.wrong(pointer, format!("`{key}` is not a key of an operation")),
            }
        }
        entry
    }

    /// The variant of a type of event.
    fn event(&mut self, value: &Value, pointer: &str) -> Option<String> {
        let Value::Object(keys) = value else {
            self.wrong(pointer, "no mapping with the `variant` of the event");
            return None;
        };
        let mut variant = None;
        for (key, value) in keys {
            let pointer = &join(pointer, key);
            match key.as_str() {
                "variant" => variant = self.variant(value, pointer),
                _ => self.wrong(pointer, format!("`{key}` says nothing of an event")),
            }
        }
        variant
    }

    fn variant(&mut self, value: &Value, pointer: &str) -> Option<String> {
        let ident = value.as_str().filter(|ident| naming::is_camel(ident));
        if ident.is_none() {
            self.wrong(pointer, "no name that Rust could have here");
        }
        ident.map(str::to_owned)
    }

    fn text(&mut self, value: &Value, pointer: &str) -> Option<String> {
        let text = value.as_str().filter(|text| !text.is_empty());
        if text.is_none() {
            self.wrong(pointer, "no text");
        }
        text.map(str::to_owned)
    }

    fn texts(&mut self, value: &Value, pointer: &str) -> Vec<String> {
        let Value::Array(items) = value else {
            self.wrong(pointer, "no list");
            return Vec::new();
        };
        let items = items.iter().enumerate();
        items
            .filter_map(|(at, item)| self.text(item, &join(pointer, at)))
            .collect()
    }

    fn set(&mut self, value: &Value, pointer: &str) -> BTreeSet<String> {
        self.texts(value, pointer).into_iter().collect()
    }

    /// Reads a map of words and the names chosen for them, and checks the names.
    fn idents(
        &mut self,
        value: &Value,
        pointer: &str,
        is_ident: fn(&str) -> bool,
    ) -> BTreeMap<String, String> {
        let mut idents = BTreeMap::new();
        let Value::Object(entries) = value else {
            self.wrong(pointer, "this is not a mapping");
            return idents;
        };
        for (word, ident) in entries {
            let pointer = join(pointer, word);
            match ident.as_str() {
                Some(ident) if is_ident(ident) => {
                    idents.insert(word.clone(), ident.to_owned());
                }
                _ => self.wrong(&pointer, "this is not a valid Rust name here"),
            }
        }
        idents
    }

    /// Parameters, each with what is sent beside it.
    fn one_of(
        &mut self,
        value: &Value,
        pointer: &str,
    ) -> BTreeMap<String, BTreeMap<String, String>> {
        let mut params = BTreeMap::new();
        let Value::Object(entries) = value else {
            self.wrong(pointer, "this is not a mapping");
            return params;
        };
        for (param, beside) in entries {
            let pointer = join(pointer, param);
            let Value::Object(beside) = beside else {
                self.wrong(
                    &pointer,
                    "this is not a mapping of what is sent beside the parameter",
                );
                continue;
            };
            let beside = beside.iter().filter_map(|(name, value)| {
                let value = self.text(value, &join(&pointer, name))?;
                Some((name.clone(), value))
            });
            params.insert(param.clone(), beside.collect());
        }
        params
    }

    /// A module and a name.
    fn path(&mut self, value: &Value, pointer: &str) -> Option<(String, String)> {
        let path = value.as_str().and_then(|path| path.split_once("::"));
        let path = path.filter(|(module, name)| naming::is_snake(module) && naming::is_camel(name));
        if path.is_none() {
            self.wrong(pointer, "this is not a path such as `module::Name`");
        }
        path.map(|(module, name)| (module.to_owned(), name.to_owned()))
    }
}

/// Returns the reason why a type can't have that name.
fn refused(name: &str) -> Option<&'static str> {
    if !naming::is_camel(name) {
        return Some("Rust writes types in `UpperCamelCase`");
    }
    crate::taken::is_type(name).then_some("it would hide a type of Rust's or of the crate's")
}
