//! Recognizes objects with a `type`: an enum property, and properties named after its values.

use crate::ir::{Kind, Tag, TagArm, Ty, TypeId};
use std::collections::BTreeSet;

/// The name of the enum property.
const TAG: &str = "type";

/// Returns the tag of an object. Parameters in `setters` do not count.
pub(super) fn tag(
    kind: &Kind,
    kinds: &[Kind],
    setters: &BTreeSet<String>,
    view: &str,
) -> Option<Tag> {
    match kind {
        Kind::Object(object) => find(
            object
                .fields
                .iter()
                .map(|field| (field.name.as_str(), &field.ty)),
            // Only a property that is an object adds something to the tag.
            |name, ty| match ty {
                Ty::Named(id) => !matches!(kinds[id.0], Kind::Enum(_)) && name != TAG,
                ty => matches!(ty, Ty::Expandable(_)),
            },
            kinds,
            view,
        ),
        Kind::Params(params) => {
            let mut required = params.params.iter().filter(|param| param.required);
            let is_tag = required.next().is_some_and(|param| param.name == TAG);
            if !is_tag || required.next().is_some() {
                return None;
            }
            find(
                params
                    .params
                    .iter()
                    .map(|param| (param.name.as_str(), &param.ty)),
                |name, _| name != TAG && !setters.contains(name),
                kinds,
                view,
            )
        }
        _ => None,
    }
}

fn find<'a>(
    properties: impl Iterator<Item = (&'a str, &'a Ty)> + Clone,
    is_arm: impl Fn(&str, &Ty) -> bool,
    kinds: &[Kind],
    view: &str,
) -> Option<Tag> {
    let (_, ty) = properties.clone().find(|(name, _)| *name == TAG)?;
    let Ty::Named(id) = ty else { return None };
    let arms: Vec<TagArm> = values(*id, kinds)?
        .filter(|(value, _)| {
            let mut properties = properties.clone();
            properties.any(|(name, ty)| name == *value && is_arm(name, ty))
        })
        .map(|(value, variant)| TagArm {
            value: value.to_owned(),
            variant: variant.to_owned(),
            // A value without a property becomes `Other` in the view.
            ident: match variant {
                "Other" => "Other_".to_owned(),
                variant => variant.to_owned(),
            },
        })
        .collect();
    (!arms.is_empty()).then(|| Tag {
        name: TAG.to_owned(),
        ty: *id,
        arms,
        view: view.to_owned(),
    })
}

/// Returns the values of an enum, each with its variant.
fn values(id: TypeId, kinds: &[Kind]) -> Option<impl Iterator<Item = (&str, &str)>> {
    match &kinds[id.0] {
        Kind::Enum(found) => {
            let variants = found.variants.iter();
            Some(variants.map(|v| (v.value.as_str(), v.ident.as_str())))
        }
        _ => None,
    }
}
