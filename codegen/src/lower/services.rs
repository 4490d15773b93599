//! Services: the tree of namespaces that leads to the operations.

use super::features::widen;
use crate::error::{Diagnostic, Diagnostics};
use crate::ir::{Features, Operation, Service, Type};
use crate::naming::{self, COMMON};
use std::collections::BTreeSet;

/// The module of a service, and the segments of the service that the module does not say.
pub(super) fn module_of<'a>(
    service: &'a [String],
    modules: &BTreeSet<String>,
) -> (String, &'a [String]) {
    for len in (1..=service.len()).rev() {
        let joined = service[..len]
            .iter()
            .map(|s| naming::plain(s))
            .collect::<Vec<_>>()
            .join("_");
        if modules.contains(&joined) && len < service.len() {
            return (joined, &service[len..]);
        }
    }
    let first = service.first().map_or("", |s| naming::plain(s));
    let singular = naming::singular(first);
    let module = if modules.contains(&singular) {
        singular
    } else {
        first.to_owned()
    };
    (module, service)
}

/// The services of these operations, parents before children.
pub(super) fn services(
    operations: &[Operation],
    types: &[Type],
) -> Result<Vec<Service>, Diagnostics> {
    let mut paths: BTreeSet<Vec<String>> = BTreeSet::new();
    for operation in operations {
        for len in 1..=operation.service.len() {
            paths.insert(operation.service[..len].to_vec());
        }
    }
    let paths: Vec<Vec<String>> = paths.into_iter().collect();
    let modules: BTreeSet<String> = types
        .iter()
        .map(|ty| ty.module.clone())
        .filter(|module| module != COMMON)
        .collect();
    let mut taken: BTreeSet<(&str, &str)> = types
        .iter()
        .map(|ty| (ty.module.as_str(), ty.name.as_str()))
        .collect();
    taken.extend(
        operations
            .iter()
            .map(|o| (o.module.as_str(), o.name.as_str())),
    );
    let mut found = Vec::new();
    let mut services: Vec<Service> = Vec::new();
    for path in &paths {
        let own: Vec<usize> = (0..operations.len())
            .filter(|&at| &operations[at].service == path)
            .collect();
        let children: Vec<usize> = (0..paths.len())
            .filter(|&at| paths[at].len() == path.len() + 1 && paths[at].starts_with(path))
            .collect();
        let (module, rest) = match own.first() {
            Some(&at) => {
                let module = operations[at].module.clone();
                let covered = path.iter().map(|s| naming::plain(s)).collect::<Vec<_>>();
                let skip = (1..path.len())
                    .rev()
                    .find(|&len| covered[..len].join("_") == module)
                    .unwrap_or(0);
                (module, &path[skip..])
            }
            None => {
                let joined = path
                    .iter()
                    .map(|s| naming::plain(s))
                    .collect::<Vec<_>>()
                    .join("_");
                if modules.contains(&joined) {
                    (joined, &path[..])
                } else {
                    module_of(path, &modules)
                }
            }
        };
        let words: Vec<&str> = rest.iter().map(|s| naming::plain(s)).collect();
        let (last, above) = words.split_last().unwrap_or((&"", &[]));
        let mut name: String = above
            .iter()
            .map(|s| naming::camel(&naming::singular(s)))
            .collect();
        name.push_str(&naming::camel(last));
        while taken.contains(&(module.as_str(), name.as_str())) {
            name.push_str("Service");
        }
        let mut methods: BTreeSet<&str> = BTreeSet::new();
        let names = own
            .iter()
            .map(|&at| (operations[at].method.as_str(), &operations[at].pointer));
        let child_names = children
            .iter()
            .filter_map(|&at| Some((paths[at].last()?.as_str(), &operations[0].pointer)));
        for (method, pointer) in child_names.chain(names) {
            if !methods.insert(method) {
                found.push(Diagnostic::new(
                    pointer.as_str(),
                    format!("`{}` has two methods `{method}`", path.join(".")),
                    "name one of the operations with `x-name` in the overlay",
                ));
            }
        }
        services.push(Service {
            module,
            name,
            docs: String::new(),
            features: Features::new(),
            method: path.last().cloned().unwrap_or_default(),
            children,
            root: path.len() == 1,
            operations: own,
        });
    }
    // Children come after their parents in the order of paths, so features go up from the end.
    for at in (0..services.len()).rev() {
        let mut features = None;
        for &operation in &services[at].operations {
            widen(&mut features, &operations[operation].features);
        }
        for &child in &services[at].children {
            let of_child = services[child].features.clone();
            widen(&mut features, &of_child);
        }
        services[at].features = features.unwrap_or_default();
    }
    Diagnostics::check(services, found)
}
