//! References between types, replaced.

use crate::ir::{ChoiceValue, Kind, Operation, Ty, TypeId};

/// Replaces the references of a type.
pub(super) fn map_kind(kind: &mut Kind, map: &impl Fn(TypeId) -> TypeId) {
    match kind {
        Kind::Object(object) => {
            object
                .fields
                .iter_mut()
                .for_each(|field| map_ty(&mut field.ty, map));
            if let Some(tag) = &mut object.tag {
                tag.ty = map(tag.ty);
            }
        }
        Kind::Params(params) => {
            params
                .params
                .iter_mut()
                .for_each(|param| map_ty(&mut param.ty, map));
            if let Some(tag) = &mut params.tag {
                tag.ty = map(tag.ty);
            }
        }
        Kind::Union(union) => union.arms.iter_mut().for_each(|arm| arm.ty = map(arm.ty)),
        Kind::Choice(choice) => {
            for option in &mut choice.options {
                if let ChoiceValue::Typed(ty) = &mut option.value {
                    map_ty(ty, map);
                }
            }
        }
        Kind::Enum(_) => {}
    }
}

/// Replaces the references of an operation.
pub(super) fn map_operation(operation: &mut Operation, map: &impl Fn(TypeId) -> TypeId) {
    for param in operation
        .path_params
        .iter_mut()
        .chain(&mut operation.params)
    {
        map_ty(&mut param.ty, map);
    }
    map_ty(&mut operation.output, map);
}

fn map_ty(ty: &mut Ty, map: &impl Fn(TypeId) -> TypeId) {
    match ty {
        Ty::Named(id) | Ty::Id(id) => *id = map(*id),
        Ty::MaybeDeleted(a, b) => {
            *a = map(*a);
            *b = map(*b);
        }
        Ty::Array(ty) | Ty::List(ty) | Ty::Map(ty) | Ty::Expandable(ty) | Ty::Boxed(ty) => {
            map_ty(ty, map);
        }
        Ty::String
        | Ty::Bool
        | Ty::Integer
        | Ty::Number
        | Ty::Timestamp
        | Ty::Json
        | Ty::ObjectType(_)
        | Ty::RawObject => {}
    }
}
