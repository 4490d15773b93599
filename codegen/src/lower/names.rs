//! Which module, which file, which name: given when all uses of a type are known.
//!
//! A resource has the name that the spec gives it. Any other type is named after the property it
//! is the value of, with the name of its owner before it where the property alone says too little
//! or is taken. What several modules use is in `common`.

use super::{Draft, Owner, Side, references};
use crate::error::{Diagnostic, Diagnostics};
use crate::ir::{Api, Event, Features, Kind, Operation, Service, Ty, Type, TypeId, Verb};
use crate::naming::{self, COMMON};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

/// The features of every draft that an operation or event reaches; the others have none.
pub(super) fn features(
    drafts: &[Draft],
    operations: &[Operation],
    events: &[Event],
) -> Vec<Option<Features>> {
    let mut features: Vec<Option<Features>> = vec![None; drafts.len()];
    let mut queue: VecDeque<(TypeId, Features)> = VecDeque::new();
    for operation in operations {
        operation_types(operation, &mut |id| {
            queue.push_back((id, operation.features.clone()))
        });
    }
    for (id, draft) in drafts.iter().enumerate() {
        if draft.uses.iter().any(|(owner, _)| *owner == Owner::Events) {
            let object = match &draft.kind {
                Kind::Object(object) => object.object.as_deref().unwrap_or_default(),
                _ => "",
            };
            for event in events
                .iter()
                .filter(|event| super::carries(&event.value, object))
            {
                queue.push_back((TypeId(id), event.features.clone()));
            }
        }
    }
    while let Some((id, reached_by)) = queue.pop_front() {
        if widen(&mut features[id.0], &reached_by) {
            let widened = features[id.0].clone().unwrap_or_default();
            references(&drafts[id.0].kind, &mut |next| {
                queue.push_back((next, widened.clone()))
            });
        }
    }
    features
}

/// Adds features to those that a type has; true when that made a difference.
fn widen(into: &mut Option<Features>, features: &Features) -> bool {
    match into {
        None => {
            *into = Some(features.clone());
            true
        }
        Some(known) if known.is_empty() => false,
        Some(known) if features.is_empty() => {
            known.clear();
            true
        }
        Some(known) => {
            let before = known.len();
            known.extend(features.iter().cloned());
            known.len() > before
        }
    }
}

fn operation_types(operation: &Operation, found: &mut impl FnMut(TypeId)) {
    for param in operation.path_params.iter().chain(&operation.params) {
        super::named(&param.ty, found);
    }
    super::named(&operation.output, found);
}

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

