//! Completes the names file: all places get a name, and existing names stay.

use super::gated::{Fields, boxes};
use super::keep;
use super::named::{self, Misfit};
use super::rule::{self, Apart, Before, Note};
use super::types::Types;
use super::{Read, ways};
use crate::error::{Diagnostic, Diagnostics};
use crate::ir::{Api, Kind, TypeId};
use crate::names::Names;
use std::collections::BTreeSet;

/// The number of rounds in which places are split from types that they don't fit. After each
/// round, users of the places may have to be split as well.
const ROUNDS: usize = 16;

/// A names file with a name for every place.
pub(crate) struct Completed {
    pub(crate) names: Names,
    /// The changes.
    pub(crate) notes: Vec<Note>,
}

/// Completes `names` for a spec. `before` is the spec that they were written for: names that
/// users see stay the same.
///
/// # Errors
///
/// Returns the places that no rule can name.
pub(crate) fn complete(
    read: &Read,
    names: &Names,
    before: Option<&Read>,
) -> Result<Completed, Diagnostics> {
    let before = before.map(|before| Known::of(before, names)).transpose()?;
    complete_after(read, names, before.as_ref())
}

/// The same as [`complete`], with the results for the spec before.
pub(crate) fn complete_after(
    read: &Read,
    names: &Names,
    before: Option<&Known<'_>>,
) -> Result<Completed, Diagnostics> {
    let types = &read.types;
    let mut found = Vec::new();
    let ways = ways::ways(types, names, &mut found);
    let before_names = before.map(|known| Before {
        types: known.types,
        names: &known.names,
        services: &known.services,
    });
    let mut apart = Apart::default();
    let (mut completed, mut notes) = (names.clone(), Vec::new());
    for _ in 0..ROUNDS {
        (completed, notes) = rule::complete(types, &ways, names, before_names.as_ref(), &apart);
        let mut misfits = Vec::new();
        named::named(types, &ways, &completed, &mut Vec::new(), &mut misfits);
        if misfits.is_empty() {
            break;
        }
        for Misfit {
            place,
            module,
            name,
            why,
        } in misfits
        {
            apart.add(&types.get(place).place, &module, &name, why);
        }
    }
    notes.extend(apart.notes());
    let old = before.map(|known| &known.api);
    leave_methods(old, types, &mut completed);
    let assemble = |names: &Names| super::assemble(types, names, &mut Vec::new(), &mut Vec::new());
    let mut api = assemble(&completed);
    let mut is_changed = false;
    for (way, service) in keep::by_way(&api) {
        is_changed |= name_service(way, service, &mut completed);
    }
    if let Some(known) = before {
        // An entry added here can make further entries necessary.
        for _ in 0..2 {
            if is_changed {
                api = assemble(&completed);
            }
            let unpinned = completed.clone();
            keep::keep(&known.api, &api, &mut completed, &mut notes);
            is_changed = completed != unpinned;
            if !is_changed {
                break;
            }
        }
    }
    let ways = ways::ways(types, &completed, &mut Vec::new());
    let named = named::named(types, &ways, &completed, &mut Vec::new(), &mut Vec::new());
    let new = before.map_or_else(Fields::new, |known| new_fields(&named, &known.api));
    for (id, field) in boxes(&named, &new) {
        let ty = named.get(id);
        completed.entry(&ty.module, &ty.name).boxed.insert(field);
    }
    notes.sort();
    notes.dedup();
    let completed = Completed {
        names: completed,
        notes,
    };
    Diagnostics::check(completed, found)
}

/// Keeps the name of a method where a new service would have the same name: `…/milk` is an
/// action, and `…/milk/{}` is new below it.
fn leave_methods(old: Option<&Api>, types: &Types, names: &mut Names) {
    let methods: BTreeSet<Vec<&str>> = old
        .iter()
        .flat_map(|old| &old.operations)
        .map(|operation| {
            let way = operation.service.iter().chain([&operation.method]);
            way.map(String::as_str).collect()
        })
        .collect();
    let places: BTreeSet<&str> = old
        .iter()
        .flat_map(|old| &old.operations)
        .map(|operation| operation.place.as_str())
        .collect();
    for mut way in ways::ways(types, names, &mut Vec::new()) {
        if places.contains(way.place.as_str()) {
            continue;
        }
        let is_method = |service: &[String]| {
            methods.contains(&service.iter().map(String::as_str).collect::<Vec<_>>())
        };
        let Some(len) = (1..=way.service.len()).find(|len| is_method(&way.service[..*len])) else {
            continue;
        };
        let name = crate::naming::plain(&way.service[len - 1]).to_owned();
        way.service[len - 1] = format!("{name}_");
        way.service.push(way.method);
        names.call(&way.place).call = Some(way.service.join("."));
    }
}

/// Keeps the name of a type where a new service would have the same name: records another name
/// for the service. Returns whether that was needed.
fn name_service(way: String, (module, mut name): (String, String), names: &mut Names) -> bool {
    let is_type = |name: &str, names: &Names| {
        let types = names.modules.get(&module);
        types.is_some_and(|types| types.contains_key(name))
    };
    if names.services.contains_key(&way) || !is_type(&name, names) {
        return false;
    }
    while is_type(&name, names) {
        name.push_str("Service");
    }
    names.services.insert(way, (module, name));
    true
}

/// The spec before, with its types and API.
pub(crate) struct Known<'a> {
    types: &'a Types,
    names: Names,
    api: Api,
    services: BTreeSet<(String, String)>,
}

impl<'a> Known<'a> {
    pub(crate) fn of(read: &'a Read, names: &Names) -> Result<Self, Diagnostics> {
        let Completed { names, .. } = complete(read, names, None)?;
        let mut found: Vec<Diagnostic> = Vec::new();
        let api = super::assemble(&read.types, &names, &mut found, &mut Vec::new());
        let services = api.services.iter();
        let services = services.map(|service| (service.module.clone(), service.name.clone()));
        Ok(Self {
            types: &read.types,
            names,
            services: services.collect(),
            api,
        })
    }
}

/// Returns the fields that the old API does not have.
fn new_fields(named: &named::Named, old: &Api) -> Fields {
    let known: std::collections::BTreeMap<(&str, &str), &Kind> = old
        .types
        .iter()
        .map(|ty| ((ty.module.as_str(), ty.name.as_str()), &ty.kind))
        .collect();
    let mut new = Fields::new();
    for (at, ty) in named.types.iter().enumerate() {
        let Kind::Object(object) = &ty.kind else {
            continue;
        };
        let was = match known.get(&(ty.module.as_str(), ty.name.as_str())) {
            Some(Kind::Object(was)) => Some(was),
            _ => None,
        };
        let is_new = |name: &str| was.is_none_or(|was| was.fields.iter().all(|f| f.name != name));
        let fields = object.fields.iter().filter(|field| is_new(&field.name));
        new.extend(fields.map(|field| (TypeId(at), field.name.clone())));
    }
    new
}
