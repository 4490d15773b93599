//! Spec × spec → what a user of the crate notices.
//!
//! Both specs are lowered, and what is compared is the Rust API that each of them becomes. What
//! does not show there, such as documentation and the order of keys, is no change.

mod members;
mod operations;
mod pairs;
mod params;
mod render;
mod sides;
mod types;

pub(crate) use pairs::{field, rust};

use std::collections::BTreeSet;

use serde::Serialize;

use self::pairs::Pairs;
use self::sides::Sides;
use crate::error::Diagnostics;
use crate::generate;
use crate::ir::{Api, Features};

/// What is different between two specs, seen from Rust.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// The API version of the old spec.
    pub old_version: String,
    /// The API version of the new spec.
    pub new_version: String,
    /// All changes, in the order of their places.
    pub changes: Vec<Change>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    /// What has changed, as a path or call in Rust: as it is now, or as it was when it is gone.
    pub place: String,
    /// The kind of thing it is about.
    pub subject: Subject,
    /// The name of that thing: of the field, parameter, value, …, as Stripe writes it.
    pub name: String,
    /// What was done to it.
    pub action: Action,
    /// What a user notices.
    pub what: String,
    /// What it means for who sends requests; none when they are not concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests: Option<Effect>,
    /// What it means for who reads responses; none when they are not concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub responses: Option<Effect>,
    /// Where it is in the new spec, or in the old one when it is gone.
    pub pointer: String,
}

/// The kind of thing that a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A method of the client, its builder, its answer.
    Operation,
    /// What an operation, or an object in its request, takes.
    Parameter,
    /// A field of an object in a response.
    Field,
    /// A value of an enum, an arm of a union, an option of a choice.
    Value,
    /// A type of webhook event.
    Event,
    /// A type as a whole.
    Type,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It was not there before.
    Added,
    /// It is no longer there.
    Removed,
    /// It has another name or place.
    Renamed,
    /// It is something else.
    Changed,
}

/// Whether code that compiles today still does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It does.
    Compatible,
    /// It may not.
    Breaking,
}

/// How far semantic versioning asks the version to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Nowhere.
    None,
    /// The API version alone is another: a patch.
    Version,
    /// Something is new: a minor, below 1.0 a patch.
    Addition,
    /// Something breaks: a major, below 1.0 a minor.
    Breaking,
}

impl Change {
    /// Whether it breaks requests or responses.
    #[must_use]
    pub fn is_breaking(&self) -> bool {
        self.requests.max(self.responses) == Some(Effect::Breaking)
    }
}

impl Diff {
    /// Whether nothing has changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.old_version == self.new_version
    }

    /// The changes that break code.
    pub fn breaking(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.is_breaking())
    }

    /// The step that the version has to make.
    #[must_use]
    pub fn step(&self) -> Step {
        if self.breaking().next().is_some() {
            Step::Breaking
        } else if !self.changes.is_empty() {
            Step::Addition
        } else if self.old_version != self.new_version {
            Step::Version
        } else {
            Step::None
        }
    }
}

impl Step {
    /// The version after `[major, minor, patch]`.
    #[must_use]
    pub fn next(self, [major, minor, patch]: [u64; 3]) -> [u64; 3] {
        match (self, major) {
            (Self::None, _) => [major, minor, patch],
            (Self::Version, _) | (Self::Addition, 0) => [major, minor, patch + 1],
            (Self::Addition, _) | (Self::Breaking, 0) => [major, minor + 1, 0],
            (Self::Breaking, _) => [major + 1, 0, 0],
        }
    }
}

