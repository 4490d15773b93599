//! Joins the places of each type under its name.
//!
//! A type is the union of its places: a field that not all of them require is optional, an enum
//! has the values of all, and the documentation of a parameter says which places take it. Places
//! that can't be joined are a diagnostic, for a person to decide.

mod call;
mod clash;
mod idents;
mod notes;
mod tag;
mod union;

pub(super) use clash::clashes;
pub(super) use idents::{Claim, shared, variants};

use super::types::{PlaceId, Shape, Types};
use super::ways::Way;
use crate::error::Diagnostic;
use crate::ir::{Kind, Param, Tag, Ty, TypeId};
use crate::names::{self, Entry, Names};
use std::collections::BTreeMap;

/// An API with all names, before features and boxes.
pub(crate) struct Named {
    pub(crate) types: Vec<NamedType>,
    pub(crate) calls: Vec<NamedCall>,
    /// The type of each place.
    pub(crate) of: Vec<TypeId>,
}

pub(crate) struct NamedType {
    pub(crate) module: String,
    pub(crate) name: String,
    pub(crate) docs: String,
    /// The places, in the order of the names file.
    pub(crate) places: Vec<PlaceId>,
    /// Whether it is a resource, with the main name of its module.
    pub(crate) is_resource: bool,
    /// Whether only requests use it.
    pub(crate) is_request: bool,
    pub(crate) kind: Kind,
    pub(crate) tag: Option<Tag>,
    pub(crate) entry: Entry,
}

/// The parameters and response of an operation.
pub(crate) struct NamedCall {
    pub(crate) path_params: Vec<Param>,
    /// All parameters of a GET or DELETE, and those of a POST that are sent in the query.
    pub(crate) query: Vec<Param>,
    pub(crate) body: Vec<Param>,
    pub(crate) output: Ty,
}

/// A place that can't have the type that the names file gives it.
#[derive(Clone, Debug)]
pub(crate) struct Misfit {
    pub(crate) place: PlaceId,
    pub(crate) module: String,
    pub(crate) name: String,
    pub(crate) why: String,
}

impl Misfit {
    pub(crate) fn diagnostic(&self, types: &Types) -> Diagnostic {
        let Self {
            module, name, why, ..
        } = self;
        Diagnostic::new(
            names::pointer(module, name),
            format!(
                "`{}` can't be `{module}::{name}`: {why}",
                types.get(self.place).place
            ),
            "write the place below another name",
        )
        .in_file(names::FILE)
    }
}

/// Gives all places their names in `names`.
pub(super) fn named(
    types: &Types,
    ways: &[Way],
    names: &Names,
    found: &mut Vec<Diagnostic>,
    misfits: &mut Vec<Misfit>,
) -> Named {
    let (listed, of) = listed(types, names);
    let all = All {
        types,
        ways,
        of: &of,
    };
    let kinds: Vec<Kind> = listed
        .iter()
        .map(|listed| union::kind(&all, listed, found, misfits))
        .collect();
    let taken: std::collections::BTreeSet<(&str, &str)> = names
        .types()
        .map(|(module, name, _)| (module, name))
        .collect();
    let named = listed.iter().zip(&kinds).map(|(listed, kind)| {
        let (module, name) = (listed.module.to_owned(), listed.name.to_owned());
        // A type that already has the name of a view keeps it.
        let mut view = format!("{name}Details");
        if taken.contains(&(listed.module, view.as_str())) {
            view.push_str("View");
        }
        let view = listed.entry.view.clone().unwrap_or(view);
        NamedType {
            tag: tag::tag(kind, &kinds, &listed.entry.setters, &view),
            docs: union::docs(types, listed),
            is_resource: listed.places.iter().any(|id| types.get(*id).is_resource),
            is_request: !listed.entry.without_client
                && listed
                    .places
                    .iter()
                    .all(|id| types.get(*id).direction == super::types::Direction::Request),
            places: listed.places.clone(),
            module,
            name,
            kind: kind.clone(),
            entry: listed.entry.clone(),
        }
    });
    let named: Vec<NamedType> = named.collect();
    let calls = types.calls.iter().zip(ways);
    Named {
        types: named,
        calls: calls
            .map(|(typed, way)| call::call(&all, names, typed, way, found))
            .collect(),
        of,
    }
}

