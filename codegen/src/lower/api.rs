//! The last phase: makes the [`Api`](crate::ir::Api) for the emitter, with every type in its
//! file.

mod events;
mod expand;
mod files;
mod services;

use super::gated::Gated;
use super::named::{NamedCall, NamedType};
use super::types::{PlaceId, TypedCall, Types};
use super::ways::Way;
use crate::error::Diagnostic;
use crate::ir::{Api, Features, Field, Kind, Object, Operation, Param, Params, Ty, Type, TypeId};
use crate::names::Names;
use std::collections::BTreeMap;

pub(super) fn api(
    types: &Types,
    ways: &[Way],
    names: &Names,
    gated: &Gated,
    found: &mut Vec<Diagnostic>,
) -> Api {
    let files = files::files(types, gated);
    let all = gated.named.types.iter().enumerate();
    let all: Vec<Type> = all
        .map(|(at, named)| ty(types, gated, TypeId(at), named, &files[at]))
        .collect();
    let operations: Vec<Operation> = types
        .calls
        .iter()
        .zip(ways)
        .zip(&gated.named.calls)
        .map(|((typed, way), call)| operation(&all, typed, way, call))
        .collect();
    Api {
        version: types.version.clone(),
        module_docs: types.tags.clone(),
        services: services::services(&operations, &all, names, found),
        event_objects: events::objects(types, gated, &all, found),
        operations,
        events: events::types(types, names, found),
        types: all,
    }
}

fn ty(types: &Types, gated: &Gated, id: TypeId, named: &NamedType, file: &str) -> Type {
    let place = |id: &PlaceId| types.get(*id).place.clone();
    Type {
        module: named.module.clone(),
        file: file.to_owned(),
        is_resource: named.is_resource,
        request_only: named.is_request,
        name: named.name.clone(),
        docs: named.docs.clone(),
        features: gated.features[id.0].clone(),
        pointer: types.get(named.places[0]).pointer.clone(),
        places: named.places.iter().map(place).collect(),
        kind: match &named.kind {
            Kind::Object(object) => Kind::Object(Object {
                fields: object
                    .fields
                    .iter()
                    .map(|field| boxed(gated, id, field))
                    .collect(),
                tag: named.tag.clone(),
                id_example: named
                    .places
                    .iter()
                    .find_map(|id| types.id_examples.get(&types.get(*id).place).cloned()),
                ..object.clone()
            }),
            Kind::Params(params) => Kind::Params(Params {
                tag: named.tag.clone(),
                one_of: one_of(params, &named.entry.one_of),
                ..params.clone()
            }),
            kind => kind.clone(),
        },
    }
}

/// Returns the parameters of `listed` that can have a constructor: those without a missing
/// argument.
fn one_of(
    params: &Params,
    listed: &BTreeMap<String, BTreeMap<String, String>>,
) -> BTreeMap<String, BTreeMap<String, String>> {
    let is_there = |name: &str| params.params.iter().any(|param| param.name == name);
    let is_whole = |name: &str, beside: &BTreeMap<String, String>| {
        let mut required = params.params.iter().filter(|param| param.required);
        required.all(|param| param.name == name || beside.contains_key(&param.name))
    };
    let listed = listed
        .iter()
        .filter(|(name, beside)| is_there(name) && is_whole(name, beside));
    listed
        .map(|(name, beside)| (name.clone(), beside.clone()))
        .collect()
}

fn boxed(gated: &Gated, id: TypeId, field: &Field) -> Field {
    let mut field = field.clone();
    if gated.boxed.contains(&(id, field.name.clone())) {
        field.ty = Ty::Boxed(Box::new(field.ty));
    }
    field
}

fn operation(all: &[Type], typed: &TypedCall, way: &Way, call: &NamedCall) -> Operation {
    let spec = &typed.call;
    let mut params: Vec<Param> = call.query.iter().chain(&call.body).cloned().collect();
    params.sort_by(|a, b| a.name.cmp(&b.name));
    Operation {
        id: spec.id.clone(),
        module: way.module.clone(),
        name: way.builder.clone(),
        method: way.method.clone(),
        service: way.service.clone(),
        docs: spec.docs.clone(),
        guide: spec.guide.clone(),
        deprecated: spec.deprecated,
        features: spec.feature.iter().cloned().collect(),
        verb: spec.verb,
        path: spec.path.clone(),
        path_params: call.path_params.clone(),
        params,
        json: spec.body.as_ref().is_some_and(|body| body.json),
        at_most_one: spec.rules.at_most_one.clone(),
        list_filters: spec.rules.list_filters.clone(),
        example: spec.example(),
        expandable: expand::paths(all, &call.output),
        output: call.output.clone(),
        pointer: spec.pointer.clone(),
        place: way.place.clone(),
    }
}

/// Returns the features of which one has to be on for any of the items; empty if one is always
/// compiled.
fn any<'a>(all: impl IntoIterator<Item = &'a Features>) -> Features {
    let mut features = None;
    for more in all {
        super::gated::widen(&mut features, more);
    }
    features.unwrap_or_default()
}