/// Compares two specs, JSON or YAML, full or subsets.
///
/// # Errors
///
/// Returns all that is wrong with either of them; the diagnostics are said of `old spec` and
/// `new spec`.
pub fn diff(old_spec: &str, new_spec: &str) -> Result<Diff, Diagnostics> {
    let read = |spec: &str, name: &str| {
        generate::on_a_large_stack(|| generate::lower(spec))
            .map(|lowered| lowered.api)
            .map_err(|wrong| wrong.in_file(name))
    };
    match (read(old_spec, "old spec"), read(new_spec, "new spec")) {
        (Ok(old), Ok(new)) => Ok(compare(&old, &new)),
        (old, new) => {
            let found = [old.err(), new.err()].into_iter().flatten();
            Err(found.flat_map(Vec::from).collect::<Vec<_>>().into())
        }
    }
}

fn compare(old: &Api, new: &Api) -> Diff {
    let mut compare = Compare {
        old,
        new,
        pairs: Pairs::find(old, new),
        old_sides: Sides::of(old),
        new_sides: Sides::of(new),
        found: BTreeSet::new(),
    };
    compare.operations();
    compare.services();
    compare.events();
    compare.types();
    Diff {
        old_version: old.version.clone(),
        new_version: new.version.clone(),
        changes: compare.found.into_iter().collect(),
    }
}

/// A comparison under way.
struct Compare<'a> {
    old: &'a Api,
    new: &'a Api,
    pairs: Pairs,
    old_sides: Sides,
    new_sides: Sides,
    found: BTreeSet<Change>,
}

/// Whom a change concerns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Concerns {
    requests: bool,
    responses: bool,
}

impl Concerns {
    const REQUESTS: Self = Self {
        requests: true,
        responses: false,
    };
    const RESPONSES: Self = Self {
        requests: false,
        responses: true,
    };
    const BOTH: Self = Self {
        requests: true,
        responses: true,
    };

    fn or(self, other: Self) -> Self {
        Self {
            requests: self.requests || other.requests,
            responses: self.responses || other.responses,
        }
    }
}

/// Where a change is, and what it is about.
#[derive(Clone, Copy)]
struct At<'a> {
    place: &'a str,
    pointer: &'a str,
    concerns: Concerns,
}

impl Compare<'_> {
    fn note(
        &mut self,
        at: At<'_>,
        (subject, name): (Subject, &str),
        action: Action,
        effect: Effect,
        what: impl Into<String>,
    ) {
        self.found.insert(Change {
            place: at.place.to_owned(),
            subject,
            name: name.to_owned(),
            action,
            what: what.into(),
            requests: at.concerns.requests.then_some(effect),
            responses: at.concerns.responses.then_some(effect),
            pointer: at.pointer.to_owned(),
        });
    }

    /// Compares the features that something needs.
    fn needs(&mut self, at: At<'_>, about: (Subject, &str), old: &Features, new: &Features) {
        if old == new {
            return;
        }
        let is_wider = new.is_empty() || !old.is_empty() && new.is_superset(old);
        let effect = if is_wider {
            Effect::Compatible
        } else {
            Effect::Breaking
        };
        self.note(
            at,
            about,
            Action::Changed,
            effect,
            format!("{}, was {}", with(new), with(old)),
        );
    }
}

/// Under which features something is there.
fn with(features: &Features) -> String {
    let names: Vec<String> = features.iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => "always there".to_owned(),
        [one] => format!("there with the feature {one}"),
        several => format!("there with one of the features {}", several.join(", ")),
    }
}

/// What is in the first of two lists only, in both, and in the second only, by key.
fn sorted_apart<'a, T, K: PartialEq>(
    old: &'a [T],
    new: &'a [T],
    key: impl Fn(&T) -> K,
) -> (Vec<&'a T>, Vec<(&'a T, &'a T)>, Vec<&'a T>) {
    let mut removed = Vec::new();
    let mut both = Vec::new();
    for item in old {
        match new.iter().find(|other| key(other) == key(item)) {
            Some(other) => both.push((item, other)),
            None => removed.push(item),
        }
    }
    let added = new
        .iter()
        .filter(|item| old.iter().all(|other| key(other) != key(item)));
    (removed, both, added.collect())
}
