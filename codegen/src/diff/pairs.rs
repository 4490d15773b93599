//! Pairs the types of two APIs.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::members::members;
use crate::ir::{Api, Spelling, Ty, Type, TypeId};

/// The depth to which two structures are compared.
const DEPTH: usize = 4;

/// The pairs of types that are in both APIs, also under different names.
pub(super) struct Pairs {
    to_new: Vec<Option<TypeId>>,
    to_old: Vec<Option<TypeId>>,
}

impl Pairs {
    /// Pairs types with the same name, then types that share a place in the spec, then types with
    /// a unique common structure.
    pub(super) fn find(old: &Api, new: &Api) -> Self {
        let mut pairs = Self {
            to_new: vec![None; old.types.len()],
            to_old: vec![None; new.types.len()],
        };
        pairs.by(old, new, |_, ty, _| format!("{}::{}", ty.module, ty.name));
        pairs.by_place(old, new);
        // Each pair of inner types helps to pair the outer ones.
        for _ in 0..DEPTH {
            pairs.by(old, new, |shape, ty, id| {
                format!("{} {}", ty.name, shape(id))
            });
        }
        pairs.by(old, new, |shape, _, id| shape(id));
        pairs
    }

    /// Pairs the remaining types with those that have most of their places, as several types may
    /// have been joined.
    fn by_place(&mut self, old: &Api, new: &Api) {
        let mut owners: HashMap<&str, TypeId> = HashMap::new();
        for (at, ty) in new.types.iter().enumerate() {
            owners.extend(ty.places.iter().map(|place| (place.as_str(), TypeId(at))));
        }
        for (at, ty) in old.types.iter().enumerate() {
            if self.to_new[at].is_some() {
                continue;
            }
            let mut shared: BTreeMap<TypeId, usize> = BTreeMap::new();
            for owner in ty
                .places
                .iter()
                .filter_map(|place| owners.get(place.as_str()))
            {
                if ty.kind.word() == new.get(*owner).kind.word() {
                    *shared.entry(*owner).or_default() += 1;
                }
            }
            let most = shared
                .into_iter()
                .max_by_key(|(id, count)| (*count, Reverse(*id)));
            if let Some((is, _)) = most {
                self.to_new[at] = Some(is);
                self.to_old[is.0].get_or_insert(TypeId(at));
            }
        }
    }

    /// Pairs remaining types whose key is unique in both APIs.
    fn by(
        &mut self,
        old: &Api,
        new: &Api,
        key: impl Fn(&dyn Fn(TypeId) -> String, &Type, TypeId) -> String,
    ) {
        let keys =
            |api: &Api, taken: &[Option<TypeId>], paired: &dyn Fn(TypeId) -> Option<TypeId>| {
                let shape = |id: TypeId| shape(api, new, paired, id, DEPTH);
                let mut keys: HashMap<String, Vec<TypeId>> = HashMap::new();
                for (at, ty) in api.types.iter().enumerate() {
                    if taken[at].is_none() {
                        let id = TypeId(at);
                        keys.entry(key(&shape, ty, id)).or_default().push(id);
                    }
                }
                keys
            };
        let old_keys = keys(old, &self.to_new, &|id| self.to_new[id.0]);
        let new_keys = keys(new, &self.to_old, &|id| self.to_old[id.0].map(|_| id));
        for (key, olds) in old_keys {
            if let ([was], Some([is])) = (olds.as_slice(), new_keys.get(&key).map(Vec::as_slice)) {
                self.to_new[was.0] = Some(*is);
                self.to_old[is.0] = Some(*was);
            }
        }
    }

    pub(super) fn to_new(&self, id: TypeId) -> Option<TypeId> {
        self.to_new[id.0]
    }

    pub(super) fn to_old(&self, id: TypeId) -> Option<TypeId> {
        self.to_old[id.0]
    }

    /// Returns whether two types are the same in Rust.
    pub(super) fn same(&self, old: &Ty, new: &Ty) -> bool {
        match (old, new) {
            (Ty::Named(a), Ty::Named(b)) | (Ty::Id(a), Ty::Id(b)) => self.to_new(*a) == Some(*b),
            (Ty::MaybeDeleted(a, x), Ty::MaybeDeleted(b, y)) => {
                self.to_new(*a) == Some(*b) && self.to_new(*x) == Some(*y)
            }
            (Ty::Array(a), Ty::Array(b))
            | (Ty::List(a), Ty::List(b))
            | (Ty::Map(a), Ty::Map(b))
            | (Ty::Expandable(a), Ty::Expandable(b))
            | (Ty::Boxed(a), Ty::Boxed(b))
            | (Ty::Nullable(a), Ty::Nullable(b)) => self.same(a, b),
            (Ty::ObjectType(_), Ty::ObjectType(_)) => true,
            (Ty::Named(_) | Ty::Id(_), _) => false,
            (a, b) => a == b,
        }
    }
}

/// Describes the structure of a type with names that are the same for both APIs.
fn shape(
    api: &Api,
    new: &Api,
    paired: &dyn Fn(TypeId) -> Option<TypeId>,
    id: TypeId,
    depth: usize,
) -> String {
    let mut spelled = Shapes {
        api,
        new,
        paired,
        depth,
    };
    let members: Vec<String> = members(&api.get(id).kind)
        .into_iter()
        .map(|member| {
            let ty = member
                .ty
                .as_ref()
                .map(|ty| ty.spell(&mut spelled))
                .unwrap_or_default();
            format!("{}: {ty} {}", member.name, member.form)
        })
        .collect();
    format!("{} {{ {} }}", api.get(id).kind.word(), members.join(", "))
}

/// Spells types by their structure, or by their new name if they have a pair.
struct Shapes<'a> {
    api: &'a Api,
    new: &'a Api,
    paired: &'a dyn Fn(TypeId) -> Option<TypeId>,
    depth: usize,
}

impl Spelling<TypeId> for Shapes<'_> {
    fn named(&mut self, id: TypeId) -> String {
        match (self.paired)(id) {
            Some(id) => self.new.path(id),
            None if self.depth == 0 => "…".to_owned(),
            None => shape(self.api, self.new, self.paired, id, self.depth - 1),
        }
    }

    fn id(&mut self, id: TypeId) -> String {
        format!("{}Id", self.named(id))
    }
}
