//! Keeps the type of places that moved.

use super::group::same_kind;
use super::{Before, Note};
use crate::lower::types::{Member, PlaceId, Types, User};
use crate::names::Names;
use std::collections::BTreeMap;

/// Gives a new place the type of the old place at the same position.
pub(super) fn follow(types: &Types, before: &Before<'_>, names: &mut Names, notes: &mut Vec<Note>) {
    let mut moves: BTreeMap<String, String> = BTreeMap::new();
    let named = before.names.by_place();
    let has_name = |place: &str| named.contains_key(place);
    for id in types.ids() {
        let placed = types.get(id);
        if let Some(old) = before.types.find(&placed.place) {
            // The place became, or was, the only alternative.
            if same_kind(before.types.get(old), placed) {
                continue;
            }
            let arms = |types: &Types| -> Vec<PlaceId> {
                let arms = types.get(types.find(&placed.place).expect("it is there"));
                arms.shape
                    .parts()
                    .iter()
                    .flat_map(|(_, ty)| ty.named().collect::<Vec<_>>())
                    .collect()
            };
            let was = before.types.get(old);
            for arm in arms(types) {
                let arm = types.get(arm);
                if same_kind(was, arm) && !has_name(&arm.place) {
                    moves.insert(arm.place.clone(), was.place.clone());
                }
            }
            for arm in arms(before.types) {
                let arm = before.types.get(arm);
                if same_kind(arm, placed) && types.find(&arm.place).is_none() {
                    moves.insert(placed.place.clone(), arm.place.clone());
                }
            }
            // The place has another type now in any case.
            moves.entry(placed.place.clone()).or_default();
        } else if !has_name(&placed.place)
            && let Some(old) = stood_there(types, id, before.types, |user| {
                same(types, before.types, user)
            })
        {
            moves.insert(placed.place.clone(), before.types.get(old).place.clone());
        }
    }
    let mut targets: Vec<(String, String, String)> = Vec::new();
    for (place, from) in moves {
        if let Some((module, name)) = named.get(from.as_str()) {
            targets.push((place.clone(), (*module).to_owned(), (*name).to_owned()));
            names.comments.follow(&from, &place);
            notes.push(Note::Followed {
                from: from.clone(),
                place: place.clone(),
                to: format!("{module}::{name}"),
            });
        }
        if let Some((module, name)) = named.get(place.as_str()) {
            let entry = names.entry(module, name);
            entry.at.retain(|known| *known != place);
        }
    }
    for (place, module, name) in targets {
        names.entry(&module, &name).at.push(place);
    }
}

/// Returns the former place of each place: the same one, or the one at the same position.
pub(crate) fn counterparts(old: &Types, new: &Types) -> Vec<Option<PlaceId>> {
    let mut found: Vec<Option<PlaceId>> = new.ids().map(|id| same(new, old, id)).collect();
    loop {
        let moved: Vec<(PlaceId, PlaceId)> = new
            .ids()
            .filter(|id| found[id.0].is_none())
            .filter_map(|id| Some((id, stood_there(new, id, old, |user| found[user.0])?)))
            .collect();
        if moved.is_empty() {
            return found;
        }
        for (id, was) in moved {
            found[id.0] = Some(was);
        }
    }
}

/// Returns the same place in another spec.
fn same(types: &Types, other: &Types, id: PlaceId) -> Option<PlaceId> {
    other.find(&types.get(id).place)
}

/// Returns the removed place at the same position: the same member of the same user. `was` finds
/// the user in the old spec.
fn stood_there(
    types: &Types,
    id: PlaceId,
    before: &Types,
    was: impl Fn(PlaceId) -> Option<PlaceId>,
) -> Option<PlaceId> {
    let placed = types.get(id);
    placed.users.iter().find_map(|(user, _)| {
        let (now, then) = match user {
            User::Place(user) => (parts(types, *user), parts(before, was(*user)?)),
            User::Call(at) => {
                let place = types.calls[*at].call.place();
                let mut calls = before.calls.iter();
                let old = calls.find(|typed| typed.call.place() == place)?;
                let of = |members: &[&Member]| -> Vec<(String, Vec<PlaceId>)> {
                    let members = members.iter();
                    members
                        .map(|m| (m.name.clone(), m.ty.named().collect()))
                        .collect()
                };
                let now = &types.calls[*at];
                let mut now_parts = of(&now.members().collect::<Vec<_>>());
                let mut old_parts = of(&old.members().collect::<Vec<_>>());
                now_parts.push(("=".to_owned(), now.output.named().collect()));
                old_parts.push(("=".to_owned(), old.output.named().collect()));
                (now_parts, old_parts)
            }
            User::Events => return None,
        };
        now.iter().find_map(|(member, inner)| {
            let at = inner.iter().position(|inner| *inner == id)?;
            let (_, old) = then.iter().find(|(other, _)| other == member)?;
            let old = *old.get(at)?;
            let was = before.get(old);
            let is_gone = types.find(&was.place).is_none();
            (is_gone && same_kind(was, placed)).then_some(old)
        })
    })
}

fn parts(types: &Types, id: PlaceId) -> Vec<(String, Vec<PlaceId>)> {
    let parts = types.get(id).shape.parts();
    let parts = parts.iter();
    parts
        .map(|(member, ty)| ((*member).to_owned(), ty.named().collect()))
        .collect()
}
