//! A schema in one form.

use crate::ir::Example;
use std::collections::BTreeMap;

/// A schema.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) pointer: String,
    pub(crate) docs: String,
    pub(crate) title: Option<String>,
    pub(crate) nullable: bool,
    pub(crate) sensitive: bool,
    /// Whether the spec marks it as a resource.
    pub(crate) resource: bool,
    pub(crate) example: Option<Example>,
    pub(crate) form: Form,
}

#[derive(Clone, Debug)]
pub(crate) enum Form {
    /// A reference to another component.
    Reference(String),
    /// A string, or a string enum if there are values.
    Text {
        words: Vec<Word>,
        /// Whether the empty string, which clears, is a value.
        clears: bool,
    },
    /// The id of a component's objects.
    IdOf(String),
    Integer,
    Time,
    Number,
    Bool,
    /// Any JSON.
    Any,
    Array(Box<Node>),
    Map(Box<Node>),
    Object {
        properties: BTreeMap<String, Property>,
        /// Whether other properties are allowed.
        open: bool,
    },
    OneOf {
        arms: Vec<Node>,
        /// Whether the object is sent instead of its id if it is expanded.
        expandable: bool,
    },
    /// A schema that can't be expressed in Rust, and what to do about it.
    Unknown {
        what: String,
        help: &'static str,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct Property {
    pub(crate) node: Node,
    pub(crate) required: bool,
}

/// A value of a string enum.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Word {
    pub(crate) value: String,
    pub(crate) docs: String,
}

impl Node {
    pub(crate) fn properties(&self) -> Option<&BTreeMap<String, Property>> {
        match &self.form {
            Form::Object { properties, .. } => Some(properties),
            _ => None,
        }
    }

    /// Returns the value of an enum with only one.
    pub(crate) fn single(&self) -> Option<&str> {
        match &self.form {
            Form::Text {
                words,
                clears: false,
            } => match words.as_slice() {
                [word] => Some(&word.value),
                _ => None,
            },
            _ => None,
        }
    }

    /// Returns the value of the `object` property.
    pub(crate) fn object_value(&self) -> Option<&str> {
        self.properties()?.get("object")?.node.single()
    }

    /// Returns whether the object has an `id`.
    pub(crate) fn has_id(&self) -> bool {
        let id = self
            .properties()
            .and_then(|properties| properties.get("id"));
        id.is_some_and(|id| {
            let is_text = match &id.node.form {
                Form::Text { words, .. } => words.is_empty(),
                form => matches!(form, Form::IdOf(_)),
            };
            id.required && !id.node.nullable && is_text
        })
    }

    /// Returns the items of a list: an object with `object: list`, and items in `data`.
    pub(crate) fn list_items(&self) -> Option<&Node> {
        let properties = self.properties()?;
        properties.get("has_more")?;
        let is_list = self.object_value() == Some("list") && properties.len() == 4;
        match &properties.get("data")?.node.form {
            Form::Array(items) if is_list => Some(items),
            _ => None,
        }
    }

    /// Returns the JSON type of an alternative.
    pub(crate) fn json_type(&self) -> &'static str {
        match &self.form {
            Form::Text { words, .. } if !words.is_empty() => "enum",
            Form::Text { .. } | Form::IdOf(_) => "string",
            Form::Integer | Form::Time => "integer",
            Form::Number => "number",
            Form::Bool => "boolean",
            Form::Array(_) => "array",
            _ => "object",
        }
    }

    /// Visits the schema and all schemas inside it.
    pub(crate) fn each<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        visit(self);
        match &self.form {
            Form::Array(inner) | Form::Map(inner) => inner.each(visit),
            Form::Object { properties, .. } => {
                properties
                    .values()
                    .for_each(|property| property.node.each(visit));
            }
            Form::OneOf { arms, .. } => arms.iter().for_each(|arm| arm.each(visit)),
            _ => {}
        }
    }

    /// Visits the schema and all schemas inside it, and can change them.
    pub(crate) fn each_mut(&mut self, visit: &mut impl FnMut(&mut Self)) {
        visit(self);
        match &mut self.form {
            Form::Array(inner) | Form::Map(inner) => inner.each_mut(visit),
            Form::Object { properties, .. } => properties
                .values_mut()
                .for_each(|property| property.node.each_mut(visit)),
            Form::OneOf { arms, .. } => arms.iter_mut().for_each(|arm| arm.each_mut(visit)),
            _ => {}
        }
    }
}
