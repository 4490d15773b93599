//! Names new places by rule.
//!
//! The rules need not be stable, since a name is recorded when it is given. A new place gets the
//! type of its neighbours, or a type with the same property, title and structure, or a new type
//! with the shortest clear name.

mod candidates;
mod follow;
mod group;

pub(crate) use follow::counterparts;

use super::types::{PlaceId, Types};
use super::ways::Way;
use crate::names::Names;
use crate::naming;
use group::Groups;
use std::collections::{BTreeMap, BTreeSet};

/// Words that are too general without the name of their owner.
const GENERIC: &[&str] = &[
    "code", "data", "detail", "details", "error", "feature", "filter", "item", "kind", "method",
    "mode", "name", "option", "options", "param", "params", "reason", "result", "setting",
    "settings", "source", "state", "status", "type", "value", "version",
];

/// A change that completing made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Note {
    /// A place no longer fits its type, and gets a type of its own.
    Apart {
        /// The place.
        place: String,
        /// The old type, as `module::Name`.
        from: String,
        /// The reason.
        why: String,
    },
    /// A type was removed, since all its places are gone.
    Removed {
        /// The type, as `module::Name`.
        name: String,
    },
    /// A place was removed.
    Gone {
        /// The place.
        place: String,
        /// The type, as `module::Name`.
        from: String,
    },
    /// A place was removed, and a new one took its position.
    Followed {
        /// The removed place.
        from: String,
        /// The new place.
        place: String,
        /// The type of both, as `module::Name`.
        to: String,
    },
    /// A new place got an existing type.
    Joined {
        /// The place.
        place: String,
        /// The type, as `module::Name`.
        to: String,
    },
    /// A place got a new type.
    New {
        /// The place.
        place: String,
        /// The type, as `module::Name`.
        to: String,
    },
    /// Something is kept, although the rules would change it.
    Kept {
        /// What is kept, and what it would be.
        what: String,
    },
}

/// The spec before, with its names.
pub(crate) struct Before<'a> {
    pub(crate) types: &'a Types,
    pub(crate) names: &'a Names,
    /// The modules and names of its services; new types do not take these.
    pub(crate) services: &'a BTreeSet<(String, String)>,
}

/// Places that can't have a type, with the reason.
#[derive(Default)]
pub(super) struct Apart(BTreeMap<(String, (String, String)), String>);

impl Apart {
    pub(super) fn add(&mut self, place: &str, module: &str, name: &str, why: String) {
        let ty = (module.to_owned(), name.to_owned());
        self.0.entry((place.to_owned(), ty)).or_insert(why);
    }

    fn has(&self, place: &str, ty: &(String, String)) -> bool {
        self.0.contains_key(&(place.to_owned(), ty.clone()))
    }

    /// Returns whether a place was split from a type.
    fn is_alone(&self, place: &str) -> bool {
        let mut all = self.0.keys();
        all.any(|(alone, _)| alone == place)
    }

    fn take_out(&self, names: &mut Names) {
        for (place, (module, name)) in self.0.keys() {
            let entry = names
                .modules
                .get_mut(module)
                .and_then(|types| types.get_mut(name));
            if let Some(entry) = entry {
                entry.at.retain(|known| known != place);
            }
        }
    }

    pub(super) fn notes(&self) -> impl Iterator<Item = Note> {
        self.0
            .iter()
            .map(|((place, (module, name)), why)| Note::Apart {
                place: place.clone(),
                from: format!("{module}::{name}"),
                why: why.clone(),
            })
    }
}

/// Names all places without a name, and removes places that are gone.
pub(super) fn complete(
    types: &Types,
    ways: &[Way],
    names: &Names,
    before: Option<&Before<'_>>,
    apart: &Apart,
) -> (Names, Vec<Note>) {
    let mut names = names.clone();
    let mut notes = Vec::new();
    if let Some(before) = before {
        follow::follow(types, before, &mut names, &mut notes);
    }
    forget(types, &mut names, &mut notes);
    apart.take_out(&mut names);
    let groups = Groups::of(types, &names, apart);
    candidates::name(types, ways, groups, before, &mut names, &mut notes);
    notes.sort();
    (names, notes)
}

/// Removes places that are gone.
fn forget(types: &Types, names: &mut Names, notes: &mut Vec<Note>) {
    for (module, entries) in &mut names.modules {
        entries.retain(|name, entry| {
            let from = format!("{module}::{name}");
            entry.at.retain(|place| {
                let is_there = types.find(place).is_some();
                if !is_there {
                    notes.push(Note::Gone {
                        place: place.clone(),
                        from: from.clone(),
                    });
                }
                is_there
            });
            if entry.at.is_empty() {
                notes.push(Note::Removed { name: from });
            }
            !entry.at.is_empty()
        });
    }
    names.modules.retain(|_, entries| !entries.is_empty());
    let calls: std::collections::BTreeSet<String> =
        types.calls.iter().map(|typed| typed.call.place()).collect();
    names.calls.retain(|place, _| calls.contains(place));
    names
        .events
        .retain(|event, _| types.events.iter().any(|known| known.value == *event));
}

/// Returns the places in the order of naming: users of a type before the type.
fn in_order(types: &Types) -> Vec<PlaceId> {
    use super::types::User;
    let mut distance = vec![usize::MAX; types.places.len()];
    let mut below: Vec<Vec<PlaceId>> = vec![Vec::new(); types.places.len()];
    let mut level: Vec<PlaceId> = Vec::new();
    for id in types.ids() {
        let placed = types.get(id);
        let mut is_root = placed.is_resource;
        for (user, _) in &placed.users {
            match user {
                User::Place(user) => below[user.0].push(id),
                User::Call(_) | User::Events => is_root = true,
            }
        }
        if is_root {
            distance[id.0] = 0;
            level.push(id);
        }
    }
    let mut next = 1;
    while !level.is_empty() {
        let mut further = Vec::new();
        for id in level {
            for below in &below[id.0] {
                if distance[below.0] == usize::MAX {
                    distance[below.0] = next;
                    further.push(*below);
                }
            }
        }
        level = further;
        next += 1;
    }
    let mut order: Vec<PlaceId> = types.ids().collect();
    order.sort_by_key(|id| {
        let placed = types.get(*id);
        (!placed.is_resource, distance[id.0], &placed.place)
    });
    order
}

/// Returns whether a property is too general to name a type.
fn is_generic(property: &str) -> bool {
    GENERIC.contains(&property) || GENERIC.contains(&naming::singular(property).as_str())
}
