//! Finds types with the same name as a builder, a service, an id type or a view of their module.

use crate::error::Diagnostic;
use crate::ir::{Api, Kind, Type};
use crate::names;
use std::collections::BTreeMap;

/// Reports each clash at the entry of the names file with the name.
pub(in crate::lower) fn clashes(api: &Api, found: &mut Vec<Diagnostic>) {
    let mut taken: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for operation in &api.operations {
        taken.insert(
            (&operation.module, &operation.name),
            "the builder of an operation",
        );
    }
    for service in &api.services {
        taken.insert((&service.module, &service.name), "a service");
    }
    // An id type or view is reported at the key that can rename it.
    let ids = api.types.iter().filter_map(|ty| match &ty.kind {
        Kind::Object(object) => Some((ty, object.id.as_ref()?)),
        _ => None,
    });
    let views = api.types.iter().filter_map(|ty| match &ty.kind {
        Kind::Object(object) => Some((ty, &object.tag.as_ref()?.view)),
        _ => None,
    });
    for (ty, id) in ids {
        let what = "the newtype of an id";
        if let Some(other) = taken.insert((&ty.module, id), what) {
            found.push(part(ty, what, id, other, "id"));
        }
    }
    for (ty, view) in views {
        let what = "the view of an object by its type";
        if let Some(other) = taken.insert((&ty.module, view), what) {
            found.push(part(ty, what, view, other, "view"));
        }
    }
    for ty in &api.types {
        if let Some(what) = taken.get(&(ty.module.as_str(), ty.name.as_str())) {
            let wrong = Diagnostic::new(
                names::pointer(&ty.module, &ty.name),
                format!("`{}::{}` is {what} already", ty.module, ty.name),
                "choose another name",
            );
            found.push(wrong.in_file(names::FILE));
        }
    }
}

fn part(ty: &Type, what: &str, name: &str, other: &str, key: &str) -> Diagnostic {
    let Type {
        module, name: of, ..
    } = ty;
    Diagnostic::new(
        names::pointer(module, of),
        format!("{what}, of `{module}::{of}`, is called `{name}`, as is {other}"),
        format!(
            "add to names.yaml, at `{of}` of `{module}`: `{key}: {name}2`, with a name of your own"
        ),
    )
    .in_file(names::FILE)
}
