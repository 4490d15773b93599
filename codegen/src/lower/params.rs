//! Schemas of requests: parameters, objects of parameters, choices, clears.

use super::responses::{escape, sorted};
use super::{Draft, Lower, Owner, Side, docs, extension_str, format_name, is_sensitive, tag};
use crate::ir::{Choice, ChoiceOption, ChoiceValue, Kind, Param, Params, Ty, TypeId};
use crate::naming;
use openapiv3::{
    AdditionalProperties, ObjectType, ReferenceOr, Schema, SchemaData, SchemaKind, StringType, Type,
};
use std::collections::BTreeMap;

impl<'a> Lower<'a> {
    pub(super) fn request_component(&mut self, name: &'a str, id: TypeId) {
        let pointer = format!("/components/schemas/{name}");
        if let SchemaKind::Type(Type::Object(object)) = &self.schemas[name].schema_kind {
            self.drafts[id.0].kind = Kind::Params(self.params_object(object, id, &pointer));
        } else {
            self.report(
                &pointer,
                "a component in a request that is not an object",
                "write the schema where it is used instead of as a component",
            );
        }
    }

    fn params_object(&mut self, object: &'a ObjectType, id: TypeId, pointer: &str) -> Params {
        let params = self.properties(object, Owner::Type(id), pointer);
        let tag = tag::of_params(&params, &self.drafts);
        Params { params, tag }
    }

    /// The properties of an object as parameters.
    pub(super) fn properties(
        &mut self,
        object: &'a ObjectType,
        owner: Owner,
        pointer: &str,
    ) -> Vec<Param> {
        let mut params = Vec::with_capacity(object.properties.len());
        let mut setters = BTreeMap::new();
        for (name, property) in sorted(&object.properties) {
            let pointer = format!("{pointer}/properties/{}", escape(name));
            let required = object.required.contains(name);
            let param = match property {
                ReferenceOr::Item(schema) => self.param(name, schema, required, owner, &pointer),
                ReferenceOr::Reference { reference } => Param {
                    name: name.clone(),
                    docs: String::new(),
                    ty: self.request_reference(reference, owner, name, &pointer),
                    required,
                    clearable: false,
                    sensitive: false,
                },
            };
            if let Some(other) = setters.insert(naming::setter(name), name) {
                self.report(
                    &pointer,
                    &format!("the parameters `{other}` and `{name}` have one setter"),
                    "cut one of them in the subset",
                );
            }
            params.push(param);
        }
        params
    }

    pub(super) fn param(
        &mut self,
        name: &str,
        schema: &'a Schema,
        required: bool,
        owner: Owner,
        pointer: &str,
    ) -> Param {
        let data = &schema.schema_data;
        let (ty, clearable) = self.request(schema, owner, name, pointer);
        self.describe(&ty, &docs(data));
        Param {
            name: name.to_owned(),
            docs: docs(data),
            ty,
            required,
            // A JSON null clears what an empty string clears in a form.
            clearable: clearable || data.nullable,
            sensitive: is_sensitive(data),
        }
    }

    /// A type, and whether an empty string clears it.
    fn request(
        &mut self,
        schema: &'a Schema,
        owner: Owner,
        property: &str,
        pointer: &str,
    ) -> (Ty, bool) {
        let data = &schema.schema_data;
        let ty = match &schema.schema_kind {
            SchemaKind::Type(Type::String(string)) => {
                let values = string.enumeration.iter().flatten();
                let (empty, values): (Vec<_>, Vec<_>) = values.partition(|v| v.is_empty());
                if !values.is_empty() {
                    let id =
                        self.string_enum(property, string, data, Side::Request, owner, pointer);
                    return (Ty::Named(id), !empty.is_empty());
                }
                match extension_str(data, "x-id-of") {
                    Some(of) => self.id_of(&of, owner, property, pointer),
                    None => Ty::String,
                }
            }
            SchemaKind::Type(Type::Integer(integer)) => {
                if format_name(&integer.format) == "unix-time" {
                    Ty::Timestamp
                } else {
                    Ty::Integer
                }
            }
            SchemaKind::Type(Type::Number(_)) => Ty::Number,
            SchemaKind::Type(Type::Boolean(_)) => Ty::Bool,
            SchemaKind::Type(Type::Array(array)) => {
                let pointer = format!("{pointer}/items");
                let property = naming::singular(property);
                let item = match &array.items {
                    Some(ReferenceOr::Item(items)) => {
                        self.request(items, owner, &property, &pointer).0
                    }
                    Some(ReferenceOr::Reference { reference }) => {
                        self.request_reference(reference, owner, &property, &pointer)
                    }
                    None => Ty::Json,
                };
                Ty::Array(Box::new(item))
            }
            SchemaKind::Type(Type::Object(object)) => {
                self.request_object(object, data, owner, property, pointer)
            }
            SchemaKind::AnyOf { any_of } | SchemaKind::OneOf { one_of: any_of } => {
                return self.alternatives(any_of, data, owner, property, pointer);
            }
            SchemaKind::Any(any) if any.any_of.is_empty() && any.typ.is_none() => Ty::Json,
            _ => {
                self.report(
                    pointer,
                    "a parameter that has no type in Rust (`allOf`, `not`, or mixed keywords)",
                    "cut the parameter in the subset, or give it a plain schema in the overlay",
                );
                Ty::Json
            }
        };
        (ty, false)
    }

