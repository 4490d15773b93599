//! What a comparison finds: changes, and the step that the version has to make for them.

use serde::Serialize;

use super::cause::{By, Cause};

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
    /// Who made it; none when nothing breaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
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
    /// Whether it breaks something that upstream left as it was.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.cause.as_ref().is_some_and(|cause| cause.by == By::Us)
    }

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
