//! Finds the cargo features of each type.

use crate::ir::{Features, Ty, TypeId};
use crate::lower::named::Named;
use crate::lower::types::Types;
use std::collections::VecDeque;

/// Returns the features of every type: those of all operations and types that use it, and those
/// that it had before.
pub(super) fn features(types: &Types, named: &Named) -> Vec<Features> {
    let mut features: Vec<Option<Features>> = vec![None; named.types.len()];
    let mut queue: VecDeque<(TypeId, Features)> = VecDeque::new();
    for (typed, call) in types.calls.iter().zip(&named.calls) {
        let feature: Features = typed.call.feature.iter().cloned().collect();
        let params = call.path_params.iter().chain(&call.query).chain(&call.body);
        for ty in params.map(|param| &param.ty).chain([&call.output]) {
            queue.extend(reached(ty).map(|id| (id, feature.clone())));
        }
    }
    for carried in &types.carried {
        for event in &carried.events {
            let feature = types.events[*event].feature.iter().cloned().collect();
            queue.push_back((named.of[carried.place.0], feature));
        }
    }
    for (at, ty) in named.types.iter().enumerate() {
        let kept = ty.entry.features.iter().cloned();
        queue.extend(kept.map(|features| (TypeId(at), features)));
    }
    let below: Vec<Vec<TypeId>> = named
        .types
        .iter()
        .map(|ty| {
            ty.kind
                .parts()
                .iter()
                .flat_map(|(_, ty)| reached(ty).collect::<Vec<_>>())
                .collect()
        })
        .collect();
    while let Some((id, by)) = queue.pop_front() {
        if widen(&mut features[id.0], &by) {
            let widened = features[id.0].clone().unwrap_or_default();
            queue.extend(below[id.0].iter().map(|next| (*next, widened.clone())));
        }
    }
    features
        .into_iter()
        .map(Option::unwrap_or_default)
        .collect()
}

/// Returns the types that a type needs. The newtype of an id is emitted with its object.
fn reached(ty: &Ty) -> impl Iterator<Item = TypeId> {
    ty.named().chain(ty.id_of())
}

/// Adds features to those of an item. Returns whether that changed them.
pub(crate) fn widen(into: &mut Option<Features>, features: &Features) -> bool {
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
