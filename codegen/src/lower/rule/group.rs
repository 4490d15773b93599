//! Groups places that are one type.

use super::Apart;
use crate::ir::{Spelling, Ty};
use crate::lower::types::{Alternative, Direction, PlaceId, Placed, Shape, Types, User};
use crate::names::Names;
use std::collections::HashMap;
use std::mem::{Discriminant, discriminant};

/// An index into [`Groups::groups`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct GroupId(pub(super) usize);

/// The places of one type.
pub(super) struct Group {
    /// The module and name, if it has one.
    pub(super) name: Option<(String, String)>,
    /// The existing places before the new ones.
    pub(super) places: Vec<PlaceId>,
    pub(super) new: Vec<PlaceId>,
}

pub(super) struct Groups {
    pub(super) groups: Vec<Group>,
    pub(super) of: Vec<Option<GroupId>>,
}

/// The properties that two places must share to be one type.
#[derive(PartialEq, Eq, Hash)]
struct Likeness {
    /// `None` for a string enum, which is the same in both directions.
    direction: Option<Direction>,
    word: String,
    shape: String,
}

/// A member of a group, and the index of the type within it.
type Step = (GroupId, String, usize);

impl Groups {
    /// Groups the named places, and adds the others to them or to new groups.
    pub(super) fn of(types: &Types, names: &Names, apart: &Apart) -> Self {
        let mut groups = Self {
            groups: Vec::new(),
            of: vec![None; types.places.len()],
        };
        for (module, name, entry) in names.types() {
            let places: Vec<PlaceId> = entry.at.iter().filter_map(|at| types.find(at)).collect();
            let id = groups.add(Some((module.to_owned(), name.to_owned())));
            for place in &places {
                groups.of[place.0] = Some(id);
            }
            groups.groups[id.0].places = places;
        }
        groups.rest(types, apart);
        groups
    }

    fn add(&mut self, name: Option<(String, String)>) -> GroupId {
        self.groups.push(Group {
            name,
            places: Vec::new(),
            new: Vec::new(),
        });
        GroupId(self.groups.len() - 1)
    }

    fn rest(&mut self, types: &Types, apart: &Apart) {
        let mut shapes = Shapes {
            types,
            known: HashMap::new(),
        };
        let mut alike: HashMap<Likeness, GroupId> = HashMap::new();
        let mut below: HashMap<Step, GroupId> = HashMap::new();
        for id in types.ids() {
            if let Some(group) = self.of[id.0] {
                if let Some(likeness) = shapes.likeness(id) {
                    alike.entry(likeness).or_insert(group);
                }
                self.note_below(types, id, &mut below);
            }
        }
        for id in super::in_order(types) {
            if self.of[id.0].is_some() {
                continue;
            }
            let likeness = shapes.likeness(id);
            let place = &types.get(id).place;
            // Places that were split from a type stay alone. A group without a name may still get
            // the name of that type.
            let may = |group: &GroupId| match &self.groups[group.0].name {
                Some(name) => !apart.has(place, name),
                None => !apart.is_alone(place),
            };
            let group = self
                .by_users(types, id, &below)
                .filter(may)
                .or_else(|| alike.get(likeness.as_ref()?).copied().filter(may));
            let group = group.unwrap_or_else(|| self.add(None));
            self.of[id.0] = Some(group);
            self.groups[group.0].new.push(id);
            if let Some(likeness) = likeness {
                alike.entry(likeness).or_insert(group);
            }
            for (user, _) in &types.get(id).users {
                if let User::Place(user) = user {
                    self.note_below(types, *user, &mut below);
                }
            }
            self.note_below(types, id, &mut below);
        }
    }

    /// Records the types of a place's members.
    fn note_below(&self, types: &Types, id: PlaceId, below: &mut HashMap<Step, GroupId>) {
        let Some(group) = self.of[id.0] else { return };
        for (member, ty) in types.get(id).shape.parts() {
            for (at, inner) in ty.named().enumerate() {
                if let Some(inner) = self.of[inner.0] {
                    below.entry((group, member.to_owned(), at)).or_insert(inner);
                }
            }
        }
    }

