//! Chooses the name of a new type.
//!
//! A resource has the name from the spec. A part is named after its property. If the property has
//! only one word, or belongs to a part itself, the name of the owner comes first: later additions
//! could make a short name ambiguous. Types that several modules use are in `common`.

use super::group::{Group, GroupId, Groups};
use super::{Before, Note, is_generic};
use crate::ir::{COMMON, Verb};
use crate::lower::types::{Direction, PlaceId, Placed, Shape, Types, User};
use crate::lower::ways::{Way, resource};
use crate::names::Names;
use crate::naming;
use crate::taken;
use std::collections::{BTreeMap, BTreeSet};

/// The verbs at the start of builder names.
const VERBS: &[&str] = &["Create", "Delete", "List", "Retrieve", "Update"];

/// The number of owners that a name can include.
const OWNERS: usize = 12;

/// Names the groups without a name, and records all new places.
pub(super) fn name(
    types: &Types,
    ways: &[Way],
    groups: Groups,
    before: Option<&Before<'_>>,
    names: &mut Names,
    notes: &mut Vec<Note>,
) {
    let mut naming = Namer {
        types,
        ways,
        taken: taken_names(types, ways, before, names),
        names: groups
            .groups
            .iter()
            .map(|group| group.name.clone())
            .collect(),
        groups,
    };
    let mut order: Vec<GroupId> = Vec::new();
    for id in super::in_order(types) {
        let group = naming.groups.of[id.0];
        order.extend(group.filter(|group| naming.names[group.0].is_none()));
    }
    let mut seen = BTreeSet::new();
    order.retain(|group| seen.insert(*group));
    for group in order {
        let (module, name) = naming.choose(group);
        naming.take(&module, &name, group);
        naming.names[group.0] = Some((module, name));
    }
    for (group, name) in naming.groups.groups.iter().zip(&naming.names) {
        let Some((module, name)) = name else { continue };
        let entry = names.entry(module, name);
        let to = format!("{module}::{name}");
        let mut is_new = entry.at.is_empty();
        for place in &group.new {
            let place = types.get(*place).place.clone();
            entry.at.push(place.clone());
            let to = to.clone();
            notes.push(match std::mem::take(&mut is_new) {
                true => Note::New { place, to },
                false => Note::Joined { place, to },
            });
        }
    }
}

struct Namer<'a> {
    types: &'a Types,
    ways: &'a [Way],
    groups: Groups,
    /// The module and name of each group.
    names: Vec<Option<(String, String)>>,
    /// Module and name → the group with this name, or `None` if it is not a type.
    taken: BTreeMap<(String, String), Option<GroupId>>,
}

/// Returns the names of existing types, and of items that are not types.
fn taken_names(
    types: &Types,
    ways: &[Way],
    before: Option<&Before<'_>>,
    names: &Names,
) -> BTreeMap<(String, String), Option<GroupId>> {
    let mut taken = BTreeMap::new();
    for way in ways {
        taken.insert((way.module.clone(), way.builder.clone()), None);
    }
    let known = before.iter().flat_map(|before| before.services);
    taken.extend(known.map(|service| (service.clone(), None)));
    for (module, name) in names.services.values() {
        taken.insert((module.clone(), name.clone()), None);
    }
    for (at, (module, name, entry)) in names.types().enumerate() {
        let id = entry.id.clone().unwrap_or_else(|| format!("{name}Id"));
        let view = entry
            .view
            .clone()
            .unwrap_or_else(|| format!("{name}Details"));
        let shapes = entry.at.iter().filter_map(|place| types.find(place));
        let shapes: Vec<&Shape> = shapes.map(|id| &types.get(id).shape).collect();
        if shapes
            .iter()
            .any(|shape| matches!(shape, Shape::Object { has_id: true, .. }))
        {
            taken.insert((module.to_owned(), id), None);
        }
        if shapes.iter().any(|shape| has_type(shape)) {
            taken.insert((module.to_owned(), view), None);
        }
        taken.insert((module.to_owned(), name.to_owned()), Some(GroupId(at)));
    }
    taken
}

/// Returns whether an object has a `type`.
fn has_type(shape: &Shape) -> bool {
    let is_object = matches!(shape, Shape::Object { .. });
    is_object && shape.members().iter().any(|member| member.name == "type")
}

