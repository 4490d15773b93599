//! Types that contain themselves are boxed where the cycle closes.

use super::Draft;
use crate::ir::{Kind, Ty, TypeId};

/// Boxes the fields by which a type would be infinitely large.
///
/// A search in depth from every type in turn, fields in order of name: the edge that leads back to
/// a type the search is still inside of is the one that closes the cycle.
pub(super) fn box_cycles(drafts: &mut [Draft]) {
    let mut state = vec![State::New; drafts.len()];
    let mut closing: Vec<(usize, usize)> = Vec::new();
    let order = order(drafts);
    for &start in &order {
        if state[start] != State::New {
            continue;
        }
        state[start] = State::Open;
        let mut stack = vec![(start, 0)];
        while let Some((id, field)) = stack.pop() {
            let Kind::Object(object) = &drafts[id].kind else {
                state[id] = State::Done;
                continue;
            };
            let Some(found) = object.fields.get(field) else {
                state[id] = State::Done;
                continue;
            };
            stack.push((id, field + 1));
            for next in contained(&found.ty) {
                match state[next.0] {
                    State::Open => closing.push((id, field)),
                    State::New => {
                        state[next.0] = State::Open;
                        stack.push((next.0, 0));
                    }
                    State::Done => {}
                }
            }
        }
    }
    for (id, field) in closing {
        if let Kind::Object(object) = &mut drafts[id].kind {
            let ty = &mut object.fields[field].ty;
            if !matches!(ty, Ty::Boxed(_)) {
                *ty = Ty::Boxed(Box::new(ty.clone()));
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

/// The drafts in the order of where they are defined, which the order of the input does not change.
fn order(drafts: &[Draft]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..drafts.len()).collect();
    order.sort_by(|&a, &b| drafts[a].pointer.cmp(&drafts[b].pointer));
    order
}

/// What a field holds in place. A list, a map, a union and an expanded object hold a pointer.
fn contained(ty: &Ty) -> Vec<TypeId> {
    match ty {
        Ty::Named(id) => vec![*id],
        Ty::MaybeDeleted(a, b) => vec![*a, *b],
        _ => Vec::new(),
    }
}
