//! Describes the difference between two types.

use super::Compare;
use super::members::members;
use crate::ir::{Spelling, Ty, TypeId};

/// The depth to which types are compared.
const DEPTH: usize = 4;

/// The largest number of differences that are described.
const FEW: usize = 4;

/// A placeholder for the outermost type, which may have any name.
struct Around;

impl Spelling<TypeId> for Around {
    fn named(&mut self, _: TypeId) -> String {
        "_".to_owned()
    }

    fn id(&mut self, _: TypeId) -> String {
        "id".to_owned()
    }
}

/// The paths of members that differ.
#[derive(Default)]
struct Difference {
    added: Vec<String>,
    removed: Vec<String>,
    changed: Vec<String>,
}

impl Compare<'_> {
    /// Describes what the new type has more or less than the old one, if there are few
    /// differences. This helps when a type was split because one of its places changed.
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

    /// Finds the differences inside two types. Returns `false` if the types differ as a whole.
    fn differ(
        &self,
        old: &Ty,
        new: &Ty,
        prefix: &str,
        depth: usize,
        found: &mut Difference,
    ) -> bool {
        if old.spell(&mut Around) != new.spell(&mut Around) || depth == 0 {
            return false;
        }
        let (Ty::Named(was), Ty::Named(is)) = (old.innermost(), new.innermost()) else {
            return false;
        };
        let (was, is) = (*was, *is);
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
