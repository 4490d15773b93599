//! openapiv3 → ir: what Stripe's spec says, in the shapes of Rust.
//!
//! Lowering first drafts every type that an operation or event reaches, with references by index.
//! Names, modules and features are given to the drafts afterwards, when all uses are known.

mod carried;
mod expand;
mod features;
mod names;
mod operations;
mod params;
mod recursion;
mod remap;
mod responses;
mod services;
mod tag;

pub(crate) use carried::{Carried, carried};

use crate::error::{Diagnostic, Diagnostics};
use crate::ir::{Api, Event, Kind, Operation, Ty, TypeId};
use crate::naming;
use openapiv3::{OpenAPI, ReferenceOr, Schema, SchemaData, SchemaKind, StringType, Type};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, VecDeque};

/// What lowering gives: the API, and what was left out of it and why.
pub(crate) struct Lowered {
    pub(crate) api: Api,
    pub(crate) left_out: Vec<Diagnostic>,
}

/// Lowers a whole spec.
pub(crate) fn lower(spec: &OpenAPI) -> Result<Lowered, Diagnostics> {
    let mut lower = Lower::new(spec);
    lower.operations();
    lower.events();
    lower.work();
    lower.finish()
}

/// The direction a schema is used in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Side {
    Request,
    Response,
}

/// Who uses a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Owner {
    Type(TypeId),
    Operation(usize),
    Events,
}

/// A type before it has a name.
struct Draft {
    kind: Kind,
    side: Side,
    docs: String,
    pointer: String,
    /// The component it comes from.
    component: Option<String>,
    title: Option<String>,
    /// A name given by the overlay.
    name: Option<String>,
    /// A module given by the overlay.
    module: Option<String>,
    /// Who uses it, by which property.
    uses: Vec<(Owner, String)>,
    /// The type drafted before it that it turned out to be.
    same_as: Option<TypeId>,
    /// Whether the spec itself names it: a resource, or a component with a namespace.
    anchored: bool,
}

impl Draft {
    /// A type that is written where it is used; what it is made of comes later, because that is
    /// used by it.
    fn inline(side: Side, data: &SchemaData, owner: Owner, property: &str, pointer: &str) -> Self {
        Self {
            kind: Kind::Object(crate::ir::Object::default()),
            side,
            docs: docs(data),
            pointer: pointer.to_owned(),
            component: None,
            title: data.title.clone(),
            name: extension_str(data, "x-name"),
            module: extension_str(data, "x-module"),
            uses: vec![(owner, property.to_owned())],
            same_as: None,
            anchored: false,
        }
    }
}

