//! Schemas of responses: objects, unions, expandable references, lists, maps.

use super::{
    Draft, Lower, Owner, Side, docs, extension_str, format_name, is_sensitive, single, tag,
};
use crate::ir::{Arm, Field, Kind, Object, Ty, TypeId, Union};
use crate::naming;
use openapiv3::{AdditionalProperties, ObjectType, ReferenceOr, Schema, SchemaKind, Type};
use std::collections::BTreeMap;

impl<'a> Lower<'a> {
    pub(super) fn response_component(&mut self, name: &'a str, id: TypeId) {
        let schema = self.schemas[name];
        let pointer = format!("/components/schemas/{name}");
        self.drafts[id.0].kind = match &schema.schema_kind {
            SchemaKind::Type(Type::Object(object)) => {
                Kind::Object(self.object(object, id, &pointer))
            }
            SchemaKind::AnyOf { any_of } | SchemaKind::OneOf { one_of: any_of } => {
                let union = self.union_arms(any_of, Owner::Type(id), "", &pointer);
                Kind::Union(Union { arms: union })
            }
            _ => {
                self.report(
                    &pointer,
                    "a component that is neither an object nor a union of objects",
                    "write the schema where it is used instead of as a component",
                );
                return;
            }
        };
    }

    fn object(&mut self, object: &'a ObjectType, id: TypeId, pointer: &str) -> Object {
        let mut fields = Vec::with_capacity(object.properties.len());
        let mut idents = BTreeMap::new();
        for (name, property) in sorted(&object.properties) {
            let pointer = format!("{pointer}/properties/{}", escape(name));
            let ident = naming::snake(name);
            if let Some(other) = idents.insert(ident.clone(), name) {
                self.report(
                    &pointer,
                    &format!("the properties `{other}` and `{name}` are both named `{ident}`"),
                    "cut one of them in the subset",
                );
            }
            let required = object.required.contains(name);
            let (ty, nullable) = self.response_boxed(property, Owner::Type(id), name, &pointer);
            let (text, sensitive) = match property {
                ReferenceOr::Item(schema) => {
                    (docs(&schema.schema_data), is_sensitive(&schema.schema_data))
                }
                ReferenceOr::Reference { reference } => (self.component_docs(reference), false),
            };
            self.describe(&ty, &text);
            // What cannot be missing is the same whether the spec calls it required or not.
            fields.push(Field {
                name: name.clone(),
                ident,
                docs: text,
                ty,
                required: required && !nullable,
                nullable,
                sensitive,
            });
        }
        let object_value = fields.iter().find_map(|field| match &field.ty {
            Ty::ObjectType(value) => Some(value.clone()),
            _ => None,
        });
        let id_newtype = fields
            .iter()
            .any(|f| f.name == "id" && f.required && matches!(f.ty, Ty::String | Ty::Id(_)));
        // What is left of a deleted object has the id that the object had.
        let present = self.drafts[id.0]
            .component
            .as_deref()
            .and_then(|name| name.strip_prefix("deleted_"))
            .and_then(|name| self.schemas.get_key_value(name))
            .map(|(&name, _)| name);
        let owner_of_id = match present {
            Some(name) => self.component(Side::Response, name, Owner::Type(id), "id"),
            None => id,
        };
        for field in fields
            .iter_mut()
            .filter(|field| id_newtype && field.name == "id")
        {
            field.ty = Ty::Id(owner_of_id);
        }
        let open = matches!(
            object.additional_properties,
            Some(AdditionalProperties::Any(true) | AdditionalProperties::Schema(_))
        );
        let tag = tag::of_fields(&fields, &self.drafts);
        // The name of the newtype is made with the name of the type.
        Object {
            fields,
            open,
            id: (id_newtype && present.is_none()).then(String::new),
            object: object_value,
            tag,
        }
    }

    fn response_boxed(
        &mut self,
        schema: &'a ReferenceOr<Box<Schema>>,
        owner: Owner,
        property: &str,
        pointer: &str,
    ) -> (Ty, bool) {
        match schema {
            ReferenceOr::Item(schema) => (
                self.response_schema(schema, owner, property, pointer),
                schema.schema_data.nullable,
            ),
            ReferenceOr::Reference { reference } => (
                self.response_reference(reference, owner, property, pointer),
                false,
            ),
        }
    }

    pub(super) fn response(
        &mut self,
        schema: &'a ReferenceOr<Schema>,
        owner: Owner,
        property: &str,
        pointer: &str,
    ) -> Ty {
        match schema {
            ReferenceOr::Item(schema) => self.response_schema(schema, owner, property, pointer),
            ReferenceOr::Reference { reference } => {
                self.response_reference(reference, owner, property, pointer)
            }
        }
    }

