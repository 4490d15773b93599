//! Names the types of webhook events, and collects their objects.

use crate::error::Diagnostic;
use crate::ir::{Event, EventObject, Kind, Ty, Type, TypeId};
use crate::lower::gated::Gated;
use crate::lower::named::{Claim, shared, variants};
use crate::lower::types::Types;
use crate::names::Names;
use crate::naming;

/// Returns the types of events.
pub(super) fn types(types: &Types, names: &Names, found: &mut Vec<Diagnostic>) -> Vec<Event> {
    let values: Vec<&str> = types.events.iter().map(|event| &*event.value).collect();
    let claims = variants(&values, &names.events);
    for (other, Claim { ident, word, .. }) in shared(&claims) {
        let event = types.events.iter().find(|event| event.value == *word);
        found.push(Diagnostic::new(
            event.map_or_else(String::new, |event| event.pointer()),
            format!(
                "the events `{}` and `{word}` are both called `{ident}`",
                other.word
            ),
            format!(
                "add to names.yaml: `EVENT {word}: {{variant: {ident}2}}`, with a name of your own"
            ),
        ));
    }
    let events = types.events.iter().zip(claims);
    events
        .map(|(event, claim)| Event {
            value: event.value.clone(),
            ident: claim.ident,
            docs: event.docs.clone(),
            features: event.feature.iter().cloned().collect(),
        })
        .collect()
}

/// Returns the objects of events, resources first. Objects that lack the same fields share a
/// type.
pub(super) fn objects(
    types: &Types,
    gated: &Gated,
    all: &[Type],
    found: &mut Vec<Diagnostic>,
) -> Vec<EventObject> {
    let mut claims: Vec<Claim> = Vec::new();
    let mut objects: Vec<EventObject> = Vec::new();
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
            if objects.iter().all(|known| known.object != value) {
                objects.push(EventObject {
                    ident: claim(gated, all, ty, naming::variant(&value), &mut claims),
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
        match objects.iter_mut().find(|known| known.ty == ty) {
            Some(known) => known.only_in.extend(events),
            None => objects.push(EventObject {
                ident: claim(
                    gated,
                    all,
                    ty,
                    naming::variant(&all[ty.0].name),
                    &mut claims,
                ),
                object: value,
                ty,
                only_in: events.collect(),
                missing: carried.missing.clone(),
            }),
        }
    }
    for (other, Claim { ident, word, .. }) in shared(&claims) {
        let ty = all.iter().find(|ty| path(ty) == *word);
        found.push(Diagnostic::new(
            ty.map_or("", |ty| &ty.pointer),
            format!(
                "among the objects of events, `{}` and `{word}` are both called `{ident}`",
                other.word
            ),
            format!("add to names.yaml, at `{word}`: `event: {ident}2`, with a name of your own"),
        ));
    }
    objects.sort_by(|a, b| {
        let key = |carried: &EventObject| (!carried.only_in.is_empty(), carried.ident.clone());
        key(a).cmp(&key(b))
    });
    objects
}

/// Chooses the variant of a type in the enum of event objects.
fn claim(
    gated: &Gated,
    all: &[Type],
    ty: TypeId,
    usual: String,
    claims: &mut Vec<Claim>,
) -> String {
    let own = &gated.named.get(ty).entry.event;
    let ident = own.clone().unwrap_or(usual);
    claims.push(Claim {
        ident: ident.clone(),
        word: path(&all[ty.0]),
        given: own.is_some(),
    });
    ident
}

fn path(ty: &Type) -> String {
    format!("{}::{}", ty.module, ty.name)
}
