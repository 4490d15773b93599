//! Compares whole types, and the types of responses: structs, enums, unions.

use super::{Action, At, Compare, Concerns, Effect, Subject, sorted_apart};
use crate::ir::{Api, Enum, Features, Field, Kind, Object, Tag, Ty, Type, TypeId, Union};

impl Compare<'_> {
    pub(super) fn types(&mut self) {
        let (old_api, new_api) = (self.old, self.new);
        for (at, ty) in old_api.types.iter().enumerate() {
            let was = TypeId(at);
            match self.pairs.to_new(was) {
                Some(is) => self.pair(was, is),
                None => {
                    let concerns = self.old_sides.of_type(was);
                    self.whole(old_api, ty, was, concerns, Action::Removed);
                }
            }
        }
        for (at, ty) in new_api.types.iter().enumerate() {
            let is = TypeId(at);
            if self.pairs.to_old(is).is_none() {
                let concerns = self.new_sides.of_type(is);
                self.whole(new_api, ty, is, concerns, Action::Added);
            }
        }
    }

    /// Records a type that only one of the APIs has, with its id type and view.
    fn whole(&mut self, api: &Api, ty: &Type, id: TypeId, concerns: Concerns, action: Action) {
        let at = |concerns| At {
            place: "",
            pointer: &ty.pointer,
            concerns,
            spec: &ty.places,
        };
        let at = at(concerns);
        self.whole_type(at, &api.path(id), ty.kind.word(), action);
        if let Kind::Object(object) = &ty.kind {
            if object.id.is_some() {
                self.whole_type(at, &api.id_path(id), "id", action);
            }
            if let Some(tag) = &object.tag {
                self.whole_type(at, &format!("{}::{}", ty.module, tag.view), "view", action);
            }
        }
    }

    fn whole_type(&mut self, at: At<'_>, place: &str, word: &str, action: Action) {
        let (effect, what) = match action {
            Action::Added => (Effect::Compatible, "is new"),
            _ => (Effect::Breaking, "is gone"),
        };
        let at = At { place, ..at };
        let name = place.rsplit("::").next().unwrap_or(place);
        // An id type or a view is removed when its object changes.
        let cause = (effect == Effect::Breaking).then(|| match word {
            "id" | "view" => self.causes.any(at.spec),
            _ => self.causes.gone(at.spec),
        });
        self.note_with(
            at,
            (Subject::Type, name),
            action,
            effect,
            format!("the {word} {what}"),
            cause,
        );
    }

    fn pair(&mut self, was: TypeId, is: TypeId) {
        let (old, new) = (self.old.get(was), self.new.get(is));
        let (old_path, new_path) = (self.old.path(was), self.new.path(is));
        let concerns = self.old_sides.of_type(was).or(self.new_sides.of_type(is));
        let about = (Subject::Type, new.name.as_str());
        let spec: Vec<String> = old.places.iter().chain(&new.places).cloned().collect();
        let at = At {
            place: &new_path,
            pointer: &new.pointer,
            concerns,
            spec: &spec,
        };
        if old_path != new_path {
            let ids = self.old_sides.of_id(was).or(self.new_sides.of_id(is));
            let has_id = self
                .new
                .object(is)
                .is_some_and(|object| object.id.is_some());
            let at = At {
                place: &old_path,
                concerns: if has_id { concerns.or(ids) } else { concerns },
                ..at
            };
            let too = if has_id { ", its id likewise" } else { "" };
            let what = format!("is now `{new_path}`{too}");
            let about = (Subject::Type, old.name.as_str());
            let cause = Some(self.causes.gone(&old.places));
            self.note_with(at, about, Action::Renamed, Effect::Breaking, what, cause);
        }
        self.needs(at, about, &old.features, &new.features);
        let client = |ty: &Type| match ty.request_only {
            true => Features::from(["client".to_owned()]),
            false => Features::new(),
        };
        self.needs(at, about, &client(old), &client(new));
        match (&old.kind, &new.kind) {
            (Kind::Object(a), Kind::Object(b)) => self.object(at, a, b),
            (Kind::Enum(a), Kind::Enum(b)) => self.values(at, a, b),
            (Kind::Union(a), Kind::Union(b)) => self.union(at, a, b),
            (Kind::Params(a), Kind::Params(b)) => self.params_object(at, a, b),
            (Kind::Choice(a), Kind::Choice(b)) => self.choice(at, a, b),
            (a, b) => {
                let what = format!("is now a {}, was a {}", b.word(), a.word());
                let cause = Some(self.causes.any(at.spec));
                self.note_with(at, about, Action::Changed, Effect::Breaking, what, cause);
            }
        }
    }

    fn object(&mut self, at: At<'_>, old: &Object, new: &Object) {
        let (mut removed, both, mut added) =
            sorted_apart(&old.fields, &new.fields, |field| field.name.clone());
        for (was, is) in self.renamed(&mut removed, &mut added) {
            let what = format!("`{}` is now `{}`", was.ident, is.ident);
            self.note(
                at,
                (Subject::Field, &was.name),
                Action::Renamed,
                Effect::Breaking,
                what,
            );
        }
        for was in removed {
            let what = format!(
                "`{}` is gone, was `{}`",
                was.ident,
                self.old.rust_field(was)
            );
            self.note(
                at,
                (Subject::Field, &was.name),
                Action::Removed,
                Effect::Breaking,
                what,
            );
        }
        for is in added {
            let what = format!("`{}` is new: `{}`", is.ident, self.new.rust_field(is));
            self.note(
                at,
                (Subject::Field, &is.name),
                Action::Added,
                Effect::Compatible,
                what,
            );
        }
        for (was, is) in both {
            self.field(at, was, is);
        }
        if old.open != new.open {
            let (effect, what) = match new.open {
                true => (
                    Effect::Compatible,
                    "keeps properties without a type in `extra` now",
                ),
                false => (Effect::Breaking, "no longer keeps properties in `extra`"),
            };
            self.note(at, (Subject::Field, "extra"), Action::Changed, effect, what);
        }
        self.companions(at, old, new);
    }

    /// Finds a removed field and a new one of the same type, for a likely rename. Types that many
    /// fields have, such as `String`, do not count.
    fn renamed<'f>(
        &self,
        removed: &mut Vec<&'f Field>,
        added: &mut Vec<&'f Field>,
    ) -> Vec<(&'f Field, &'f Field)> {
        let is_telling = |field: &Field| self.old.rust(&field.ty).contains("::");
        let same = |was: &Field, is: &Field| {
            (was.required, was.sensitive) == (is.required, is.sensitive)
                && self.pairs.same(&was.ty, &is.ty)
        };
        let mut found = Vec::new();
        for was in removed.clone() {
            let mut candidates = added.iter().filter(|is| same(was, is));
            if let (Some(is), None) = (candidates.next().copied(), candidates.next())
                && is_telling(was)
                && removed.iter().filter(|other| same(other, is)).count() == 1
            {
                found.push((was, is));
            }
        }
        removed.retain(|field| found.iter().all(|(was, _)| was != field));
        added.retain(|field| found.iter().all(|(_, is)| is != field));
        found
    }

    fn field(&mut self, at: At<'_>, was: &Field, is: &Field) {
        let about = (Subject::Field, is.name.as_str());
        let name = &is.ident;
        let retyped = !self.pairs.same(&was.ty, &is.ty);
        let more = if retyped {
            self.difference(&was.ty, &is.ty)
        } else {
            String::new()
        };
        let (new, old) = (self.new.rust_field(is), self.old.rust_field(was));
        let types = format!("`{new}`, was `{old}`{more}");
        let what = match (
            retyped,
            was.required,
            is.required,
            was.sensitive == is.sensitive,
        ) {
            (false, a, b, true) if a == b => None,
            (false, true, false, true) => Some(format!("`{name}` may be missing now: {types}")),
            (false, false, true, true) => Some(format!("`{name}` is always there now: {types}")),
            (false, a, b, false) if a == b && is.sensitive => {
                Some(format!("`{name}` is hidden from `Debug` now: {types}"))
            }
            _ => Some(format!("`{name}` is now {types}")),
        };
        if let Some(what) = what {
            self.note(at, about, Action::Changed, Effect::Breaking, what);
        } else if was.nullable != is.nullable && !is.required {
            let what = match is.nullable {
                true => format!("`{name}` is written as null when it is `None`, was left out"),
                false => format!("`{name}` is left out when it is `None`, was written as null"),
            };
            self.note(at, about, Action::Changed, Effect::Compatible, what);
        }
    }

    /// Compares the types emitted for a struct: the newtype of its id, and its view by `type`.
    fn companions(&mut self, at: At<'_>, old: &Object, new: &Object) {
        let module = at.place.rsplit_once("::").map_or("", |(module, _)| module);
        if let (Some(id), None, action) | (None, Some(id), action) = (
            &old.id,
            &new.id,
            if new.id.is_some() {
                Action::Added
            } else {
                Action::Removed
            },
        ) {
            let place = format!("{module}::{id}");
            let at = At {
                concerns: Concerns::BOTH,
                ..at
            };
            self.whole_type(at, &place, "id", action);
        }
        let view = |tag: &Tag| format!("{module}::{}", tag.view);
        match (&old.tag, &new.tag) {
            (None, None) => {}
            (None, Some(tag)) => self.whole_type(at, &view(tag), "view", Action::Added),
            (Some(tag), None) => self.whole_type(at, &view(tag), "view", Action::Removed),
            (Some(old), Some(new)) => {
                let view = view(new);
                let at = At { place: &view, ..at };
                let idents = |tag: &Tag| -> Vec<(String, String)> {
                    let arms = tag.arms.iter();
                    arms.map(|arm| (arm.value.clone(), arm.ident.clone()))
                        .collect()
                };
                self.idents(at, &idents(old), &idents(new));
            }
        }
    }

    fn values(&mut self, at: At<'_>, old: &Enum, new: &Enum) {
        let idents = |found: &Enum| -> Vec<(String, String)> {
            let variants = found.variants.iter();
            variants
                .map(|v| (v.value.clone(), v.ident.clone()))
                .collect()
        };
        self.idents(at, &idents(old), &idents(new));
    }

    /// Compares the variants of an open enum, by value and name.
    fn idents(&mut self, at: At<'_>, old: &[(String, String)], new: &[(String, String)]) {
        let (removed, both, added) = sorted_apart(old, new, |(value, _)| value.clone());
        for (value, ident) in removed {
            let what = format!("`{ident}` is gone");
            self.note(
                at,
                (Subject::Value, value),
                Action::Removed,
                Effect::Breaking,
                what,
            );
        }
        for (value, ident) in added {
            let what = format!("`{ident}` is new");
            self.note(
                at,
                (Subject::Value, value),
                Action::Added,
                Effect::Compatible,
                what,
            );
        }
        for ((value, was), (_, is)) in both {
            if was != is {
                let what = format!("`{was}` is now `{is}`");
                self.note(
                    at,
                    (Subject::Value, value),
                    Action::Renamed,
                    Effect::Breaking,
                    what,
                );
            }
        }
    }

    fn union(&mut self, at: At<'_>, old: &Union, new: &Union) {
        let idents = |union: &Union| -> Vec<(String, String)> {
            let arms = union.arms.iter();
            arms.map(|arm| {
                let deleted = if arm.deleted { " (deleted)" } else { "" };
                (format!("{}{deleted}", arm.object), arm.ident.clone())
            })
            .collect()
        };
        self.idents(at, &idents(old), &idents(new));
        let (_, both, _) = sorted_apart(&old.arms, &new.arms, |arm| {
            (arm.object.clone(), arm.deleted)
        });
        for (was, is) in both {
            if self.pairs.to_new(was.ty) != Some(is.ty) {
                let (old, new) = (self.old.path(was.ty), self.new.path(is.ty));
                let more = self.difference(&Ty::Named(was.ty), &Ty::Named(is.ty));
                let ident = &is.ident;
                let what = format!("`{ident}` is now of type `{new}`, was `{old}`{more}");
                let about = (Subject::Value, is.object.as_str());
                self.note(at, about, Action::Changed, Effect::Breaking, what);
            }
        }
    }
}
