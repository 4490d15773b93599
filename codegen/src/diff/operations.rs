//! Compares operations, services and events.

use std::collections::BTreeMap;

use super::cause::{By, by};
use super::params::Role;
use super::{Action, At, Compare, Concerns, Effect, Subject, sorted_apart};
use crate::ir::{Api, Event, EventObject, Operation, Param, Service, Type};

impl Compare<'_> {
    pub(super) fn operations(&mut self) {
        let mut old: Vec<&Operation> = self.old.operations.iter().collect();
        let mut new: Vec<&Operation> = self.new.operations.iter().collect();
        // Pairs operations with the same request first, then those with the same id in the spec,
        // and then those with the same call.
        let keys: [fn(&Operation) -> String; 3] =
            [|o| o.place.clone(), |o| o.id.clone(), Operation::call];
        for key in keys {
            old.retain(|was| {
                let Some(at) = new.iter().position(|is| key(is) == key(was)) else {
                    return true;
                };
                self.operation(was, new.remove(at));
                false
            });
        }
        for was in old {
            let spec = [was.place.clone()];
            let at = At {
                place: &was.call(),
                pointer: &was.pointer,
                concerns: Concerns::REQUESTS,
                spec: &spec,
            };
            let what = format!("is gone: `{} {}`", was.verb.as_str(), was.path);
            self.note(
                at,
                (Subject::Operation, &was.id),
                Action::Removed,
                Effect::Breaking,
                what,
            );
        }
        for is in new {
            let at = At {
                place: &is.call(),
                pointer: &is.pointer,
                concerns: Concerns::REQUESTS,
                spec: &[],
            };
            let what = format!("is new: `{} {}`", is.verb.as_str(), is.path);
            self.note(
                at,
                (Subject::Operation, &is.id),
                Action::Added,
                Effect::Compatible,
                what,
            );
        }
    }

    fn operation(&mut self, was: &Operation, is: &Operation) {
        let about = (Subject::Operation, is.id.as_str());
        let (old_call, new_call) = (was.call(), is.call());
        let spec = [was.place.clone(), is.place.clone()];
        let at = At {
            place: &new_call,
            pointer: &is.pointer,
            concerns: Concerns::REQUESTS,
            spec: &spec,
        };
        if old_call != new_call {
            let at = At {
                place: &old_call,
                ..at
            };
            let what = format!("is now `{new_call}`");
            self.note(at, about, Action::Renamed, Effect::Breaking, what);
        }
        let (old_builder, new_builder) = (was.path_in_rust(), is.path_in_rust());
        if old_builder != new_builder {
            let what = format!("its builder is now `{new_builder}`, was `{old_builder}`");
            self.note(at, about, Action::Renamed, Effect::Breaking, what);
        }
        if was.place != is.place {
            let what = format!("is sent as `{}`, was `{}`", is.place, was.place);
            self.note(at, about, Action::Changed, Effect::Compatible, what);
        }
        if was.json != is.json {
            let body = if is.json { "JSON" } else { "a form" };
            let what = format!("sends its parameters as {body} now");
            self.note(at, about, Action::Changed, Effect::Compatible, what);
        }
        if was.deprecated != is.deprecated {
            let what = match is.deprecated {
                true => "Stripe advises against it now",
                false => "Stripe no longer advises against it",
            };
            self.note(at, about, Action::Changed, Effect::Compatible, what);
        }
        if !self.pairs.same(&was.output, &is.output) {
            let (old, new) = (self.old.rust(&was.output), self.new.rust(&is.output));
            let at = At {
                concerns: Concerns::RESPONSES,
                ..at
            };
            let what = format!("answers `{new}` now, was `{old}`");
            let cause = Some(self.causes.member(at.spec, "="));
            self.note_with(at, about, Action::Changed, Effect::Breaking, what, cause);
        }
        let both = At {
            concerns: Concerns::BOTH,
            ..at
        };
        self.needs(both, about, &was.features, &is.features);
        self.path_params(at, was, is);
        // Where a name is used twice, the place tells the two apart.
        let is_double = |name: &str| {
            let count = |params: &[Param]| params.iter().filter(|p| p.name == name).count();
            count(&was.params) > 1 || count(&is.params) > 1
        };
        let (removed, both, added) = sorted_apart(&was.params, &is.params, |param| {
            (&param.name, is_double(&param.name) && param.in_query)
        });
        for was in removed {
            self.param_removed(at, was, Role::of(was));
        }
        for is in added {
            self.param_added(at, is, Role::of(is));
        }
        for (was, is) in both {
            self.param(at, was, is, (Role::of(was), Role::of(is)));
        }
    }

    /// Compares path parameters by their order. Their names do not affect users.
    fn path_params(&mut self, at: At<'_>, was: &Operation, is: &Operation) {
        for (was, is) in was.path_params.iter().zip(&is.path_params) {
            self.param(at, was, is, (Role::Argument, Role::Argument));
        }
        let (old, new) = (was.path_params.len(), is.path_params.len());
        for was in was.path_params.iter().skip(new) {
            self.param_removed(at, was, Role::Argument);
        }
        for is in is.path_params.iter().skip(old) {
            self.param_added(at, is, Role::Argument);
        }
    }

    /// Compares the types of services. Changes of their operations are reported at the
    /// operations.
    pub(super) fn services(&mut self) {
        let (old, new) = (services(self.old), services(self.new));
        for (way, was) in &old {
            let Some(is) = new.get(way) else { continue };
            let (old, new) = (was.path_in_rust(), is.path_in_rust());
            let pointer = is.pointer.as_str();
            let at = At {
                place: &old,
                pointer,
                concerns: Concerns::REQUESTS,
                spec: &[],
            };
            if old != new {
                let about = (Subject::Type, was.name.as_str());
                let what = format!("the service is now `{new}`");
                self.note(at, about, Action::Renamed, Effect::Breaking, what);
            }
        }
    }

    pub(super) fn events(&mut self) {
        let at = |event: &Event| format!("/x-events/{}", event.value);
        let (removed, both, added) = sorted_apart(&self.old.events, &self.new.events, |event| {
            event.value.clone()
        });
        for was in removed {
            let what = format!("`{}` is gone", was.ident);
            self.event(
                &at(was),
                &was.value,
                (Action::Removed, Effect::Breaking),
                what,
            );
        }
        for is in added {
            let what = format!("`{}` is new", is.ident);
            self.event(
                &at(is),
                &is.value,
                (Action::Added, Effect::Compatible),
                what,
            );
        }
        for (was, is) in both.into_iter().filter(|(was, is)| was.ident != is.ident) {
            let what = format!("`{}` is now `{}`", was.ident, is.ident);
            self.event(
                &at(is),
                &is.value,
                (Action::Renamed, Effect::Breaking),
                what,
            );
        }
        self.event_objects();
    }

    fn event(
        &mut self,
        pointer: &str,
        value: &str,
        (action, effect): (Action, Effect),
        what: String,
    ) {
        let at = At {
            place: "events::EventType",
            pointer,
            concerns: Concerns::RESPONSES,
            spec: &[],
        };
        // A change of the name alone is made by us.
        let who = if action == Action::Removed {
            By::Upstream
        } else {
            By::Us
        };
        let cause = (effect == Effect::Breaking).then(|| by(who, value));
        self.note_with(at, (Subject::Event, value), action, effect, what, cause);
    }

    /// Compares the objects of events.
    fn event_objects(&mut self) {
        let (old_api, new_api) = (self.old, self.new);
        let (old, new) = (&old_api.event_objects, &new_api.event_objects);
        let (removed, both, added) = sorted_apart(old, new, |carried| carried.ident.clone());
        for was in removed {
            let ty = old_api.get(was.ty);
            self.event_object(was, ty, Action::Removed, Effect::Breaking, "is gone");
        }
        for is in added {
            let ty = new_api.get(is.ty);
            self.event_object(is, ty, Action::Added, Effect::Compatible, "is new");
        }
        for (was, is) in both {
            if self.pairs.to_new(was.ty) != Some(is.ty) {
                let (old, new) = (old_api.path(was.ty), new_api.path(is.ty));
                let what = format!("is now of type `{new}`, was `{old}`");
                let ty = old_api.get(was.ty);
                self.event_object(is, ty, Action::Changed, Effect::Breaking, &what);
            }
            if was.only_in != is.only_in {
                let what = format!("is now read in {}", is.only_in.join(", "));
                let ty = old_api.get(was.ty);
                self.event_object(is, ty, Action::Changed, Effect::Breaking, &what);
            }
        }
    }

    fn event_object(
        &mut self,
        carried: &EventObject,
        ty: &Type,
        action: Action,
        effect: Effect,
        what: &str,
    ) {
        let at = At {
            place: "events::EventObject",
            pointer: &ty.pointer,
            concerns: Concerns::RESPONSES,
            spec: &[],
        };
        let what = format!("`{}` {what}", carried.ident);
        let cause = (effect == Effect::Breaking).then(|| match ty.places.as_slice() {
            // The object may still exist when no event has it any more.
            places if action == Action::Removed => {
                by(By::Upstream, places.first().map_or("", String::as_str))
            }
            places => self.causes.gone(places),
        });
        self.note_with(
            at,
            (Subject::Value, &carried.object),
            action,
            effect,
            what,
            cause,
        );
    }
}

/// Returns the services of an API by the methods that lead to them.
fn services(api: &Api) -> BTreeMap<Vec<&str>, &Service> {
    let mut found = BTreeMap::new();
    let roots = api.services.iter().filter(|service| service.root);
    let mut queue: Vec<(Vec<&str>, &Service)> = roots
        .map(|service| (vec![service.method.as_str()], service))
        .collect();
    while let Some((way, service)) = queue.pop() {
        for &child in &service.children {
            let child = &api.services[child];
            let mut way = way.clone();
            way.push(&child.method);
            queue.push((way, child));
        }
        found.insert(way, service);
    }
    found
}
