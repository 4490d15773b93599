//! What the emitter needs to know of an API, with every name made and every reference resolved.

mod example;
mod rust;
mod ty;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use example::Example;
pub(crate) use ty::{Spelling, Ty};

/// The API of a spec.
#[derive(Clone, Debug, Default)]
pub(crate) struct Api {
    /// The API version, as Stripe dates it.
    pub(crate) version: String,
    pub(crate) types: Vec<Type>,
    pub(crate) services: Vec<Service>,
    pub(crate) operations: Vec<Operation>,
    pub(crate) events: Vec<Event>,
    pub(crate) event_objects: Vec<EventObject>,
    /// What modules are for, by their names.
    pub(crate) module_docs: BTreeMap<String, String>,
}

/// The module of what several modules use.
pub(crate) const COMMON: &str = "common";

/// The files of a module for what is not in the file of a resource.
pub(crate) const MODELS: &str = "models";
pub(crate) const PARAMS: &str = "params";
pub(crate) const OPERATIONS: &str = "operations";

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
    /// Whether it is a resource, which has the main name of its module.
    pub(crate) is_resource: bool,
    /// Whether only requests use it, so that it is of no use without a client.
    pub(crate) request_only: bool,
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) features: Features,
    /// Where the spec defines it: its first place, as a JSON pointer.
    pub(crate) pointer: String,
    /// The places in the spec that are this type.
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
    /// Whether properties that the spec does not list are kept.
    pub(crate) open: bool,
    /// The newtype of its id, when it has one.
    pub(crate) id: Option<String>,
    /// An id as it looks.
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
    /// The component that it is.
    pub(crate) component: String,
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
    /// The type that an object in a response is seen as by it.
    pub(crate) view: String,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TagArm {
    /// The value, which is the name of the property as well.
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
    /// Parameters of which a request names one, each with what is sent beside it.
    pub(crate) one_of: BTreeMap<String, BTreeMap<String, String>>,
}

impl Params {
    /// What is sent beside a parameter that has a constructor of its own; none if it has none.
    pub(crate) fn constructor(&self, param: &Param) -> Option<Vec<(&str, &str)>> {
        if let Some(beside) = self.one_of.get(&param.name) {
            let beside = beside.iter();
            return Some(beside.map(|(name, value)| (&**name, &**value)).collect());
        }
        let tag = self.tag.as_ref()?;
        let arm = tag.arms.iter().find(|arm| arm.value == param.name)?;
        Some(vec![(&tag.name, &arm.value)])
    }

    /// Whether one can be made without a constructor of a parameter.
    pub(crate) fn has_new(&self) -> bool {
        self.one_of.is_empty()
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Param {
    pub(crate) name: String,
    /// Its setter, or argument.
    pub(crate) ident: String,
    pub(crate) docs: String,
    pub(crate) ty: Ty,
    pub(crate) required: bool,
    /// Whether an empty value unsets what was set before.
    pub(crate) clearable: bool,
    pub(crate) sensitive: bool,
    /// Whether it goes into the query of a request that has a body.
    pub(crate) in_query: bool,
}

/// A parameter that takes one of several types.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) options: Vec<ChoiceOption>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ChoiceOption {
    /// Its step in the notation of places; of a word, none.
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

/// A namespace of operations: one static segment of the paths.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    pub(crate) module: String,
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) features: Features,
    /// The methods that lead to it from the client.
    pub(crate) path: Vec<String>,
    /// The last of them.
    pub(crate) method: String,
    /// The services of which it is the root or child, as indexes.
    pub(crate) children: Vec<usize>,
    pub(crate) root: bool,
    /// Indexes into [`Api::operations`].
    pub(crate) operations: Vec<usize>,
    /// Where the spec has the first of all operations that it leads to.
    pub(crate) pointer: String,
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
    /// Where more is written about it.
    pub(crate) guide: Option<Guide>,
    pub(crate) deprecated: bool,
    pub(crate) features: Features,
    pub(crate) verb: Verb,
    pub(crate) path: String,
    pub(crate) path_params: Vec<Param>,
    pub(crate) params: Vec<Param>,
    pub(crate) json: bool,
    /// Groups of parameters, dots between their names, of which one may be given.
    pub(crate) at_most_one: Vec<Vec<String>>,
    /// The paths of lists inside of the answer, each with the parameter of the path that the list
    /// has to be asked for with.
    pub(crate) list_filters: BTreeMap<String, String>,
    pub(crate) output: Ty,
    /// What its example shows, by parameter.
    pub(crate) example: Vec<(String, Example)>,
    /// What `expand` can be asked for.
    pub(crate) expandable: Vec<String>,
    pub(crate) pointer: String,
    /// Its place in the notation of names.yaml.
    pub(crate) place: String,
}

/// A page of which the spec says that it is about an operation.
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

/// A kind of object that events carry.
#[derive(Clone, Debug)]
pub(crate) struct EventObject {
    /// The value of its `object` property.
    pub(crate) object: String,
    pub(crate) ident: String,
    pub(crate) ty: TypeId,
    /// The events in which it is read as this type; none if that is so wherever no other one is.
    pub(crate) only_in: Vec<String>,
    /// The properties that the resource requires and this type does not.
    pub(crate) missing: Vec<String>,
}

impl Kind {
    /// The types that it is made of, each with the field, parameter, arm or option.
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
