//! Merges unions of objects that can't be told apart. Stripe has such unions of an object and the
//! same object with fewer properties, which is sent for publishable keys. They become one object
//! with the properties of all.

use super::{Form, Node, Property, Schemas, Word};
use std::collections::BTreeMap;

/// Merges every such union.
pub(super) fn unions_without_a_tag(schemas: &mut Schemas) {
    let mut objects: BTreeMap<String, Node> = BTreeMap::new();
    let mut collect = |node: &Node, schemas: &Schemas| {
        node.each(&mut |node| {
            for name in arms(node, schemas).into_iter().flatten() {
                let component = &schemas.components[name];
                objects
                    .entry(name.to_owned())
                    .or_insert_with(|| component.clone());
            }
        });
    };
    for node in schemas.components.values() {
        collect(node, schemas);
    }
    for call in &schemas.calls {
        collect(&call.answer, schemas);
    }
    if objects.is_empty() {
        return;
    }
    let mut components = std::mem::take(&mut schemas.components);
    let mut calls = std::mem::take(&mut schemas.calls);
    // Decisions use the components as they were before merging.
    schemas.components.clone_from(&objects);
    let merge = |node: &mut Node| {
        node.each_mut(&mut |node| {
            let Some(names) = arms(node, schemas).map(|names| names.map(str::to_owned)) else {
                return;
            };
            let names: Vec<String> = names.collect();
            let parts: Vec<&Node> = names.iter().map(|name| &objects[name]).collect();
            node.form = merged(&parts);
        });
    };
    components.values_mut().for_each(merge);
    calls.iter_mut().for_each(|call| merge(&mut call.answer));
    schemas.components = components;
    schemas.calls = calls;
}

/// Returns the components of such a union.
fn arms<'a>(node: &'a Node, schemas: &'a Schemas) -> Option<impl Iterator<Item = &'a str>> {
    let Form::OneOf {
        arms,
        expandable: false,
    } = &node.form
    else {
        return None;
    };
    let name = |arm: &'a Node| match &arm.form {
        Form::Reference(name) => {
            let node = schemas.components.get(name)?;
            (node.properties().is_some() && node.object_value().is_none()).then_some(name.as_str())
        }
        _ => None,
    };
    let untagged = arms.len() > 1 && arms.iter().all(|arm| name(arm).is_some());
    (untagged && schemas.maybe_deleted(arms).is_none()).then(|| arms.iter().filter_map(name))
}

/// Returns one object with all properties. Those that not all objects require are optional.
fn merged(objects: &[&Node]) -> Form {
    let mut all: BTreeMap<String, (Property, usize)> = BTreeMap::new();
    let mut open = false;
    for node in objects {
        let Form::Object {
            properties,
            open: more,
        } = &node.form
        else {
            continue;
        };
        open |= more;
        for (name, property) in properties {
            match all.get_mut(name) {
                Some((known, count)) => {
                    *count += 1;
                    known.required &= property.required;
                    widen(&mut known.node, &property.node);
                }
                None => _ = all.insert(name.clone(), (property.clone(), 1)),
            }
        }
    }
    let properties = all.into_iter().map(|(name, (mut property, count))| {
        property.required &= count == objects.len();
        (name, property)
    });
    Form::Object {
        properties: properties.collect(),
        open,
    }
}

/// Adds to a schema what another one of the same kind allows.
fn widen(node: &mut Node, other: &Node) {
    node.nullable |= other.nullable;
    node.sensitive |= other.sensitive;
    match (&mut node.form, &other.form) {
        (
            Form::Text { words, clears },
            Form::Text {
                words: more,
                clears: too,
            },
        ) => {
            *clears |= too;
            if words.is_empty() || more.is_empty() {
                words.clear();
            } else {
                words.extend(more.iter().cloned());
                words.sort_by(|a: &Word, b| a.value.cmp(&b.value));
                words.dedup_by(|a, b| a.value == b.value);
            }
        }
        (Form::Array(node), Form::Array(other)) | (Form::Map(node), Form::Map(other)) => {
            widen(node, other);
        }
        (Form::Object { .. }, Form::Object { .. }) => {
            let form = merged(&[node, other]);
            node.form = form;
        }
        _ => {}
    }
}
