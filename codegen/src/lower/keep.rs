//! Records in the names file what users see of an API and the rules would now change.

use super::rule::Note;
use crate::ir::{Api, ChoiceValue, Features, Kind, Operation, Param, Tag, Ty, Type, Verb};
use crate::names::Names;
use std::collections::BTreeMap;

/// Records all differences between `old` and `new` that the rules cause.
pub(super) fn keep(old: &Api, new: &Api, names: &mut Names, notes: &mut Vec<Note>) {
    let mut keep = Keep { names, notes };
    let calls: BTreeMap<&str, &Operation> = old
        .operations
        .iter()
        .map(|operation| (operation.place.as_str(), operation))
        .collect();
    let mut ways: BTreeMap<(&[String], &str), usize> = BTreeMap::new();
    for is in &new.operations {
        *ways.entry((&is.service, &is.method)).or_default() += 1;
    }
    for is in &new.operations {
        if let Some(was) = calls.get(is.place.as_str()) {
            keep.call(was, is, ways[&(&*is.service, &*is.method)] > 1);
        }
    }
    keep.services(old, new);
    keep.events(old, new);
    let types: BTreeMap<(&str, &str), &Type> = old
        .types
        .iter()
        .map(|ty| ((ty.module.as_str(), ty.name.as_str()), ty))
        .collect();
    for is in &new.types {
        if let Some(was) = types.get(&(is.module.as_str(), is.name.as_str())) {
            keep.ty(was, is);
        }
    }
}

struct Keep<'a> {
    names: &'a mut Names,
    notes: &'a mut Vec<Note>,
}

impl Keep<'_> {
    fn note(&mut self, what: String) {
        self.notes.push(Note::Kept { what });
    }

    /// Keeps the names of an operation. `is_shared` says that another operation would get the
    /// same call.
    fn call(&mut self, was: &Operation, is: &Operation, is_shared: bool) {
        let way = |operation: &Operation| {
            let mut way = operation.service.clone();
            way.push(operation.method.clone());
            way.join(".")
        };
        let (old, new) = (way(was), way(is));
        if old == new && is_shared {
            self.names.call(&is.place).call = Some(old);
        } else if old != new {
            self.note(format!("{} stays `{old}`, would be `{new}`", is.place));
            self.names.call(&is.place).call = Some(old);
        }
        if (&was.module, &was.name) != (&is.module, &is.name) {
            let builder = (was.module.clone(), was.name.clone());
            self.note(format!("{} stays `{}::{}`", is.place, was.module, was.name));
            self.names.call(&is.place).builder = Some(builder);
        }
        let pins = pins(&setters(was), &setters(is));
        for (step, ident) in pins {
            self.names.call(&is.place).params.insert(step, ident);
        }
        // Path parameters are compared by their order.
        let paths = was.path_params.iter().zip(&is.path_params);
        let params = is.params.iter().filter_map(|is| {
            let was = was.params.iter().find(|was| was.name == is.name)?;
            Some((was, is))
        });
        let is_turned =
            |(was, is): &(&Param, &Param)| was.ty == Ty::String && matches!(is.ty, Ty::Id(_));
        let strings = { paths.filter(is_turned) }
            .map(|(_, is_now)| format!(":{}", is_now.name))
            .chain({ params.filter(is_turned) }.map(|(_, is_now)| step(is, is_now)));
        let strings: Vec<String> = strings.collect();
        for step in strings {
            self.note(format!("{} {step} stays text", is.place));
            self.names.call(&is.place).strings.insert(step);
        }
    }

    fn services(&mut self, old: &Api, new: &Api) {
        let (old, new) = (by_way(old), by_way(new));
        for (way, was) in old {
            if new.get(&way).is_some_and(|is| *is != was) {
                self.note(format!("the service `{way}` stays `{}::{}`", was.0, was.1));
                self.names.services.insert(way, was);
            }
        }
    }

    fn events(&mut self, old: &Api, new: &Api) {
        let idents = |api: &Api| -> BTreeMap<String, String> {
            let events = api.events.iter();
            events
                .map(|event| (event.value.clone(), event.ident.clone()))
                .collect()
        };
        self.names.events.extend(pins(&idents(old), &idents(new)));
        let idents = |api: &Api| -> BTreeMap<String, String> {
            let objects = api.event_objects.iter().map(|object| {
                let ty = api.get(object.ty);
                (format!("{}::{}", ty.module, ty.name), object.ident.clone())
            });
            objects.collect()
        };
        for (path, ident) in pins(&idents(old), &idents(new)) {
            if let Some((module, name)) = path.split_once("::") {
                self.names.entry(module, name).event = Some(ident);
            }
        }
    }

    fn ty(&mut self, was: &Type, is: &Type) {
        let path = format!("{}::{}", is.module, is.name);
        if let Some(features) = lost(&was.features, &is.features) {
            self.note(format!("`{path}` stays where it was available"));
            self.names.entry(&is.module, &is.name).features = Some(features);
        }
        if is.request_only && !was.request_only {
            self.note(format!("`{path}` stays there without a client"));
            self.names.entry(&is.module, &is.name).without_client = true;
        }
        let (old, new) = (idents(&was.kind), idents(&is.kind));
        for (word, ident) in pins(&old, &new) {
            let would_be = &new[&word];
            if *would_be != ident {
                self.note(format!(
                    "`{word}` of `{path}` stays `{ident}`, would be `{would_be}`"
                ));
            }
            let entry = self.names.entry(&is.module, &is.name);
            match is.kind {
                Kind::Object(_) | Kind::Params(_) => entry.fields.insert(word, ident),
                _ => entry.variants.insert(word, ident),
            };
        }
        match (&was.kind, &is.kind) {
            (Kind::Object(was), Kind::Object(object)) => {
                let views = (was.tag.as_ref(), object.tag.as_ref());
                if let (Some(Tag { view, .. }), Some(now)) = views
                    && *view != now.view
                {
                    self.names.entry(&is.module, &is.name).view = Some(view.clone());
                }
                if was.id != object.id && object.id.is_some() {
                    self.names
                        .entry(&is.module, &is.name)
                        .id
                        .clone_from(&was.id);
                }
            }
            (Kind::Params(was), Kind::Params(params)) => {
                // If nothing had a constructor before, the parameter that makes setters
                // constructors may be new.
                let turned = was.params.iter().filter(|param| {
                    was.constructor(param).is_none() && params.constructor(param).is_some()
                });
                for param in turned {
                    self.note(format!("`{}` of `{path}` stays a setter", param.name));
                    let entry = self.names.entry(&is.module, &is.name);
                    entry.setters.insert(param.name.clone());
                }
            }
            _ => {}
        }
    }
}

