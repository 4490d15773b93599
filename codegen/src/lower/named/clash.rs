//! Names of types that are those of something else in the same module: a builder, a service, the
//! newtype of an id, a view.

use crate::error::Diagnostic;
use crate::ir::{Api, Kind};
use crate::names;
use std::collections::BTreeMap;

/// Reports them, each at its entry in the names file.
pub(in crate::lower) fn clashes(api: &Api, found: &mut Vec<Diagnostic>) {
    let mut others: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for operation in &api.operations {
        others.insert(
            (&operation.module, &operation.name),
            "the builder of an operation",
        );
    }
    for service in &api.services {
        others.insert((&service.module, &service.name), "a service");
    }
    for ty in &api.types {
        let Kind::Object(object) = &ty.kind else {
            continue;
        };
        if let Some(id) = &object.id {
            others.insert((&ty.module, id), "the newtype of an id");
        }
        if let Some(tag) = &object.tag {
            others.insert((&ty.module, &tag.view), "the view of an object by its type");
        }
    }
    for ty in &api.types {
        if let Some(what) = others.get(&(ty.module.as_str(), ty.name.as_str())) {
            let wrong = Diagnostic::new(
                names::pointer(&ty.module, &ty.name),
                format!("`{}::{}` is {what} already", ty.module, ty.name),
                "choose another name",
            );
            found.push(wrong.in_file(names::FILE));
        }
    }
}
