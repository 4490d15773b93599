//! Converts words of a spec to Rust identifiers. All functions are pure, and the tests below have
//! a table of cases for each.
//!
//! This module only spells names; `lower` decides which words a name is made of. Every result is
//! a valid Rust identifier of ASCII letters and digits.

pub(crate) mod keyword;

use crate::taken;
use heck::{ToSnakeCase, ToUpperCamelCase};
pub(crate) use keyword::plain;

/// Words that have no plural, or only look like a plural.
const UNCOUNTABLE: &[&str] = &[
    "access", "address", "alias", "basis", "business", "canvas", "details", "ach", "gas", "news",
    "process", "progress", "series", "sms", "status", "sepa", "terms", "us", "ideas", "sales",
    "analysis", "always", "previous", "plus", "has", "is", "as", "this", "pos", "bacs", "becs",
    "eps", "oss", "settings", "options", "specs",
];

/// Returns the name of a field, parameter, method or module in `snake_case`. Keywords become raw
/// identifiers, such as `r#type`.
pub(crate) fn snake(word: &str) -> String {
    let name = spelled(word).to_snake_case();
    let name = leading_digit(name, 'v');
    match name.as_str() {
        "" => "empty".to_owned(),
        "self" | "super" | "crate" | "_" => format!("{name}_"),
        _ if keyword::is_keyword(&name) => format!("r#{name}"),
        _ => name,
    }
}

/// Returns the name of the setter of a parameter.
pub(crate) fn setter(parameter: &str) -> String {
    taken::setter(snake(without_exposed_id(parameter)))
}

/// Removes `_exposed_id`, which Stripe's spec adds to some names in paths, such as
/// `subscription_exposed_id`, but its documentation does not use.
fn without_exposed_id(parameter: &str) -> &str {
    parameter.strip_suffix("_exposed_id").unwrap_or(parameter)
}

/// Returns the name of the method that clears a parameter.
pub(crate) fn clear(setter: &str) -> String {
    format!("clear_{}", plain(setter))
}

/// A type: `UpperCamelCase`.
pub(crate) fn camel(word: &str) -> String {
    let name = spelled(word).replace('*', "_all_").to_upper_camel_case();
    match leading_digit(name, 'V').as_str() {
        "" => "Empty".to_owned(),
        "Self" => "Self_".to_owned(),
        name => name.to_owned(),
    }
}

/// Returns the variant for a value, an arm or an option.
pub(crate) fn variant(value: &str) -> String {
    taken::variant(camel(value))
}

/// Returns a longer variant for a value whose usual variant another value has. Special characters
/// are spelled out.
pub(crate) fn variant_in_full(value: &str) -> String {
    let value = value.replace('-', "_minus_").replace('/', "_slash_");
    let value = value.replace('.', "_dot_").replace(' ', "_space_");
    variant(&value)
}

/// Spells out characters that an identifier can't have, as words or numbers. Separators such as
/// `-` are kept.
fn spelled(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        match c {
            '+' => out.push_str("_plus_"),
            c if c.is_ascii() => out.push(c),
            c => out.push_str(&format!("_u{:x}_", u32::from(c))),
        }
    }
    out
}

/// Returns whether `name` is valid as the name of a field, method or module.
pub(crate) fn is_snake(name: &str) -> bool {
    let plain = plain(name);
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    plain.starts_with(|c: char| c.is_ascii_lowercase())
        && plain.chars().all(is_word)
        && keyword::is_keyword(plain) == (plain != name)
}

/// Returns whether `name` is valid as the name of a type or variant.
pub(crate) fn is_camel(name: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(is_word)
        && name != "Self"
}

/// Returns `words` with the last word in the singular.
pub(crate) fn singular(words: &str) -> String {
    let start = words.rfind('_').map_or(0, |at| at + 1);
    let (head, last) = words.split_at(start);
    let singular = if UNCOUNTABLE.contains(&last) || last.len() < 3 {
        last.to_owned()
    } else if let Some(stem) = last.strip_suffix("ies") {
        format!("{stem}y")
    } else if ["sses", "uses", "xes", "ches", "shes"]
        .iter()
        .any(|end| last.ends_with(end))
    {
        last[..last.len() - 2].to_owned()
    } else if last.ends_with("ss") || last.ends_with("us") || last.ends_with("is") {
        last.to_owned()
    } else {
        last.strip_suffix('s').unwrap_or(last).to_owned()
    };
    format!("{head}{singular}")
}

