//! Compares two specs, and reports what users of the crate notice.
//!
//! Both specs are lowered, and the resulting Rust APIs are compared. What does not affect the
//! API, such as documentation and the order of keys, is not a change.

mod cause;
mod change;
mod difference;
mod members;
mod operations;
mod pairs;
mod params;
mod render;
mod sides;
mod types;
mod unseen;

use std::collections::{BTreeSet, HashSet};

use self::cause::Causes;
use self::pairs::Pairs;
use self::sides::Sides;
use crate::error::Diagnostics;
use crate::generate;
use crate::ir::{Api, Features, TypeId};
use crate::lower::{self, Lowered, Types};
use crate::names::Names;
use crate::stack::on_a_large_stack;

pub use self::cause::{By, Cause};
pub use self::change::{Action, Change, Diff, Effect, Step, Subject};

/// A spec to compare, with its names file.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    /// The text of the spec, JSON or YAML, full or a subset.
    pub spec: &'a str,
    /// The text of its names file. Without one, a new spec gets the names of the old one,
    /// completed as an update does, and an old spec gets names by rule.
    pub names: Option<&'a str>,
}

impl<'a> From<&'a str> for Version<'a> {
    fn from(spec: &'a str) -> Self {
        Self { spec, names: None }
    }
}

impl<'a> From<&'a String> for Version<'a> {
    fn from(spec: &'a String) -> Self {
        Self::from(spec.as_str())
    }
}

/// Compares two specs.
///
/// # Errors
///
/// Returns all problems of both specs. Their diagnostics have `old spec` or `new spec` as their
/// file.
pub fn diff<'a>(
    old: impl Into<Version<'a>>,
    new: impl Into<Version<'a>>,
) -> Result<Diff, Diagnostics> {
    let (old, new) = (old.into(), new.into());
    on_a_large_stack(|| between(old, new))
}

fn between(old: Version<'_>, new: Version<'_>) -> Result<Diff, Diagnostics> {
    let of_old = |wrong: Diagnostics| wrong.in_file("old spec");
    let of_new = |wrong: Diagnostics| wrong.in_file("new spec");
    let names = |version: Version<'_>| version.names.map(Names::read).transpose();
    let read = |version: Version<'_>| Ok((generate::read(version.spec)?, names(version)?));
    let ((old, old_names), (new, new_names)) =
        match (read(old).map_err(of_old), read(new).map_err(of_new)) {
            (Ok(old), Ok(new)) => (old, new),
            (old, new) => {
                let found = [old.err(), new.err()].into_iter().flatten();
                return Err(found.flat_map(Vec::from).collect::<Vec<_>>().into());
            }
        };
    let old_names = lower::complete(&old, &old_names.unwrap_or_default(), None);
    let old_names = old_names.map_err(of_old)?.names;
    let new_names = match new_names {
        Some(names) => lower::complete(&new, &names, None),
        None => lower::complete(&new, &old_names, Some(&old)),
    };
    let new_names = new_names.map_err(of_new)?.names;
    Ok(compare(
        &lower::lower(old, &old_names).map_err(of_old)?,
        &lower::lower(new, &new_names).map_err(of_new)?,
    ))
}

pub(crate) fn compare(old: &Lowered, new: &Lowered) -> Diff {
    let mut compare = Compare {
        old: &old.api,
        new: &new.api,
        pairs: Pairs::find(&old.api, &new.api),
        old_sides: Sides::of(&old.api),
        new_sides: Sides::of(&new.api),
        causes: Causes {
            old: &old.types,
            new: &new.types,
        },
        old_of: of_places(old),
        new_of: of_places(new),
        found: BTreeSet::new(),
        seen: HashSet::new(),
    };
    compare.operations();
    compare.services();
    compare.events();
    compare.types();
    compare.unseen();
    Diff {
        old_version: old.api.version.clone(),
        new_version: new.api.version.clone(),
        changes: compare.found.into_iter().collect(),
    }
}

/// Returns the type of each place.
fn of_places(lowered: &Lowered) -> Vec<TypeId> {
    let types: &Types = &lowered.types;
    let mut of = vec![TypeId(usize::MAX); types.places.len()];
    for (at, ty) in lowered.api.types.iter().enumerate() {
        for id in ty.places.iter().filter_map(|place| types.find(place)) {
            of[id.0] = TypeId(at);
        }
    }
    of
}

/// The state of a comparison.
struct Compare<'a> {
    old: &'a Api,
    new: &'a Api,
    pairs: Pairs,
    old_sides: Sides,
    new_sides: Sides,
    causes: Causes<'a>,
    /// The type of each place of the old spec.
    old_of: Vec<TypeId>,
    new_of: Vec<TypeId>,
    found: BTreeSet<Change>,
    /// The places and members with a recorded break.
    seen: HashSet<(String, String)>,
}

/// Who is affected by a change: senders of requests, readers of responses, or both.
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

/// The place and subject of a change.
#[derive(Clone, Copy)]
struct At<'a> {
    place: &'a str,
    pointer: &'a str,
    concerns: Concerns,
    /// The places in the spec.
    spec: &'a [String],
}

impl Compare<'_> {
    /// Records a change of a member of `at`.
    fn note(
        &mut self,
        at: At<'_>,
        (subject, name): (Subject, &str),
        action: Action,
        effect: Effect,
        what: impl Into<String>,
    ) {
        let cause = (effect == Effect::Breaking).then(|| self.causes.member(at.spec, name));
        self.note_with(at, (subject, name), action, effect, what, cause);
    }

    fn note_with(
        &mut self,
        at: At<'_>,
        (subject, name): (Subject, &str),
        action: Action,
        effect: Effect,
        what: impl Into<String>,
        cause: Option<Cause>,
    ) {
        if effect == Effect::Breaking {
            let member = if subject == Subject::Type { "" } else { name };
            let seen = at
                .spec
                .iter()
                .map(|place| (place.clone(), member.to_owned()));
            self.seen.extend(seen);
        }
        self.found.insert(Change {
            cause,
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

    /// Compares the features that a thing needs.
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
        let what = format!("{}, was {}", with(new), with(old));
        let cause = (effect == Effect::Breaking)
            .then(|| cause::by(By::Us, at.spec.first().map_or("", String::as_str)));
        self.note_with(at, about, Action::Changed, effect, what, cause);
    }
}

/// Describes the features that a thing needs.
fn with(features: &Features) -> String {
    let names: Vec<String> = features.iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => "always there".to_owned(),
        [one] => format!("there with the feature {one}"),
        several => format!("there with one of the features {}", several.join(", ")),
    }
}

/// Splits two lists by key: items only in the first, in both, and only in the second.
fn sorted_apart<'a, T, K: PartialEq>(
    old: &'a [T],
    new: &'a [T],
    key: impl Fn(&'a T) -> K,
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
