//! Emits aliases for the search of the documentation: the names of an item in the spec.

use crate::ir::{Field, Kind, Ty, Type};
use proc_macro2::TokenStream;
use quote::quote;

/// Returns `#[doc(alias)]` for each of `names` that a search for the item's name `own` does not
/// find.
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

/// Returns the aliases of a type: its components in the spec, and the prefix of its ids.
pub(super) fn of_type(ty: &Type) -> TokenStream {
    let components = ty.places.iter().filter(|place| !place.contains(' '));
    aliases(
        &ty.name,
        components.map(String::as_str).chain(id_prefix(ty)),
    )
}

/// Returns the alias of a field, with which a search finds the field's type. rustdoc 1.95 ignores
/// aliases of types that are re-exported from a private module.
pub(super) fn of_field<'a>(of: &'a Type, field: &'a Field) -> Option<&'a str> {
    match &field.ty {
        Ty::ObjectType(value) => Some(value),
        Ty::Id(_) if field.name == "id" => id_prefix(of),
        _ => None,
    }
}

/// Returns the prefix of an object's ids, such as `acct_`, from an example.
pub(super) fn id_prefix(ty: &Type) -> Option<&str> {
    match &ty.kind {
        Kind::Object(object) => prefix(object.id_example.as_deref()?),
        _ => None,
    }
}

/// Returns the part of an id before its number, such as `acct_` for `acct_123`.
fn prefix(example: &str) -> Option<&str> {
    let end = example.find('_')?;
    Some(&example[..=end])
}

/// Returns a name as the search compares it, without case and underscores.
fn searched(name: &str) -> String {
    name.strip_prefix("r#")
        .unwrap_or(name)
        .replace('_', "")
        .to_lowercase()
}

/// Returns whether rustdoc accepts the alias.
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
