//! Compares the types of requests: parameters, objects of parameters, choices.

use super::cause::By;
use super::{Action, At, Compare, Effect, Subject, sorted_apart};
use crate::ir::{Api, Choice, ChoiceOption, ChoiceValue, Param, Params};
use crate::naming;

impl Compare<'_> {
    pub(super) fn choice(&mut self, at: At<'_>, old: &Choice, new: &Choice) {
        let (removed, both, added) =
            sorted_apart(&old.options, &new.options, |option| option.ident.clone());
        for was in removed {
            let what = format!("`{}` is gone", was.ident);
            let about = (Subject::Value, wire(was));
            let cause = Some(self.causes.member(at.spec, &step(was)));
            self.note_with(at, about, Action::Removed, Effect::Breaking, what, cause);
        }
        for is in added {
            let what = format!("`{}` is new", is.ident);
            self.note(
                at,
                (Subject::Value, wire(is)),
                Action::Added,
                Effect::Compatible,
                what,
            );
        }
        for (was, is) in both {
            let (same, more) = match (&was.value, &is.value) {
                (ChoiceValue::Typed(a), ChoiceValue::Typed(b)) => {
                    (self.pairs.same(a, b), self.difference(a, b))
                }
                (a, b) => (a == b, String::new()),
            };
            if !same {
                let spelled = |api: &Api, option: &ChoiceOption| match &option.value {
                    ChoiceValue::Word(word) => word.clone(),
                    ChoiceValue::Typed(ty) => api.rust(ty),
                };
                let (old, new) = (spelled(self.old, was), spelled(self.new, is));
                let what = format!("`{}` is now `{new}`, was `{old}`{more}", is.ident);
                let about = (Subject::Value, wire(is));
                let cause = Some(self.causes.member(at.spec, &step(is)));
                self.note_with(at, about, Action::Changed, Effect::Breaking, what, cause);
            }
        }
    }

    pub(super) fn params_object(&mut self, at: At<'_>, old: &Params, new: &Params) {
        let (removed, both, added) =
            sorted_apart(&old.params, &new.params, |param| param.name.clone());
        for was in removed {
            self.param_removed(at, was, Role::of_member(was, old));
        }
        for is in added {
            self.param_added(at, is, Role::of_member(is, new));
        }
        for (was, is) in both {
            let roles = (Role::of_member(was, old), Role::of_member(is, new));
            self.param(at, was, is, roles);
        }
        let new_is = match (old.has_new(), new.has_new()) {
            (true, false) => Some((Action::Removed, Effect::Breaking, "`new` is gone")),
            (false, true) => Some((Action::Added, Effect::Compatible, "`new` is new")),
            _ => None,
        };
        if let Some((action, effect, what)) = new_is {
            let cause = Some(self.causes.any(at.spec));
            let about = (Subject::Type, "new");
            self.note_with(at, about, action, effect, what.to_owned(), cause);
        }
    }

    pub(super) fn param_removed(&mut self, at: At<'_>, was: &Param, role: Role) {
        let what = format!(
            "{} is gone, was `{}`",
            role.words(was),
            self.old.rust(&was.ty)
        );
        let about = (Subject::Parameter, was.name.as_str());
        self.note(at, about, Action::Removed, Effect::Breaking, what);
    }

    pub(super) fn param_added(&mut self, at: At<'_>, is: &Param, role: Role) {
        let (effect, is_new) = match role {
            Role::Argument => (Effect::Breaking, "is new and required"),
            Role::Setter | Role::Constructor => (Effect::Compatible, "is new"),
        };
        let what = format!("{} {is_new}: `{}`", role.words(is), self.new.rust(&is.ty));
        self.note(
            at,
            (Subject::Parameter, &is.name),
            Action::Added,
            effect,
            what,
        );
    }

    pub(super) fn param(&mut self, at: At<'_>, was: &Param, is: &Param, (old, new): (Role, Role)) {
        let about = (Subject::Parameter, is.name.as_str());
        if old != new {
            let what = format!("{} is now {}", old.words(was), new.article());
            // A `type` parameter may decide the role of this one.
            let cause = match self.causes.member(at.spec, &is.name) {
                cause if cause.by == By::Upstream => cause,
                _ => self.causes.any(at.spec),
            };
            self.note_with(
                at,
                about,
                Action::Changed,
                Effect::Breaking,
                what,
                Some(cause),
            );
        }
        if !self.pairs.same(&was.ty, &is.ty) {
            let (new_ty, old_ty) = (self.new.rust(&is.ty), self.old.rust(&was.ty));
            let more = self.difference(&was.ty, &is.ty);
            let words = new.words(is);
            let what = format!("{words} now takes `{new_ty}`, took `{old_ty}`{more}");
            self.note(at, about, Action::Changed, Effect::Breaking, what);
        }
        let clear = naming::clear(&is.ident);
        match (was.clearable, is.clearable) {
            (false, true) => {
                let what = format!("`{clear}` is new");
                self.note(at, about, Action::Changed, Effect::Compatible, what);
            }
            (true, false) => {
                let what = format!("`{clear}` is gone");
                self.note(at, about, Action::Changed, Effect::Breaking, what);
            }
            _ => {}
        }
        if was.in_query != is.in_query {
            // Code compiles as before, and what it sends is what the new version asks for.
            let place = if is.in_query { "query" } else { "body" };
            let what = format!("{} goes into the {place} now", new.words(is));
            self.note(at, about, Action::Changed, Effect::Compatible, what);
        }
        if was.sensitive != is.sensitive {
            let words = new.words(is);
            // Code still compiles, but logs may now show the value.
            let (what, effect) = match is.sensitive {
                true => (
                    format!("{words} is hidden from `Debug` now"),
                    Effect::Compatible,
                ),
                false => (format!("{words} is shown by `Debug` now"), Effect::Breaking),
            };
            self.note(at, about, Action::Changed, effect, what);
        }
    }
}

/// How a parameter is passed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Argument,
    Setter,
    /// By a constructor, for parameters that the `type` of an object selects or that exclude
    /// others.
    Constructor,
}

impl Role {
    /// Returns the role of a parameter in an object.
    fn of_member(param: &Param, object: &Params) -> Self {
        match object.constructor(param) {
            Some(_) => Self::Constructor,
            None => Self::of(param),
        }
    }

    pub(super) fn of(param: &Param) -> Self {
        if param.required {
            Self::Argument
        } else {
            Self::Setter
        }
    }

    fn words(self, param: &Param) -> String {
        let name = param.ident.clone();
        match self {
            Self::Argument => format!("the argument `{name}`"),
            Self::Setter => format!("the setter `{name}`"),
            Self::Constructor => format!("the constructor `{name}`"),
        }
    }

    fn article(self) -> &'static str {
        match self {
            Self::Argument => "a required argument",
            Self::Setter => "an optional setter",
            Self::Constructor => "a constructor",
        }
    }
}

/// Returns the value that an option sends.
fn wire(option: &ChoiceOption) -> &str {
    match &option.value {
        ChoiceValue::Word(word) => word,
        ChoiceValue::Typed(_) => &option.ident,
    }
}

/// Returns the step of an option in the notation of places.
fn step(option: &ChoiceOption) -> String {
    match &option.value {
        ChoiceValue::Word(word) => word.clone(),
        ChoiceValue::Typed(_) => format!("|{}", option.arm),
    }
}
