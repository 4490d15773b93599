//! Builds the tree of services that leads to the operations.

use super::any;
use crate::error::Diagnostic;
use crate::ir::{COMMON, Operation, Service, Type};
use crate::lower::ways::module_of;
use crate::names::Names;
use crate::naming;
use std::collections::{BTreeMap, BTreeSet};

/// Returns the services of the operations, parents before children.
pub(super) fn services(
    operations: &[Operation],
    types: &[Type],
    names: &Names,
    found: &mut Vec<Diagnostic>,
) -> Vec<Service> {
    let mut paths: BTreeSet<&[String]> = BTreeSet::new();
    for operation in operations {
        for len in 1..=operation.service.len() {
            paths.insert(&operation.service[..len]);
        }
    }
    let paths: Vec<&[String]> = paths.into_iter().collect();
    // Types of other modules do not affect the name of a service.
    let types_of = types
        .iter()
        .filter(|ty| ty.is_resource)
        .map(|ty| (ty.module.as_str(), ty.name.as_str()));
    let builders = operations
        .iter()
        .map(|o| (o.module.as_str(), o.name.as_str()));
    let mut naming = ServiceNames {
        modules: types
            .iter()
            .map(|ty| ty.module.as_str())
            .filter(|m| *m != COMMON)
            .collect(),
        taken: types_of
            .chain(builders)
            .map(|(m, n)| (m.to_owned(), n.to_owned()))
            .collect(),
    };
    let mut services: Vec<Service> = Vec::new();
    for path in &paths {
        let own: Vec<usize> = (0..operations.len())
            .filter(|&at| operations[at].service == *path)
            .collect();
        let children: Vec<usize> = (0..paths.len())
            .filter(|&at| paths[at].len() == path.len() + 1 && paths[at].starts_with(path))
            .collect();
        let (module, name) = match names.services.get(&path.join(".")) {
            Some(path) => path.clone(),
            None => naming.name(path, own.first().map(|&at| operations[at].module.as_str())),
        };
        naming.taken.insert((module.clone(), name.clone()));
        methods(path, &own, &children, &paths, operations, names, found);
        let first = operations
            .iter()
            .find(|operation| operation.service.starts_with(path));
        services.push(Service {
            module,
            name,
            docs: String::new(),
            // The features of all operations below it.
            features: any(operations
                .iter()
                .filter(|operation| operation.service.starts_with(path))
                .map(|operation| &operation.features)),
            path: path.to_vec(),
            method: path.last().cloned().unwrap_or_default(),
            children,
            root: path.len() == 1,
            operations: own,
            pointer: first
                .map(|operation| operation.pointer.clone())
                .unwrap_or_default(),
        });
    }
    services
}

/// Reports methods of one service with the same name.
fn methods(
    path: &[String],
    own: &[usize],
    children: &[usize],
    paths: &[&[String]],
    operations: &[Operation],
    names: &Names,
    found: &mut Vec<Diagnostic>,
) {
    let mut own: Vec<&Operation> = own.iter().map(|&at| &operations[at]).collect();
    // The names file has the path of an operation that existed before.
    let is_given = |operation: &Operation| {
        let entry = names.calls.get(&operation.place);
        entry.is_some_and(|entry| entry.call.is_some())
    };
    own.sort_by_key(|operation| !is_given(operation));
    let mut methods: BTreeMap<&str, &str> = BTreeMap::new();
    for &child in children {
        methods.insert(paths[child].last().map_or("", String::as_str), "a service");
    }
    for operation in own {
        if let Some(other) = methods.insert(&operation.method, &operation.place) {
            let call = format!("{}.{}", path.join("."), operation.method);
            found.push(Diagnostic::new(
                &operation.pointer,
                format!("called `{call}`, as is {other}"),
                format!(
                    "add to names.yaml: `{}: {{call: {call}2}}`, with a name of your own",
                    operation.place
                ),
            ));
        }
    }
}

struct ServiceNames<'a> {
    modules: BTreeSet<&'a str>,
    taken: BTreeSet<(String, String)>,
}

impl ServiceNames<'_> {
    /// Returns the module and name of a service. They follow from its operations, if it has any.
    fn name(&self, path: &[String], module: Option<&str>) -> (String, String) {
        let (module, rest) = match module {
            Some(module) => {
                let covered: Vec<&str> = path.iter().map(|s| naming::plain(s)).collect();
                let mut skip = (1..path.len()).rev();
                let skip = skip.find(|&len| covered[..len].join("_") == module);
                (module.to_owned(), &path[skip.unwrap_or(0)..])
            }
            None => {
                let joined: Vec<&str> = path.iter().map(|s| naming::plain(s)).collect();
                let joined = joined.join("_");
                match self.modules.contains(joined.as_str()) {
                    true => (joined, path),
                    false => module_of(path, &self.modules),
                }
            }
        };
        let words: Vec<&str> = rest.iter().map(|s| naming::plain(s)).collect();
        let (last, above) = words.split_last().unwrap_or((&"", &[]));
        let mut name: String = above
            .iter()
            .map(|word| naming::camel(&naming::singular(word)))
            .collect();
        name.push_str(&naming::camel(last));
        while self.taken.contains(&(module.clone(), name.clone())) || crate::taken::is_type(&name) {
            name.push_str("Service");
        }
        (module, name)
    }
}
