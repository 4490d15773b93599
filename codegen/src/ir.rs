//! The API as the emitter needs it: all names are chosen, and all references resolved.

mod example;
mod rust;
mod ty;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use example::Example;
pub(crate) use ty::{Spelling, Ty};

/// The API of a spec.
#[derive(Clone, Debug, Default)]
pub(crate) struct Api {
    /// The API version, such as `2026-05-27.dahlia`.
    pub(crate) version: String,
    pub(crate) types: Vec<Type>,
    pub(crate) services: Vec<Service>,
    pub(crate) operations: Vec<Operation>,
    pub(crate) events: Vec<Event>,
    pub(crate) event_objects: Vec<EventObject>,
    /// The descriptions of modules, by name.
    pub(crate) module_docs: BTreeMap<String, String>,
}

/// The module for types that several modules use.
pub(crate) const COMMON: &str = "common";

/// The file for types that do not belong to a resource's file.
pub(crate) const MODELS: &str = "models";
pub(crate) const PARAMS: &str = "params";
pub(crate) const OPERATIONS: &str = "operations";

/// The cargo features of which one has to be on; empty if it is always compiled.
pub(crate) type Features = BTreeSet<String>;

/// An index into [`Api::types`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TypeId(pub(crate) usize);

#[derive(Clone, Debug)]
pub(crate) struct Type {
    pub(crate) module: String,
    /// The file within the module, without extension.
    pub(crate) file: String,
    /// Whether it is a resource, which has the main name of its module.
    pub(crate) is_resource: bool,
    /// Whether only requests use it, so that it needs the feature `client`.
    pub(crate) request_only: bool,
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) features: Features,
    /// The JSON pointer of its first place in the spec.
    pub(crate) pointer: String,
    /// The places of the spec with this type.
    pub(crate) places: Vec<String>,
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
    /// Whether properties outside of the spec are kept.
    pub(crate) open: bool,
    /// The name of the newtype of its id, if it has one.
    pub(crate) id: Option<String>,
    /// An example of an id.
    pub(crate) id_example: Option<String>,
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

/// A string enum, open to values outside of the spec.
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

/// A union of objects, told apart by their `object` property.
#[derive(Clone, Debug)]
pub(crate) struct Union {
    pub(crate) arms: Vec<Arm>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Arm {
    /// Its component.
    pub(crate) component: String,
    pub(crate) object: String,
    /// Whether it is the stub of a deleted object.
    pub(crate) deleted: bool,
    pub(crate) ident: String,
    pub(crate) ty: TypeId,
}

/// An enum property and the properties named after its values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tag {
    /// The enum property.
    pub(crate) name: String,
    pub(crate) ty: TypeId,
    pub(crate) arms: Vec<TagArm>,
    /// The name of the view, an enum with a variant for each value.
    pub(crate) view: String,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TagArm {
    /// The value, which is also the name of a property.
    pub(crate) value: String,
    /// The variant of the enum.
    pub(crate) variant: String,
    /// The variant of the view.
    pub(crate) ident: String,
}

/// An object in a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Params {
    pub(crate) params: Vec<Param>,
    pub(crate) tag: Option<Tag>,
    /// Parameters of which a request sets exactly one, with the fixed values sent beside each.
    pub(crate) one_of: BTreeMap<String, BTreeMap<String, String>>,
}

impl Params {
    /// Returns the fixed values of the parameter's own constructor; `None` if it has none.
    pub(crate) fn constructor(&self, param: &Param) -> Option<Vec<(&str, &str)>> {
        if let Some(beside) = self.one_of.get(&param.name) {
            let beside = beside.iter();
            return Some(beside.map(|(name, value)| (&**name, &**value)).collect());
        }
        let tag = self.tag.as_ref()?;
        let arm = tag.arms.iter().find(|arm| arm.value == param.name)?;
        Some(vec![(&tag.name, &arm.value)])
    }

