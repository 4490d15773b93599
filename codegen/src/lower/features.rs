//! Cargo features: what is compiled for whom.

use super::{Draft, Owner, references};
use crate::ir::{Event, Features, Kind, Operation, TypeId};
use std::collections::VecDeque;

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
pub(super) fn widen(into: &mut Option<Features>, features: &Features) -> bool {
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

/// The types that an operation takes and gives.
pub(super) fn operation_types(operation: &Operation, found: &mut impl FnMut(TypeId)) {
    for param in operation.path_params.iter().chain(&operation.params) {
        super::named(&param.ty, found);
    }
    super::named(&operation.output, found);
}
