//! Objects that a `type` tells apart: an enum property, and properties named after its values.

use super::Draft;
use crate::ir::{Field, Kind, Param, Tag, TagArm, Ty, TypeId};
use crate::naming;

/// The property that may tell.
const TAG: &str = "type";

pub(super) fn of_fields(fields: &[Field], drafts: &[Draft]) -> Option<Tag> {
    find(
        fields.iter().map(|f| (f.name.as_str(), &f.ty)),
        // Only an object says more than the tag does.
        |ty| match ty {
            Ty::Named(id) => !matches!(drafts[id.0].kind, Kind::Enum(_)),
            ty => matches!(ty, Ty::Expandable(_)),
        },
        drafts,
    )
}

pub(super) fn of_params(params: &[Param], drafts: &[Draft]) -> Option<Tag> {
    let only_tag_required = params.iter().all(|p| !p.required || p.name == TAG);
    let tag = find(
        params.iter().map(|p| (p.name.as_str(), &p.ty)),
        |_| true,
        drafts,
    )?;
    let tag_required = params.iter().any(|p| p.name == TAG && p.required);
    (only_tag_required && tag_required).then_some(tag)
}

fn find<'a>(
    properties: impl Iterator<Item = (&'a str, &'a Ty)> + Clone,
    is_arm: impl Fn(&Ty) -> bool,
    drafts: &[Draft],
) -> Option<Tag> {
    let (_, ty) = properties.clone().find(|(name, _)| *name == TAG)?;
    let Ty::Named(id) = ty else { return None };
    let values = values(*id, drafts)?;
    let arms: Vec<TagArm> = values
        .into_iter()
        .filter(|value| {
            properties
                .clone()
                .any(|(name, ty)| name == value && is_arm(ty))
        })
        .map(|value| TagArm {
            ident: naming::variant(&value),
            value,
        })
        .collect();
    (!arms.is_empty()).then(|| Tag {
        name: TAG.to_owned(),
        ty: *id,
        arms,
    })
}

fn values(id: TypeId, drafts: &[Draft]) -> Option<Vec<String>> {
    match &drafts[id.0].kind {
        Kind::Enum(found) => Some(found.variants.iter().map(|v| v.value.clone()).collect()),
        _ => None,
    }
}
