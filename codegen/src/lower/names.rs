//! Which module, which file, which name: given when all uses of a type are known.
//!
//! A resource has the name that the spec gives it. Any other type is named after the property it
//! is the value of, with the name of its owner before it where the property alone says too little
//! or is taken. What several modules use is in `common`.

mod place;

use super::remap::{map_kind, map_operation};
use super::services::{module_of, services};
use super::{Draft, Owner, Side};
use crate::error::{Diagnostic, Diagnostics};
use crate::ir::{Api, Event, Features, Kind, Operation, Type, TypeId, Verb};
use crate::naming::{self, COMMON, PARAMS};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Gives every draft its name and place, and the API its final form.
pub(super) fn assign(
    drafts: Vec<Draft>,
    operations: Vec<Operation>,
    events: Vec<Event>,
    features: Vec<Option<Features>>,
) -> Result<Api, Diagnostics> {
    let mut names = Names {
        drafts,
        operations,
        features,
        places: Vec::new(),
        stems: Vec::new(),
        owners: Vec::new(),
    };
    names.name_operations();
    names.place();
    names.split_generic_enums();
    let found = names.name();
    let names = Diagnostics::check(names, found)?;
    names.finish(events)
}

#[derive(Clone, Debug, Default)]
struct Place {
    module: String,
    file: String,
    name: String,
    depth: usize,
}

struct Names {
    drafts: Vec<Draft>,
    operations: Vec<Operation>,
    features: Vec<Option<Features>>,
    places: Vec<Place>,
    /// What an operation is to the types it uses: what it does, or what it is about.
    stems: Vec<String>,
    /// The uses of each draft that are live, nearest first.
    owners: Vec<Vec<(Owner, String)>>,
}

impl Names {
    fn is_live(&self, id: usize) -> bool {
        self.features[id].is_some()
    }

    /// Whether a type is there only with a feature.
    fn is_gated(&self, id: usize) -> bool {
        self.features[id]
            .as_ref()
            .is_some_and(|features| !features.is_empty())
    }

    fn modules(&self) -> BTreeSet<String> {
        let anchored = self
            .drafts
            .iter()
            .enumerate()
            .filter(|(id, _)| self.is_live(*id));
        anchored
            .filter_map(|(_, draft)| anchor(draft))
            .map(|(module, _)| module)
            .collect()
    }

    fn name_operations(&mut self) {
        let modules = self.modules();
        for operation in &mut self.operations {
            let (module, rest) = module_of(&operation.service, &modules);
            let is_list = operation.method == "list";
            let mut noun = String::new();
            for (at, segment) in rest.iter().enumerate() {
                let segment = naming::plain(segment);
                let last = at + 1 == rest.len();
                let word = if is_list && last {
                    segment.to_owned()
                } else {
                    naming::singular(segment)
                };
                noun.push_str(&naming::camel(&word));
            }
            if rest.is_empty() {
                noun = naming::camel(&module);
            }
            let verb = naming::camel(naming::plain(&operation.method));
            operation.name = format!("{verb}{noun}");
            self.stems.push(match operation.method.as_str() {
                "list" | "retrieve" | "create" | "update" | "delete" => {
                    naming::camel(&naming::singular(&naming::snake(&noun)))
                }
                _ => verb,
            });
            operation.module = module;
        }
    }

