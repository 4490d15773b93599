//! Which type of the new API is which of the old one.

use std::collections::HashMap;

use super::members::members;
use crate::ir::{Api, Field, Kind, Ty, Type, TypeId};

/// How many types deep two shapes are compared.
const DEPTH: usize = 4;

/// The types that are in both APIs, by whatever name.
pub(super) struct Pairs {
    to_new: Vec<Option<TypeId>>,
    to_old: Vec<Option<TypeId>>,
}

impl Pairs {
    /// Types are the same when they have the same name, else when the spec defines them at the
    /// same place, else when no other is of the same shape.
    pub(super) fn find(old: &Api, new: &Api) -> Self {
        let mut pairs = Self {
            to_new: vec![None; old.types.len()],
            to_old: vec![None; new.types.len()],
        };
        pairs.by(old, new, |_, ty, _| format!("{}::{}", ty.module, ty.name));
        pairs.by(old, new, |_, ty, _| {
            format!("{} {}", word(&ty.kind), ty.pointer)
        });
        // An inner type that is found helps to find the outer one.
        for _ in 0..DEPTH {
            pairs.by(old, new, |shape, ty, id| {
                format!("{} {}", ty.name, shape(id))
            });
        }
        pairs.by(old, new, |shape, _, id| shape(id));
        pairs
    }

    /// Pairs the types that are left and alone with their key in both APIs.
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

    /// Whether a type of the old API is one of the new, in Rust.
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
            | (Ty::Boxed(a), Ty::Boxed(b)) => self.same(a, b),
            (Ty::ObjectType(_), Ty::ObjectType(_)) => true,
            (Ty::Named(_) | Ty::Id(_), _) => false,
            (a, b) => a == b,
        }
    }
}

/// What a type is made of, in words that are the same for both APIs.
fn shape(
    api: &Api,
    new: &Api,
    paired: &dyn Fn(TypeId) -> Option<TypeId>,
    id: TypeId,
    depth: usize,
) -> String {
    let named = |inner: TypeId| match paired(inner) {
        Some(id) => path(new, id),
        None if depth == 0 => "…".to_owned(),
        None => shape(api, new, paired, inner, depth - 1),
    };
    let ty = |ty: &Ty| spell(ty, &named, &|id| format!("{}Id", named(id)));
    let members: Vec<String> = members(&api.get(id).kind)
        .into_iter()
        .map(|member| {
            let ty = member.ty.as_ref().map(ty).unwrap_or_default();
            format!("{}: {ty} {}", member.name, member.form)
        })
        .collect();
    format!("{} {{ {} }}", word(&api.get(id).kind), members.join(", "))
}

/// A type as Rust writes it.
pub(crate) fn rust(api: &Api, ty: &Ty) -> String {
    spell(ty, &|id| path(api, id), &|id| id_path(api, id))
}

/// The type of a field as Rust writes it.
pub(crate) fn field(api: &Api, field: &Field) -> String {
    dressed(field, rust(api, &field.ty))
}

fn dressed(field: &Field, mut ty: String) -> String {
    if field.sensitive {
        ty = format!("Sensitive<{ty}>");
    }
    if !field.required {
        ty = format!("Option<{ty}>");
    }
    ty
}

pub(super) fn spell(
    ty: &Ty,
    named: &dyn Fn(TypeId) -> String,
    id: &dyn Fn(TypeId) -> String,
) -> String {
    let of = |outer: &str, inner: &Ty| format!("{outer}<{}>", spell(inner, named, id));
    match ty {
        Ty::String => "String".to_owned(),
        Ty::Bool => "bool".to_owned(),
        Ty::Integer => "i64".to_owned(),
        Ty::Number => "f64".to_owned(),
        Ty::Timestamp => "Timestamp".to_owned(),
        Ty::Json => "serde_json::Value".to_owned(),
        Ty::ObjectType(_) => "ObjectType".to_owned(),
        Ty::RawObject => "RawObject".to_owned(),
        Ty::Id(object) => id(*object),
        Ty::Named(inner) => named(*inner),
        Ty::Array(inner) => of("Vec", inner),
        Ty::List(inner) => of("List", inner),
        Ty::Map(inner) => of("Map", inner),
        Ty::Expandable(inner) => of("Expandable", inner),
        Ty::Boxed(inner) => of("Box", inner),
        Ty::MaybeDeleted(present, deleted) => {
            format!("MaybeDeleted<{}, {}>", named(*present), named(*deleted))
        }
    }
}

/// The path of a type in the crate.
pub(super) fn path(api: &Api, id: TypeId) -> String {
    let ty = api.get(id);
    format!("{}::{}", ty.module, ty.name)
}

/// The path of the newtype of an object's id.
pub(super) fn id_path(api: &Api, id: TypeId) -> String {
    let name = api.object(id).and_then(|object| object.id.as_deref());
    match name {
        Some(name) => format!("{}::{name}", api.get(id).module),
        None => "String".to_owned(),
    }
}

/// What kind of Rust type it is.
pub(super) fn word(kind: &Kind) -> &'static str {
    match kind {
        Kind::Object(_) => "struct",
        Kind::Enum(_) => "open enum",
        Kind::Union(_) => "union",
        Kind::Params(_) => "params",
        Kind::Choice(_) => "choice",
    }
}
