//! Names by which the search of the documentation finds an item: those that the spec has for it.

use crate::ir::{Field, Kind, Ty, Type};
use proc_macro2::TokenStream;
use quote::quote;

/// `#[doc(alias)]` for each of `names` that a search for `own`, the name of the item, misses.
pub(super) fn aliases<'a>(own: &str, names: impl IntoIterator<Item = &'a str>) -> TokenStream {
    let mut seen = vec![searched(own)];
    let mut found: Vec<&str> = Vec::new();
    for name in names {
        let key = searched(name);
        if is_allowed(name) && !seen.contains(&key) {
            seen.push(key);
            found.push(name);
        }
    }
    quote! { #(#[doc(alias = #found)])* }
}

/// The aliases of a type: the components of the spec that it is, and how its ids begin.
pub(super) fn of_type(ty: &Type) -> TokenStream {
    let components = ty.places.iter().filter(|place| !place.contains(' '));
    aliases(
        &ty.name,
        components.map(String::as_str).chain(id_prefix(ty)),
    )
}

/// The alias of a field, by which a search finds its object: rustdoc 1.95 loses the aliases of types
/// that a module shows from a private one.
pub(super) fn of_field<'a>(of: &'a Type, field: &'a Field) -> Option<&'a str> {
    match &field.ty {
        Ty::ObjectType(value) => Some(value),
        Ty::Id(_) if field.name == "id" => id_prefix(of),
        _ => None,
    }
}

/// How the ids of an object begin, by an example of one: `acct_`.
pub(super) fn id_prefix(ty: &Type) -> Option<&str> {
    match &ty.kind {
        Kind::Object(object) => prefix(object.id_example.as_deref()?),
        _ => None,
    }
}

/// The id in an example up to its number: `acct_` of `acct_123`.
fn prefix(example: &str) -> Option<&str> {
    let end = example.find('_')?;
    Some(&example[..=end])
}

/// What the search compares: it knows neither capital letters nor underscores.
fn searched(name: &str) -> String {
    name.strip_prefix("r#")
        .unwrap_or(name)
        .replace('_', "")
        .to_lowercase()
}

/// Whether rustdoc takes it.
fn is_allowed(name: &str) -> bool {
    let is_wrong = |c: char| matches!(c, '"' | '\'') || c.is_whitespace() || c.is_control();
    !name.is_empty() && !name.contains(is_wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aliased(own: &str, names: &[&str]) -> String {
        aliases(own, names.iter().copied()).to_string()
    }

    #[test]
    fn a_name_that_the_search_finds_anyway_is_no_alias() {
        assert_eq!(aliased("PaymentIntent", &["payment_intent"]), "");
        assert_eq!(aliased("r#type", &["type"]), "");
        assert_eq!(
            aliased("Account", &["bank.account", "Bank.Account"]),
            "# [doc (alias = \"bank.account\")]"
        );
    }

    #[test]
    fn what_rustdoc_refuses_is_left_out() {
        assert_eq!(aliased("A", &["", "b c", "\"b\"", "it's", "b\nc"]), "");
    }

    #[test]
    fn an_id_is_known_by_what_comes_before_its_number() {
        assert_eq!(prefix("acct_123"), Some("acct_"));
        assert_eq!(prefix("cs_test_123"), Some("cs_"));
        assert_eq!(prefix("123"), None);
    }
}
