//! What types are made of, and what is different between two that are not the same.

use super::Compare;
use super::pairs::spell;
use crate::ir::{ChoiceValue, Kind, Ty, TypeId};

/// How many types deep a difference is looked for.
const DEPTH: usize = 4;

/// How many differences still say something.
const FEW: usize = 4;

/// A field, parameter, value, arm or option.
pub(super) struct Member {
    pub(super) name: String,
    pub(super) ty: Option<Ty>,
    /// All else that shows in Rust.
    pub(super) form: String,
}

pub(super) fn members(kind: &Kind) -> Vec<Member> {
    let member = |name: &str, ty: Option<&Ty>, form: String| Member {
        name: name.to_owned(),
        ty: ty.cloned(),
        form,
    };
    match kind {
        Kind::Object(object) => {
            let fields = object.fields.iter();
            let form = |required, sensitive| format!("{required} {sensitive}");
            fields
                .map(|f| member(&f.name, Some(&f.ty), form(f.required, f.sensitive)))
                .collect()
        }
        Kind::Params(params) => {
            let params = params.params.iter();
            let form = |required, clearable| format!("{required} {clearable}");
            params
                .map(|p| member(&p.name, Some(&p.ty), form(p.required, p.clearable)))
                .collect()
        }
        Kind::Enum(found) => {
            let values = found.variants.iter();
            values
                .map(|v| member(&v.value, None, String::new()))
                .collect()
        }
        Kind::Union(union) => {
            let arms = union.arms.iter();
            arms.map(|arm| {
                member(
                    &arm.object,
                    Some(&Ty::Named(arm.ty)),
                    arm.deleted.to_string(),
                )
            })
            .collect()
        }
        Kind::Choice(choice) => {
            let options = choice.options.iter();
            options
                .map(|option| match &option.value {
                    ChoiceValue::Word(word) => member(word, None, String::new()),
                    ChoiceValue::Typed(ty) => member(&option.ident, Some(ty), String::new()),
                })
                .collect()
        }
    }
}

/// Paths to members.
#[derive(Default)]
struct Difference {
    added: Vec<String>,
    removed: Vec<String>,
    changed: Vec<String>,
}

impl Compare<'_> {
    /// What the type that took the place of another has more or less, when that is little: types
    /// that were one become two when one of them changes.
    pub(super) fn difference(&self, old: &Ty, new: &Ty) -> String {
        let mut found = Difference::default();
        if !self.differ(old, new, "", DEPTH, &mut found) {
            return String::new();
        }
        let parts = [
            ("with", found.added),
            ("without", found.removed),
            ("with another", found.changed),
        ];
        let count: usize = parts.iter().map(|(_, paths)| paths.len()).sum();
        if count == 0 || count > FEW {
            return String::new();
        }
        let parts = parts.iter().filter(|(_, paths)| !paths.is_empty());
        let words: Vec<String> = parts
            .map(|(word, paths)| format!("{word} {}", paths.join(", ")))
            .collect();
        format!("; {}", words.join(", "))
    }

    /// Finds what is different inside of two types; false when they are as a whole.
    fn differ(
        &self,
        old: &Ty,
        new: &Ty,
        prefix: &str,
        depth: usize,
        found: &mut Difference,
    ) -> bool {
        let around = |ty: &Ty| spell(ty, &|_| "_".to_owned(), &|_| "id".to_owned());
        if around(old) != around(new) || depth == 0 {
            return false;
        }
        let (Some(was), Some(is)) = (inner(old), inner(new)) else {
            return false;
        };
        let (was, is) = (&self.old.get(was).kind, &self.new.get(is).kind);
        if std::mem::discriminant(was) != std::mem::discriminant(is) {
            return false;
        }
        let path = |name: &str| format!("{prefix}{name}");
        let quoted = |name: &str| format!("`{}`", path(name));
        let (was, is) = (members(was), members(is));
        for member in &is {
            let Some(known) = was.iter().find(|other| other.name == member.name) else {
                found.added.push(quoted(&member.name));
                continue;
            };
            let same = match (&known.ty, &member.ty) {
                _ if known.form != member.form => false,
                (Some(a), Some(b)) if self.pairs.same(a, b) => true,
                (Some(a), Some(b)) => {
                    let prefix = format!("{}.", path(&member.name));
                    self.differ(a, b, &prefix, depth - 1, found)
                }
                _ => true,
            };
            if !same {
                found.changed.push(quoted(&member.name));
            }
        }
        let removed = was
            .iter()
            .filter(|member| is.iter().all(|other| other.name != member.name));
        found
            .removed
            .extend(removed.map(|member| quoted(&member.name)));
        true
    }
}

/// The type that a type wraps.
fn inner(ty: &Ty) -> Option<TypeId> {
    match ty {
        Ty::Named(id) => Some(*id),
        Ty::Array(ty) | Ty::List(ty) | Ty::Map(ty) | Ty::Expandable(ty) | Ty::Boxed(ty) => {
            inner(ty)
        }
        _ => None,
    }
}