/// Where a type is used from, seen from one module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Near {
    /// Whether it takes a feature to get there.
    gated: bool,
    /// Steps from the resource or operation.
    depth: usize,
    file: String,
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

    /// Finds for every type the module it belongs to.
    fn place(&mut self) {
        self.places = vec![Place::default(); self.drafts.len()];
        let mut near: Vec<BTreeMap<String, Near>> = vec![BTreeMap::new(); self.drafts.len()];
        let mut queue: VecDeque<(TypeId, String, Near)> = VecDeque::new();
        for operation in &self.operations {
            operation_types(operation, &mut |id| {
                let file = match self.drafts[id.0].side {
                    Side::Request => "params",
                    Side::Response => "models",
                };
                let near = Near {
                    gated: !operation.features.is_empty(),
                    depth: 1,
                    file: file.to_owned(),
                };
                queue.push_back((id, operation.module.clone(), near));
            });
        }
        for (id, draft) in self.drafts.iter().enumerate() {
            let Some((module, name)) = anchor(draft).filter(|_| self.is_live(id)) else {
                continue;
            };
            // A module in a module of the same name reads badly.
            let file = match naming::plain(&naming::snake(&name)) {
                same if same == module => "models".to_owned(),
                other => other.to_owned(),
            };
            let gated = self.is_gated(id);
            references(&draft.kind, &mut |next| {
                let near = Near {
                    gated,
                    depth: 1,
                    file: file.clone(),
                };
                queue.push_back((next, module.clone(), near));
            });
            self.places[id] = Place {
                module,
                file,
                name,
                depth: 0,
            };
        }
        while let Some((id, module, reached)) = queue.pop_front() {
            if anchor(&self.drafts[id.0]).is_some() {
                continue;
            }
            let better = match near[id.0].get(&module) {
                // A model is nearer than a parameter: it is there without a client.
                Some(known) => rank(&reached) < rank(known),
                None => true,
            };
            if better {
                near[id.0].insert(module.clone(), reached.clone());
                references(&self.drafts[id.0].kind, &mut |next| {
                    let further = Near {
                        gated: reached.gated,
                        depth: reached.depth + 1,
                        file: reached.file.clone(),
                    };
                    queue.push_back((next, module.clone(), further));
                });
            }
        }
        for (id, mut near) in near.into_iter().enumerate() {
            if near.is_empty() {
                continue;
            }
            // A feature that uses a type as well does not move it.
            if near.values().any(|n| !n.gated) {
                near.retain(|_, n| !n.gated);
            }
            let place = &mut self.places[id];
            let nearest = near.values().map(|n| n.depth).min().unwrap_or_default();
            let mut nearest_modules = near.iter().filter(|(_, n)| n.depth == nearest);
            let is_enum = matches!(self.drafts[id].kind, Kind::Enum(_));
            let first = nearest_modules.next();
            let only = (near.len() == 1 || is_enum && nearest_modules.next().is_none())
                .then_some(first)
                .flatten();
            place.depth = nearest;
            match (only, &self.drafts[id].module) {
                (_, Some(module)) => {
                    place.module.clone_from(module);
                    "models".clone_into(&mut place.file);
                }
                (Some((module, near)), None) => {
                    place.module.clone_from(module);
                    place.file.clone_from(&near.file);
                }
                (None, None) => COMMON.clone_into(&mut place.module),
            }
            match self.drafts[id].side {
                Side::Request => "params".clone_into(&mut place.file),
                Side::Response if only.is_none() || place.file == "params" => {
                    "models".clone_into(&mut place.file);
                }
                Side::Response => {}
            }
        }
        self.find_owners();
    }

    fn find_owners(&mut self) {
        self.owners = self
            .drafts
            .iter()
            .map(|draft| {
                let mut uses: Vec<_> = draft
                    .uses
                    .iter()
                    .filter_map(|(owner, property)| match owner {
                        Owner::Type(id) => {
                            let id = self.drafts[id.0].same_as.unwrap_or(*id);
                            self.is_live(id.0)
                                .then(|| (Owner::Type(id), property.clone()))
                        }
                        Owner::Operation(_) => Some((*owner, property.clone())),
                        Owner::Events => None,
                    })
                    .collect();
                uses.sort_by_key(|(owner, property)| {
                    let (gated, depth, pointer) = match owner {
                        Owner::Type(id) => (
                            self.is_gated(id.0),
                            self.places[id.0].depth,
                            self.drafts[id.0].pointer.clone(),
                        ),
                        Owner::Operation(at) => {
                            let operation = &self.operations[*at];
                            (!operation.features.is_empty(), 0, operation.pointer.clone())
                        }
                        Owner::Events => (false, 0, String::new()),
                    };
                    (gated, depth, pointer, property.clone())
                });
                uses.dedup();
                uses
            })
            .collect();
    }

    /// `status` with the same three values in two modules is chance, not one type: each module
    /// gets its own.
    fn split_generic_enums(&mut self) {
        for id in 0..self.drafts.len() {
            let is_split = self.is_live(id)
                && matches!(self.drafts[id].kind, Kind::Enum(_))
                && self.drafts[id].name.is_none()
                && self.owners[id]
                    .iter()
                    .any(|(_, property)| naming::is_generic(property));
            if !is_split {
                continue;
            }
            let mut by_module: BTreeMap<String, Vec<(Owner, String)>> = BTreeMap::new();
            for (owner, property) in self.owners[id].clone() {
                let module = match owner {
                    Owner::Type(owner) => self.places[owner.0].module.clone(),
                    Owner::Operation(at) => self.operations[at].module.clone(),
                    Owner::Events => continue,
                };
                by_module.entry(module).or_default().push((owner, property));
            }
            for (at, (module, owners)) in by_module.into_iter().enumerate() {
                let depth = owners.first().map_or(0, |(owner, _)| self.depth(*owner)) + 1;
                let file = self.file_of(&owners, &module);
                let here = Place {
                    module,
                    file,
                    name: String::new(),
                    depth,
                };
                if at == 0 {
                    self.places[id] = here;
                    self.owners[id] = owners;
                    continue;
                }
                let copy = TypeId(self.drafts.len());
                let draft = &self.drafts[id];
                self.drafts.push(Draft {
                    kind: draft.kind.clone(),
                    docs: draft.docs.clone(),
                    pointer: draft.pointer.clone(),
                    side: draft.side,
                    component: None,
                    title: None,
                    name: None,
                    module: None,
                    uses: owners.clone(),
                    same_as: None,
                    anchored: false,
                });
                self.places.push(here);
                let mut features = None;
                for (owner, _) in &owners {
                    let of_owner = match owner {
                        Owner::Type(id) => self.features[id.0].clone(),
                        Owner::Operation(at) => Some(self.operations[*at].features.clone()),
                        Owner::Events => None,
                    };
                    widen(&mut features, &of_owner.unwrap_or_default());
                    self.redirect(*owner, TypeId(id), copy);
                }
                self.features.push(features);
                self.owners.push(owners);
            }
        }
    }

    fn depth(&self, owner: Owner) -> usize {
        match owner {
            Owner::Type(id) => self.places[id.0].depth,
            Owner::Operation(_) | Owner::Events => 0,
        }
    }

    fn file_of(&self, owners: &[(Owner, String)], module: &str) -> String {
        let file = owners.iter().find_map(|(owner, _)| match owner {
            Owner::Type(id) if self.drafts[id.0].side == Side::Response => {
                Some(self.places[id.0].file.clone())
            }
            _ => None,
        });
        file.unwrap_or_else(|| if module == COMMON { "models" } else { "params" }.to_owned())
    }

    fn redirect(&mut self, owner: Owner, from: TypeId, to: TypeId) {
        let swap = |id: TypeId| if id == from { to } else { id };
        match owner {
            Owner::Type(id) => map_kind(&mut self.drafts[id.0].kind, &swap),
            Owner::Operation(at) => map_operation(&mut self.operations[at], &swap),
            Owner::Events => {}
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
            types.push(Type {
                module: place.module,
                file: place.file,
                name: place.name,
                docs: std::mem::take(&mut draft.docs),
                features: self.features[old].take().unwrap_or_default(),
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

/// How near a use is: without a feature before with one, a model before a parameter, then the fewest steps.
fn rank(near: &Near) -> (bool, bool, usize, &str) {
    (
        near.gated,
        near.file == "params" || near.file == "models",
        near.depth,
        &near.file,
    )
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

/// The module of a service, and the segments of the service that the module does not say.
fn module_of<'a>(service: &'a [String], modules: &BTreeSet<String>) -> (String, &'a [String]) {
    for len in (1..=service.len()).rev() {
        let joined = service[..len]
            .iter()
            .map(|s| naming::plain(s))
            .collect::<Vec<_>>()
            .join("_");
        if modules.contains(&joined) && len < service.len() {
            return (joined, &service[len..]);
        }
    }
    let first = service.first().map_or("", |s| naming::plain(s));
    let singular = naming::singular(first);
    let module = if modules.contains(&singular) {
        singular
    } else {
        first.to_owned()
    };
    (module, service)
}

fn services(operations: &[Operation], types: &[Type]) -> Result<Vec<Service>, Diagnostics> {
    let mut paths: BTreeSet<Vec<String>> = BTreeSet::new();
    for operation in operations {
        for len in 1..=operation.service.len() {
            paths.insert(operation.service[..len].to_vec());
        }
    }
    let paths: Vec<Vec<String>> = paths.into_iter().collect();
    let modules: BTreeSet<String> = types
        .iter()
        .map(|ty| ty.module.clone())
        .filter(|module| module != COMMON)
        .collect();
    let mut taken: BTreeSet<(&str, &str)> = types
        .iter()
        .map(|ty| (ty.module.as_str(), ty.name.as_str()))
        .collect();
    taken.extend(
        operations
            .iter()
            .map(|o| (o.module.as_str(), o.name.as_str())),
    );
    let mut found = Vec::new();
    let mut services: Vec<Service> = Vec::new();
    for path in &paths {
        let own: Vec<usize> = (0..operations.len())
            .filter(|&at| &operations[at].service == path)
            .collect();
        let children: Vec<usize> = (0..paths.len())
            .filter(|&at| paths[at].len() == path.len() + 1 && paths[at].starts_with(path))
            .collect();
        let (module, rest) = match own.first() {
            Some(&at) => {
                let module = operations[at].module.clone();
                let covered = path.iter().map(|s| naming::plain(s)).collect::<Vec<_>>();
                let skip = (1..path.len())
                    .rev()
                    .find(|&len| covered[..len].join("_") == module)
                    .unwrap_or(0);
                (module, &path[skip..])
            }
            None => {
                let joined = path
                    .iter()
                    .map(|s| naming::plain(s))
                    .collect::<Vec<_>>()
                    .join("_");
                if modules.contains(&joined) {
                    (joined, &path[..])
                } else {
                    module_of(path, &modules)
                }
            }
        };
        let words: Vec<&str> = rest.iter().map(|s| naming::plain(s)).collect();
        let (last, above) = words.split_last().unwrap_or((&"", &[]));
        let mut name: String = above
            .iter()
            .map(|s| naming::camel(&naming::singular(s)))
            .collect();
        name.push_str(&naming::camel(last));
        while taken.contains(&(module.as_str(), name.as_str())) {
            name.push_str("Service");
        }
        let mut methods: BTreeSet<&str> = BTreeSet::new();
        let names = own
            .iter()
            .map(|&at| (operations[at].method.as_str(), &operations[at].pointer));
        let child_names = children
            .iter()
            .filter_map(|&at| Some((paths[at].last()?.as_str(), &operations[0].pointer)));
        for (method, pointer) in child_names.chain(names) {
            if !methods.insert(method) {
                found.push(Diagnostic::new(
                    pointer.as_str(),
                    format!("`{}` has two methods `{method}`", path.join(".")),
                    "name one of the operations with `x-name` in the overlay",
                ));
            }
        }
        services.push(Service {
            module,
            name,
            docs: String::new(),
            features: Features::new(),
            method: path.last().cloned().unwrap_or_default(),
            children,
            root: path.len() == 1,
            operations: own,
        });
    }
    // Children come after their parents in the order of paths, so features go up from the end.
    for at in (0..services.len()).rev() {
        let mut features = None;
        for &operation in &services[at].operations {
            widen(&mut features, &operations[operation].features);
        }
        for &child in &services[at].children {
            let of_child = services[child].features.clone();
            widen(&mut features, &of_child);
        }
        services[at].features = features.unwrap_or_default();
    }
    Diagnostics::check(services, found)
}

/// Replaces the references of a type.
pub(super) fn map_kind(kind: &mut Kind, map: &impl Fn(TypeId) -> TypeId) {
    match kind {
        Kind::Object(object) => {
            object
                .fields
                .iter_mut()
                .for_each(|field| map_ty(&mut field.ty, map));
            if let Some(tag) = &mut object.tag {
                tag.ty = map(tag.ty);
            }
        }
        Kind::Params(params) => {
            params
                .params
                .iter_mut()
                .for_each(|param| map_ty(&mut param.ty, map));
            if let Some(tag) = &mut params.tag {
                tag.ty = map(tag.ty);
            }
        }
        Kind::Union(union) => union.arms.iter_mut().for_each(|arm| arm.ty = map(arm.ty)),
        Kind::Choice(choice) => {
            for option in &mut choice.options {
                if let crate::ir::ChoiceValue::Typed(ty) = &mut option.value {
                    map_ty(ty, map);
                }
            }
        }
        Kind::Enum(_) => {}
    }
}

fn map_operation(operation: &mut Operation, map: &impl Fn(TypeId) -> TypeId) {
    for param in operation
        .path_params
        .iter_mut()
        .chain(&mut operation.params)
    {
        map_ty(&mut param.ty, map);
    }
    map_ty(&mut operation.output, map);
}

fn map_ty(ty: &mut Ty, map: &impl Fn(TypeId) -> TypeId) {
    match ty {
        Ty::Named(id) | Ty::Id(id) => *id = map(*id),
        Ty::MaybeDeleted(a, b) => {
            *a = map(*a);
            *b = map(*b);
        }
        Ty::Array(ty) | Ty::List(ty) | Ty::Map(ty) | Ty::Expandable(ty) | Ty::Boxed(ty) => {
            map_ty(ty, map);
        }
        Ty::String
        | Ty::Bool
        | Ty::Integer
        | Ty::Number
        | Ty::Timestamp
        | Ty::Json
        | Ty::ObjectType(_)
        | Ty::RawObject => {}
    }
}
