//! What the emitter needs to know of an API, with every name made and every reference resolved.

use std::collections::BTreeSet;

/// The API of a spec.
#[derive(Clone, Debug, Default)]
pub(crate) struct Api {
    /// The API version, as Stripe dates it.
    pub(crate) version: String,
    pub(crate) types: Vec<Type>,
    pub(crate) services: Vec<Service>,
    pub(crate) operations: Vec<Operation>,
    pub(crate) events: Vec<Event>,
}

/// Cargo features one of which has to be on; none when it is always there.
pub(crate) type Features = BTreeSet<String>;

/// An index into [`Api::types`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TypeId(pub(crate) usize);

#[derive(Clone, Debug)]
pub(crate) struct Type {
    pub(crate) module: String,
    /// The file within the module, without its ending.
    pub(crate) file: String,
    /// Whether only requests use it, so that it is of no use without a client.
    pub(crate) request_only: bool,
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) features: Features,
    /// Where the spec defines it.
    pub(crate) pointer: String,
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Object(Object),
    Enum(Enum),
    Union(Union),
    Params(Params),
    Choice(Choice),
}

/// An object in a response.
#[derive(Clone, Debug, Default)]
pub(crate) struct Object {
    pub(crate) fields: Vec<Field>,
    /// Whether properties that the spec does not list are kept.
    pub(crate) open: bool,
    /// The newtype of its id, when it has one.
    pub(crate) id: Option<String>,
    /// The value of its `object` property, by which unions and events tell it.
    pub(crate) object: Option<String>,
    pub(crate) tag: Option<Tag>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) ident: String,
    pub(crate) docs: String,
    pub(crate) ty: Ty,
    pub(crate) required: bool,
    pub(crate) nullable: bool,
    pub(crate) sensitive: bool,
}

/// A string enum, open to values that the spec does not list.
#[derive(Clone, Debug)]
pub(crate) struct Enum {
    pub(crate) variants: Vec<Variant>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Variant {
    pub(crate) value: String,
    pub(crate) ident: String,
    pub(crate) docs: String,
}

/// One of several objects, told apart by their `object` property.
#[derive(Clone, Debug)]
pub(crate) struct Union {
    pub(crate) arms: Vec<Arm>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Arm {
    pub(crate) object: String,
    /// Whether it is what is left of a deleted object.
    pub(crate) deleted: bool,
    pub(crate) ident: String,
    pub(crate) ty: TypeId,
}

/// An enum property and the properties that are named after its values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tag {
    /// The property that tells.
    pub(crate) name: String,
    pub(crate) ty: TypeId,
    pub(crate) arms: Vec<TagArm>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TagArm {
    /// The value, which is the name of the property as well.
    pub(crate) value: String,
    pub(crate) ident: String,
}

/// An object in a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Params {
    pub(crate) params: Vec<Param>,
    pub(crate) tag: Option<Tag>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Param {
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) ty: Ty,
    pub(crate) required: bool,
    /// Whether an empty value unsets what was set before.
    pub(crate) clearable: bool,
    pub(crate) sensitive: bool,
}

/// A parameter that takes one of several types.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) options: Vec<ChoiceOption>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ChoiceOption {
    pub(crate) ident: String,
    pub(crate) docs: String,
    pub(crate) value: ChoiceValue,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ChoiceValue {
    /// A fixed string.
    Word(String),
    Typed(Ty),
}

/// A type where it is used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Ty {
    String,
    Bool,
    Integer,
    Number,
    Timestamp,
    /// JSON without a schema.
    Json,
    /// The value of an `object` property.
    ObjectType(String),
    /// The id of an object.
    Id(TypeId),
    Named(TypeId),
    Array(Box<Ty>),
    /// A page of a list.
    List(Box<Ty>),
    Map(Box<Ty>),
    /// An id, or the object itself when the caller asked for it.
    Expandable(Box<Ty>),
    /// An object outside of the API.
    RawObject,
    MaybeDeleted(TypeId, TypeId),
    /// Boxed where a cycle of types closes.
    Boxed(Box<Ty>),
}

/// A namespace of operations: one static segment of the paths.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    pub(crate) module: String,
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) features: Features,
    /// The method that leads to it, on the client or on another service.
    pub(crate) method: String,
    /// The services of which it is the root or child, as indexes.
    pub(crate) children: Vec<usize>,
    pub(crate) root: bool,
    /// Indexes into [`Api::operations`].
    pub(crate) operations: Vec<usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) module: String,
    /// The builder.
    pub(crate) name: String,
    /// The method on its service.
    pub(crate) method: String,
    /// The methods that lead from the client to its service.
    pub(crate) service: Vec<String>,
    pub(crate) docs: String,
    pub(crate) deprecated: bool,
    pub(crate) features: Features,
    pub(crate) verb: Verb,
    pub(crate) path: String,
    pub(crate) path_params: Vec<Param>,
    pub(crate) params: Vec<Param>,
    pub(crate) json: bool,
    pub(crate) output: Ty,
    /// What `expand` can be asked for.
    pub(crate) expandable: Vec<String>,
    pub(crate) pointer: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verb {
    Get,
    Post,
    Delete,
}

/// A type of webhook event.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) value: String,
    pub(crate) ident: String,
    pub(crate) docs: String,
    pub(crate) features: Features,
    /// The type that its object is read as, if that is not the type of the resource.
    pub(crate) object: Option<TypeId>,
}

impl Api {
    pub(crate) fn get(&self, id: TypeId) -> &Type {
        &self.types[id.0]
    }

    pub(crate) fn object(&self, id: TypeId) -> Option<&Object> {
        match &self.get(id).kind {
            Kind::Object(object) => Some(object),
            _ => None,
        }
    }
}
