//! Checks references between components.

use super::Schemas;
use super::form::escape;
use super::node::{Form, Node};
use crate::error::Diagnostic;

/// Reports references without a target or in a cycle, and replaces them by JSON.
pub(super) fn resolve(schemas: &mut Schemas, found: &mut Vec<Diagnostic>) {
    let names: std::collections::BTreeSet<String> = schemas.components.keys().cloned().collect();
    let mut check = |node: &mut Node| {
        node.each_mut(&mut |node| {
            let wrong = match &node.form {
                Form::Reference(name) if !names.contains(name) => name.clone(),
                Form::IdOf(name) if !names.contains(name) => {
                    found.push(Diagnostic::new(
                        &node.pointer,
                        format!("`x-id-of` names `{name}`, which is no component"),
                        "name a key of `components.schemas`",
                    ));
                    node.form = Form::Any;
                    return;
                }
                _ => return,
            };
            found.push(Diagnostic::new(
                &node.pointer,
                format!("`{wrong}` refers to nothing"),
                "add the schema to `components.schemas`, or cut the reference",
            ));
            node.form = Form::Any;
        });
    };
    schemas.components.values_mut().for_each(&mut check);
    for call in &mut schemas.calls {
        call.schemas_mut().for_each(&mut check);
    }
    let endless: Vec<String> = schemas
        .components
        .iter()
        .filter(|(_, node)| schemas.behind(node).is_none())
        .map(|(name, _)| name.clone())
        .collect();
    for name in endless {
        let node = schemas.components.get_mut(&name);
        found.push(Diagnostic::new(
            format!("/components/schemas/{}", escape(&name)),
            "a component that refers to itself, and to nothing else",
            "give the component a schema of its own",
        ));
        if let Some(node) = node {
            node.form = Form::Any;
        }
    }
}
