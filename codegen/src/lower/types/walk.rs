//! Walks from every operation and event to the places that it uses.

use super::place::At;
use super::{Direction, Member, PlaceId, Placed, Shape, TypedCall, User};
use crate::error::Diagnostic;
use crate::ir::Ty;
use crate::lower::schemas::{Call, Form, Node, Schemas, is_about};
use std::collections::{BTreeMap, HashMap, VecDeque};

/// The use of a schema.
#[derive(Clone)]
pub(super) struct Use<'u> {
    pub(super) user: User,
    /// The property that it is the value of; in the singular for the items of a list.
    pub(super) property: &'u str,
    pub(super) at: At,
}

impl<'u> Use<'u> {
    pub(super) fn new(user: User, property: &'u str, at: At) -> Self {
        Self { user, property, at }
    }

    pub(super) fn with<'v>(&self, property: &'v str, at: At) -> Use<'v> {
        Use::new(self.user, property, at)
    }
}

pub(super) struct Typing<'a> {
    pub(super) schemas: &'a Schemas,
    pub(super) places: Vec<Placed>,
    pub(super) by_place: HashMap<String, PlaceId>,
    pub(super) queue: VecDeque<(&'a str, Direction, PlaceId)>,
    /// The components that are being written out where they are used, to find cycles.
    pub(super) inside: Vec<&'a str>,
    pub(super) found: &'a mut Vec<Diagnostic>,
}

impl<'a> Typing<'a> {
    pub(super) fn calls(&mut self) -> Vec<TypedCall> {
        let by_path: BTreeMap<&str, &Call> = {
            // Of several operations with one path the first counts: the GET, if there is one.
            let calls = self.schemas.calls.iter().rev();
            calls.map(|call| (call.path.as_str(), call)).collect()
        };
        let calls = self.schemas.calls.iter().enumerate();
        calls
            .map(|(index, call)| self.call(index, call, &by_path))
            .collect()
    }

    /// Returns the resources of events, which may be used by no operation.
    pub(super) fn carried(&mut self) -> Vec<(PlaceId, Vec<usize>)> {
        let mut carried = Vec::new();
        for name in self.schemas.components.keys() {
            let Some(object) = self.schemas.object_value(name) else {
                continue;
            };
            if !self.schemas.is_resource(name) {
                continue;
            }
            let mut names: Vec<&str> = self.schemas.unions_of(name).collect();
            names.push(object);
            let events = self.schemas.events.iter().enumerate();
            let events: Vec<usize> = events
                .filter(|(_, event)| names.iter().any(|name| is_about(&event.value, name)))
                .map(|(at, _)| at)
                .collect();
            if !events.is_empty() {
                let used = Use::new(User::Events, "object", At::root(""));
                carried.push((self.component(name, Direction::Response, &used), events));
            }
        }
        carried
    }

    /// Returns the type of a component. Its structure is added later.
    pub(super) fn component(
        &mut self,
        name: &'a str,
        direction: Direction,
        used: &Use<'_>,
    ) -> PlaceId {
        let node = &self.schemas.components[name];
        let is_enum = matches!(node.form, Form::Text { .. });
        // A string enum is the same type in both directions.
        let root = match direction {
            Direction::Request if !is_enum => format!("SEND {name}"),
            _ => name.to_owned(),
        };
        let id = match self.by_place.get(&root) {
            Some(id) => *id,
            None => {
                let id = self.place(node, direction, At::root(root));
                let placed = &mut self.places[id.0];
                placed.component = Some(name.to_owned());
                placed.is_resource =
                    direction == Direction::Response && self.schemas.is_resource(name);
                self.queue.push_back((name, direction, id));
                id
            }
        };
        self.used(id, direction, used);
        id
    }

    /// Returns the type of a schema that is written where it is used.
    pub(super) fn inline(&mut self, node: &Node, direction: Direction, used: &Use<'_>) -> PlaceId {
        let id = match self.by_place.get(&used.at.to_string()) {
            Some(id) => *id,
            None => self.place(node, direction, used.at.clone()),
        };
        self.used(id, direction, used);
        id
    }