    fn response_reference(
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
            // A component that is a list, an enum or a map is what it is where it stands.
            SchemaKind::Type(Type::Object(object)) if !object.properties.is_empty() => {
                Ty::Named(self.component(Side::Response, name, owner, property))
            }
            SchemaKind::Type(Type::Object(object)) if object.additional_properties.is_none() => {
                Ty::Named(self.component(Side::Response, name, owner, property))
            }
            SchemaKind::AnyOf { .. } | SchemaKind::OneOf { .. } => {
                Ty::Named(self.component(Side::Response, name, owner, property))
            }
            _ => self.response_schema(
                schema,
                owner,
                property,
                &format!("/components/schemas/{name}"),
            ),
        }
    }

    pub(super) fn response_schema(
        &mut self,
        schema: &'a Schema,
        owner: Owner,
        property: &str,
        pointer: &str,
    ) -> Ty {
        let data = &schema.schema_data;
        match &schema.schema_kind {
            SchemaKind::Type(Type::String(string)) => {
                if let Some(of) = extension_str(data, "x-id-of") {
                    return self.id_of(&of, owner, property, pointer);
                }
                if property == "object"
                    && let Some(value) = single(string)
                {
                    return Ty::ObjectType(value);
                }
                if string
                    .enumeration
                    .iter()
                    .flatten()
                    .any(|value| !value.is_empty())
                {
                    return Ty::Named(self.string_enum(
                        property,
                        string,
                        data,
                        Side::Response,
                        owner,
                        pointer,
                    ));
                }
                Ty::String
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
            SchemaKind::Type(Type::Array(array)) => match &array.items {
                Some(items) => {
                    let singular = naming::singular(property);
                    let pointer = format!("{pointer}/items");
                    let (ty, _) = self.response_boxed(items, owner, &singular, &pointer);
                    Ty::Array(Box::new(ty))
                }
                None => Ty::Array(Box::new(Ty::Json)),
            },
            SchemaKind::Type(Type::Object(object)) => {
                self.inline_object(schema, object, owner, property, pointer)
            }
            SchemaKind::AnyOf { any_of } | SchemaKind::OneOf { one_of: any_of } => {
                self.any_of(schema, any_of, owner, property, pointer)
            }
            SchemaKind::AllOf { all_of } if all_of.len() == 1 => {
                self.response(&all_of[0], owner, property, &format!("{pointer}/allOf/0"))
            }
            SchemaKind::Any(any) if any.any_of.is_empty() && any.typ.is_none() => Ty::Json,
            _ => {
                self.report(
                    pointer,
                    "a schema that has no type in Rust (`not`, several `allOf`, or mixed keywords)",
                    "cut the property in the subset, or give it a plain schema in the overlay",
                );
                Ty::Json
            }
        }
    }

    fn inline_object(
        &mut self,
        schema: &'a Schema,
        object: &'a ObjectType,
        owner: Owner,
        property: &str,
        pointer: &str,
    ) -> Ty {
        if object.properties.is_empty() {
            return match &object.additional_properties {
                Some(AdditionalProperties::Schema(values)) => {
                    let pointer = format!("{pointer}/additionalProperties");
                    let property = naming::singular(property);
                    Ty::Map(Box::new(self.response(values, owner, &property, &pointer)))
                }
                _ => Ty::Json,
            };
        }
        if let Some(items) = list_items(object) {
            let pointer = format!("{pointer}/properties/data/items");
            let singular = naming::singular(if property == "data" { "item" } else { property });
            let (ty, _) = self.response_boxed(items, owner, &singular, &pointer);
            return Ty::List(Box::new(ty));
        }
        let data = &schema.schema_data;
        let id = self.draft(Draft::inline(
            Side::Response,
            data,
            owner,
            property,
            pointer,
        ));
        self.drafts[id.0].kind = Kind::Object(self.object(object, id, pointer));
        Ty::Named(self.merge(id, property))
    }

    fn any_of(
        &mut self,
        schema: &'a Schema,
        arms: &'a [ReferenceOr<Schema>],
        owner: Owner,
        property: &str,
        pointer: &str,
    ) -> Ty {
        if let [arm] = arms {
            return self.response(arm, owner, property, &format!("{pointer}/anyOf/0"));
        }
        let expandable = schema
            .schema_data
            .extensions
            .contains_key("x-expansionResources");
        let is_string = |arm: &ReferenceOr<Schema>| matches!(arm, ReferenceOr::Item(s) if matches!(&s.schema_kind, SchemaKind::Type(Type::String(_))));
        let (strings, objects): (Vec<_>, Vec<_>) =
            arms.iter().enumerate().partition(|(_, arm)| is_string(arm));
        if expandable || !strings.is_empty() {
            let target = match objects.as_slice() {
                [(_, ReferenceOr::Reference { reference })] => {
                    self.response_reference(reference, owner, property, pointer)
                }
                [
                    (_, ReferenceOr::Reference { reference: a }),
                    (_, ReferenceOr::Reference { reference: b }),
                ] => self
                    .maybe_deleted(a, b, owner, property, pointer)
                    .unwrap_or(Ty::RawObject),
                _ => Ty::RawObject,
            };
            let target = if self.is_resource(&target) {
                target
            } else {
                Ty::RawObject
            };
            return Ty::Expandable(Box::new(target));
        }
        if let [
            ReferenceOr::Reference { reference: a },
            ReferenceOr::Reference { reference: b },
        ] = arms
            && let Some(ty) = self.maybe_deleted(a, b, owner, property, pointer)
        {
            return ty;
        }
        let data = &schema.schema_data;
        let id = self.draft(Draft::inline(
            Side::Response,
            data,
            owner,
            property,
            pointer,
        ));
        self.drafts[id.0].kind = match self.untagged(arms) {
            Some(arms) => Kind::Object(self.merged(&arms, id)),
            None => Kind::Union(Union {
                arms: self.union_arms(arms, owner, property, pointer),
            }),
        };
        Ty::Named(self.merge(id, property))
    }

    /// The arms of a union of objects that nothing tells apart: Stripe has the same object with
    /// fewer properties for who only has a publishable key.
    fn untagged(&self, arms: &'a [ReferenceOr<Schema>]) -> Option<Vec<(String, &'a ObjectType)>> {
        let objects = arms.iter().map(|arm| {
            let ReferenceOr::Reference { reference } = arm else {
                return None;
            };
            let name = reference.strip_prefix("#/components/schemas/")?;
            match &self.schemas.get(name)?.schema_kind {
                SchemaKind::Type(Type::Object(object)) if self.any_object_value(name).is_none() => {
                    Some((format!("/components/schemas/{name}"), object))
                }
                _ => None,
            }
        });
        objects.collect()
    }

    /// One object with the properties of all: what not all of them require may be missing.
    fn merged(&mut self, arms: &[(String, &'a ObjectType)], id: TypeId) -> Object {
        let mut merged: BTreeMap<String, (Field, usize)> = BTreeMap::new();
        let mut open = false;
        for (pointer, arm) in arms {
            let object = self.object(arm, id, pointer);
            open |= object.open;
            for field in object.fields {
                let fuller = |a: &Ty, b: &Ty| self.variants(a) < self.variants(b);
                match merged.get_mut(&field.name) {
                    Some((known, count)) => {
                        *count += 1;
                        known.required &= field.required;
                        known.nullable |= field.nullable;
                        if fuller(&known.ty, &field.ty) {
                            known.ty = field.ty;
                        }
                    }
                    None => {
                        merged.insert(field.name.clone(), (field, 1));
                    }
                }
            }
        }
        let fields: Vec<Field> = merged
            .into_values()
            .map(|(field, count)| Field {
                required: field.required && count == arms.len(),
                ..field
            })
            .collect();
        let tag = tag::of_fields(&fields, &self.drafts);
        Object {
            fields,
            open,
            tag,
            ..Object::default()
        }
    }

    /// How many values an enum has.
    fn variants(&self, ty: &Ty) -> usize {
        match ty {
            Ty::Named(id) => match &self.drafts[id.0].kind {
                Kind::Enum(found) => found.variants.len(),
                _ => 0,
            },
            _ => 0,
        }
    }

    /// An object and what is left of it when it was deleted.
    fn maybe_deleted(
        &mut self,
        a: &'a str,
        b: &'a str,
        owner: Owner,
        property: &str,
        pointer: &str,
    ) -> Option<Ty> {
        let (a, b) = (self.target(a, pointer)?, self.target(b, pointer)?);
        let (present, deleted) = match (self.is_deleted(a), self.is_deleted(b)) {
            (false, true) => (a, b),
            (true, false) => (b, a),
            _ => return None,
        };
        let is_object = |s: &Schema| matches!(s.schema_kind, SchemaKind::Type(Type::Object(_)));
        if !is_object(self.schemas[present]) {
            return None;
        }
        let present = self.component(Side::Response, present, owner, property);
        let deleted = self.component(Side::Response, deleted, owner, property);
        Some(Ty::MaybeDeleted(present, deleted))
    }

    fn is_deleted(&self, component: &str) -> bool {
        match &self.schemas[component].schema_kind {
            SchemaKind::Type(Type::Object(object)) => {
                object.required.iter().any(|name| name == "deleted")
            }
            _ => false,
        }
    }

    /// Whether the target of an expandable reference has an id of its own.
    fn is_resource(&self, ty: &Ty) -> bool {
        let has_id = |id: TypeId| {
            let component = self.drafts[id.0].component.as_deref();
            component.is_some_and(|name| match &self.schemas[name].schema_kind {
                SchemaKind::Type(Type::Object(object)) => {
                    object.required.iter().any(|name| name == "id")
                }
                _ => false,
            })
        };
        match ty {
            Ty::Named(id) => has_id(*id),
            Ty::MaybeDeleted(a, b) => has_id(*a) && has_id(*b),
            _ => false,
        }
    }

    /// The arms of a union, those of a union within it included.
    fn union_arms(
        &mut self,
        arms: &'a [ReferenceOr<Schema>],
        owner: Owner,
        property: &str,
        pointer: &str,
    ) -> Vec<Arm> {
        let mut found: Vec<Arm> = Vec::new();
        for (index, arm) in arms.iter().enumerate() {
            let pointer = format!("{pointer}/anyOf/{index}");
            let ReferenceOr::Reference { reference } = arm else {
                self.report(
                    &pointer,
                    "a union of something else than references to objects",
                    "make the arm a component, or cut the property in the subset",
                );
                continue;
            };
            let Some(name) = self.target(reference, &pointer) else {
                continue;
            };
            let schema = self.schemas[name];
            if let SchemaKind::AnyOf { any_of } | SchemaKind::OneOf { one_of: any_of } =
                &schema.schema_kind
            {
                for arm in self.union_arms(any_of, owner, property, &pointer) {
                    if !found.iter().any(|known| known.ident == arm.ident) {
                        found.push(arm);
                    }
                }
                continue;
            }
            let Some(object) = self.any_object_value(name) else {
                self.report(
                    &pointer,
                    &format!("`{name}` has no `object` property that tells it from the other arms"),
                    "cut the property in the subset",
                );
                continue;
            };
            let ty = self.component(Side::Response, name, owner, property);
            let ident = naming::camel(name);
            found.push(Arm {
                object,
                deleted: self.is_deleted(name),
                ident,
                ty,
            });
        }
        found.sort_by(|a, b| a.ident.cmp(&b.ident));
        found
    }

    fn any_object_value(&self, component: &str) -> Option<String> {
        let SchemaKind::Type(Type::Object(object)) = &self.schemas[component].schema_kind else {
            return None;
        };
        match object.properties.get("object")? {
            ReferenceOr::Item(property) => match &property.schema_kind {
                SchemaKind::Type(Type::String(string)) => single(string),
                _ => None,
            },
            ReferenceOr::Reference { .. } => None,
        }
    }

    pub(super) fn id_of(&mut self, of: &str, owner: Owner, property: &str, pointer: &str) -> Ty {
        match self.schemas.get_key_value(of) {
            Some((&name, _)) => Ty::Id(self.component(Side::Response, name, owner, property)),
            None => {
                self.report(
                    pointer,
                    &format!("`x-id-of` names `{of}`, which is no component"),
                    "name a key of `components.schemas`",
                );
                Ty::String
            }
        }
    }

    fn component_docs(&self, reference: &str) -> String {
        reference
            .strip_prefix("#/components/schemas/")
            .and_then(|name| self.schemas.get(name))
            .map(|schema| docs(&schema.schema_data))
            .unwrap_or_default()
    }
}

/// What a list lists: `object` is `list`, and the items are in `data`.
pub(super) fn list_items(object: &ObjectType) -> Option<&ReferenceOr<Box<Schema>>> {
    let item = |name: &str| match object.properties.get(name)? {
        ReferenceOr::Item(schema) => Some(&schema.schema_kind),
        ReferenceOr::Reference { .. } => None,
    };
    let is_list = matches!(item("object")?, SchemaKind::Type(Type::String(s)) if single(s).as_deref() == Some("list"));
    item("has_more")?;
    match item("data")? {
        SchemaKind::Type(Type::Array(array)) if is_list && object.properties.len() == 4 => {
            array.items.as_ref()
        }
        _ => None,
    }
}

/// The properties of an object, whatever order the input has them in.
pub(super) fn sorted<'p, T>(
    properties: impl IntoIterator<Item = (&'p String, &'p T)>,
) -> Vec<(&'p String, &'p T)> {
    let mut sorted: Vec<_> = properties.into_iter().collect();
    sorted.sort_by_key(|(name, _)| *name);
    sorted
}

/// A key as a token of a JSON pointer.
pub(super) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