/// Removes `_params`, `_param` or `_specs` from the end of a title.
pub(crate) fn untitled(title: &str) -> &str {
    ["_params", "_param", "_specs"]
        .iter()
        .find_map(|end| title.strip_suffix(end))
        .filter(|rest| !rest.is_empty())
        .unwrap_or(title)
}

/// Joins two names. If `outer` ends with the words that `inner` begins with, they appear once.
pub(crate) fn join(outer: &str, inner: &str) -> String {
    let (outer_words, inner_words) = (words(outer), words(inner));
    let most = outer_words.len().min(inner_words.len());
    let shared = (1..=most)
        .rev()
        .find(|&n| outer_words[outer_words.len() - n..] == inner_words[..n])
        .unwrap_or(0);
    format!("{outer}{}", inner_words[shared..].concat())
}

/// Splits a name into words, each in `UpperCamelCase`.
pub(crate) fn words(name: &str) -> Vec<String> {
    name.to_snake_case()
        .split('_')
        .map(ToUpperCamelCase::to_upper_camel_case)
        .collect()
}

fn leading_digit(name: String, prefix: char) -> String {
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("{prefix}{name}")
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn table(name: fn(&str) -> String, cases: &[(&str, &str)]) {
        for (input, expected) in cases {
            assert_eq!(name(input), *expected, "{input:?}");
        }
    }

    #[test]
    fn snake_names() {
        table(
            snake,
            &[
                ("milk_bucket", "milk_bucket"),
                ("type", "r#type"),
                ("gen", "r#gen"),
                ("self", "self_"),
                ("3d_secure", "v3d_secure"),
                ("last4", "last4"),
                ("line1", "line1"),
                ("v2.core", "v2_core"),
                ("Etc/GMT+1", "etc_gmt_plus_1"),
                ("p24", "p24"),
            ],
        );
    }

    #[test]
    fn setters_leave_the_methods_of_a_builder_alone() {
        table(
            setter,
            &[
                ("amount", "amount"),
                ("method", "method_"),
                ("with_x", "with_x_"),
                ("type", "r#type"),
                ("subscription_exposed_id", "subscription"),
            ],
        );
        assert_eq!(clear(&setter("type")), "clear_type");
    }

    #[test]
    fn camel_names() {
        table(
            camel,
            &[
                ("us_bank_account", "UsBankAccount"),
                ("3d_secure", "V3dSecure"),
                ("self", "Self_"),
                ("*", "All"),
                ("", "Empty"),
                ("BankAccount", "BankAccount"),
            ],
        );
    }

    #[test]
    fn variants() {
        table(
            variant,
            &[
                ("unrecognized", "Unrecognized_"),
                ("unknown", "Unknown"),
                ("other", "Other"),
                ("dairy.cow.milked", "DairyCowMilked"),
                ("Etc/GMT+1", "EtcGmtPlus1"),
                ("en-GB", "EnGb"),
                ("2026-05-27.dahlia", "V20260527Dahlia"),
            ],
        );
    }

    #[test]
    fn singulars() {
        table(
            singular,
            &[
                ("permissions", "permission"),
                ("account_subcategories", "account_subcategory"),
                ("addresses", "address"),
                ("statuses", "status"),
                ("status", "status"),
                ("taxes", "tax"),
                ("purchases", "purchase"),
                ("business", "business"),
                ("account_numbers", "account_number"),
                ("us", "us"),
                ("prefetch", "prefetch"),
                ("details", "details"),
            ],
        );
    }

    #[test]
    fn joins() {
        assert_eq!(join("Account", "Status"), "AccountStatus");
        assert_eq!(
            join("PaymentMethodOptions", "OptionsCard"),
            "PaymentMethodOptionsCard"
        );
    }

    #[test]
    fn every_word_becomes_an_identifier() {
        for word in [
            "m²", "½", "é", "名前", "🐄", "\u{202e}", "a\u{301}", "", " ", "-", "_", "#", "1",
            "self", "Self", "crate", "super", "type", "a.b", "a/b", "a\nb", "'", "\"", "\\", "$",
            "@type", "x y",
        ] {
            for name in [
                snake(word),
                setter(word),
                camel(word),
                variant(word),
                variant_in_full(word),
            ] {
                let name = plain(&name);
                assert!(
                    syn::parse_str::<syn::Ident>(name).is_ok() || keyword::is_keyword(name),
                    "{word:?}: {name}"
                );
                assert!(name.is_ascii(), "{word:?}: {name}");
            }
        }
        assert_ne!(variant("m²"), variant("m"));
    }
}
