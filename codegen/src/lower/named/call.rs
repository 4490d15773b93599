//! What an operation takes and answers, with the names of its parameters.

use super::NamedCall;
use super::union::All;
use crate::error::Diagnostic;
use crate::ir::{Param, Ty};
use crate::lower::types::{Member, TypedCall};
use crate::lower::ways::Way;
use crate::names::Names;
use crate::naming;
use std::collections::BTreeMap;

pub(super) fn call(
    all: &All<'_>,
    names: &Names,
    typed: &TypedCall,
    way: &Way,
    found: &mut Vec<Diagnostic>,
) -> NamedCall {
    let mut setters: BTreeMap<String, String> = BTreeMap::new();
    let strings = names.calls.get(&way.place).map(|entry| &entry.strings);
    let is_string = |name: &str| strings.is_some_and(|strings| strings.contains(name));
    let is_get = typed.call.verb != crate::ir::Verb::Post;
    let mut params = |members: &[Member], sign: &str| -> Vec<Param> {
        let params = members.iter().map(|member| {
            let step = format!("{sign}{}", member.name);
            let own = names.param(&way.place, &step);
            let ident = own.cloned().unwrap_or_else(|| naming::setter(&member.name));
            if let Some(other) = setters.insert(ident.clone(), step.clone()) {
                found.push(Diagnostic::new(
                    &typed.call.pointer,
                    format!("its parameters `{other}` and `{step}` are both called `{ident}`"),
                    format!(
                        "add to names.yaml: `{}: {{params: {{\"{step}\": {ident}_2}}}}`, with a \
                         name of your own",
                        way.place
                    ),
                ));
            }
            let mut ty = all.ty(&member.ty);
            if is_string(&step) {
                ty = Ty::String;
            }
            Param {
                name: member.name.clone(),
                ident,
                docs: member.docs.clone(),
                ty,
                required: member.required,
                clearable: member.nullable,
                sensitive: member.sensitive,
                in_query: sign == "?" && !is_get,
            }
        });
        params.collect()
    };
    NamedCall {
        path_params: params(&typed.path_params, ":"),
        query: params(&typed.query, "?"),
        body: params(&typed.body, ""),
        output: all.ty(&typed.output),
    }
}