    pub(super) fn place(&mut self, node: &Node, direction: Direction, at: At) -> PlaceId {
        self.add(Placed {
            place: String::from(at),
            direction,
            pointer: node.pointer.clone(),
            docs: node.docs.clone(),
            property_docs: String::new(),
            title: node.title.clone(),
            component: None,
            is_resource: false,
            users: Vec::new(),
            shape: Shape::Enum(Vec::new()),
        })
    }

    pub(super) fn add(&mut self, placed: Placed) -> PlaceId {
        let id = PlaceId(self.places.len());
        self.by_place.insert(placed.place.clone(), id);
        self.places.push(placed);
        id
    }

    pub(super) fn used(&mut self, id: PlaceId, direction: Direction, used: &Use<'_>) {
        let placed = &mut self.places[id.0];
        // A type that is also in responses does not need the feature `client`.
        if direction == Direction::Response {
            placed.direction = direction;
        }
        let user = (used.user, used.property.to_owned());
        if !placed.users.contains(&user) {
            placed.users.push(user);
        }
    }

    /// Describes a type without a description by the first property with this type.
    pub(super) fn describe(&mut self, ty: &Ty<PlaceId>, text: &str) {
        if let Ty::Named(id) = ty.innermost() {
            let docs = &mut self.places[id.0].property_docs;
            if docs.is_empty() {
                text.clone_into(docs);
            }
        }
    }

    /// Returns the type of a reference's target, and whether it is nullable.
    pub(super) fn reference(
        &mut self,
        name: &'a str,
        direction: Direction,
        used: &Use<'_>,
    ) -> (Ty<PlaceId>, bool) {
        let node = &self.schemas.components[name];
        if self.is_type(name, node, direction) {
            let id = self.component(name, direction, used);
            return (Ty::Named(id), node.nullable);
        }
        // A component that is a list, a map or a plain value has no type of its own.
        if self.inside.contains(&name) {
            self.found.push(Diagnostic::new(
                &node.pointer,
                format!("`{name}` contains itself, without an object in between"),
                "make it an object that has itself as a property, or cut the reference",
            ));
            return (Ty::Json, false);
        }
        self.inside.push(name);
        let root = match direction {
            Direction::Request => format!("SEND {name}"),
            Direction::Response => name.to_owned(),
        };
        let ty = self.ty(node, direction, &used.with(used.property, At::root(root)));
        self.inside.pop();
        ty
    }

    /// Returns whether a component is a type of its own.
    pub(super) fn is_type(&self, name: &str, node: &Node, direction: Direction) -> bool {
        match (&node.form, direction) {
            // An object without known properties is JSON.
            (Form::Object { properties, open }, Direction::Response) => {
                node.list_items().is_none() && !(properties.is_empty() && *open)
            }
            (Form::Object { .. }, Direction::Request) => true,
            (Form::Text { words, .. }, _) => !words.is_empty(),
            (Form::OneOf { arms, expandable }, Direction::Response) => {
                // A resource of several kinds stays a union, even if only one kind is left.
                let is_one = arms.len() == 1 && self.schemas.is_resource(name);
                self.is_union(arms, *expandable) || is_one && !self.is_text(&arms[0])
            }
            _ => false,
        }
    }

