//! Places: the module and file of every type, by who uses it.

use super::{Names, Place, anchor};
use crate::ir::{Kind, TypeId};
use crate::lower::features::{operation_types, widen};
use crate::lower::remap::{map_kind, map_operation};
use crate::lower::{Draft, Owner, Side, references};
use crate::naming::{self, COMMON, MODELS, PARAMS};
use std::collections::{BTreeMap, VecDeque};

/// Where a type is used from, seen from one module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Near {
    /// Whether it takes a feature to get there.
    gated: bool,
    /// Steps from the resource or operation.
    depth: usize,
    file: String,
}

impl Names {
    /// Finds for every type the module it belongs to.
    pub(super) fn place(&mut self) {
        self.places = vec![Place::default(); self.drafts.len()];
        let mut near: Vec<BTreeMap<String, Near>> = vec![BTreeMap::new(); self.drafts.len()];
        let mut queue: VecDeque<(TypeId, String, Near)> = VecDeque::new();
        for operation in &self.operations {
            operation_types(operation, &mut |id| {
                let file = match self.drafts[id.0].side {
                    Side::Request => PARAMS,
                    Side::Response => MODELS,
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
                same if same == module => MODELS.to_owned(),
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
                    MODELS.clone_into(&mut place.file);
                }
                (Some((module, near)), None) => {
                    place.module.clone_from(module);
                    place.file.clone_from(&near.file);
                }
                (None, None) => COMMON.clone_into(&mut place.module),
            }
            match self.drafts[id].side {
                Side::Request => PARAMS.clone_into(&mut place.file),
                Side::Response if only.is_none() || place.file == PARAMS => {
                    MODELS.clone_into(&mut place.file);
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
    pub(super) fn split_generic_enums(&mut self) {
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
        file.unwrap_or_else(|| if module == COMMON { MODELS } else { PARAMS }.to_owned())
    }

    fn redirect(&mut self, owner: Owner, from: TypeId, to: TypeId) {
        let swap = |id: TypeId| if id == from { to } else { id };
        match owner {
            Owner::Type(id) => map_kind(&mut self.drafts[id.0].kind, &swap),
            Owner::Operation(at) => map_operation(&mut self.operations[at], &swap),
            Owner::Events => {}
        }
    }
}

/// How near a use is: without a feature before with one, a model before a parameter, then the fewest steps.
fn rank(near: &Near) -> (bool, bool, usize, &str) {
    (
        near.gated,
        near.file == PARAMS || near.file == MODELS,
        near.depth,
        &near.file,
    )
}
