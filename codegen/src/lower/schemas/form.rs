//! Converts a schema of OpenAPI to its one form.

use super::node::{Form, Node, Property, Word};
use crate::ir::Example;
use openapiv3::{
    AdditionalProperties, AnySchema, ObjectType, ReferenceOr, Schema, SchemaData, SchemaKind,
    StringType, Type,
};
use serde_json::Value;

pub(super) fn read(schema: &ReferenceOr<Schema>, pointer: &str) -> Node {
    match schema {
        ReferenceOr::Item(schema) => item(schema, pointer),
        ReferenceOr::Reference { reference } => to(reference, pointer),
    }
}

fn read_boxed(schema: &ReferenceOr<Box<Schema>>, pointer: &str) -> Node {
    match schema {
        ReferenceOr::Item(schema) => item(schema, pointer),
        ReferenceOr::Reference { reference } => to(reference, pointer),
    }
}

/// Converts a reference as it is written; [`resolve`] checks it.
fn to(reference: &str, pointer: &str) -> Node {
    let name = reference.strip_prefix("#/components/schemas/");
    let name = name.map_or_else(|| reference.to_owned(), unescape);
    Node {
        pointer: pointer.to_owned(),
        docs: String::new(),
        title: None,
        nullable: false,
        sensitive: false,
        resource: false,
        example: None,
        form: Form::Reference(name),
    }
}

fn item(schema: &Schema, pointer: &str) -> Node {
    let data = &schema.schema_data;
    let mut form = form(schema, pointer);
    if let (Form::Text { .. }, Some(of)) = (&form, extension(data, "x-id-of")) {
        form = Form::IdOf(of.to_owned());
    }
    Node {
        pointer: pointer.to_owned(),
        docs: data.description.clone().unwrap_or_default(),
        title: data.title.clone(),
        nullable: data.nullable || has_null(schema),
        sensitive: data.extensions.get("x-sensitive") == Some(&Value::Bool(true)),
        resource: data.extensions.contains_key("x-resourceId"),
        example: data.example.as_ref().and_then(Example::of),
        form,
    }
}

fn form(schema: &Schema, pointer: &str) -> Form {
    let data = &schema.schema_data;
    match &schema.schema_kind {
        SchemaKind::Type(ty) => of_type(ty, data, pointer),
        SchemaKind::AnyOf { any_of } => one_of(any_of, "anyOf", data, pointer),
        SchemaKind::OneOf { one_of: arms } => one_of(arms, "oneOf", data, pointer),
        SchemaKind::AllOf { all_of } if all_of.len() == 1 => {
            read(&all_of[0], &format!("{pointer}/allOf/0")).form
        }
        SchemaKind::Any(any) => of_keywords(any, data, pointer),
        SchemaKind::AllOf { .. } => unknown("several schemas at once (`allOf`)"),
        SchemaKind::Not { .. } => unknown("all but something (`not`)"),
    }
}

fn unknown(what: &str) -> Form {
    Form::Unknown {
        what: format!("a schema that has no type in Rust: {what}"),
        help: "cut it in the subset, or give it a plain schema in the overlay",
    }
}

fn of_type(ty: &Type, data: &SchemaData, pointer: &str) -> Form {
    match ty {
        Type::String(string) => text(string, data),
        Type::Integer(integer) => integer_form(format_name(&integer.format)),
        Type::Number(_) => Form::Number,
        Type::Boolean(_) => Form::Bool,
        Type::Array(array) => array_form(array.items.as_ref(), pointer),
        Type::Object(object) => object_form(object, pointer),
    }
}

