//! Finds who made a change: upstream, by a change of the spec, or we, by a change of names,
//! features or marks.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::ir::{Spelling, Ty};
use crate::lower::{Alternative, Member, PlaceId, Shape, Types};

/// The cause of a breaking change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Cause {
    /// Who made the change.
    pub by: By,
    /// The place in the spec, in the notation of names.yaml.
    pub place: String,
}

/// Who made a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Upstream: the spec is different.
    Upstream,
    /// We: the spec is the same, but a name, module, feature or mark of ours is different.
    Us,
}

/// Both specs, place by place.
pub(super) struct Causes<'a> {
    pub(super) old: &'a Types,
    pub(super) new: &'a Types,
}

impl Causes<'_> {
    /// Returns who changed a member at these places.
    pub(super) fn member(&self, places: &[String], name: &str) -> Cause {
        self.first(places, |old, new| {
            let (old, new) = (old.get(name), new.get(name));
            match (old, new) {
                (None, None) => None,
                (old, new) => (old != new).then(|| name.to_owned()),
            }
        })
    }

    /// Returns who changed anything at these places.
    pub(super) fn any(&self, places: &[String]) -> Cause {
        self.first(places, |old, new| {
            let names = old.keys().chain(new.keys());
            { names }
                .find(|name| old.get(*name) != new.get(*name))
                .cloned()
        })
    }

    /// Returns who removed these places.
    pub(super) fn gone(&self, places: &[String]) -> Cause {
        let is_there = |place: &&String| facts(self.new, place).is_some();
        match places.iter().find(is_there) {
            Some(place) => by(By::Us, place),
            None => by(By::Upstream, places.first().map_or("", String::as_str)),
        }
    }

    fn first(
        &self,
        places: &[String],
        changed: impl Fn(&Facts, &Facts) -> Option<String>,
    ) -> Cause {
        for place in places {
            match (facts(self.old, place), facts(self.new, place)) {
                (Some(old), Some(new)) => {
                    if let Some(member) = changed(&old, &new) {
                        return by(By::Upstream, format!("{place} {member}").trim_end());
                    }
                }
                (Some(_), None) => return by(By::Upstream, place),
                _ => {}
            }
        }
        by(By::Us, places.first().map_or("", String::as_str))
    }
}

pub(super) fn by(by: By, place: &str) -> Cause {
    Cause {
        by,
        place: place.to_owned(),
    }
}

/// The properties of a place in the spec, by member. Our own marks are not part of it.
type Facts = BTreeMap<String, String>;

fn facts(types: &Types, place: &str) -> Option<Facts> {
    let mut facts = Facts::new();
    let mut spelled = Places(types);
    if let Some(id) = types.find(place) {
        let shape = &types.get(id).shape;
        facts.insert(String::new(), shape.word().to_owned());
        members(shape.members(), &mut spelled, &mut facts);
        match shape {
            Shape::Object { open, .. } => _ = facts.insert("extra".to_owned(), open.to_string()),
            Shape::Enum(words) => {
                facts.extend(words.iter().map(|word| (word.value.clone(), String::new())));
            }
            Shape::Union(arms) => {
                facts.extend(
                    arms.iter()
                        .map(|arm| (arm.told_by(), arm.component.clone())),
                );
            }
            Shape::Choice(options) => facts.extend(options.iter().map(|option| match option {
                Alternative::Word(word) => (word.value.clone(), String::new()),
                Alternative::Typed { arm, ty, .. } => (format!("|{arm}"), ty.spell(&mut spelled)),
            })),
            Shape::Params(_) => {}
        }
        return Some(facts);
    }
    let call = types
        .calls
        .iter()
        .find(|typed| typed.call.place() == place)?;
    members(&call.query, &mut spelled, &mut facts);
    members(&call.body, &mut spelled, &mut facts);
    // The names of placeholders do not affect users.
    for (at, member) in call.path_params.iter().enumerate() {
        let ty = member.ty.spell(&mut spelled);
        facts.insert(format!(":{at}"), ty.clone());
        facts.insert(member.name.clone(), ty);
    }
    facts.insert("=".to_owned(), call.output.spell(&mut spelled));
    Some(facts)
}

fn members(members: &[Member], spelled: &mut Places<'_>, facts: &mut Facts) {
    for member in members {
        let ty = member.ty.spell(spelled);
        let fact = format!("{} {} {ty}", member.required, member.nullable);
        facts.insert(member.name.clone(), fact);
    }
}

/// Types by their places.
struct Places<'a>(&'a Types);

impl Spelling<PlaceId> for Places<'_> {
    fn named(&mut self, id: PlaceId) -> String {
        self.0.get(id).place.clone()
    }

    fn id(&mut self, id: PlaceId) -> String {
        format!("{} id", self.0.get(id).place)
    }
}

/// Converts the types of a member from places to the types of an API.
pub(super) fn in_api(ty: &Ty<PlaceId>, of: &[crate::ir::TypeId]) -> Ty {
    ty.map(&mut |id: PlaceId| of[id.0])
}
