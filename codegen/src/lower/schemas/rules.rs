//! Reads the overlay's rules for single operations, so that the runtime needs no code for any of
//! them.

use super::form::escape;
use super::node::{Form, Node};
use super::{Call, Schemas};
use crate::error::Diagnostic;
use crate::ir::Verb;
use openapiv3::Operation;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

const AT_MOST_ONE: &str = "x-at-most-one";
const LIST_FILTERS: &str = "x-list-filters";

/// The rules of an operation.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rules {
    /// `x-at-most-one`: groups of parameters as paths with dots. Only parameters of one group can
    /// be set.
    pub(crate) at_most_one: Vec<Vec<String>>,
    /// `x-list-filters`: the path of a list in the response → the path parameter that the list's
    /// URL needs as a filter.
    pub(crate) list_filters: BTreeMap<String, String>,
}

impl Rules {
    pub(super) fn read(operation: &Operation, pointer: &str, found: &mut Vec<Diagnostic>) -> Self {
        Self {
            at_most_one: extension(operation, AT_MOST_ONE, pointer, found),
            list_filters: extension(operation, LIST_FILTERS, pointer, found),
        }
    }
}

fn extension<T: Default + DeserializeOwned>(
    operation: &Operation,
    key: &str,
    pointer: &str,
    found: &mut Vec<Diagnostic>,
) -> T {
    let Some(value) = operation.extensions.get(key) else {
        return T::default();
    };
    T::deserialize(value).unwrap_or_else(|error| {
        found.push(Diagnostic::new(
            format!("{pointer}/{key}"),
            format!("no rule of this kind: {error}"),
            match key {
                AT_MOST_ONE => "it is a list of groups, each a list of parameters",
                _ => "it is a mapping of the paths of lists to parameters",
            },
        ));
        T::default()
    })
}

/// Reports rules about parameters or fields that do not exist.
pub(super) fn check(schemas: &Schemas, found: &mut Vec<Diagnostic>) {
    for call in &schemas.calls {
        for (at, group) in call.rules.at_most_one.iter().enumerate() {
            for (index, path) in group.iter().enumerate() {
                if !has_parameter(schemas, call, path) {
                    found.push(Diagnostic::new(
                        format!("{}/{AT_MOST_ONE}/{at}/{index}", call.pointer),
                        format!("`{path}` is not a parameter of this operation"),
                        "correct it, with dots between the names, or take it out",
                    ));
                }
            }
        }
        for (list, name) in &call.rules.list_filters {
            let is_in_path = call.path_params.iter().any(|given| given.name == *name);
            let filtered = schemas.calls.iter().any(|other| {
                let is_filter = other.query.iter().any(|given| given.name == *name);
                other.verb == Verb::Get && other.path == *list && is_filter
            });
            if !is_in_path || !filtered {
                let what = match is_in_path {
                    true => format!("`GET {list}` has no parameter `{name}`"),
                    false => format!("the path of this operation has no `{name}`"),
                };
                found.push(Diagnostic::new(
                    format!("{}/{LIST_FILTERS}/{}", call.pointer, escape(list)),
                    what,
                    "name a list, and a parameter that it and this path have, or take it out",
                ));
            }
        }
    }
}

fn has_parameter(schemas: &Schemas, call: &Call, path: &str) -> bool {
    let mut steps = path.split('.');
    let first = steps.next().unwrap_or_default();
    let rest: Vec<&str> = steps.collect();
    let given = call.query.iter().filter(|given| given.name == first);
    let mut given = given.map(|given| &given.node);
    let body = call.body.iter().map(|body| &body.node);
    given.any(|node| has(schemas, node, &rest)) || { body }
        .any(|node| has(schemas, node, &path.split('.').collect::<Vec<_>>()))
}

/// Returns whether a schema has a property at the end of a path.
fn has(schemas: &Schemas, node: &Node, steps: &[&str]) -> bool {
    let Some((step, rest)) = steps.split_first() else {
        return true;
    };
    match &node.form {
        Form::Reference(_) => schemas
            .behind(node)
            .is_some_and(|(node, _)| has(schemas, node, steps)),
        Form::OneOf { arms, .. } => arms.iter().any(|arm| has(schemas, arm, steps)),
        Form::Object { properties, .. } => properties
            .get(*step)
            .is_some_and(|property| has(schemas, &property.node, rest)),
        _ => false,
    }
}
