//! Applies OpenAPI Overlays 1.0. An action that changes nothing is an error.
//!
//! After a typing error with one likely correction, processing goes on with the correction, so
//! that one cause gives one diagnostic.

mod merge;
mod suggest;

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use serde_json_path::JsonPath;

use self::merge::{Merge, VALUES};
use crate::document::{self, Object, Others, Shape, join};
use crate::error::{Diagnostic, Fix};
use crate::placeholder;
use crate::source::Source;

/// A parsed and checked overlay.
pub(crate) struct Overlay<'a> {
    name: &'a str,
    general: bool,
    actions: Vec<Action>,
}

struct Action {
    target: String,
    path: JsonPath,
    does: Does,
}

enum Does {
    Update(Value),
    Remove,
}

static OVERLAY: Object = Object {
    what: "an overlay",
    required: &["overlay", "info", "actions"],
    keys: &[
        ("overlay", Shape::Word(&["1.0.0"])),
        ("info", Shape::Object(&INFO)),
        ("actions", Shape::List(&Shape::Object(&ACTION))),
    ],
    others: Others::Wrong,
    rule: None,
    by_reference: false,
};

/// The key that marks an overlay for any part of the spec: actions without a target in this part
/// are no errors.
const GENERAL: &str = "x-general";

static INFO: Object = Object {
    what: "the information on an overlay",
    required: &["title", "version"],
    keys: &[
        ("title", Shape::Text),
        ("version", Shape::Text),
        (GENERAL, Shape::Flag),
    ],
    ..OVERLAY
};

static ACTION: Object = Object {
    what: "an action",
    required: &["target"],
    keys: &[
        ("target", Shape::Text),
        ("description", Shape::Text),
        ("update", Shape::Anything),
        ("remove", Shape::Flag),
    ],
    rule: Some(action_rule),
    ..OVERLAY
};

fn action_rule(action: &Map<String, Value>, pointer: &str, found: &mut Vec<Diagnostic>) {
    // An unknown key has its own diagnostic already.
    let is_known = |key: &String| ACTION.keys.iter().any(|(known, _)| known == key);
    if action.contains_key("update") == removes(action) && action.keys().all(is_known) {
        let what = "neither an update nor a removal, or both";
        let help = "give it an `update` or `remove: true`";
        found.push(Diagnostic::new(pointer, what, help));
    }
    if let Some(Value::String(target)) = action.get("target")
        && let Err(wrong) = document::path(target, join(pointer, "target"))
    {
        found.push(wrong);
    }
}

fn removes(action: &Map<String, Value>) -> bool {
    action.get("remove") == Some(&Value::Bool(true))
}

impl<'a> Overlay<'a> {
    /// Parses `source`.
    ///
    /// # Errors
    ///
    /// Returns all problems of the overlay's form.
    pub(crate) fn parse(source: Source<'a>) -> Result<Self, Vec<Diagnostic>> {
        let document = document::open(source)?;
        let mut found = Vec::new();
        document::check(&document, &Shape::Object(&OVERLAY), "", &mut found);
        if !found.is_empty() {
            let found = found.into_iter().map(|wrong| wrong.in_file(source.name));
            return Err(found.collect());
        }
        let actions = document["actions"].as_array().into_iter().flatten();
        let actions = actions.filter_map(|action| {
            let target = action.get("target")?.as_str()?.to_owned();
            let path = JsonPath::parse(&target).ok()?;
            let does = match action.get("update") {
                Some(update) => Does::Update(update.clone()),
                None => Does::Remove,
            };
            Some(Action { target, path, does })
        });
        Ok(Self {
            name: source.name,
            general: document["info"][GENERAL] == Value::Bool(true),
            actions: actions.collect(),
        })
    }

    /// Applies the actions to `spec` in order. `extensions` are the extensions of the upstream
    /// spec. With an older spec, actions without a target are no errors.
    pub(crate) fn apply(
        &self,
        spec: &mut Value,
        extensions: &BTreeSet<String>,
        is_older: bool,
        found: &mut Vec<Diagnostic>,
    ) {
        for index in 0..self.len() {
            self.apply_one(index, spec, extensions, is_older, found);
        }
    }

