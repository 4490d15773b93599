//! gated → ir::Api: what the emitter needs, with everything in its file.

mod expand;
mod files;
mod services;

use super::gated::Gated;
use super::named::{NamedCall, NamedType};
use super::types::{PlaceId, TypedCall, Types};
use super::ways::Way;
use crate::error::Diagnostic;
use crate::ir::{
    Api, Event, EventObject, Features, Field, Kind, Object, Operation, Param, Params, Ty, Type,
    TypeId,
};
use crate::names::Names;
use crate::naming;

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
    let events = types.events.iter().map(|event| Event {
        value: event.value.clone(),
        ident: naming::variant(&event.value),
        docs: event.docs.clone(),
        features: event.feature.iter().cloned().collect(),
    });
    Api {
        version: types.version.clone(),
        services: services::services(&operations, &all, names, found),
        event_objects: event_objects(types, gated, &all),
        operations,
        events: events.collect(),
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
                ..params.clone()
            }),
            kind => kind.clone(),
        },
    }
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
        deprecated: spec.deprecated,
        features: spec.feature.iter().cloned().collect(),
        verb: spec.verb,
        path: spec.path.clone(),
        path_params: call.path_params.clone(),
        params,
        json: spec.body.as_ref().is_some_and(|body| body.json),
        example: spec.example(),
        expandable: expand::paths(all, &call.output),
        output: call.output.clone(),
        pointer: spec.pointer.clone(),
        place: way.place.clone(),
    }
}

/// What events carry, resources first; what lacks something in the same way is one type.
fn event_objects(types: &Types, gated: &Gated, all: &[Type]) -> Vec<EventObject> {
    let mut found: Vec<EventObject> = Vec::new();
    for carried in &types.carried {
        let ty = gated.named.of[carried.place.0];
        let Kind::Object(object) = &all[ty.0].kind else {
            continue;
        };
        let is_deleted = object
            .fields
            .iter()
            .any(|f| f.name == "deleted" && f.required);
        let value = object.fields.iter().find_map(|field| match &field.ty {
            Ty::ObjectType(value) => Some(value.clone()),
            _ => None,
        });
        let Some(value) = value.filter(|_| !is_deleted) else {
            continue;
        };
        if carried.missing.is_empty() {
            if found.iter().all(|known| known.object != value) {
                found.push(EventObject {
                    ident: naming::variant(&value),
                    object: value,
                    ty,
                    only_in: Vec::new(),
                    missing: Vec::new(),
                });
            }
            continue;
        }
        let events = carried
            .events
            .iter()
            .map(|at| types.events[*at].value.clone());
        match found.iter_mut().find(|known| known.ty == ty) {
            Some(known) => known.only_in.extend(events),
            None => found.push(EventObject {
                ident: naming::variant(&all[ty.0].name),
                object: value,
                ty,
                only_in: events.collect(),
                missing: carried.missing.clone(),
            }),
        }
    }
    found.sort_by(|a, b| {
        let key = |carried: &EventObject| (!carried.only_in.is_empty(), carried.ident.clone());
        key(a).cmp(&key(b))
    });
    found
}

/// The features under which any of several things is there.
fn any<'a>(all: impl IntoIterator<Item = &'a Features>) -> Features {
    let mut features = None;
    for more in all {
        super::gated::widen(&mut features, more);
    }
    features.unwrap_or_default()
}