    /// Returns the type of a schema, and whether it is nullable or clearable.
    pub(super) fn ty(
        &mut self,
        node: &'a Node,
        direction: Direction,
        used: &Use<'_>,
    ) -> (Ty<PlaceId>, bool) {
        let ty = match &node.form {
            Form::Reference(name) => {
                let (ty, nullable) = self.reference(name, direction, used);
                return (ty, nullable || node.nullable);
            }
            Form::Text { words, clears } => {
                let is_object = used.property == "object" && direction == Direction::Response;
                match node.single() {
                    Some(value) if is_object => Ty::ObjectType(value.to_owned()),
                    _ if words.is_empty() => Ty::String,
                    _ => {
                        let singular = crate::naming::singular(used.property);
                        let used = used.with(&singular, used.at.clone());
                        let id = self.inline(node, direction, &used);
                        self.places[id.0].shape = Shape::Enum(words.clone());
                        let clears = *clears && direction == Direction::Request;
                        return (Ty::Named(id), node.nullable || clears);
                    }
                }
            }
            Form::IdOf(component) => self.id_of(component, direction, used),
            Form::Integer => Ty::Integer,
            Form::Time => Ty::Timestamp,
            Form::Number => Ty::Number,
            Form::Bool => Ty::Bool,
            Form::Any => Ty::Json,
            Form::Array(items) => {
                let singular = crate::naming::singular(used.property);
                let used = used.with(&singular, used.at.item());
                Ty::Array(Box::new(self.contained(items, direction, &used)))
            }
            Form::Map(values) => {
                let singular = crate::naming::singular(used.property);
                let used = used.with(&singular, used.at.value());
                Ty::Map(Box::new(self.contained(values, direction, &used)))
            }
            Form::Object { .. } => match direction {
                Direction::Response => self.answered_object(node, used),
                Direction::Request => self.sent_object(node, used),
            },
            Form::OneOf { arms, expandable } => {
                let (ty, nullable) = match direction {
                    Direction::Response => self.answered_union(node, arms, *expandable, used),
                    Direction::Request => self.sent_choice(node, arms, used),
                };
                return (ty, nullable || node.nullable);
            }
            Form::Unknown { what, help } => {
                self.found.push(Diagnostic::new(&node.pointer, what, *help));
                Ty::Json
            }
        };
        (ty, node.nullable)
    }

    /// Returns the type of an array's items or a map's values.
    pub(super) fn contained(
        &mut self,
        node: &'a Node,
        direction: Direction,
        used: &Use<'_>,
    ) -> Ty<PlaceId> {
        let (ty, nullable) = self.ty(node, direction, used);
        // JSON can be null itself, and a value that clears is sent like others.
        if nullable && direction == Direction::Response && ty != Ty::Json {
            Ty::Nullable(Box::new(ty))
        } else {
            ty
        }
    }

    /// Returns the id type of a component.
    pub(super) fn id_of(&mut self, component: &str, _: Direction, used: &Use<'_>) -> Ty<PlaceId> {
        let schemas = self.schemas;
        match schemas.id_owner(component) {
            Some(owner) => {
                let (name, _) = schemas
                    .components
                    .get_key_value(owner)
                    .expect("it has an id");
                Ty::Id(self.component(name, Direction::Response, used))
            }
            None => Ty::String,
        }
    }

    pub(super) fn member(
        &mut self,
        name: &str,
        node: &'a Node,
        required: bool,
        direction: Direction,
        used: &Use<'_>,
    ) -> Member {
        let (ty, nullable) = self.ty(node, direction, used);
        let docs = match &node.form {
            Form::Reference(component)
                if node.docs.is_empty() && direction == Direction::Response =>
            {
                &self.schemas.components[component].docs
            }
            _ => &node.docs,
        };
        self.describe(&ty, docs);
        Member {
            name: name.to_owned(),
            docs: docs.clone(),
            ty,
            required,
            nullable,
            sensitive: node.sensitive,
        }
    }

    /// Returns the properties of an object, sorted by name.
    pub(super) fn members(
        &mut self,
        node: &'a Node,
        direction: Direction,
        user: User,
        at: &At,
    ) -> Vec<Member> {
        let properties = node.properties().into_iter().flatten();
        let members = properties.map(|(name, property)| {
            let used = Use::new(user, name, at.property(name));
            self.member(name, &property.node, property.required, direction, &used)
        });
        members.collect()
    }

    pub(super) fn component_shape(&mut self, name: &'a str, direction: Direction, id: PlaceId) {
        let node = &self.schemas.components[name];
        let at = At::root(&*self.places[id.0].place);
        let used = Use::new(User::Place(id), "", at);
        let shape = match (&node.form, direction) {
            (Form::Text { words, .. }, _) => Shape::Enum(words.clone()),
            (Form::Object { .. }, Direction::Request) => {
                Shape::Params(self.members(node, direction, used.user, &used.at))
            }
            (Form::Object { .. }, Direction::Response) => self.object_shape(node, id, &used.at),
            (Form::OneOf { arms, .. }, _) => self.union_shape(arms, &used),
            _ => return,
        };
        self.places[id.0].shape = shape;
    }
}
