//! Finds what upstream breaks at one place of a type with several places. The compiler does not
//! notice it, since the type itself stays the same.

use super::cause::{By, by, in_api};
use super::{Action, At, Compare, Concerns, Effect, Subject};
use crate::ir::Ty;
use crate::lower::{
    Alternative, Direction, Member, PlaceId, Placed, Shape, UnionArm, counterparts,
};

/// A break at a place.
struct Broken {
    subject: Subject,
    member: String,
    action: Action,
    what: String,
}

impl Compare<'_> {
    pub(super) fn unseen(&mut self) {
        let counterparts = counterparts(self.causes.old, self.causes.new);
        for (new_id, old_id) in self.causes.new.ids().zip(counterparts) {
            let Some(old_id) = old_id else { continue };
            let (was, is) = (self.causes.old.get(old_id), self.causes.new.get(new_id));
            // If the type itself is another one, that is already reported.
            let (old_ty, new_ty) = (self.old_of[old_id.0], self.new_of[new_id.0]);
            if was.place != is.place && !self.pairs.same(&Ty::Named(old_ty), &Ty::Named(new_ty)) {
                continue;
            }
            for broken in self.broken(was, is) {
                let is_seen = |member: &str| {
                    let mut places = [&was.place, &is.place].into_iter();
                    places.any(|place| self.seen.contains(&(place.clone(), member.to_owned())))
                };
                if !is_seen(&broken.member) && !is_seen("") {
                    self.report(new_id, is, broken);
                }
            }
        }
    }

    fn report(&mut self, id: PlaceId, is: &Placed, broken: Broken) {
        let path = self.new.path(self.new_of[id.0]);
        let call = self.new.operations.iter().find(|operation| {
            let rest = is.place.strip_prefix(&operation.place);
            rest.is_some_and(|rest| rest.starts_with(' '))
        });
        let call = call.map(crate::ir::Operation::call);
        let concerns = match is.direction {
            Direction::Request => Concerns::REQUESTS,
            Direction::Response => Concerns::RESPONSES,
        };
        let at = At {
            place: call.as_deref().unwrap_or(&path),
            pointer: &is.pointer,
            concerns: if call.is_some() {
                Concerns::REQUESTS
            } else {
                concerns
            },
            spec: &[],
        };
        let what = format!(
            "{}, in `{}`; `{path}` has it for its other places",
            broken.what, is.place
        );
        let cause = by(By::Upstream, &format!("{} {}", is.place, broken.member));
        let about = (broken.subject, broken.member.as_str());
        self.note_with(
            at,
            about,
            broken.action,
            Effect::Breaking,
            what,
            Some(cause),
        );
    }

    fn broken(&self, was: &Placed, is: &Placed) -> Vec<Broken> {
        let mut found = Vec::new();
        match (&was.shape, &is.shape) {
            (Shape::Object { members: old, .. }, Shape::Object { members: new, .. }) => {
                for was in old {
                    let what = match new.iter().find(|is| is.name == was.name) {
                        None => Some((Action::Removed, format!("`{}` is gone", was.name))),
                        Some(is) if !self.same(was, is) => {
                            Some((Action::Changed, format!("`{}` has another type", was.name)))
                        }
                        Some(is) if always(was) && !always(is) => Some((
                            Action::Changed,
                            format!("`{}` may be missing now", was.name),
                        )),
                        Some(_) => None,
                    };
                    found.extend(what.map(|(action, what)| Broken {
                        subject: Subject::Field,
                        member: was.name.clone(),
                        action,
                        what,
                    }));
                }
            }
            (Shape::Params(old), Shape::Params(new)) => self.broken_params(old, new, &mut found),
            (old, new) => {
                let (old, new) = (values(old), values(new));
                let gone = old.into_iter().filter(|value| !new.contains(value));
                found.extend(gone.map(|value| Broken {
                    subject: Subject::Value,
                    what: format!("`{value}` is gone"),
                    member: value,
                    action: Action::Removed,
                }));
            }
        }
        found
    }

    fn broken_params(&self, old: &[Member], new: &[Member], found: &mut Vec<Broken>) {
        let mut broken = |name: &str, action, what: String| {
            found.push(Broken {
                subject: Subject::Parameter,
                member: name.to_owned(),
                action,
                what,
            });
        };
        for was in old {
            let name = &was.name;
            match new.iter().find(|is| is.name == *name) {
                None => broken(name, Action::Removed, format!("`{name}` is gone")),
                Some(is) if !self.same(was, is) => {
                    broken(
                        name,
                        Action::Changed,
                        format!("`{name}` takes another type"),
                    );
                }
                Some(is) if !was.required && is.required => {
                    broken(name, Action::Changed, format!("`{name}` is required now"));
                }
                Some(is) if was.nullable && !is.nullable => {
                    broken(
                        name,
                        Action::Changed,
                        format!("`{name}` can't be cleared any more"),
                    );
                }
                Some(_) => {}
            }
        }
        for is in new.iter().filter(|is| is.required) {
            if old.iter().all(|was| was.name != is.name) {
                broken(
                    &is.name,
                    Action::Added,
                    format!("`{}` is new and required", is.name),
                );
            }
        }
    }

    /// Returns whether two members have the same type in Rust.
    fn same(&self, was: &Member, is: &Member) -> bool {
        let (old, new) = (in_api(&was.ty, &self.old_of), in_api(&is.ty, &self.new_of));
        self.pairs.same(&old, &new)
    }
}

fn always(member: &Member) -> bool {
    member.required && !member.nullable
}

/// Returns the values of an enum, the words of a choice, or the objects of a union.
fn values(shape: &Shape) -> Vec<String> {
    match shape {
        Shape::Enum(words) => words.iter().map(|word| word.value.clone()).collect(),
        Shape::Union(arms) => arms.iter().map(UnionArm::told_by).collect(),
        Shape::Choice(options) => options
            .iter()
            .map(|option| match option {
                Alternative::Word(word) => word.value.clone(),
                Alternative::Typed { arm, .. } => format!("|{arm}"),
            })
            .collect(),
        Shape::Object { .. } | Shape::Params(_) => Vec::new(),
    }
}
