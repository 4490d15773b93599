//! Who made a change: upstream, in a place of the spec, or we, by what we call things.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::ir::{Spelling, Ty};
use crate::lower::{Alternative, Member, PlaceId, Shape, Types};

/// Who made a breaking change, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Cause {
    /// Who made it.
    pub by: By,
    /// The place in the spec, in the notation of names.yaml.
    pub place: String,
}

/// Who makes changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The spec has it otherwise.
    Upstream,
    /// The spec has it as before: a name, a module, a feature, a mark of ours is another.
    Us,
}

/// Two specs, place by place.
pub(super) struct Causes<'a> {
    pub(super) old: &'a Types,
    pub(super) new: &'a Types,
}

impl Causes<'_> {
    /// Who changed a member of what is at these places.
    pub(super) fn member(&self, places: &[String], name: &str) -> Cause {
        self.first(places, |old, new| {
            let (old, new) = (old.get(name), new.get(name));
            match (old, new) {
                (None, None) => None,
                (old, new) => (old != new).then(|| name.to_owned()),
            }
        })
    }

    /// Who changed what is at these places, in whatever way.
    pub(super) fn any(&self, places: &[String]) -> Cause {
        self.first(places, |old, new| {
            let names = old.keys().chain(new.keys());
            { names }
                .find(|name| old.get(*name) != new.get(*name))
                .cloned()
        })
    }

    /// Who took away what was at these places.
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

/// What a place is, member by member, in terms of the spec alone. Marks of ours are none of it.
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
    // What placeholders are called shows nowhere.
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

/// The types that a member names, in terms of one API.
pub(super) fn in_api(ty: &Ty<PlaceId>, of: &[crate::ir::TypeId]) -> Ty {
    ty.map(&mut |id: PlaceId| of[id.0])
}