    /// Returns the type that the same member has at another place of its user's type.
    fn by_users(
        &self,
        types: &Types,
        id: PlaceId,
        below: &HashMap<Step, GroupId>,
    ) -> Option<GroupId> {
        let mut found: Vec<GroupId> = Vec::new();
        for (user, _) in &types.get(id).users {
            let User::Place(user) = user else { continue };
            let Some(group) = self.of[user.0] else {
                continue;
            };
            for (member, ty) in types.get(*user).shape.parts() {
                let at = ty.named().position(|inner| inner == id);
                found.extend(at.and_then(|at| below.get(&(group, member.to_owned(), at))));
            }
        }
        let fits = |group: &GroupId| {
            let group = &self.groups[group.0];
            let mut places = group.places.iter().chain(&group.new);
            places.all(|other| same_kind(types.get(*other), types.get(id)))
        };
        found.into_iter().find(fits)
    }
}

/// Returns whether two places could be one type.
pub(super) fn same_kind(a: &Placed, b: &Placed) -> bool {
    let kind = |placed: &Placed| -> Discriminant<Shape> { discriminant(&placed.shape) };
    // A resource always keeps the name from the spec.
    kind(a) == kind(b) && !(a.is_resource && b.is_resource && a.component != b.component)
}

/// Describes structures as text, including what they contain.
struct Shapes<'a> {
    types: &'a Types,
    known: HashMap<PlaceId, String>,
}

impl Shapes<'_> {
    /// Returns the properties that another place must share; `None` for a type that the spec
    /// names.
    fn likeness(&mut self, id: PlaceId) -> Option<Likeness> {
        let placed = self.types.get(id);
        if placed.component.is_some() {
            return None;
        }
        let is_enum = matches!(placed.shape, Shape::Enum(_));
        let property = placed.users.first().map(|(_, property)| property.as_str());
        let word = match (&placed.title, property) {
            (Some(title), _) if !is_enum => title.clone(),
            (_, Some(property)) => property.to_owned(),
            _ => return None,
        };
        // Two enums `status` with the same values can be a coincidence.
        if is_enum && super::is_generic(&word) {
            return None;
        }
        Some(Likeness {
            direction: (!is_enum).then_some(placed.direction),
            word,
            shape: self.shape(id),
        })
    }

    fn shape(&mut self, id: PlaceId) -> String {
        if let Some(known) = self.known.get(&id) {
            return known.clone();
        }
        let types = self.types;
        let placed = types.get(id);
        let mut spell = |ty: &Ty<PlaceId>| ty.spell(self);
        let text = match &placed.shape {
            Shape::Enum(words) => {
                let words: Vec<&str> = words.iter().map(|word| word.value.as_str()).collect();
                format!("{words:?}")
            }
            shape @ (Shape::Object { members, .. } | Shape::Params(members)) => {
                let members = members.iter().map(|member| {
                    let (required, nullable) = (member.required, member.nullable);
                    format!("{}:{} {required}{nullable}", member.name, spell(&member.ty))
                });
                format!("{} {}", shape.word(), members.collect::<Vec<_>>().join(","))
            }
            Shape::Union(arms) => {
                let arms: Vec<&str> = arms.iter().map(|arm| arm.component.as_str()).collect();
                format!("{arms:?}")
            }
            Shape::Choice(options) => {
                let options = options.iter().map(|option| match option {
                    Alternative::Word(word) => format!("={}", word.value),
                    Alternative::Typed { arm, ty, .. } => format!("{arm}:{}", spell(ty)),
                });
                options.collect::<Vec<_>>().join("|")
            }
        };
        self.known.insert(id, text.clone());
        text
    }
}

impl Spelling<PlaceId> for Shapes<'_> {
    fn named(&mut self, id: PlaceId) -> String {
        match &self.types.get(id).component {
            Some(component) => component.clone(),
            None => format!("{{{}}}", self.shape(id)),
        }
    }

    fn id(&mut self, id: PlaceId) -> String {
        match &self.types.get(id).component {
            Some(component) => format!("{component}Id"),
            // Its own id.
            None => "Id".to_owned(),
        }
    }
}
