//! The result of a comparison: the changes, and the step of the version.

use serde::Serialize;

use super::cause::{By, Cause};

/// The differences between two specs, as users of the crate see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// The API version of the old spec.
    pub old_version: String,
    /// The API version of the new spec.
    pub new_version: String,
    /// All changes, sorted by place.
    pub changes: Vec<Change>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    /// The path or call in Rust: the new one, or the old one if it was removed.
    pub place: String,
    /// The kind of thing that changed.
    pub subject: Subject,
    /// The name of the thing in the spec, such as that of a field, parameter or value.
    pub name: String,
    /// The kind of change.
    pub action: Action,
    /// What users notice.
    pub what: String,
    /// The effect on senders of requests; `None` if they are not affected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests: Option<Effect>,
    /// The effect on readers of responses; `None` if they are not affected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub responses: Option<Effect>,
    /// The place in the new spec, or in the old one if it was removed.
    pub pointer: String,
    /// Who made it; `None` if it breaks nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
}

/// The kind of thing that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A method of the client, with its builder and response.
    Operation,
    /// A parameter of an operation, or of an object in its request.
    Parameter,
    /// A field of an object in a response.
    Field,
    /// A value of an enum, an alternative of a union, or an option of a choice.
    Value,
    /// A type of webhook event.
    Event,
    /// A whole type.
    Type,
}

/// The kind of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is new.
    Added,
    /// It was removed.
    Removed,
    /// It has another name or place.
    Renamed,
    /// Something else about it changed.
    Changed,
}

/// Whether existing code still compiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It compiles.
    Compatible,
    /// It may not compile.
    Breaking,
}

/// The step of the version that semantic versioning requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// No step.
    None,
    /// Only the API version changed: a patch.
    Version,
    /// Something was added: a minor version, or a patch below 1.0.
    Addition,
    /// Something breaks: a major version, or a minor one below 1.0.
    Breaking,
}

impl Change {
    /// Returns whether the change breaks something that upstream did not change.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.cause.as_ref().is_some_and(|cause| cause.by == By::Us)
    }

    /// Returns whether the change breaks requests or responses.
    #[must_use]
    pub fn is_breaking(&self) -> bool {
        self.requests.max(self.responses) == Some(Effect::Breaking)
    }
}

impl Diff {
    /// Returns whether there are no changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.old_version == self.new_version
    }

    /// Returns the changes that break code.
    pub fn breaking(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.is_breaking())
    }

    /// Returns the step of the version.
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
    /// Returns the version after `[major, minor, patch]`.
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
