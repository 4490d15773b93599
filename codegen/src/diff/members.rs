//! Lists the members of types.

use crate::ir::{ChoiceValue, Kind, Ty};

/// A field, parameter, value, arm or option.
pub(super) struct Member {
    pub(super) name: String,
    pub(super) ty: Option<Ty>,
    /// Everything else about it that affects Rust code.
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
