//! openapiv3 → what the rest of lowering reads: every schema in one form, every operation with
//! what it takes and answers, whatever way the document writes it.

mod calls;
mod events;
mod form;
mod merge;
mod node;
mod resolve;
mod rules;

pub(crate) use calls::{Call, Given};
pub(crate) use events::{EventType, is_about};
pub(crate) use node::{Form, Node, Property, Word};

use crate::error::Diagnostic;
use openapiv3::OpenAPI;
use std::collections::BTreeMap;

/// A spec, read.
pub(super) struct Schemas {
    pub(super) version: String,
    /// What the spec says of its tags.
    pub(super) tags: BTreeMap<String, String>,
    pub(super) components: BTreeMap<String, Node>,
    /// In the order of their paths, whatever order the document has.
    pub(super) calls: Vec<Call>,
    pub(super) events: Vec<EventType>,
}

/// Reads a spec. What is wrong goes to `found`, what has no form in Rust to `left_out`.
pub(super) fn read(
    spec: &OpenAPI,
    found: &mut Vec<Diagnostic>,
    left_out: &mut Vec<Diagnostic>,
) -> Schemas {
    let components = spec.components.iter().flat_map(|all| &all.schemas);
    let components = components
        .map(|(name, schema)| {
            let pointer = format!("/components/schemas/{}", form::escape(name));
            (name.clone(), form::read(schema, &pointer))
        })
        .collect();
    let tags = spec.tags.iter();
    let tags = tags.filter_map(|tag| Some((tag.name.clone(), tag.description.clone()?)));
    let mut schemas = Schemas {
        version: spec.info.version.clone(),
        tags: tags.collect(),
        components,
        calls: calls::read(spec, found, left_out),
        events: events::read(spec, found),
    };
    resolve::resolve(&mut schemas, found);
    rules::check(&schemas, found);
    merge::unions_without_a_tag(&mut schemas);
    schemas
}

impl Schemas {
    /// What a reference leads to in the end, and whether null may be there; none when the way
    /// leads back to itself, or nowhere.
    pub(super) fn behind<'a>(&'a self, mut node: &'a Node) -> Option<(&'a Node, bool)> {
        let mut nullable = node.nullable;
        for _ in 0..=self.components.len() {
            let Form::Reference(name) = &node.form else {
                return Some((node, nullable));
            };
            node = self.components.get(name)?;
            nullable |= node.nullable;
        }
        None
    }

    /// The value of the `object` property of a component, by which unions tell it.
    pub(super) fn object_value(&self, component: &str) -> Option<&str> {
        self.components.get(component)?.object_value()
    }

    /// The components that are unions, and `component` is an arm of.
    pub(super) fn unions_of(&self, component: &str) -> impl Iterator<Item = &str> {
        let is_arm =
            move |node: &Node| matches!(&node.form, Form::Reference(arm) if arm == component);
        let unions = self
            .components
            .iter()
            .filter(move |(_, node)| match &node.form {
                Form::OneOf { arms, .. } => arms.iter().any(is_arm),
                // What is left of a union when the other arms were cut.
                _ => is_arm(node),
            });
        unions.map(|(name, _)| name.as_str())
    }

    /// Whether a component is a resource of its own: the spec gives it an id or a namespace.
    pub(super) fn is_resource(&self, component: &str) -> bool {
        let marked = self.components.get(component).is_some_and(|c| c.resource);
        marked || component.contains('.') || component.starts_with("deleted_")
    }

    /// The component whose id the objects of `component` have, when they have one.
    pub(super) fn id_owner<'a>(&'a self, component: &'a str) -> Option<&'a str> {
        if !self.components.get(component)?.has_id() {
            return None;
        }
        // What is left of a deleted object has the id that the object had.
        let present = component.strip_prefix("deleted_");
        let present = present.and_then(|name| self.components.get_key_value(name));
        match present {
            Some((name, node)) if node.has_id() => Some(name),
            _ => Some(component),
        }
    }

    /// An object and what is left of it when it was deleted, in this order.
    pub(super) fn maybe_deleted<'a>(&'a self, arms: &'a [Node]) -> Option<(&'a str, &'a str)> {
        let [
            Node {
                form: Form::Reference(a),
                ..
            },
            Node {
                form: Form::Reference(b),
                ..
            },
        ] = arms
        else {
            return None;
        };
        let (present, deleted) = match (self.is_deleted(a), self.is_deleted(b)) {
            (false, true) => (a, b),
            (true, false) => (b, a),
            _ => return None,
        };
        self.components.get(present)?.properties()?;
        Some((present, deleted))
    }

    /// Whether a component is what is left of a deleted object.
    pub(super) fn is_deleted(&self, component: &str) -> bool {
        let properties = self.components.get(component).and_then(Node::properties);
        let deleted = properties.and_then(|properties| properties.get("deleted"));
        deleted.is_some_and(|deleted| deleted.required)
    }
}