/// Converts a schema that also has keywords of other types. The keyword that decides the type
/// counts.
fn of_keywords(any: &AnySchema, data: &SchemaData, pointer: &str) -> Form {
    if any.not.is_some() {
        return unknown("all but something (`not`)");
    }
    if let [arm] = any.all_of.as_slice()
        && any.properties.is_empty()
    {
        return read(arm, &format!("{pointer}/allOf/0")).form;
    }
    if !any.all_of.is_empty() {
        return unknown("several schemas at once (`allOf`)");
    }
    let is_plain = any.properties.is_empty() && any.items.is_none();
    for (arms, key) in [(&any.any_of, "anyOf"), (&any.one_of, "oneOf")] {
        if !arms.is_empty() && is_plain {
            return one_of(arms, key, data, pointer);
        }
        if !arms.is_empty() {
            return unknown("properties or items beside alternatives");
        }
    }
    let values = any.enumeration.iter();
    let texts = |values: &[Value]| -> Vec<Option<String>> {
        let texts = values.iter().map(|value| value.as_str().map(str::to_owned));
        texts.collect()
    };
    match any.typ.as_deref() {
        Some("integer") => integer_form(any.format.as_deref().unwrap_or_default()),
        Some("number") => Form::Number,
        Some("boolean") => Form::Bool,
        Some("string") => text(
            &StringType {
                enumeration: texts(&any.enumeration),
                ..StringType::default()
            },
            data,
        ),
        Some("array") => array_form(any.items.as_ref(), pointer),
        None if any.items.is_some() => array_form(any.items.as_ref(), pointer),
        Some("object") => object_form(&as_object(any), pointer),
        None if !any.properties.is_empty() || any.additional_properties.is_some() => {
            object_form(&as_object(any), pointer)
        }
        None if any.enumeration.is_empty() => Form::Any,
        None if values
            .clone()
            .all(|value| value.is_string() || value.is_null()) =>
        {
            text(
                &StringType {
                    enumeration: texts(&any.enumeration),
                    ..StringType::default()
                },
                data,
            )
        }
        None => unknown("an enum of values that are no strings, without a `type`"),
        Some(other) => unknown(&format!("the type `{other}`")),
    }
}

fn as_object(any: &AnySchema) -> ObjectType {
    ObjectType {
        properties: any.properties.clone(),
        required: any.required.clone(),
        additional_properties: any.additional_properties.clone(),
        min_properties: any.min_properties,
        max_properties: any.max_properties,
    }
}

fn text(string: &StringType, data: &SchemaData) -> Form {
    let texts = data.extensions.get("x-enum-descriptions");
    let mut words: Vec<Word> = string
        .enumeration
        .iter()
        .flatten()
        .filter(|value| !value.is_empty())
        .map(|value| Word {
            value: value.clone(),
            docs: texts
                .and_then(|texts| texts.get(value))
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
        })
        .collect();
    words.sort_by(|a, b| a.value.cmp(&b.value));
    words.dedup_by(|a, b| a.value == b.value);
    let clears = string.enumeration.iter().flatten().any(String::is_empty);
    Form::Text { words, clears }
}

fn integer_form(format: &str) -> Form {
    if format == "unix-time" {
        Form::Time
    } else {
        Form::Integer
    }
}

fn array_form(items: Option<&ReferenceOr<Box<Schema>>>, pointer: &str) -> Form {
    let pointer = format!("{pointer}/items");
    let items = match items {
        Some(items) => read_boxed(items, &pointer),
        None => Node {
            form: Form::Any,
            ..to("", &pointer)
        },
    };
    Form::Array(Box::new(items))
}

fn object_form(object: &ObjectType, pointer: &str) -> Form {
    if object.properties.is_empty()
        && let Some(AdditionalProperties::Schema(values)) = &object.additional_properties
    {
        let values = read(values, &format!("{pointer}/additionalProperties"));
        return Form::Map(Box::new(values));
    }
    let properties = object.properties.iter().map(|(name, property)| {
        let node = read_boxed(property, &format!("{pointer}/properties/{}", escape(name)));
        let required = object.required.contains(name);
        (name.clone(), Property { node, required })
    });
    Form::Object {
        properties: properties.collect(),
        open: matches!(
            object.additional_properties,
            Some(AdditionalProperties::Any(true) | AdditionalProperties::Schema(_))
        ),
    }
}

fn one_of(arms: &[ReferenceOr<Schema>], key: &str, data: &SchemaData, pointer: &str) -> Form {
    let arms = arms.iter().enumerate();
    Form::OneOf {
        arms: arms
            .map(|(at, arm)| read(arm, &format!("{pointer}/{key}/{at}")))
            .collect(),
        expandable: data.extensions.contains_key("x-expansionResources"),
    }
}

/// Returns whether null is a value of an enum.
fn has_null(schema: &Schema) -> bool {
    match &schema.schema_kind {
        SchemaKind::Type(Type::String(string)) => string.enumeration.iter().any(Option::is_none),
        SchemaKind::Any(any) => any.enumeration.iter().any(Value::is_null),
        _ => false,
    }
}

fn extension<'a>(data: &'a SchemaData, name: &str) -> Option<&'a str> {
    data.extensions.get(name).and_then(Value::as_str)
}

/// Returns the format of a type as the spec writes it.
fn format_name<F: std::fmt::Debug>(format: &openapiv3::VariantOrUnknownOrEmpty<F>) -> &str {
    match format {
        openapiv3::VariantOrUnknownOrEmpty::Unknown(name) => name,
        _ => "",
    }
}

/// Escapes a key as a token of a JSON pointer.
pub(crate) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn unescape(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}
