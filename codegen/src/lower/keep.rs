//! What users see of an API and no name says stays as well: it is written down where the rules would
//! have it otherwise from now on.

use super::rule::Note;
use crate::ir::{Api, ChoiceValue, Features, Kind, Operation, Param, Tag, Ty, Type};
use crate::names::Names;
use std::collections::BTreeMap;

/// Writes down what `new` would have otherwise than `old`.
pub(super) fn keep(old: &Api, new: &Api, names: &mut Names, notes: &mut Vec<Note>) {
    let mut keep = Keep { names, notes };
    let calls: BTreeMap<&str, &Operation> = old
        .operations
        .iter()
        .map(|operation| (operation.place.as_str(), operation))
        .collect();
    for is in &new.operations {
        if let Some(was) = calls.get(is.place.as_str()) {
            keep.call(was, is);
        }
    }
    keep.services(old, new);
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

    fn call(&mut self, was: &Operation, is: &Operation) {
        let way = |operation: &Operation| {
            let mut way = operation.service.clone();
            way.push(operation.method.clone());
            way.join(".")
        };
        let (old, new) = (way(was), way(is));
        if old != new {
            self.note(format!("{} stays `{old}`, would be `{new}`", is.place));
            self.names.call(&is.place).call = Some(old);
        }
        if (&was.module, &was.name) != (&is.module, &is.name) {
            let builder = (was.module.clone(), was.name.clone());
            self.note(format!("{} stays `{}::{}`", is.place, was.module, was.name));
            self.names.call(&is.place).builder = Some(builder);
        }
        let mut strings = Vec::new();
        // Path parameters are told by their order.
        let paths = was.path_params.iter().zip(&is.path_params);
        let turned = |(was, is): (&Param, &Param), sign: &str| {
            let is_id = was.ty == Ty::String && matches!(is.ty, Ty::Id(_));
            is_id.then(|| format!("{sign}{}", is.name))
        };
        strings.extend(paths.filter_map(|pair| turned(pair, ":")));
        for is in &is.params {
            let was = was.params.iter().find(|was| was.name == is.name);
            strings.extend(was.and_then(|was| turned((was, is), "?")));
        }
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
        for (word, was, is_now) in idents(&was.kind, &is.kind) {
            self.note(format!(
                "`{word}` of `{path}` stays `{was}`, would be `{is_now}`"
            ));
            let entry = self.names.entry(&is.module, &is.name);
            entry.variants.insert(word, was);
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
                let is_arm = |tag: &Option<Tag>, name: &str| {
                    tag.as_ref()
                        .is_some_and(|tag| tag.arms.iter().any(|arm| arm.value == name))
                };
                // Where nothing had a constructor, what told setters apart may be new itself.
                let turned = was.params.iter().filter(|param| {
                    !is_arm(&was.tag, &param.name) && is_arm(&params.tag, &param.name)
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

/// The services by the way to them.
pub(super) fn by_way(api: &Api) -> BTreeMap<String, (String, String)> {
    let mut found = BTreeMap::new();
    let mut queue: Vec<(Vec<&str>, usize)> = Vec::new();
    for (at, service) in api
        .services
        .iter()
        .enumerate()
        .filter(|(_, service)| service.root)
    {
        queue.push((vec![&service.method], at));
    }
    while let Some((way, at)) = queue.pop() {
        let service = &api.services[at];
        found.insert(
            way.join("."),
            (service.module.clone(), service.name.clone()),
        );
        for &child in &service.children {
            let mut way = way.clone();
            way.push(&api.services[child].method);
            queue.push((way, child));
        }
    }
    found
}

/// The features of both, when the new ones are fewer.
fn lost(was: &Features, is: &Features) -> Option<Features> {
    if is.is_empty() || !was.is_empty() && is.is_superset(was) {
        return None;
    }
    Some(match was.is_empty() {
        true => Features::new(),
        false => was.union(is).cloned().collect(),
    })
}

/// Words that would be called otherwise: the word, and what it was and would be.
fn idents(was: &Kind, is: &Kind) -> Vec<(String, String, String)> {
    let idents = |kind: &Kind| -> BTreeMap<String, String> {
        match kind {
            Kind::Enum(found) => {
                let variants = found.variants.iter();
                variants
                    .map(|v| (v.value.clone(), v.ident.clone()))
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
            _ => BTreeMap::new(),
        }
    };
    let is = idents(is);
    let was = idents(was).into_iter();
    was.filter_map(|(word, was)| {
        let now = is.get(&word).filter(|now| **now != was)?.clone();
        Some((word, was, now))
    })
    .collect()
}