    /// Names everything that is not named yet; reports what stays ambiguous.
    fn name(&mut self) -> Vec<Diagnostic> {
        let mut taken: HashMap<(String, String), String> = HashMap::new();
        let mut found = Vec::new();
        let mut take = |module: &str, name: &str, pointer: &str| {
            let key = (module.to_owned(), name.to_owned());
            if let Some(other) = taken.insert(key, pointer.to_owned()) {
                found.push(Diagnostic::new(
                    pointer,
                    format!("named `{module}::{name}`, as is {other}"),
                    "name one of them with `x-name` in the overlay",
                ));
            }
        };
        let mut reserved: BTreeSet<(String, String)> = BTreeSet::new();
        for (id, draft) in self.drafts.iter().enumerate() {
            if self.is_live(id) && anchor(draft).is_some() {
                let place = &mut self.places[id];
                if naming::is_taken(&place.name) {
                    place.name = naming::join(&naming::camel(&place.module), &place.name);
                }
                take(&place.module, &place.name, &draft.pointer);
                reserved.insert((place.module.clone(), place.name.clone()));
                for name in companions(draft, &place.name) {
                    reserved.insert((place.module.clone(), name));
                }
            }
        }
        for operation in &mut self.operations {
            while reserved.contains(&(operation.module.clone(), operation.name.clone())) {
                operation.name.push_str("Request");
            }
            take(&operation.module, &operation.name, &operation.pointer);
            reserved.insert((operation.module.clone(), operation.name.clone()));
        }
        // An owner is named before what it owns; enums, which own nothing, last.
        let mut order: Vec<usize> = (0..self.drafts.len())
            .filter(|&id| self.is_live(id) && self.places[id].name.is_empty())
            .collect();
        let level = |id: usize| {
            let is_enum = matches!(self.drafts[id].kind, Kind::Enum(_));
            let depth = if is_enum { 0 } else { self.places[id].depth };
            // What is always there is named first, so that no feature renames it.
            (self.is_gated(id), is_enum, depth)
        };
        order.sort_by_key(|&id| (level(id), self.places[id].depth, id));
        let levels: Vec<_> = order.iter().map(|&id| level(id)).collect();
        let mut at = 0;
        while at < order.len() {
            // Types of one level compete for the same names.
            let end = levels[at..].partition_point(|level| *level == levels[at]) + at;
            let group = &order[at..end];
            at = end;
            let candidates: Vec<Vec<String>> =
                group.iter().map(|&id| self.candidates(id)).collect();
            let mut choice = vec![0; group.len()];
            loop {
                let mut claims: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
                for (n, &id) in group.iter().enumerate() {
                    let name = &candidates[n][choice[n]];
                    claims
                        .entry((self.places[id].module.as_str(), name))
                        .or_default()
                        .push(n);
                }
                let mut bumped = false;
                for ((module, name), claimants) in claims {
                    let is_reserved = naming::is_taken(name)
                        || reserved.contains(&(module.to_owned(), name.to_owned()));
                    if !is_reserved && claimants.len() == 1 {
                        continue;
                    }
                    // What comes from Stripe keeps the short name against what goes there.
                    let is_response = |n: usize| self.drafts[group[n]].side == Side::Response;
                    let keeps = claimants.iter().filter(|&&n| is_response(n)).count() == 1;
                    for n in claimants {
                        if keeps && !is_reserved && is_response(n) {
                            continue;
                        }
                        if choice[n] + 1 < candidates[n].len() {
                            choice[n] += 1;
                            bumped = true;
                        }
                    }
                }
                if !bumped {
                    break;
                }
            }
            for (n, &id) in group.iter().enumerate() {
                let name = candidates[n][choice[n]].clone();
                take(&self.places[id].module, &name, &self.drafts[id].pointer);
                reserved.insert((self.places[id].module.clone(), name.clone()));
                for name in companions(&self.drafts[id], &name) {
                    reserved.insert((self.places[id].module.clone(), name));
                }
                self.places[id].name = name;
            }
        }
        found
    }

    /// The names a type may have, the shortest first.
    fn candidates(&self, id: usize) -> Vec<String> {
        let draft = &self.drafts[id];
        if let Some(name) = &draft.name {
            return vec![name.clone()];
        }
        let uses = &self.owners[id];
        let Some((owner, property)) = uses.first() else {
            return vec![naming::camel(&draft.pointer)];
        };
        let suffix = self.suffix(id, *owner);
        let is_option = |id: TypeId| matches!(self.drafts[id.0].kind, Kind::Choice(_));
        let word = naming::camel(&match (&draft.kind, *owner, &draft.title) {
            (Kind::Enum(_), ..) => naming::singular(property),
            // The options of a choice share its property, but not its title.
            (_, Owner::Type(id), Some(title)) if is_option(id) => {
                naming::untitled(title).to_owned()
            }
            _ => property.clone(),
        });
        let mut names = Vec::new();
        let place = &self.places[id];
        if place.module == COMMON {
            if let Some(component) = &draft.component {
                names.push(naming::camel(component));
            } else if let Some(title) = draft.title.as_ref().filter(|_| draft.side == Side::Request)
            {
                names.push(format!(
                    "{}{suffix}",
                    naming::camel(naming::untitled(title))
                ));
            }
        }
        if place.depth <= 1 && !naming::is_generic(property) {
            names.push(format!("{word}{suffix}"));
        }
        if matches!(draft.kind, Kind::Enum(_)) {
            if !naming::is_generic(property) && uses.iter().all(|(_, p)| p == property) {
                names.push(word.clone());
            }
            if uses.len() > 1 {
                let owners: Vec<String> = uses.iter().map(|(owner, _)| self.stem(*owner)).collect();
                let shared = naming::common_suffix(owners.iter().map(String::as_str));
                if !shared.is_empty() {
                    names.push(naming::join(&shared, &word));
                }
            }
        }
        names.push(format!(
            "{}{suffix}",
            naming::join(&self.stem(*owner), &word)
        ));
        // Further up, owner by owner.
        let mut above = *owner;
        let mut long = naming::join(&self.stem(*owner), &word);
        for _ in 0..12 {
            let Owner::Type(id) = above else { break };
            if self.places[id.0].depth == 0 {
                break;
            }
            let Some((next, _)) = self.owners[id.0].first() else {
                break;
            };
            let stem = self.stem(*next);
            if !long.starts_with(&stem) {
                long = naming::join(&stem, &long);
                names.push(format!("{long}{suffix}"));
            }
            above = *next;
        }
        if let Owner::Operation(at) = above {
            names.push(format!(
                "{}{suffix}",
                naming::join(&self.operations[at].name, &long)
            ));
        }
        names.extend(draft.component.as_deref().map(naming::camel));
        names.dedup();
        names
    }

