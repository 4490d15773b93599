//! Ways through a typed spec that may change it.

use fastrand::Rng;
use openapiv3::{
    AdditionalProperties, OpenAPI, Operation, PathItem, ReferenceOr, Schema, SchemaKind, Type,
};

/// Visits a schema and all that are written inside of it.
fn each(schema: &mut Schema, visit: &mut dyn FnMut(&mut Schema)) {
    visit(schema);
    match &mut schema.schema_kind {
        SchemaKind::Type(Type::Object(object)) => {
            if let Some(AdditionalProperties::Schema(values)) = &mut object.additional_properties
                && let ReferenceOr::Item(values) = &mut **values
            {
                each(values, visit);
            }
            for property in object.properties.values_mut() {
                if let ReferenceOr::Item(schema) = property {
                    each(schema, visit);
                }
            }
        }
        SchemaKind::Type(Type::Array(array)) => {
            if let Some(ReferenceOr::Item(items)) = &mut array.items {
                each(items, visit);
            }
        }
        SchemaKind::AnyOf { any_of: arms } | SchemaKind::OneOf { one_of: arms } => {
            for arm in arms {
                if let ReferenceOr::Item(schema) = arm {
                    each(schema, visit);
                }
            }
        }
        _ => {}
    }
}

/// Visits all schemas of components, which are those of responses.
pub(super) fn each_answer(spec: &mut OpenAPI, visit: &mut dyn FnMut(&mut Schema)) {
    let components = spec.components.as_mut().expect("it has components");
    for schema in components.schemas.values_mut() {
        if let ReferenceOr::Item(schema) = schema {
            each(schema, visit);
        }
    }
}

/// Visits all schemas of forms.
pub(super) fn each_form(spec: &mut OpenAPI, visit: &mut dyn FnMut(&mut Schema)) {
    for operation in operations(spec) {
        if let Some(ReferenceOr::Item(body)) = &mut operation.request_body
            && let Some(media) = body.content.get_mut("application/x-www-form-urlencoded")
            && let Some(ReferenceOr::Item(schema)) = &mut media.schema
        {
            each(schema, visit);
        }
    }
}

pub(super) fn operations(spec: &mut OpenAPI) -> impl Iterator<Item = &mut Operation> {
    let items = spec.paths.paths.values_mut();
    let items = items.filter_map(|item| match item {
        ReferenceOr::Item(item) => Some(item),
        ReferenceOr::Reference { .. } => None,
    });
    items.flat_map(|item| {
        let PathItem {
            get, post, delete, ..
        } = item;
        get.iter_mut().chain(post).chain(delete)
    })
}

/// Puts keys, and the lists whose order means nothing, into another order.
pub(super) fn shuffle(spec: &mut OpenAPI, random: &mut Rng) {
    let mut paths: Vec<_> = std::mem::take(&mut spec.paths.paths).into_iter().collect();
    random.shuffle(&mut paths);
    spec.paths.paths = paths.into_iter().collect();
    let components = spec.components.as_mut().expect("it has components");
    let mut schemas: Vec<_> = std::mem::take(&mut components.schemas)
        .into_iter()
        .collect();
    random.shuffle(&mut schemas);
    components.schemas = schemas.into_iter().collect();
    let mut visit = |schema: &mut Schema| match &mut schema.schema_kind {
        SchemaKind::Type(Type::Object(object)) => {
            let properties = std::mem::take(&mut object.properties);
            let mut properties: Vec<_> = properties.into_iter().collect();
            random.shuffle(&mut properties);
            object.properties = properties.into_iter().collect();
            random.shuffle(&mut object.required);
        }
        SchemaKind::Type(Type::String(string)) => random.shuffle(&mut string.enumeration),
        SchemaKind::AnyOf { any_of } => random.shuffle(any_of),
        _ => {}
    };
    each_answer(spec, &mut visit);
    each_form(spec, &mut visit);
    for operation in operations(spec) {
        random.shuffle(&mut operation.parameters);
    }
}
