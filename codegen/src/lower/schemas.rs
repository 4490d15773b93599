//! Brings a document into the form that later phases read: every schema in one form, and every
//! operation with its parameters and response.

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

/// A spec in this form.
pub(super) struct Schemas {
    pub(super) version: String,
    /// The descriptions of tags.
    pub(super) tags: BTreeMap<String, String>,
    pub(super) components: BTreeMap<String, Node>,
    /// The operations, sorted by path.
    pub(super) calls: Vec<Call>,
    pub(super) events: Vec<EventType>,
}

/// Reads a spec. Problems are added to `found`, and parts that can't be expressed in Rust to
/// `left_out`.
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
    /// Returns the final target of a reference, and whether it is nullable. `None` if the
    /// reference is a cycle or has no target.
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

    /// Returns the value of a component's `object` property, which identifies it in unions.
    pub(super) fn object_value(&self, component: &str) -> Option<&str> {
        self.components.get(component)?.object_value()
    }

    /// Returns the unions that `component` is part of.
    pub(super) fn unions_of(&self, component: &str) -> impl Iterator<Item = &str> {
        let is_arm =
            move |node: &Node| matches!(&node.form, Form::Reference(arm) if arm == component);
        let unions = self
            .components
            .iter()
            .filter(move |(_, node)| match &node.form {
                Form::OneOf { arms, .. } => arms.iter().any(is_arm),
                // A union may have only one alternative, if the others were cut.
                _ => is_arm(node),
            });
        unions.map(|(name, _)| name.as_str())
    }

    /// Returns whether a component is a resource: it has an id or a namespace.
    pub(super) fn is_resource(&self, component: &str) -> bool {
        let marked = self.components.get(component).is_some_and(|c| c.resource);
        marked || component.contains('.') || component.starts_with("deleted_")
    }

    /// Returns the component that owns the id type of `component`, if it has an id.
    pub(super) fn id_owner<'a>(&'a self, component: &'a str) -> Option<&'a str> {
        if !self.components.get(component)?.has_id() {
            return None;
        }
        // The stub of a deleted object has the id type of the object.
        let present = component.strip_prefix("deleted_");
        let present = present.and_then(|name| self.components.get_key_value(name));
        match present {
            Some((name, node)) if node.has_id() => Some(name),
            _ => Some(component),
        }
    }

    /// Returns an object and its deleted stub, if these are the alternatives.
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

    /// Returns whether a component is the stub of a deleted object.
    pub(super) fn is_deleted(&self, component: &str) -> bool {
        let properties = self.components.get(component).and_then(Node::properties);
        let deleted = properties.and_then(|properties| properties.get("deleted"));
        deleted.is_some_and(|deleted| deleted.required)
    }
}
