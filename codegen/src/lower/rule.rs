//! types × names → names: what new places are called.
//!
//! How clever this is does not matter for stability: a name is given once, and written down. A new
//! place is of the type that its neighbours say it is, or of one that it agrees with in property,
//! title and shape, or gets a name of its own: the shortest that says what it is.

mod candidates;
mod follow;
mod group;

pub(crate) use follow::counterparts;

use super::types::{PlaceId, Types};
use super::ways::Way;
use crate::names::Names;
use group::Groups;
use std::collections::{BTreeMap, BTreeSet};

/// What completing names did.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Note {
    /// A place no longer fits the type it was of, and has one of its own.
    Apart {
        /// The place.
        place: String,
        /// The type, as `module::Name`.
        from: String,
        /// What does not fit.
        why: String,
    },
    /// A type is gone, since all of its places are.
    Removed {
        /// The type, as `module::Name`.
        name: String,
    },
    /// A place is gone.
    Gone {
        /// The place.
        place: String,
        /// The type, as `module::Name`.
        from: String,
    },
    /// A place is gone, and another one stands where it stood.
    Followed {
        /// The place that is gone.
        from: String,
        /// The place that is new.
        place: String,
        /// The type of both, as `module::Name`.
        to: String,
    },
    /// A new place is of a type that was there.
    Joined {
        /// The place.
        place: String,
        /// The type, as `module::Name`.
        to: String,
    },
    /// A place is of a type that is new.
    New {
        /// The place.
        place: String,
        /// The type, as `module::Name`.
        to: String,
    },
    /// Something stays as it was, against the rule.
    Kept {
        /// What, and instead of what.
        what: String,
    },
}

/// A spec as it was, with the names that it had.
pub(crate) struct Before<'a> {
    pub(crate) types: &'a Types,
    pub(crate) names: &'a Names,
    /// The modules and names of its services, which no new type takes.
    pub(crate) services: &'a BTreeSet<(String, String)>,
}

/// Places that can't be of a type, with the reason.
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

    /// Whether a place was taken out of a type.
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

/// Names all places that have no name; takes out those that are gone.
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

/// Takes out what is gone.
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

/// The places in the order in which they are named: what uses a type before the type.
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
