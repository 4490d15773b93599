//! Names the parameters of an operation.

use super::All;
use super::NamedCall;
use super::idents::{Claim, shared};
use crate::error::Diagnostic;
use crate::ir::{Param, Ty};
use crate::lower::types::{Member, TypedCall};
use crate::lower::ways::Way;
use crate::names::Names;
use crate::naming;

pub(super) fn call(
    all: &All<'_>,
    names: &Names,
    typed: &TypedCall,
    way: &Way,
    found: &mut Vec<Diagnostic>,
) -> NamedCall {
    let mut claims: Vec<Claim> = Vec::new();
    let strings = names.calls.get(&way.place).map(|entry| &entry.strings);
    let is_string = |name: &str| strings.is_some_and(|strings| strings.contains(name));
    let is_post = typed.call.verb == crate::ir::Verb::Post;
    let mut params = |members: &[Member], sign: &str| -> Vec<Param> {
        let params = members.iter().map(|member| {
            let step = format!("{sign}{}", member.name);
            let own = names.param(&way.place, &step);
            let ident = own.cloned().unwrap_or_else(|| naming::setter(&member.name));
            let mut claim = |ident: String| {
                claims.push(Claim {
                    ident,
                    word: step.clone(),
                    given: own.is_some(),
                });
            };
            claim(ident.clone());
            if member.nullable {
                claim(naming::clear(&ident));
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
                in_query: sign == "?" && is_post,
            }
        });
        params.collect()
    };
    let named = NamedCall {
        path_params: params(&typed.path_params, ":"),
        query: params(&typed.query, "?"),
        body: params(&typed.body, ""),
        output: all.ty(&typed.output),
    };
    for given in named.query.iter().filter(|_| !is_post) {
        if named.body.iter().any(|other| other.name == given.name) {
            found.push(Diagnostic::new(
                &typed.call.pointer,
                format!("`{}` is in its query and in its body", given.name),
                "cut one of them in the subset: of a GET or DELETE, both go into the query",
            ));
        }
    }
    for (other, Claim { ident, word, .. }) in shared(&claims) {
        found.push(Diagnostic::new(
            &typed.call.pointer,
            format!("its parameters `{}` and `{word}` are both called `{ident}`", other.word),
            format!(
                "add to names.yaml: `{}: {{params: {{\"{word}\": {}_2}}}}`, with a name of your own",
                way.place,
                naming::plain(ident)
            ),
        ));
    }
    named
}
