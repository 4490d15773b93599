//! Boxes the fields that close a cycle of types.

use crate::ir::{Kind, TypeId};
use crate::lower::named::Named;
use std::collections::BTreeSet;

/// Fields, by type and name.
pub(crate) type Fields = BTreeSet<(TypeId, String)>;

/// A field that holds a type without a pointer.
struct Edge {
    from: TypeId,
    field: String,
    to: TypeId,
}

/// Returns the fields to box: those boxed before, and one more for each remaining cycle. If a
/// field of the cycle is in `new` it is chosen, so that old fields keep their type.
pub(crate) fn boxes(named: &Named, new: &Fields) -> Fields {
    let mut boxed = Fields::new();
    let mut edges: Vec<Vec<Edge>> = Vec::new();
    for (at, ty) in named.types.iter().enumerate() {
        let from = TypeId(at);
        let mut held = Vec::new();
        if let Kind::Object(object) = &ty.kind {
            for field in &object.fields {
                if ty.entry.boxed.contains(&field.name) {
                    boxed.insert((from, field.name.clone()));
                    continue;
                }
                held.extend(field.ty.held().map(|to| Edge {
                    from,
                    field: field.name.clone(),
                    to,
                }));
            }
        }
        edges.push(held);
    }
    while let Some(cycle) = cycle(&edges, &boxed) {
        let key = |edge: &&Edge| (edge.from, edge.field.clone());
        let new_one = cycle.iter().rev().find(|edge| new.contains(&key(edge)));
        let closing = new_one.or(cycle.last()).expect("a cycle has an edge");
        boxed.insert(key(closing));
    }
    boxed
}

/// Returns the fields of a cycle, of which the last closes it. The search starts at each type in
/// turn, and takes fields by name.
fn cycle<'a>(edges: &'a [Vec<Edge>], boxed: &Fields) -> Option<Vec<&'a Edge>> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut state = vec![State::New; edges.len()];
    for start in 0..edges.len() {
        if state[start] != State::New {
            continue;
        }
        state[start] = State::Open;
        let mut stack = vec![(start, 0)];
        let mut way: Vec<&Edge> = Vec::new();
        while let Some((at, next)) = stack.pop() {
            let Some(edge) = edges[at].get(next) else {
                state[at] = State::Done;
                way.pop();
                continue;
            };
            stack.push((at, next + 1));
            if boxed.contains(&(edge.from, edge.field.clone())) {
                continue;
            }
            match state[edge.to.0] {
                State::Open => {
                    let first = way.iter().position(|known| known.from == edge.to);
                    let mut cycle = way.split_off(first.unwrap_or(way.len()));
                    cycle.push(edge);
                    return Some(cycle);
                }
                State::New => {
                    state[edge.to.0] = State::Open;
                    way.push(edge);
                    stack.push((edge.to.0, 0));
                }
                State::Done => {}
            }
        }
    }
    None
}