struct Lower<'a> {
    schemas: BTreeMap<&'a str, &'a Schema>,
    spec: &'a OpenAPI,
    drafts: Vec<Draft>,
    components: HashMap<(Side, &'a str), TypeId>,
    queue: VecDeque<(Side, &'a str, TypeId)>,
    enums: HashMap<(String, Vec<String>), TypeId>,
    merged: HashMap<(Side, String, String), TypeId>,
    operations: Vec<Operation>,
    events: Vec<Event>,
    found: Vec<Diagnostic>,
    left_out: Vec<Diagnostic>,
}

impl<'a> Lower<'a> {
    fn new(spec: &'a OpenAPI) -> Self {
        let mut lower = Self {
            schemas: BTreeMap::new(),
            spec,
            drafts: Vec::new(),
            components: HashMap::new(),
            queue: VecDeque::new(),
            enums: HashMap::new(),
            merged: HashMap::new(),
            operations: Vec::new(),
            events: Vec::new(),
            found: Vec::new(),
            left_out: Vec::new(),
        };
        for (name, schema) in spec.components.iter().flat_map(|c| &c.schemas) {
            match schema {
                ReferenceOr::Item(schema) => {
                    lower.schemas.insert(name, schema);
                }
                ReferenceOr::Reference { .. } => lower.report(
                    &format!("/components/schemas/{name}"),
                    "a component that is only a reference",
                    "give the component a schema of its own",
                ),
            }
        }
        lower
    }

    /// Lowers the components that were asked for, and what those ask for in turn.
    fn work(&mut self) {
        while let Some((side, name, id)) = self.queue.pop_front() {
            match side {
                Side::Response => self.response_component(name, id),
                Side::Request => self.request_component(name, id),
            }
        }
    }

    /// The type of a component, lowered later.
    fn component(&mut self, side: Side, name: &'a str, owner: Owner, property: &str) -> TypeId {
        let id = match self.components.get(&(side, name)) {
            Some(&id) => id,
            None => {
                let schema = self.schemas[name];
                let id = self.draft(Draft {
                    kind: Kind::Object(crate::ir::Object::default()),
                    side,
                    docs: docs(&schema.schema_data),
                    pointer: format!("/components/schemas/{name}"),
                    component: Some(name.to_owned()),
                    title: schema.schema_data.title.clone(),
                    name: extension_str(&schema.schema_data, "x-name"),
                    module: extension_str(&schema.schema_data, "x-module"),
                    uses: Vec::new(),
                    same_as: None,
                    anchored: side == Side::Response
                        && (schema.schema_data.extensions.contains_key("x-resourceId")
                            || name.contains('.')
                            || name.starts_with("deleted_")),
                });
                self.components.insert((side, name), id);
                self.queue.push_back((side, name, id));
                id
            }
        };
        self.used(id, owner, property);
        id
    }

    fn draft(&mut self, draft: Draft) -> TypeId {
        self.drafts.push(draft);
        TypeId(self.drafts.len() - 1)
    }

    fn used(&mut self, id: TypeId, owner: Owner, property: &str) {
        let uses = &mut self.drafts[id.0].uses;
        if !uses.iter().any(|(o, p)| *o == owner && p == property) {
            uses.push((owner, property.to_owned()));
        }
    }

    /// The component that a `$ref` names.
    fn target(&mut self, reference: &'a str, pointer: &str) -> Option<&'a str> {
        let name = reference
            .strip_prefix("#/components/schemas/")
            .and_then(|name| self.schemas.get_key_value(name))
            .map(|(&name, _)| name);
        if name.is_none() {
            self.report(
                pointer,
                &format!("`{reference}` refers to nothing"),
                "add the schema to `components.schemas`, or cut the reference",
            );
        }
        name
    }

    /// The string enum of a property: one type for the same values of the same property,
    /// wherever it stands.
    fn string_enum(
        &mut self,
        property: &str,
        string: &StringType,
        data: &SchemaData,
        side: Side,
        owner: Owner,
        pointer: &str,
    ) -> TypeId {
        let mut values: Vec<String> = string
            .enumeration
            .iter()
            .flatten()
            .filter(|value| !value.is_empty())
            .cloned()
            .collect();
        values.sort();
        values.dedup();
        let singular = naming::singular(property);
        let name = extension_str(data, "x-name");
        let key = (
            name.clone().unwrap_or_else(|| singular.clone()),
            values.clone(),
        );
        let texts = data.extensions.get("x-enum-descriptions");
        let text = |value: &str| {
            texts
                .and_then(|texts| texts.get(value))
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        if let Some(&id) = self.enums.get(&key) {
            self.used(id, owner, &singular);
            let draft = &mut self.drafts[id.0];
            if side == Side::Response {
                draft.side = Side::Response;
            }
            if draft.docs.is_empty() {
                draft.docs = docs(data);
            }
            if let Kind::Enum(known) = &mut draft.kind {
                for variant in known.variants.iter_mut().filter(|v| v.docs.is_empty()) {
                    variant.docs = text(&variant.value);
                }
            }
            return id;
        }
        let mut idents: BTreeMap<String, String> = BTreeMap::new();
        let mut variants = Vec::new();
        for (value, ident) in values.iter().zip(naming::variants(&values)) {
            if let Some(other) = idents.insert(ident.clone(), value.clone()) {
                self.report(
                    pointer,
                    &format!("the values `{other}` and `{value}` are both named `{ident}`"),
                    "tell them apart in `naming::variant`, or cut one in the subset",
                );
            }
            variants.push(crate::ir::Variant {
                value: value.clone(),
                ident,
                docs: text(value),
            });
        }
        let id = self.draft(Draft {
            kind: Kind::Enum(crate::ir::Enum { variants }),
            side,
            docs: docs(data),
            pointer: pointer.to_owned(),
            component: None,
            title: None,
            name,
            module: extension_str(data, "x-module"),
            uses: vec![(owner, singular)],
            same_as: None,
            anchored: false,
        });
        self.enums.insert(key, id);
        id
    }

    /// An inline type and one of the same shape under the same name are one: the one drafted first.
    fn merge(&mut self, id: TypeId, property: &str) -> TypeId {
        let draft = &self.drafts[id.0];
        let name = draft
            .name
            .as_deref()
            .or(draft.title.as_deref())
            .unwrap_or(property);
        let key = (draft.side, name.to_owned(), shape(&draft.kind));
        let known = *self.merged.entry(key).or_insert(id);
        if known != id {
            self.drafts[id.0].same_as = Some(known);
            for (owner, property) in std::mem::take(&mut self.drafts[id.0].uses) {
                self.used(known, owner, &property);
            }
        }
        known
    }

    /// A type that has no words of its own is described by the first property it is the value of.
    fn describe(&mut self, ty: &Ty, text: &str) {
        match ty {
            Ty::Named(id) => {
                let docs = &mut self.drafts[id.0].docs;
                if docs.is_empty() {
                    text.clone_into(docs);
                }
            }
            Ty::Array(item) | Ty::Map(item) | Ty::List(item) => self.describe(item, text),
            _ => {}
        }
    }

    /// Reports what the input gets wrong.
    fn report(&mut self, pointer: &str, message: &str, help: &str) {
        self.found.push(Diagnostic::new(pointer, message, help));
    }

    /// The event types: `x-events` of a subset, or else what a webhook endpoint can be asked for.
    fn events(&mut self) {
        if let Some(events) = self
            .spec
            .extensions
            .get("x-events")
            .and_then(Value::as_object)
        {
            for (value, event) in events {
                let text = |key| event.get(key).and_then(Value::as_str).unwrap_or_default();
                let features = Some(text("x-feature")).filter(|f| !f.is_empty());
                self.event(value, text("description"), features.map(str::to_owned));
            }
        } else {
            for value in operations::enabled_events(self.spec) {
                self.event(&value, "", None);
            }
        }
        self.events.sort_by(|a, b| a.value.cmp(&b.value));
        // An event carries an object of its resource, which may be named by no operation.
        let resources: Vec<&'a str> = self.schemas.keys().copied().collect();
        for name in resources {
            let object = self.object_value(name);
            if object.is_some_and(|object| self.events.iter().any(|e| carries(&e.value, &object))) {
                self.component(Side::Response, name, Owner::Events, "object");
            }
        }
    }

    fn event(&mut self, value: &str, docs: &str, feature: Option<String>) {
        if value == "*" {
            return;
        }
        self.events.push(Event {
            value: value.to_owned(),
            ident: naming::variant(value),
            docs: docs.to_owned(),
            features: feature.into_iter().collect(),
            object: None,
        });
    }

    /// The value of the `object` property of a component that is a resource of its own.
    fn object_value(&self, component: &str) -> Option<String> {
        let schema = self.schemas.get(component)?;
        let is_resource = schema.schema_data.extensions.contains_key("x-resourceId");
        let SchemaKind::Type(Type::Object(object)) = &schema.schema_kind else {
            return None;
        };
        let ReferenceOr::Item(property) = object.properties.get("object")? else {
            return None;
        };
        match &property.schema_kind {
            SchemaKind::Type(Type::String(string)) if is_resource || component.contains('.') => {
                single(string)
            }
            _ => None,
        }
    }

    /// What turned out to have no id is neither named by one nor expanded from one.
    fn settle_ids(&mut self) {
        let objects = self.drafts.iter().map(|draft| match &draft.kind {
            Kind::Object(object) => Some(object),
            _ => None,
        });
        let objects: Vec<_> = objects.collect();
        let has_id: Vec<bool> = objects
            .iter()
            .map(|object| object.is_some_and(|object| object.id.is_some()))
            .collect();
        // What is left of a deleted object has the id of another.
        let same_id = |object: &crate::ir::Object| {
            let mut fields = object.fields.iter();
            fields.any(|f| f.name == "id" && matches!(f.ty, Ty::Id(id) if has_id[id.0]))
        };
        let is_resource: Vec<bool> = objects
            .iter()
            .map(|object| object.is_some_and(same_id))
            .collect();
        let settle = |ty: &mut Ty| settle(ty, &has_id, &is_resource);
        for operation in &mut self.operations {
            let params = operation
                .path_params
                .iter_mut()
                .chain(&mut operation.params);
            params.for_each(|param| settle(&mut param.ty));
            settle(&mut operation.output);
        }
        for draft in &mut self.drafts {
            match &mut draft.kind {
                Kind::Object(object) => object.fields.iter_mut().for_each(|f| settle(&mut f.ty)),
                Kind::Params(params) => params.params.iter_mut().for_each(|p| settle(&mut p.ty)),
                _ => {}
            }
        }
    }

    fn finish(mut self) -> Result<Lowered, Diagnostics> {
        if !self.found.is_empty() {
            return Diagnostics::check((), self.found).map(|()| unreachable!("it is not empty"));
        }
        self.settle_ids();
        recursion::box_cycles(&mut self.drafts);
        let features = features::features(&self.drafts, &self.operations, &self.events);
        let api = names::assign(self.drafts, self.operations, self.events, features)?;
        let mut api = Api {
            version: self.spec.info.version.clone(),
            ..api
        };
        expand::document(&mut api);
        carried::derive(&mut api, self.spec)?;
        Ok(Lowered {
            api,
            left_out: self.left_out,
        })
    }
}

fn settle(ty: &mut Ty, has_id: &[bool], is_resource: &[bool]) {
    match ty {
        Ty::Id(id) if !has_id[id.0] => *ty = Ty::String,
        Ty::Expandable(target) => {
            let stays = match target.as_ref() {
                Ty::Named(id) => is_resource[id.0],
                Ty::MaybeDeleted(a, b) => is_resource[a.0] && is_resource[b.0],
                _ => true,
            };
            if !stays {
                **target = Ty::RawObject;
            }
        }
        Ty::Array(inner) | Ty::List(inner) | Ty::Map(inner) | Ty::Boxed(inner) => {
            settle(inner, has_id, is_resource);
        }
        _ => {}
    }
}

/// Whether an event of this type carries that object: `customer.subscription.created` carries a
/// `subscription`.
pub(crate) fn carries(event: &str, object: &str) -> bool {
    let Some((subject, _)) = event.rsplit_once('.') else {
        return false;
    };
    subject == object || subject.rsplit('.').next() == Some(object)
}

/// The documentation of a schema.
fn docs(data: &SchemaData) -> String {
    data.description.clone().unwrap_or_default()
}

fn extension_str(data: &SchemaData, name: &str) -> Option<String> {
    data.extensions
        .get(name)
        .and_then(Value::as_str)
        .map(str::to_owned)
}

fn is_sensitive(data: &SchemaData) -> bool {
    data.extensions.get("x-sensitive") == Some(&Value::Bool(true))
}

/// The only value of a string that has one.
fn single(string: &StringType) -> Option<String> {
    match string.enumeration.as_slice() {
        [Some(value)] => Some(value.clone()),
        _ => None,
    }
}

/// The format of a type, as the spec writes it.
fn format_name<F: std::fmt::Debug>(format: &openapiv3::VariantOrUnknownOrEmpty<F>) -> &str {
    match format {
        openapiv3::VariantOrUnknownOrEmpty::Unknown(name) => name,
        _ => "",
    }
}

/// Follows what a type is made of, down to the types it names.
fn named(ty: &Ty, found: &mut impl FnMut(TypeId)) {
    match ty {
        Ty::Named(id) => found(*id),
        Ty::MaybeDeleted(a, b) => {
            found(*a);
            found(*b);
        }
        Ty::Array(ty) | Ty::List(ty) | Ty::Map(ty) | Ty::Expandable(ty) | Ty::Boxed(ty) => {
            named(ty, found);
        }
        // An id is a newtype next to its object.
        Ty::Id(id) => found(*id),
        Ty::String
        | Ty::Bool
        | Ty::Integer
        | Ty::Number
        | Ty::Timestamp
        | Ty::Json
        | Ty::ObjectType(_)
        | Ty::RawObject => {}
    }
}

/// The types that a type refers to directly.
fn references(kind: &Kind, found: &mut impl FnMut(TypeId)) {
    match kind {
        Kind::Object(object) => object.fields.iter().for_each(|f| named(&f.ty, found)),
        Kind::Params(params) => params.params.iter().for_each(|p| named(&p.ty, found)),
        Kind::Union(union) => union.arms.iter().for_each(|arm| found(arm.ty)),
        Kind::Choice(choice) => choice.options.iter().for_each(|option| {
            if let crate::ir::ChoiceValue::Typed(ty) = &option.value {
                named(ty, found);
            }
        }),
        Kind::Enum(_) => {}
    }
}

/// What makes two types one: all that decides how they are written, and no documentation.
fn shape(kind: &Kind) -> String {
    match kind {
        Kind::Object(object) => {
            let fields = object
                .fields
                .iter()
                .map(|f| (&f.name, &f.ty, f.required, f.nullable));
            format!("{:?}", fields.collect::<Vec<_>>())
        }
        Kind::Params(params) => {
            let params = params
                .params
                .iter()
                .map(|p| (&p.name, &p.ty, p.required, p.clearable));
            format!("{:?}", params.collect::<Vec<_>>())
        }
        Kind::Choice(choice) => {
            format!(
                "{:?}",
                choice.options.iter().map(|o| &o.value).collect::<Vec<_>>()
            )
        }
        Kind::Union(union) => format!("{:?}", union.arms),
        Kind::Enum(found) => {
            format!(
                "{:?}",
                found.variants.iter().map(|v| &v.value).collect::<Vec<_>>()
            )
        }
    }
}