    /// Returns whether the type has a plain `new`.
    pub(crate) fn has_new(&self) -> bool {
        self.one_of.is_empty()
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Param {
    pub(crate) name: String,
    /// The name of the setter or argument.
    pub(crate) ident: String,
    pub(crate) docs: String,
    pub(crate) ty: Ty,
    pub(crate) required: bool,
    /// Whether an empty value clears what was set before.
    pub(crate) clearable: bool,
    pub(crate) sensitive: bool,
    /// Whether it is sent in the query of a request with a body.
    pub(crate) in_query: bool,
}

/// A parameter with several types.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) options: Vec<ChoiceOption>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ChoiceOption {
    /// The step in the notation of places; empty for a word.
    pub(crate) arm: String,
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

/// A namespace of operations, for one static segment of their paths.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    pub(crate) module: String,
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) features: Features,
    /// The methods that lead from the client to it.
    pub(crate) path: Vec<String>,
    /// The last of these methods.
    pub(crate) method: String,
    /// The indexes of the services directly below it.
    pub(crate) children: Vec<usize>,
    pub(crate) root: bool,
    /// Indexes into [`Api::operations`].
    pub(crate) operations: Vec<usize>,
    /// The JSON pointer of the first operation below it.
    pub(crate) pointer: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) module: String,
    /// The name of the builder.
    pub(crate) name: String,
    /// The method on its service.
    pub(crate) method: String,
    /// The methods that lead from the client to its service.
    pub(crate) service: Vec<String>,
    pub(crate) docs: String,
    /// A guide about the operation.
    pub(crate) guide: Option<Guide>,
    pub(crate) deprecated: bool,
    pub(crate) features: Features,
    pub(crate) verb: Verb,
    pub(crate) path: String,
    pub(crate) path_params: Vec<Param>,
    pub(crate) params: Vec<Param>,
    pub(crate) json: bool,
    /// Groups of parameters as paths with dots; only parameters of one group can be set.
    pub(crate) at_most_one: Vec<Vec<String>>,
    /// The paths of lists in the response, with the path parameter that the list's URL needs as a
    /// filter.
    pub(crate) list_filters: BTreeMap<String, String>,
    pub(crate) output: Ty,
    /// The values of the spec's example, by parameter.
    pub(crate) example: Vec<(String, Example)>,
    /// The paths that `expand` accepts.
    pub(crate) expandable: Vec<String>,
    pub(crate) pointer: String,
    /// Its place in the notation of names.yaml.
    pub(crate) place: String,
}

/// A page about an operation, named in the spec.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Guide {
    pub(crate) title: String,
    pub(crate) url: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verb {
    Get,
    Post,
    Delete,
}

impl Verb {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// A type of webhook event.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) value: String,
    pub(crate) ident: String,
    pub(crate) docs: String,
    pub(crate) features: Features,
}

/// A kind of object in events.
#[derive(Clone, Debug)]
pub(crate) struct EventObject {
    /// The value of its `object` property.
    pub(crate) object: String,
    pub(crate) ident: String,
    pub(crate) ty: TypeId,
    /// The events whose object has this type; empty if it is the type for all other events.
    pub(crate) only_in: Vec<String>,
    /// The properties that the resource requires but this type does not.
    pub(crate) missing: Vec<String>,
}

impl Kind {
    /// Returns the types of its members, each with the field, parameter, alternative or option.
    pub(crate) fn parts(&self) -> Vec<(&str, Ty)> {
        match self {
            Self::Object(object) => {
                let fields = object.fields.iter();
                fields
                    .map(|field| (field.name.as_str(), field.ty.clone()))
                    .collect()
            }
            Self::Params(params) => {
                let params = params.params.iter();
                params
                    .map(|param| (param.name.as_str(), param.ty.clone()))
                    .collect()
            }
            Self::Union(union) => {
                let arms = union.arms.iter();
                arms.map(|arm| (arm.object.as_str(), Ty::Named(arm.ty)))
                    .collect()
            }
            Self::Choice(choice) => {
                let options = choice.options.iter();
                options
                    .filter_map(|option| match &option.value {
                        ChoiceValue::Typed(ty) => Some((option.ident.as_str(), ty.clone())),
                        ChoiceValue::Word(_) => None,
                    })
                    .collect()
            }
            Self::Enum(_) => Vec::new(),
        }
    }
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
