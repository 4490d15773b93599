//! Finds the type of each place in the spec, without a name.

mod answers;
mod carried;
mod place;
mod requests;
mod walk;

use super::schemas::{Call, EventType, Schemas, Word};
use crate::error::Diagnostic;
use crate::ir::Ty;
pub(crate) use carried::Carried;
use std::collections::{BTreeMap, HashMap, VecDeque};
use walk::Typing;

/// An index into [`Types::places`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PlaceId(pub(crate) usize);

/// All places that are types, and their users.
pub(crate) struct Types {
    pub(crate) version: String,
    /// The descriptions of tags.
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) places: Vec<Placed>,
    pub(crate) calls: Vec<TypedCall>,
    pub(crate) events: Vec<EventType>,
    pub(crate) carried: Vec<Carried>,
    /// An example of an id, by component.
    pub(crate) id_examples: HashMap<String, String>,
    by_place: HashMap<String, PlaceId>,
}

/// The direction of a type: sent or received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Direction {
    Request,
    Response,
}

/// A user of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum User {
    Place(PlaceId),
    /// An index into [`Types::calls`].
    Call(usize),
    Events,
}

/// A place, as a type.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub(crate) place: String,
    pub(crate) direction: Direction,
    pub(crate) pointer: String,
    /// The description of the type itself, if it has one.
    pub(crate) docs: String,
    /// The description of the first property with this type.
    pub(crate) property_docs: String,
    pub(crate) title: Option<String>,
    /// The component, if it is one.
    pub(crate) component: Option<String>,
    /// Whether the spec names it.
    pub(crate) is_resource: bool,
    /// Its users, and their properties of this type.
    pub(crate) users: Vec<(User, String)>,
    pub(crate) shape: Shape,
}

/// The structure of a type.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    Object {
        members: Vec<Member>,
        /// Whether properties outside of the spec are kept.
        open: bool,
        /// Whether it has its own id type.
        has_id: bool,
    },
    Enum(Vec<Word>),
    Union(Vec<UnionArm>),
    Params(Vec<Member>),
    Choice(Vec<Alternative>),
}

/// A field or parameter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) ty: Ty<PlaceId>,
    pub(crate) required: bool,
    /// Whether it is nullable, or in a request can be cleared with an empty string.
    pub(crate) nullable: bool,
    pub(crate) sensitive: bool,
}

/// An object of a union, identified by its `object` property.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct UnionArm {
    pub(crate) component: String,
    pub(crate) object: String,
    pub(crate) deleted: bool,
    pub(crate) place: PlaceId,
}

impl UnionArm {
    /// Returns the value that identifies it.
    pub(crate) fn told_by(&self) -> String {
        let deleted = if self.deleted { " (deleted)" } else { "" };
        format!("{}{deleted}", self.object)
    }
}

/// An alternative of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Alternative {
    Word(Word),
    Typed {
        /// Its step in the notation of places.
        arm: String,
        title: Option<String>,
        docs: String,
        ty: Ty<PlaceId>,
    },
}

/// The parameters and response of an operation.
#[derive(Clone, Debug)]
pub(crate) struct TypedCall {
    pub(crate) call: Call,
    pub(crate) path_params: Vec<Member>,
    pub(crate) query: Vec<Member>,
    pub(crate) body: Vec<Member>,
    pub(crate) output: Ty<PlaceId>,
}

impl TypedCall {
    pub(crate) fn members(&self) -> impl Iterator<Item = &Member> {
        self.path_params.iter().chain(&self.query).chain(&self.body)
    }
}

impl Types {
    pub(crate) fn get(&self, id: PlaceId) -> &Placed {
        &self.places[id.0]
    }

    pub(crate) fn find(&self, place: &str) -> Option<PlaceId> {
        self.by_place.get(place).copied()
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = PlaceId> + use<> {
        (0..self.places.len()).map(PlaceId)
    }
}

impl Shape {
    /// Returns the types of its members, each with its field, parameter or alternative.
    pub(crate) fn parts(&self) -> Vec<(&str, Ty<PlaceId>)> {
        match self {
            Self::Object { members, .. } | Self::Params(members) => members
                .iter()
                .map(|member| (member.name.as_str(), member.ty.clone()))
                .collect(),
            Self::Union(arms) => arms
                .iter()
                .map(|arm| (arm.component.as_str(), Ty::Named(arm.place)))
                .collect(),
            Self::Choice(options) => options
                .iter()
                .filter_map(|option| match option {
                    Alternative::Typed { arm, ty, .. } => Some((arm.as_str(), ty.clone())),
                    Alternative::Word(_) => None,
                })
                .collect(),
            Self::Enum(_) => Vec::new(),
        }
    }

    /// Returns the kind of type, in one word.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Object { .. } => "object",
            Self::Enum(_) => "enum",
            Self::Union(_) => "union",
            Self::Params(_) => "object of parameters",
            Self::Choice(_) => "choice",
        }
    }

    /// Returns the members of an object.
    pub(crate) fn members(&self) -> &[Member] {
        match self {
            Self::Object { members, .. } | Self::Params(members) => members,
            _ => &[],
        }
    }
}

/// Returns the types of all places that an operation or event uses.
pub(super) fn types(schemas: &Schemas, found: &mut Vec<Diagnostic>) -> Types {
    let mut typing = Typing {
        schemas,
        places: Vec::new(),
        by_place: HashMap::new(),
        queue: VecDeque::new(),
        inside: Vec::new(),
        found,
    };
    let calls = typing.calls();
    let resources = typing.carried();
    while let Some((name, direction, id)) = typing.queue.pop_front() {
        typing.component_shape(name, direction, id);
    }
    let carried = carried::carried(&mut typing, resources);
    Types {
        version: schemas.version.clone(),
        tags: schemas.tags.clone(),
        places: typing.places,
        calls,
        events: schemas.events.clone(),
        carried,
        id_examples: id_examples(schemas),
        by_place: typing.by_place,
    }
}

fn id_examples(schemas: &Schemas) -> HashMap<String, String> {
    let components = schemas.components.iter();
    let examples = components.filter_map(|(name, node)| {
        let id = &node.properties()?.get("id")?.node;
        Some((name.clone(), id.example.as_ref()?.text()?.to_owned()))
    });
    examples.collect()
}
