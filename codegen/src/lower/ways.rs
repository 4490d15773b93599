//! Names each operation like Stripe's official libraries: its services, method, module and
//! builder.

use super::types::{TypedCall, Types};
use crate::error::Diagnostic;
use crate::ir::{Ty, Verb};
use crate::names::Names;
use crate::naming;
use crate::taken;
use std::collections::{BTreeMap, BTreeSet};

/// The names of an operation.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    /// Its place in the notation of names.yaml.
    pub(crate) place: String,
    pub(crate) service: Vec<String>,
    pub(crate) method: String,
    pub(crate) module: String,
    pub(crate) builder: String,
    /// The base for names of types that it uses: its object or its action.
    pub(crate) stem: String,
}

/// Returns the names of all operations, in their order.
pub(super) fn ways(types: &Types, names: &Names, found: &mut Vec<Diagnostic>) -> Vec<Way> {
    let resources = resources(types);
    let modules: BTreeSet<&str> = resources
        .iter()
        .map(|(module, _)| module.as_str())
        .collect();
    let tree = Tree::of(&types.calls);
    // Names in the names file are reserved before others are chosen.
    let given: Vec<(String, String)> = names
        .calls
        .values()
        .filter_map(|entry| entry.builder.clone())
        .collect();
    let mut taken: BTreeSet<(String, String)> = resources.iter().chain(&given).cloned().collect();
    let ways = types.calls.iter().map(|typed| {
        let mut way = way(typed, &tree, &modules);
        let entry = names.calls.get(&way.place);
        match entry.and_then(|entry| entry.builder.as_ref()) {
            Some((module, name)) => {
                way.module.clone_from(module);
                way.builder.clone_from(name);
            }
            None => {
                while taken.contains(&(way.module.clone(), way.builder.clone())) {
                    way.builder.push_str("Request");
                }
            }
        }
        if let Some(call) = entry.and_then(|entry| entry.call.as_ref()) {
            way.service = call.split('.').map(str::to_owned).collect();
            way.method = way.service.pop().unwrap_or_default();
        }
        let is_new = taken.insert((way.module.clone(), way.builder.clone()));
        if !is_new && !given.contains(&(way.module.clone(), way.builder.clone())) {
            found.push(
                Diagnostic::new(
                    crate::document::join("", &way.place),
                    format!(
                        "another builder or resource is `{}::{}`",
                        way.module, way.builder
                    ),
                    "choose another name",
                )
                .in_file(crate::names::FILE),
            );
        }
        way
    });
    ways.collect()
}

/// Returns the module and name that the spec gives a resource: `a.b` is `B` in `a`, and a name
/// without a namespace has its own module.
pub(super) fn resource(component: &str) -> (String, String) {
    let bare = component.strip_prefix("deleted_").unwrap_or(component);
    let (module, name) = match component.rsplit_once('.') {
        Some((namespace, name)) => (naming::snake(namespace), naming::camel(name)),
        None => (naming::snake(bare), naming::camel(component)),
    };
    let module = taken::module(naming::plain(&module).to_owned());
    let name = match taken::is_type(&name) {
        false => name,
        true => match naming::join(&naming::camel(&module), &name) {
            joined if taken::is_type(&joined) => format!("{joined}Resource"),
            joined => joined,
        },
    };
    (module, name)
}

/// Returns the names of all resources, and of their id types.
fn resources(types: &Types) -> BTreeSet<(String, String)> {
    let resources = types.places.iter().filter(|placed| placed.is_resource);
    let names = resources.filter_map(|placed| placed.component.as_deref().map(resource));
    names
        .flat_map(|(module, name)| [(module.clone(), format!("{name}Id")), (module, name)])
        .collect()
}

/// The operations at each path.
struct Tree<'a>(BTreeMap<&'a str, Vec<&'a TypedCall>>);

impl<'a> Tree<'a> {
    fn of(calls: &'a [TypedCall]) -> Self {
        let mut tree: BTreeMap<&str, Vec<&TypedCall>> = BTreeMap::new();
        for typed in calls {
            tree.entry(&typed.call.path).or_default().push(typed);
        }
        Self(tree)
    }

