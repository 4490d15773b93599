//! Finds the types of requests: operations, objects of parameters, choices, clears.

use super::place::At;
use super::walk::{Typing, Use};
use super::{Alternative, Direction, Member, PlaceId, Shape, TypedCall, User};
use crate::error::Diagnostic;
use crate::ir::Ty;
use crate::lower::schemas::{Call, Form, Given, Node};
use std::collections::BTreeMap;

const REQUEST: Direction = Direction::Request;

impl<'a> Typing<'a> {
    pub(super) fn call(
        &mut self,
        index: usize,
        call: &'a Call,
        by_path: &BTreeMap<&str, &'a Call>,
    ) -> TypedCall {
        let user = User::Call(index);
        let root = At::root(call.place());
        let used = Use::new(user, "response", root.answer());
        let (output, _) = self.ty(&call.answer, Direction::Response, &used);
        let mut path_params = Vec::new();
        for given in &call.path_params {
            let mut member = self.given(given, user, root.path_param(&given.name));
            if member.ty == Ty::String {
                member.ty = self.path_id(call, &given.name, by_path, user);
            }
            path_params.push(member);
        }
        let item = match &output {
            Ty::List(item) => self.identified(item),
            _ => None,
        };
        let mut query = Vec::new();
        for given in &call.query {
            let mut member = self.given(given, user, root.query(&given.name));
            let is_cursor = matches!(given.name.as_str(), "starting_after" | "ending_before");
            if let Some(id) = item.filter(|_| is_cursor) {
                member.ty = Ty::Id(id);
            }
            query.push(member);
        }
        TypedCall {
            path_params,
            query,
            body: self.body(call, user, &root),
            output,
            call: call.clone(),
        }
    }

    fn given(&mut self, given: &'a Given, user: User, at: At) -> Member {
        let used = Use::new(user, &given.name, at);
        self.member(&given.name, &given.node, given.required, REQUEST, &used)
    }

    fn body(&mut self, call: &'a Call, user: User, root: &At) -> Vec<Member> {
        let Some(body) = &call.body else {
            return Vec::new();
        };
        let node = match self.schemas.behind(&body.node) {
            Some((node, _)) => node,
            None => &body.node,
        };
        match &node.form {
            Form::Object { .. } => self.members(node, REQUEST, user, root),
            Form::Any => Vec::new(),
            _ => {
                self.found.push(Diagnostic::new(
                    &body.node.pointer,
                    "a body that is not an object",
                    "cut the operation in the subset",
                ));
                Vec::new()
            }
        }
    }

    /// Returns the id type of a path parameter: that of the object at the path up to it.
    fn path_id(
        &mut self,
        call: &Call,
        param: &str,
        by_path: &BTreeMap<&str, &'a Call>,
        user: User,
    ) -> Ty<PlaceId> {
        let placeholder = format!("{{{param}}}");
        let found = call.path.find(&placeholder).and_then(|at| {
            let there = by_path.get(&call.path[..at + placeholder.len()])?;
            let (node, _) = match &there.answer.form {
                Form::OneOf { arms, .. } => {
                    let (present, _) = self.schemas.maybe_deleted(arms)?;
                    return self.schemas.id_owner(present);
                }
                _ => self.schemas.behind(&there.answer)?,
            };
            // Only a component has an id type.
            let name = match &there.answer.form {
                Form::Reference(name) => name,
                _ => return None,
            };
            node.has_id().then(|| self.schemas.id_owner(name))?
        });
        match found {
            Some(owner) => {
                let schemas = self.schemas;
                let (name, _) = schemas
                    .components
                    .get_key_value(owner)
                    .expect("it has an id");
                let used = Use::new(user, "response", At::root(""));
                Ty::Id(self.component(name, Direction::Response, &used))
            }
            None => Ty::String,
        }
    }

    /// Returns the object whose id identifies the items of a list.
    fn identified(&self, item: &Ty<PlaceId>) -> Option<PlaceId> {
        let (Ty::Named(id) | Ty::MaybeDeleted(id, _)) = item else {
            return None;
        };
        let component = self.places[id.0].component.as_deref()?;
        self.schemas.id_owner(component).map(|_| *id)
    }

    pub(super) fn sent_object(&mut self, node: &'a Node, used: &Use<'_>) -> Ty<PlaceId> {
        let id = self.inline(node, REQUEST, used);
        self.places[id.0].shape =
            Shape::Params(self.members(node, REQUEST, User::Place(id), &used.at));
        Ty::Named(id)
    }

    /// Returns the type of a parameter with several types. An empty string clears, and is not a
    /// type.
    pub(super) fn sent_choice(
        &mut self,
        node: &'a Node,
        arms: &'a [Node],
        used: &Use<'_>,
    ) -> (Ty<PlaceId>, bool) {
        let is_clear = |arm: &&Node| matches!(&arm.form, Form::Text { words, clears: true } if words.is_empty());
        let (clears, arms): (Vec<&Node>, Vec<&Node>) = arms.iter().partition(is_clear);
        let mut clearable = !clears.is_empty() || arms.iter().any(|arm| arm.nullable);
        if arms.is_empty() {
            let ty = if clearable { Ty::String } else { Ty::Json };
            return (ty, clearable);
        }
        if let [arm] = arms.as_slice() {
            let (ty, clears) = self.ty(arm, REQUEST, used);
            return (ty, clearable || clears);
        }
        let id = self.inline(node, REQUEST, used);
        let mut options: Vec<Alternative> = Vec::new();
        for arm in &arms {
            if let Form::Text { words, clears } = &arm.form
                && !words.is_empty()
            {
                clearable |= clears;
                options.extend(words.iter().cloned().map(Alternative::Word));
                continue;
            }
            let kind = arm.json_type();
            let same = arms
                .iter()
                .filter(|other| other.json_type() == kind)
                .count();
            let step = match &arm.title {
                Some(title) if same > 1 => title,
                _ => kind,
            };
            let is_known = |option: &Alternative| matches!(option, Alternative::Typed { arm, .. } if arm == step);
            if options.iter().any(is_known) {
                self.found.push(Diagnostic::new(
                    &arm.pointer,
                    "an alternative that can't be told from another one of the same JSON type",
                    "give each of them a `title` in the overlay, or cut one in the subset",
                ));
                continue;
            }
            let inner = Use::new(User::Place(id), used.property, used.at.arm(step));
            let (ty, _) = self.ty(arm, REQUEST, &inner);
            options.push(Alternative::Typed {
                arm: step.to_owned(),
                title: arm.title.clone(),
                docs: arm.docs.clone(),
                ty,
            });
        }
        self.places[id.0].shape = Shape::Choice(options);
        (Ty::Named(id), clearable)
    }
}
