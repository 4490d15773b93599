//! Finds the types of responses: objects, unions, expandable references, lists.

use super::place::At;
use super::walk::{Typing, Use};
use super::{Direction, PlaceId, Shape, UnionArm, User};
use crate::error::Diagnostic;
use crate::ir::Ty;
use crate::lower::schemas::{Form, Node};
use crate::naming;

const RESPONSE: Direction = Direction::Response;

impl<'a> Typing<'a> {
    /// Returns the type of an object: a list, a type of its own, or JSON if it has no properties.
    pub(super) fn answered_object(&mut self, node: &'a Node, used: &Use<'_>) -> Ty<PlaceId> {
        if node
            .properties()
            .is_none_or(|properties| properties.is_empty())
        {
            return Ty::Json;
        }
        if let Some(items) = node.list_items() {
            let singular = match used.property {
                "data" => "item".to_owned(),
                property => naming::singular(property),
            };
            let at = used.at.property("data").item();
            let (item, _) = self.ty(items, RESPONSE, &used.with(&singular, at));
            return Ty::List(Box::new(item));
        }
        let id = self.inline(node, RESPONSE, used);
        self.places[id.0].shape = self.object_shape(node, id, &used.at);
        Ty::Named(id)
    }

    pub(super) fn object_shape(&mut self, node: &'a Node, id: PlaceId, at: &At) -> Shape {
        let mut members = self.members(node, RESPONSE, User::Place(id), at);
        let mut owner = node.has_id().then_some(id);
        let schemas = self.schemas;
        let component = self.places[id.0].component.clone();
        if let Some(other) = component.as_deref().and_then(|name| schemas.id_owner(name))
            && Some(other) != component.as_deref()
        {
            let (name, _) = schemas
                .components
                .get_key_value(other)
                .expect("it has an id");
            let used = Use::new(User::Place(id), "id", at.property("id"));
            owner = Some(self.component(name, RESPONSE, &used));
        }
        if let Some(owner) = owner
            && let Some(member) = members.iter_mut().find(|member| member.name == "id")
        {
            member.ty = Ty::Id(owner);
        }
        let open = matches!(node.form, Form::Object { open: true, .. });
        Shape::Object {
            members,
            open,
            has_id: owner == Some(id),
        }
    }

    /// Returns whether alternatives are a union, and neither an expandable object nor one that
    /// may be deleted.
    pub(super) fn is_union(&self, arms: &[Node], expandable: bool) -> bool {
        arms.len() > 1
            && !expandable
            && !arms.iter().any(|arm| self.is_text(arm))
            && self.schemas.maybe_deleted(arms).is_none()
    }

    pub(super) fn is_text(&self, arm: &Node) -> bool {
        matches!(arm.form, Form::Text { .. } | Form::IdOf(_))
    }

    pub(super) fn answered_union(
        &mut self,
        node: &'a Node,
        arms: &'a [Node],
        expandable: bool,
        used: &Use<'_>,
    ) -> (Ty<PlaceId>, bool) {
        if let [arm] = arms {
            return self.ty(arm, RESPONSE, used);
        }
        if arms.is_empty() {
            return (Ty::Json, false);
        }
        let nullable = arms.iter().any(|arm| arm.nullable);
        if self.is_union(arms, expandable) {
            let id = self.inline(node, RESPONSE, used);
            self.places[id.0].shape = self.union_shape(arms, used);
            return (Ty::Named(id), nullable);
        }
        if !expandable && !arms.iter().any(|arm| self.is_text(arm)) {
            let (present, deleted) = self.schemas.maybe_deleted(arms).expect("it is no union");
            return (self.maybe_deleted(present, deleted, used), nullable);
        }
        let objects: Vec<&Node> = arms.iter().filter(|arm| !self.is_text(arm)).collect();
        let has_id = |name: &str| self.schemas.id_owner(name).is_some();
        let target = match objects.as_slice() {
            [
                Node {
                    form: Form::Reference(name),
                    ..
                },
            ] if has_id(name) => self.reference(name, RESPONSE, used).0,
            [
                Node {
                    form: Form::Reference(a),
                    ..
                },
                Node {
                    form: Form::Reference(b),
                    ..
                },
            ] if has_id(a) && has_id(b) => {
                let pair = [objects[0].clone(), objects[1].clone()];
                match self
                    .schemas
                    .maybe_deleted(&pair)
                    .map(|(a, b)| (a.to_owned(), b.to_owned()))
                {
                    Some((present, deleted)) => {
                        let (present, _) = self.key(&present);
                        let (deleted, _) = self.key(&deleted);
                        self.maybe_deleted(present, deleted, used)
                    }
                    None => Ty::RawObject,
                }
            }
            _ => Ty::RawObject,
        };
        (Ty::Expandable(Box::new(target)), nullable)
    }

    fn key(&self, component: &str) -> (&'a str, &'a Node) {
        let schemas = self.schemas;
        let (name, node) = schemas
            .components
            .get_key_value(component)
            .expect("it was found");
        (name, node)
    }

    fn maybe_deleted(&mut self, present: &'a str, deleted: &'a str, used: &Use<'_>) -> Ty<PlaceId> {
        let present = self.component(present, RESPONSE, used);
        let deleted = self.component(deleted, RESPONSE, used);
        Ty::MaybeDeleted(present, deleted)
    }

    /// Returns the objects of a union, including those of inner unions.
    pub(super) fn union_shape(&mut self, arms: &'a [Node], used: &Use<'_>) -> Shape {
        let id = self.by_place[&used.at.to_string()];
        let inner = Use::new(User::Place(id), used.property, used.at.clone());
        let mut found: Vec<UnionArm> = Vec::new();
        let mut entered: Vec<&str> = Vec::new();
        let mut rest: Vec<&'a Node> = arms.iter().rev().collect();
        while let Some(arm) = rest.pop() {
            let Form::Reference(name) = &arm.form else {
                self.found.push(Diagnostic::new(
                    &arm.pointer,
                    "a union of something else than references to objects",
                    "make the arm a component, or cut the property in the subset",
                ));
                continue;
            };
            if let Form::OneOf { arms, .. } = &self.schemas.components[name].form {
                if !entered.contains(&name.as_str()) {
                    entered.push(name);
                    rest.extend(arms.iter().rev());
                }
                continue;
            }
            if found.iter().any(|known| known.component == *name) {
                continue;
            }
            let Some(object) = self.schemas.object_value(name) else {
                self.found.push(Diagnostic::new(
                    &arm.pointer,
                    format!("`{name}` has no `object` property that tells it from the other arms"),
                    "cut the property in the subset",
                ));
                continue;
            };
            found.push(UnionArm {
                component: name.clone(),
                object: object.to_owned(),
                deleted: self.schemas.is_deleted(name),
                place: self.component(name, RESPONSE, &inner),
            });
        }
        found.sort_by(|a, b| a.component.cmp(&b.component));
        Shape::Union(found)
    }
}