    /// What tells a type of a request from the type of a response.
    fn suffix(&self, id: usize, owner: Owner) -> &'static str {
        if self.drafts[id].side == Side::Response {
            return "";
        }
        let mut owner = owner;
        for _ in 0..64 {
            match owner {
                Owner::Operation(at) if self.operations[at].verb == Verb::Get => return "Filter",
                Owner::Type(id) => match self.owners[id.0].first() {
                    Some((next, _)) => owner = *next,
                    None => break,
                },
                _ => break,
            }
        }
        match self.drafts[id].kind {
            Kind::Choice(_) => "Param",
            Kind::Params(_) => "Params",
            _ => "",
        }
    }

    /// The name of an owner, without what tells a request.
    fn stem(&self, owner: Owner) -> String {
        match owner {
            Owner::Type(id) => {
                let name = &self.places[id.0].name;
                let is_request = self.drafts[id.0].side == Side::Request;
                let stem = ["Params", "Param", "Filter"]
                    .iter()
                    .find_map(|suffix| name.strip_suffix(suffix))
                    .filter(|stem| is_request && !stem.is_empty());
                stem.unwrap_or(name).to_owned()
            }
            Owner::Operation(at) => self.stems[at].clone(),
            Owner::Events => String::new(),
        }
    }

    fn finish(mut self, events: Vec<Event>) -> Result<Api, Diagnostics> {
        let mut order: Vec<usize> = (0..self.drafts.len())
            .filter(|&id| self.is_live(id))
            .collect();
        order.sort_by(|&a, &b| {
            let key = |id: usize| {
                let place = &self.places[id];
                (
                    &place.module,
                    &place.file,
                    self.places[id].depth != 0,
                    &place.name,
                )
            };
            key(a).cmp(&key(b))
        });
        let new: HashMap<usize, usize> = order
            .iter()
            .enumerate()
            .map(|(new, &old)| (old, new))
            .collect();
        let remap = |id: TypeId| TypeId(new[&id.0]);
        for operation in &mut self.operations {
            map_operation(operation, &remap);
        }
        let gates = self.operations.iter().map(|operation| &operation.features);
        let gates: Features = gates.flatten().cloned().collect();
        let mut types = Vec::with_capacity(order.len());
        for old in order {
            let draft = &mut self.drafts[old];
            map_kind(&mut draft.kind, &remap);
            let place = std::mem::take(&mut self.places[old]);
            if let Kind::Object(object) = &mut draft.kind
                && object.id.is_some()
            {
                object.id = Some(format!("{}Id", place.name));
            }
            let features = self.features[old].take().unwrap_or_default();
            types.push(Type {
                request_only: place.file == PARAMS,
                file: if place.module == COMMON {
                    naming::common_file(&place.file, &features, &gates)
                } else {
                    place.file
                },
                module: place.module,
                name: place.name,
                docs: std::mem::take(&mut draft.docs),
                features,
                pointer: std::mem::take(&mut draft.pointer),
                kind: draft.kind.clone(),
            });
        }
        let services = services(&self.operations, &types)?;
        Ok(Api {
            version: String::new(),
            types,
            services,
            operations: self.operations,
            events,
        })
    }
}

/// The types that are emitted next to a type: the newtype of its id, its view by `type`.
fn companions(draft: &Draft, name: &str) -> Vec<String> {
    let Kind::Object(object) = &draft.kind else {
        return Vec::new();
    };
    let id = object.id.as_ref().map(|_| format!("{name}Id"));
    let details = object.tag.as_ref().map(|_| format!("{name}Details"));
    id.into_iter().chain(details).collect()
}

/// The module and name that the spec itself gives a type.
fn anchor(draft: &Draft) -> Option<(String, String)> {
    let component = draft.component.as_ref().filter(|_| draft.anchored)?;
    let (module, name) = naming::resource(component);
    let given = (draft.module.clone(), draft.name.clone());
    Some((given.0.unwrap_or(module), given.1.unwrap_or(name)))
}