    fn at(&self, path: &str, verb: Verb) -> Option<&'a TypedCall> {
        let calls = self.0.get(path)?;
        calls.iter().find(|typed| typed.call.verb == verb).copied()
    }

    fn has_children(&self, path: &str) -> bool {
        let below = format!("{path}/");
        let mut after = self.0.range(below.as_str()..);
        after
            .next()
            .is_some_and(|(other, _)| other.starts_with(&below))
    }

    /// Whether there are single items below a path.
    fn has_items(&self, path: &str) -> bool {
        let item = format!("{path}/{{");
        let mut after = self.0.range(item.as_str()..);
        after
            .next()
            .is_some_and(|(other, _)| other.starts_with(&item))
    }

    /// Returns whether a GET of a path returns a list of any form.
    fn lists(&self, path: &str) -> bool {
        self.at(path, Verb::Get).is_some_and(|typed| {
            let properties = typed.call.answer.properties();
            properties.is_some_and(|properties| properties.contains_key("data"))
        })
    }
}

fn way(typed: &TypedCall, tree: &Tree<'_>, modules: &BTreeSet<&str>) -> Way {
    let (service, method) = call(typed, tree);
    let (module, rest) = module_of(&service, modules);
    let mut noun = String::new();
    for (at, segment) in rest.iter().enumerate() {
        let segment = naming::plain(segment);
        let is_plural = method == "list" && at + 1 == rest.len();
        let word = match is_plural {
            true => segment.to_owned(),
            false => naming::singular(segment),
        };
        noun.push_str(&naming::camel(&word));
    }
    if rest.is_empty() {
        noun = naming::camel(&module);
    }
    let verb = naming::camel(naming::plain(&method));
    let stem = match method.as_str() {
        "list" | "retrieve" | "create" | "update" | "delete" => {
            naming::camel(&naming::singular(&naming::snake(&noun)))
        }
        _ => verb.clone(),
    };
    Way {
        place: typed.call.place(),
        builder: format!("{verb}{noun}"),
        service,
        method,
        module,
        stem,
    }
}

/// Returns the services that lead to an operation, one for each static segment of its path, and
/// its method.
fn call(typed: &TypedCall, tree: &Tree<'_>) -> (Vec<String>, String) {
    let (path, verb) = (typed.call.path.as_str(), typed.call.verb);
    let segments: Vec<&str> = path.split('/').filter(|s| !s.is_empty()).collect();
    // In the libraries, version 1 has no segment of its own.
    let rest = segments.strip_prefix(&["v1"]).unwrap_or(&segments);
    let statics = rest.iter().filter(|s| !s.starts_with('{'));
    let mut service: Vec<String> = statics
        .map(|segment| taken::method(naming::snake(segment)))
        .collect();
    let on_item = rest.last().is_some_and(|segment| segment.starts_with('{'));
    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
    let readable = tree.at(path, Verb::Get).is_some();
    let deletable = tree.at(path, Verb::Delete).is_some();
    // `POST …/{id}/refresh` is an action on an item, and `GET …/search` is another way to read a
    // collection. Both belong to the service of the item or collection.
    let is_action = !on_item
        && !tree.has_children(path)
        && service.len() > 1
        && match verb {
            Verb::Post => {
                // A POST below an item is an action, whether or not the item can be read. So is a
                // POST beside items, to all of them.
                let below_an_item = segments.iter().any(|segment| segment.starts_with('{'));
                let is_known =
                    tree.0.contains_key(parent) || below_an_item || tree.has_items(parent);
                !readable && !deletable && is_known
            }
            Verb::Get => tree.0.contains_key(parent) && !parent.ends_with('}'),
            Verb::Delete => false,
        };
    let method = if is_action {
        service.pop().unwrap_or_default()
    } else {
        match (verb, on_item) {
            (Verb::Get, _) if matches!(typed.output, Ty::List(_)) => "list",
            // Version 2 has its own form of lists.
            (Verb::Get, false) if tree.lists(path) => "list",
            (Verb::Get, _) => "retrieve",
            (Verb::Post, true) => "update",
            // An object that can be read as a whole already exists, so this updates it.
            (Verb::Post, false) if readable && !tree.lists(path) => "update",
            (Verb::Post, false) => "create",
            (Verb::Delete, _) => "delete",
        }
        .to_owned()
    };
    (service, method)
}

/// Returns the module of a service, and the segments of its path that the module does not
/// include.
pub(super) fn module_of<'a>(
    service: &'a [String],
    modules: &BTreeSet<&str>,
) -> (String, &'a [String]) {
    for len in (1..service.len()).rev() {
        let joined: Vec<&str> = service[..len].iter().map(|s| naming::plain(s)).collect();
        let joined = joined.join("_");
        if modules.contains(joined.as_str()) {
            return (joined, &service[len..]);
        }
    }
    let first = service.first().map_or("", |s| naming::plain(s));
    let singular = naming::singular(first);
    let module = if modules.contains(singular.as_str()) {
        singular
    } else {
        taken::module(first.to_owned())
    };
    (module, service)
}