    fn request_reference(
        &mut self,
        reference: &'a str,
        owner: Owner,
        property: &str,
        pointer: &str,
    ) -> Ty {
        let Some(name) = self.target(reference, pointer) else {
            return Ty::Json;
        };
        let schema = self.schemas[name];
        match &schema.schema_kind {
            SchemaKind::Type(Type::Object(object)) if !object.properties.is_empty() => {
                Ty::Named(self.component(Side::Request, name, owner, property))
            }
            _ => {
                self.request(
                    schema,
                    owner,
                    property,
                    &format!("/components/schemas/{name}"),
                )
                .0
            }
        }
    }

    fn request_object(
        &mut self,
        object: &'a ObjectType,
        data: &'a SchemaData,
        owner: Owner,
        property: &str,
        pointer: &str,
    ) -> Ty {
        if object.properties.is_empty()
            && let Some(AdditionalProperties::Schema(values)) = &object.additional_properties
        {
            let pointer = format!("{pointer}/additionalProperties");
            let property = naming::singular(property);
            let value = match values.as_ref() {
                ReferenceOr::Item(schema) => self.request(schema, owner, &property, &pointer).0,
                ReferenceOr::Reference { reference } => {
                    self.request_reference(reference, owner, &property, &pointer)
                }
            };
            return Ty::Map(Box::new(value));
        }
        let id = self.draft(Draft::inline(Side::Request, data, owner, property, pointer));
        self.drafts[id.0].kind = Kind::Params(self.params_object(object, id, pointer));
        Ty::Named(self.merge(id, property))
    }

    /// A parameter of several types, of which an empty string is a clear and no type.
    fn alternatives(
        &mut self,
        arms: &'a [ReferenceOr<Schema>],
        data: &'a SchemaData,
        owner: Owner,
        property: &str,
        pointer: &str,
    ) -> (Ty, bool) {
        let is_clear = |arm: &&ReferenceOr<Schema>| {
            matches!(arm, ReferenceOr::Item(schema) if matches!(
                &schema.schema_kind,
                SchemaKind::Type(Type::String(string)) if only_empty(string)
            ))
        };
        let (clears, arms): (Vec<_>, Vec<_>) = arms.iter().partition(is_clear);
        let mut clearable = !clears.is_empty();
        if let [arm] = arms.as_slice() {
            let pointer = format!("{pointer}/anyOf/0");
            return match arm {
                ReferenceOr::Item(schema) => {
                    let (ty, clears) = self.request(schema, owner, property, &pointer);
                    (ty, clearable || clears)
                }
                ReferenceOr::Reference { reference } => (
                    self.request_reference(reference, owner, property, &pointer),
                    clearable,
                ),
            };
        }
        let id = self.draft(Draft::inline(Side::Request, data, owner, property, pointer));
        // The titles in a choice are those of its objects, not its own.
        let mut options: Vec<ChoiceOption> = Vec::new();
        for (index, arm) in arms.into_iter().enumerate() {
            let pointer = format!("{pointer}/anyOf/{index}");
            for option in self.choice_options(arm, Owner::Type(id), property, &pointer) {
                let Some(option) = option else {
                    clearable = true;
                    continue;
                };
                // Two objects are told apart by their titles.
                let mut option = option;
                if options.iter().any(|known| known.ident == option.ident) {
                    option.ident = format!("{}{}", option.ident, options.len() + 1);
                }
                options.push(option);
            }
        }
        self.drafts[id.0].kind = Kind::Choice(Choice { options });
        (Ty::Named(self.merge(id, property)), clearable)
    }

    /// The options that one alternative gives; `None` stands for a clear among the words of an enum.
    fn choice_options(
        &mut self,
        arm: &'a ReferenceOr<Schema>,
        owner: Owner,
        property: &str,
        pointer: &str,
    ) -> Vec<Option<ChoiceOption>> {
        let schema = match arm {
            ReferenceOr::Item(schema) => schema,
            ReferenceOr::Reference { reference } => {
                let ty = self.request_reference(reference, owner, property, pointer);
                return vec![Some(ChoiceOption {
                    ident: "Object".to_owned(),
                    docs: String::new(),
                    value: ChoiceValue::Typed(ty),
                })];
            }
        };
        let data = &schema.schema_data;
        if let SchemaKind::Type(Type::String(string)) = &schema.schema_kind
            && !string.enumeration.is_empty()
        {
            let texts = data.extensions.get("x-enum-descriptions");
            let word = |value: &String| {
                let docs = texts.and_then(|t| t.get(value)).and_then(|t| t.as_str());
                ChoiceOption {
                    ident: naming::variant(value),
                    docs: docs.unwrap_or_default().to_owned(),
                    value: ChoiceValue::Word(value.clone()),
                }
            };
            let mut values: Vec<_> = string.enumeration.iter().flatten().collect();
            values.sort();
            return values
                .into_iter()
                .map(|v| (!v.is_empty()).then(|| word(v)))
                .collect();
        }
        let (ty, _) = self.request(schema, owner, property, pointer);
        let ident = match &ty {
            Ty::String => "Text",
            Ty::Bool => "Bool",
            Ty::Integer => "Integer",
            Ty::Number => "Number",
            Ty::Timestamp => "Timestamp",
            Ty::Id(_) => "Id",
            Ty::Array(_) => "List",
            Ty::Map(_) => "Map",
            _ => "Object",
        };
        let ident = match (extension_str(data, "x-name").or(data.title.clone()), ident) {
            (Some(title), "Object") => naming::camel(naming::untitled(&title)),
            _ => ident.to_owned(),
        };
        vec![Some(ChoiceOption {
            ident,
            docs: docs(data),
            value: ChoiceValue::Typed(ty),
        })]
    }
}

/// Whether a string can only be empty, which clears.
fn only_empty(string: &StringType) -> bool {
    !string.enumeration.is_empty() && string.enumeration.iter().flatten().all(String::is_empty)
}