impl<'a> Namer<'a> {
    fn take(&mut self, module: &str, name: &str, group: GroupId) {
        let places = &self.groups.groups[group.0].new;
        let shapes: Vec<&Shape> = places.iter().map(|id| &self.types.get(*id).shape).collect();
        let mut companions = Vec::new();
        if shapes
            .iter()
            .any(|shape| matches!(shape, Shape::Object { has_id: true, .. }))
        {
            companions.push(format!("{name}Id"));
        }
        if shapes.iter().any(|shape| has_type(shape)) {
            companions.push(format!("{name}Details"));
        }
        for companion in companions {
            self.taken.insert((module.to_owned(), companion), None);
        }
        self.taken
            .insert((module.to_owned(), name.to_owned()), Some(group));
    }

    fn first(&self, group: GroupId) -> &'a Placed {
        let Group { places, new, .. } = &self.groups.groups[group.0];
        let first = new.first().or(places.first());
        self.types.get(*first.expect("a group has a place"))
    }

    /// Returns the module and name of a new type.
    fn choose(&mut self, group: GroupId) -> (String, String) {
        let placed = self.first(group);
        if let Some(component) = placed.component.as_deref().filter(|_| placed.is_resource) {
            let (module, mut name) = resource(component);
            while self.is_taken(&module, &name) {
                name.push_str("Resource");
            }
            return (module, name);
        }
        let (module, candidates) = match self.in_event(placed) {
            Some((module, name)) => (module, vec![name]),
            None => {
                let module = self.module(group);
                let candidates = self.candidates(group, &module);
                (module, candidates)
            }
        };
        let mut fits = candidates.iter().filter(|name| {
            !self.is_taken(&module, name) || self.is_same_enum(&module, name, placed)
        });
        let free = fits.next();
        let name = free.cloned().unwrap_or_else(|| {
            // The longest candidate is the place itself, which is unique apart from punctuation.
            let mut name = naming::camel(&placed.place);
            while self.is_taken(&module, &name) {
                name.push('_');
            }
            name
        });
        (module, name)
    }

    fn is_taken(&self, module: &str, name: &str) -> bool {
        taken::is_type(name)
            || self
                .taken
                .contains_key(&(module.to_owned(), name.to_owned()))
    }

    /// Returns whether the existing type is an enum with the same values, such as the response's
    /// variant of a request's enum.
    fn is_same_enum(&self, module: &str, name: &str, placed: &Placed) -> bool {
        let Some(Some(group)) = self.taken.get(&(module.to_owned(), name.to_owned())) else {
            return false;
        };
        let words = |placed: &Placed| match &placed.shape {
            Shape::Enum(words) => Some(words.iter().map(|w| w.value.clone()).collect::<Vec<_>>()),
            _ => None,
        };
        words(placed).is_some() && words(self.first(*group)) == words(placed)
    }

    /// Returns the name of a variant of a resource in an event, made from both:
    /// `UpcomingInvoice`.
    fn in_event(&self, placed: &Placed) -> Option<(String, String)> {
        let id = self.types.find(&placed.place)?;
        let carried = self
            .types
            .carried
            .iter()
            .find(|carried| carried.place == id)?;
        let event = &self.types.events[*carried.events.first()?];
        let (_, what) = event
            .value
            .rsplit_once('.')
            .filter(|_| !carried.missing.is_empty())?;
        let mut others = self.types.carried.iter();
        let of = others.find(|other| {
            let component = self.types.get(other.place).component.as_deref();
            other.events.contains(&carried.events[0])
                && component.is_some_and(|name| !name.starts_with("deleted_"))
        });
        let (module, name) = resource(self.types.get(of?.place).component.as_deref()?);
        Some((module, format!("{}{name}", naming::camel(what))))
    }

    /// Returns the module of the type's users, or `common` if they have several.
    fn module(&self, group: GroupId) -> String {
        let mut modules = BTreeSet::new();
        for place in &self.groups.groups[group.0].new {
            for (user, _) in &self.types.get(*place).users {
                match user {
                    User::Place(user) => {
                        let user = self.groups.of[user.0].filter(|user| *user != group);
                        let named = user.and_then(|user| self.names[user.0].as_ref());
                        modules.extend(named.map(|(module, _)| module.as_str()));
                    }
                    User::Call(at) => _ = modules.insert(self.ways[*at].module.as_str()),
                    User::Events => {}
                }
            }
        }
        let mut modules = modules.into_iter();
        match (modules.next(), modules.next()) {
            (Some(module), None) => module.to_owned(),
            _ => COMMON.to_owned(),
        }
    }

    /// Returns the possible names, the shortest first.
    fn candidates(&self, group: GroupId, module: &str) -> Vec<String> {
        let placed = self.first(group);
        let Some((owner, property)) = self.owner(placed) else {
            return placed
                .component
                .as_deref()
                .map(naming::camel)
                .into_iter()
                .collect();
        };
        let is_enum = matches!(placed.shape, Shape::Enum(_));
        let is_request = placed.direction == Direction::Request;
        let suffix = self.suffix(placed);
        let in_choice = matches!(owner, User::Place(id) if matches!(self.types.get(id).shape, Shape::Choice(_)));
        let word = match &placed.title {
            // Alternatives of a choice have the same property but different titles. A value of
            // several properties has one title.
            Some(title) if in_choice || self.has_properties(group) => {
                naming::camel(naming::untitled(title))
            }
            _ => naming::camel(property),
        };
        let mut names: Vec<String> = Vec::new();
        if module == COMMON {
            let own = match (&placed.component, &placed.title) {
                (Some(component), _) => Some(naming::camel(component)),
                (None, Some(title)) if is_request && !is_enum => Some(format!(
                    "{}{suffix}",
                    naming::camel(naming::untitled(title))
                )),
                _ => None,
            };
            names.extend(own);
        }
        let says_enough = naming::words(&word).len() > 1 && !is_generic(property);
        if says_enough && (is_enum || self.is_main(owner)) {
            names.push(format!("{word}{suffix}"));
        }
        let mut long = word;
        let mut above = Some(owner);
        for _ in 0..OWNERS {
            let Some(owner) = above else { break };
            let stem = self.stem(owner);
            if !long.starts_with(&stem) || names.is_empty() {
                long = naming::join(&stem, &long);
                names.push(format!("{long}{suffix}"));
            }
            above = match owner {
                User::Place(id) if !self.types.get(id).is_resource => {
                    self.owner(self.types.get(id)).map(|(owner, _)| owner)
                }
                User::Call(at) => {
                    let verb = naming::join(&self.ways[at].builder, &long);
                    names.push(format!("{verb}{suffix}"));
                    None
                }
                _ => None,
            };
        }
        names.extend(placed.component.as_deref().map(naming::camel));
        // A name that begins like a builder or ends like an id would be misleading.
        let misleads = |name: &str| {
            let words = naming::words(name);
            let first = words.first().map_or("", String::as_str);
            VERBS.contains(&first) || words.last().is_some_and(|last| last == "Id")
        };
        names.sort_by_key(|name| misleads(name));
        names
    }

    /// Returns whether the type is the value of several properties.
    fn has_properties(&self, group: GroupId) -> bool {
        let places = self.groups.groups[group.0].new.iter();
        let users = places.flat_map(|id| &self.types.get(*id).users);
        let properties: BTreeSet<&str> = users.map(|(_, property)| property.as_str()).collect();
        properties.len() > 1
    }

    /// Returns the first user with a name, and its property of this type.
    fn owner(&self, placed: &'a Placed) -> Option<(User, &'a str)> {
        let mut users = placed.users.iter().filter(|(user, _)| match user {
            User::Place(id) => {
                self.groups.of[id.0].is_some_and(|user| self.names[user.0].is_some())
            }
            User::Call(_) => true,
            User::Events => false,
        });
        users
            .next()
            .map(|(user, property)| (*user, property.as_str()))
    }

    /// Returns whether parts can leave out the user's name, as for a resource and for the
    /// parameters of an operation.
    fn is_main(&self, user: User) -> bool {
        match user {
            User::Place(id) => self.types.get(id).is_resource,
            User::Call(_) => true,
            User::Events => false,
        }
    }

    /// Returns the name of a user, without the suffix of requests.
    fn stem(&self, user: User) -> String {
        let id: PlaceId = match user {
            User::Call(at) => return self.ways[at].stem.clone(),
            User::Place(id) => id,
            User::Events => return String::new(),
        };
        let name = self.groups.of[id.0].and_then(|group| self.names[group.0].as_ref());
        let name = name.map_or("", |(_, name)| name);
        let is_request = self.types.get(id).direction == Direction::Request;
        let stem = ["Params", "Param", "Filter"]
            .iter()
            .find_map(|suffix| name.strip_suffix(suffix))
            .filter(|stem| is_request && !stem.is_empty());
        stem.unwrap_or(name).to_owned()
    }

    /// Returns the suffix of a request's type, which tells it from the response's type.
    fn suffix(&self, placed: &Placed) -> &'static str {
        if placed.direction == Direction::Response {
            return "";
        }
        let is_filter = placed.place.starts_with(Verb::Get.as_str());
        match placed.shape {
            Shape::Enum(_) => "",
            _ if is_filter => "Filter",
            Shape::Choice(_) => "Param",
            _ => "Params",
        }
    }
}