    /// Applies the action with this index.
    pub(crate) fn apply_one(
        &self,
        index: usize,
        spec: &mut Value,
        extensions: &BTreeSet<String>,
        is_older: bool,
        found: &mut Vec<Diagnostic>,
    ) {
        let pointer = format!("/actions/{index}");
        let may_lack = is_older || self.general;
        let (wrong, missing) = self.actions[index].apply(spec, extensions, &pointer, !may_lack);
        // Missing targets are accepted for an older spec. Meaningless updates never are.
        let missing = missing.into_iter().filter(|_| !may_lack);
        let all = wrong.into_iter().chain(missing);
        found.extend(all.map(|wrong| wrong.in_file(self.name)));
    }

    /// Returns the number of actions.
    pub(crate) fn len(&self) -> usize {
        self.actions.len()
    }

    /// Returns the name of the overlay in diagnostics.
    pub(crate) fn name(&self) -> &'a str {
        self.name
    }
}

impl Action {
    /// Applies the action, and returns its problems and the targets that `spec` does not have.
    fn apply(
        &self,
        spec: &mut Value,
        extensions: &BTreeSet<String>,
        pointer: &str,
        corrects: bool,
    ) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
        let mut wrong = Vec::new();
        let mut missing = Vec::new();
        let at = join(pointer, "target");
        let mut targets = document::locate(spec, &self.path);
        if targets.is_empty() {
            let meant = corrects
                .then(|| suggest::target(spec, &self.target))
                .flatten();
            let help = match &meant {
                Some((text, _)) => format!("did you mean `{text}`?"),
                None => "remove the action, or correct its target".to_owned(),
            };
            let what = format!("`{}` matches nothing", self.target);
            let fix = match &meant {
                Some(_) => Fix::None,
                None => Fix::Remove,
            };
            missing.push(Diagnostic::new(&at, what, help).with(fix));
            targets = meant.map_or(Vec::new(), |(_, path)| document::locate(spec, &path));
        }
        match &self.does {
            Does::Remove if targets.iter().any(String::is_empty) => {
                let help = "name what is to be removed from it";
                wrong.push(Diagnostic::new(
                    &at,
                    "this removes the whole document",
                    help,
                ));
            }
            Does::Remove => document::remove_all(spec, &targets),
            Does::Update(update) if !update.is_object() && targets.iter().any(String::is_empty) => {
                let help = "name what is to be replaced in it";
                wrong.push(Diagnostic::new(
                    &at,
                    "this replaces the whole document",
                    help,
                ));
            }
            Does::Update(update) => {
                placeholders(update, &join(pointer, "update"), &mut wrong);
                let mut merge = Merge::new(extensions, targets.len(), corrects);
                for target in &targets {
                    match spec.pointer_mut(target) {
                        Some(node) => {
                            merge.value(node, update, target, &join(pointer, "update"));
                        }
                        None => {
                            let what =
                                format!("replaces the parent of `{target}`, and updates both");
                            let help = "write an action for each";
                            missing.push(Diagnostic::new(&at, what, help));
                        }
                    }
                }
                let (no_sense, not_there) = merge.finish();
                wrong.extend(no_sense);
                missing.extend(not_there);
            }
        }
        (wrong, missing)
    }
}

/// Finds placeholders such as `TODO` in `update`.
fn placeholders(update: &Value, pointer: &str, found: &mut Vec<Diagnostic>) {
    let Value::Object(map) = update else {
        return;
    };
    for (key, value) in map {
        let pointer = join(pointer, key);
        match (key.as_str(), value) {
            ("description", Value::String(text)) => {
                found.extend(placeholder::check(text, &pointer));
            }
            (VALUES, Value::Object(texts)) => {
                let texts = texts
                    .iter()
                    .filter_map(|(value, text)| Some((value, text.as_str()?)));
                found.extend(
                    texts.filter_map(|(value, text)| {
                        placeholder::check(text, &join(&pointer, value))
                    }),
                );
            }
            (_, value) => placeholders(value, &pointer, found),
        }
    }
}

/// Returns a correction of the JSONPath `target`, which matches nothing in `spec`.
pub(crate) fn meant(spec: &Value, target: &str) -> Option<String> {
    suggest::target(spec, target).map(|(text, _)| text)
}

/// Adds all extensions (`x-…`) of `value`, at any depth, to `known`.
pub(crate) fn extensions(value: &Value, known: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                if key.starts_with("x-") && !known.contains(key) {
                    known.insert(key.clone());
                }
                extensions(value, known);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| extensions(item, known)),
        _ => {}
    }
}