/// All places, and their types.
pub(super) struct All<'a> {
    pub(super) types: &'a Types,
    pub(super) ways: &'a [Way],
    pub(super) of: &'a [TypeId],
}

impl All<'_> {
    pub(super) fn ty(&self, ty: &Ty<PlaceId>) -> Ty {
        ty.map(&mut |id: PlaceId| self.of[id.0])
    }
}

/// An entry of the names file, with its places.
pub(super) struct Listed<'a> {
    pub(super) module: &'a str,
    pub(super) name: &'a str,
    pub(super) entry: &'a Entry,
    pub(super) places: Vec<PlaceId>,
}

impl Listed<'_> {
    fn pointer(&self) -> String {
        names::pointer(self.module, self.name)
    }
}

/// Returns the types sorted by module, resources first, then by name.
fn listed<'a>(types: &Types, names: &'a Names) -> (Vec<Listed<'a>>, Vec<TypeId>) {
    let mut listed: Vec<Listed<'a>> = names
        .types()
        .map(|(module, name, entry)| {
            let mut places: Vec<&String> = entry.at.iter().collect();
            places.sort_by_key(|place| (place.contains(" /"), *place));
            Listed {
                module,
                name,
                entry,
                places: places.into_iter().filter_map(|at| types.find(at)).collect(),
            }
        })
        .filter(|listed| !listed.places.is_empty())
        .collect();
    let is_resource =
        |listed: &Listed<'_>| listed.places.iter().any(|id| types.get(*id).is_resource);
    listed.sort_by_key(|listed| (listed.module, !is_resource(listed), listed.name));
    let mut of = vec![TypeId(usize::MAX); types.places.len()];
    for (at, listed) in listed.iter().enumerate() {
        for place in &listed.places {
            of[place.0] = TypeId(at);
        }
    }
    (listed, of)
}

/// Reports places of the names file that the spec does not have, and places of the spec without
/// an entry.
pub(super) fn check(types: &Types, names: &Names, command: &str) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut known: BTreeMap<PlaceId, ()> = BTreeMap::new();
    for (module, name, entry) in names.types() {
        for (at, place) in entry.at.iter().enumerate() {
            match types.find(place) {
                Some(id) => _ = known.insert(id, ()),
                None => {
                    let pointer = format!("{}/at/{at}", names::pointer(module, name));
                    found.push(Diagnostic::new(
                        pointer,
                        format!("the spec has no type at `{place}`"),
                        "correct it; what the spec no longer has is taken out by `cargo xtask spec`",
                    ).in_file(names::FILE));
                }
            }
        }
    }
    for event in names.events.keys() {
        if types.events.iter().all(|known| known.value != *event) {
            let wrong = Diagnostic::new(
                crate::document::join("", format!("EVENT {event}")),
                format!("the spec has no event `{event}`"),
                "correct it, or take it out",
            );
            found.push(wrong.in_file(names::FILE));
        }
    }
    for place in names.calls.keys() {
        if !types.calls.iter().any(|typed| typed.call.place() == *place) {
            found.push(
                Diagnostic::new(
                    crate::document::join("", place),
                    format!("the spec has no operation `{place}`"),
                    "correct it, or take it out",
                )
                .in_file(names::FILE),
            );
        }
    }
    for id in types.ids().filter(|id| !known.contains_key(id)) {
        found.push(Diagnostic::new(
            "",
            format!("`{}` has no name", types.get(id).place),
            format!("run `{command}`, which gives it one and writes it down"),
        ));
    }
    found
}

impl Named {
    pub(crate) fn get(&self, id: TypeId) -> &NamedType {
        &self.types[id.0]
    }
}

/// Returns whether a type has its own id type.
pub(super) fn has_id(shape: &Shape) -> bool {
    matches!(shape, Shape::Object { has_id: true, .. })
}