/// Returns the services by their paths.
pub(super) fn by_way(api: &Api) -> BTreeMap<String, (String, String)> {
    let services = api.services.iter();
    services
        .map(|service| {
            let path = (service.module.clone(), service.name.clone());
            (service.path.join("."), path)
        })
        .collect()
}

/// Returns the features of both, if the new ones are fewer.
fn lost(was: &Features, is: &Features) -> Option<Features> {
    if is.is_empty() || !was.is_empty() && is.is_superset(was) {
        return None;
    }
    Some(match was.is_empty() {
        true => Features::new(),
        false => was.union(is).cloned().collect(),
    })
}

/// Returns the entries that keep the name of each word: where it would change, or where a new
/// word would get the same name.
fn pins(was: &BTreeMap<String, String>, is: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for ident in is.values() {
        *count.entry(ident).or_default() += 1;
    }
    let pinned = was.iter().filter(|(word, ident)| {
        let now = is.get(*word);
        now.is_some_and(|now| now != *ident || count[now.as_str()] > 1)
    });
    pinned
        .map(|(word, ident)| (word.clone(), ident.clone()))
        .collect()
}

/// Returns the names of the words of a type.
fn idents(kind: &Kind) -> BTreeMap<String, String> {
    match kind {
        Kind::Object(object) => {
            let fields = object.fields.iter();
            fields
                .map(|field| (field.name.clone(), field.ident.clone()))
                .collect()
        }
        Kind::Params(params) => {
            let params = params.params.iter();
            params
                .map(|param| (param.name.clone(), param.ident.clone()))
                .collect()
        }
        Kind::Enum(found) => {
            let variants = found.variants.iter();
            variants
                .map(|v| (v.value.clone(), v.ident.clone()))
                .collect()
        }
        Kind::Union(union) => {
            let arms = union.arms.iter();
            arms.map(|arm| (arm.component.clone(), arm.ident.clone()))
                .collect()
        }
        Kind::Choice(choice) => {
            let options = choice.options.iter();
            let word = |option: &crate::ir::ChoiceOption| match &option.value {
                ChoiceValue::Word(word) => word.clone(),
                ChoiceValue::Typed(_) => format!("|{}", option.arm),
            };
            options
                .map(|option| (word(option), option.ident.clone()))
                .collect()
        }
    }
}

/// Returns the setters and arguments of an operation, by the last steps of their places.
fn setters(operation: &Operation) -> BTreeMap<String, String> {
    let path = operation.path_params.iter();
    let path = path.map(|param| (format!(":{}", param.name), param.ident.clone()));
    let params = operation.params.iter();
    let params = params.map(|param| (step(operation, param), param.ident.clone()));
    path.chain(params).collect()
}

/// Returns the last step of a parameter's place. Path parameters are not included.
fn step(operation: &Operation, param: &Param) -> String {
    let is_query = operation.verb != Verb::Post || param.in_query;
    format!("{}{}", if is_query { "?" } else { "" }, param.name)
}
