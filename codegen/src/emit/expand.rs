//! Emits constants for the paths that can be expanded in an object, so that an editor completes
//! them.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::docs::docs;
use super::scope::{Scope, ident};
use crate::ir::{Api, Ty, Type};

/// Returns the constants of an object that operations return; empty if nothing in it can be
/// expanded.
pub(super) fn emit(scope: &Scope<'_>, ty: &Type) -> TokenStream {
    let constants = constants(&paths(scope.api, ty));
    if constants.is_empty() {
        return TokenStream::new();
    }
    let cfg = scope.cfg(&ty.features);
    let name = ident(&ty.name);
    let constants = constants.iter().map(|(constant, path)| {
        let constant = format_ident!("{constant}");
        let text = docs("", &format!("Expands `{path}`."));
        quote! { #text pub const #constant: &'static str = #path; }
    });
    quote! {
        /// Paths of what can be expanded, for the setter `expand` of what answers with this object
        /// or a list of it.
        #cfg
        impl #name { #(#constants)* }
    }
}

/// Returns the paths that the operations which return the object, or a list of it, can expand.
fn paths<'a>(api: &'a Api, ty: &Type) -> Vec<&'a str> {
    let is_it = |output: &Ty| match output {
        Ty::Named(id) | Ty::MaybeDeleted(id, _) => std::ptr::eq(api.get(*id), ty),
        _ => false,
    };
    let mut paths: Vec<&str> = Vec::new();
    for operation in &api.operations {
        let inside = match &operation.output {
            Ty::List(item) if is_it(item) => "data.",
            output if is_it(output) => "",
            _ => continue,
        };
        let found = operation.expandable.iter();
        paths.extend(found.filter_map(|path| path.strip_prefix(inside)));
    }
    paths.sort_unstable();
    paths.dedup();
    paths
}

/// Returns a name for each path: `a.b` is `EXPAND_A_B`, or `EXPAND_A__B` if that is taken.
fn constants<'a>(paths: &[&'a str]) -> BTreeMap<String, &'a str> {
    let mut named = BTreeMap::new();
    for path in paths {
        let name = |dot| format!("EXPAND_{}", path.replace('.', dot).to_uppercase());
        let plain = name("_");
        let name = if named.contains_key(&plain) {
            name("__")
        } else {
            plain
        };
        named.insert(name, *path);
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_paths_have_the_same_name() {
        let named = constants(&["a", "a.b_c", "a_b.c"]);
        let named: Vec<_> = named.into_iter().collect();
        assert_eq!(
            named,
            [
                ("EXPAND_A".to_owned(), "a"),
                ("EXPAND_A_B_C".to_owned(), "a.b_c"),
                ("EXPAND_A_B__C".to_owned(), "a_b.c"),
            ]
        );
    }
}
