//! The only place where a name is made.
//!
//! Pure functions from the words of a spec to Rust identifiers, each with a table of cases in the
//! tests below.

use crate::ir::Features;
use heck::{ToSnakeCase, ToUpperCamelCase};

/// Methods that every operation builder has; a parameter of that name gets a trailing underscore.
const BUILDER_METHODS: &[&str] = &[
    "iter_blocking",
    "method",
    "pairs",
    "path",
    "send",
    "send_blocking",
    "send_blocking_with_response",
    "send_with_response",
    "stream",
    "wait",
    "wait_blocking",
];

/// The module of what several modules use.
pub(crate) const COMMON: &str = "common";

/// The files of a module for what is not in the file of a resource.
pub(crate) const MODELS: &str = "models";
pub(crate) const PARAMS: &str = "params";
pub(crate) const OPERATIONS: &str = "operations";

/// The file of [`COMMON`] for what would be in `file` and is there under some of `all` features: one
/// of its own, so that they are said once instead of at each item.
pub(crate) fn common_file(file: &str, features: &Features, all: &Features) -> String {
    if features.is_empty() {
        file.to_owned()
    } else if features == all {
        format!("any_feature_{file}")
    } else {
        let names: Vec<_> = features.iter().map(|name| snake(name)).collect();
        format!("{}_{file}", names.join("_"))
    }
}

/// Words that say nothing without the name of what they belong to.
const GENERIC: &[&str] = &[
    "code", "data", "detail", "details", "error", "feature", "filter", "item", "kind", "method",
    "mode", "name", "option", "options", "param", "params", "reason", "result", "setting",
    "settings", "source", "state", "status", "type", "value", "version",
];

/// Words whose plural and singular are one, or that only look like a plural.
const UNCOUNTABLE: &[&str] = &[
    "access", "address", "alias", "basis", "business", "canvas", "details", "ach", "gas", "news",
    "process", "progress", "series", "sms", "status", "sepa", "terms", "us", "ideas", "sales",
    "analysis", "always", "previous", "plus", "has", "is", "as", "this", "pos", "bacs", "becs",
    "eps", "oss", "settings", "options", "specs",
];

/// Types that every generated file can name without saying where they come from.
const TAKEN: &[&str] = &[
    "Box",
    "Client",
    "Debug",
    "Default",
    "Display",
    "Event",
    "Expandable",
    "Fields",
    "From",
    "Into",
    "List",
    "Map",
    "MapAccess",
    "MaybeDeleted",
    "Method",
    "ObjectType",
    "Ok",
    "Option",
    "Params",
    "Raw",
    "RawObject",
    "Request",
    "Resource",
    "Result",
    "Sensitive",
    "Serialize",
    "SerializeMap",
    "Serializer",
    "Some",
    "String",
    "Timestamp",
    "Unrecognized",
    "Value",
    "Vec",
];

/// Whether a type of that name would hide one of those.
pub(crate) fn is_taken(name: &str) -> bool {
    TAKEN.contains(&name)
}

/// A field, parameter, method or module: `snake_case`, raw where Rust keeps the word for itself.
pub(crate) fn snake(word: &str) -> String {
    let name = word.replace('+', "_plus_").to_snake_case();
    let name = leading_digit(name, 'v');
    match name.as_str() {
        "" => "empty".to_owned(),
        "self" | "super" | "crate" | "_" => format!("{name}_"),
        _ if is_keyword(&name) => format!("r#{name}"),
        _ => name,
    }
}

/// The setter of a parameter on an operation builder.
pub(crate) fn setter(parameter: &str) -> String {
    // Stripe's spec avoids some names in its own paths; nobody else knows a thing by that name.
    let name = snake(parameter.strip_suffix("_exposed_id").unwrap_or(parameter));
    if BUILDER_METHODS.contains(&name.as_str()) || name.starts_with("with_") {
        format!("{name}_")
    } else {
        name
    }
}

/// The method that clears a parameter.
pub(crate) fn clear(parameter: &str) -> String {
    format!("clear_{}", plain(&snake(parameter)))
}

/// A name without the `r#` of a raw identifier, to build longer names from.
pub(crate) fn plain(name: &str) -> &str {
    name.strip_prefix("r#").unwrap_or(name)
}

/// A type or variant: `UpperCamelCase`.
pub(crate) fn camel(word: &str) -> String {
    let name = word
        .replace('+', "_plus_")
        .replace('*', "_all_")
        .to_upper_camel_case();
    match leading_digit(name, 'V').as_str() {
        "" => "Empty".to_owned(),
        "Self" => "Self_".to_owned(),
        name => name.to_owned(),
    }
}

/// The variant of a string enum; `Unrecognized` is taken by the values that are not in the spec.
pub(crate) fn variant(value: &str) -> String {
    match camel(value).as_str() {
        "Unrecognized" => "Unrecognized_".to_owned(),
        name => name.to_owned(),
    }
}

/// The variants of all values of an enum; where two would have one name, what tells the values
/// apart is spelled out.
pub(crate) fn variants(values: &[String]) -> Vec<String> {
    let names: Vec<String> = values.iter().map(|value| variant(value)).collect();
    let is_twice = |name: &String| names.iter().filter(|other| *other == name).count() > 1;
    let spelled = |value: &str| variant(&value.replace('-', "_minus_").replace('/', "_slash_"));
    values
        .iter()
        .zip(&names)
        .map(|(value, name)| {
            if is_twice(name) {
                spelled(value)
            } else {
                name.clone()
            }
        })
        .collect()
}

/// The singular of the last word of `words`.
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

/// A title without the words that say that it is one of parameters.
pub(crate) fn untitled(title: &str) -> &str {
    ["_params", "_param", "_specs"]
        .iter()
        .find_map(|end| title.strip_suffix(end))
        .filter(|rest| !rest.is_empty())
        .unwrap_or(title)
}

/// Whether a property name is too general to name a type alone.
pub(crate) fn is_generic(property: &str) -> bool {
    GENERIC.contains(&property) || GENERIC.contains(&singular(property).as_str())
}

/// The words that all `names` end with, in `UpperCamelCase`; empty when there are none.
pub(crate) fn common_suffix<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut names = names.into_iter().map(words);
    let Some(mut suffix) = names.next() else {
        return String::new();
    };
    for name in names {
        let same = suffix
            .iter()
            .rev()
            .zip(name.iter().rev())
            .take_while(|(a, b)| a == b)
            .count();
        suffix.drain(..suffix.len() - same);
    }
    suffix.concat()
}

/// `outer` and `inner` as one name, without saying twice what the one ends and the other begins with.
pub(crate) fn join(outer: &str, inner: &str) -> String {
    let (outer_words, inner_words) = (words(outer), words(inner));
    let most = outer_words.len().min(inner_words.len());
    let shared = (1..=most)
        .rev()
        .find(|&n| outer_words[outer_words.len() - n..] == inner_words[..n])
        .unwrap_or(0);
    format!("{outer}{}", inner_words[shared..].concat())
}

fn words(name: &str) -> Vec<String> {
    name.to_snake_case()
        .split('_')
        .map(ToUpperCamelCase::to_upper_camel_case)
        .collect()
}

/// The module and the type of a schema whose name has a namespace: `a.b` is `B` in `a`, and a name
/// without a namespace is a module of its own.
pub(crate) fn resource(schema: &str) -> (String, String) {
    let bare = schema.strip_prefix("deleted_");
    let (namespace, name) = match schema.rsplit_once('.') {
        Some((namespace, name)) => (snake(namespace), camel(name)),
        None => (snake(bare.unwrap_or(schema)), camel(schema)),
    };
    (plain(&namespace).to_owned(), name)
}

fn leading_digit(name: String, prefix: char) -> String {
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("{prefix}{name}")
    } else {
        name
    }
}

/// The keywords of Rust 2024, strict and reserved.
fn is_keyword(name: &str) -> bool {
    matches!(
        name,
        "abstract"
            | "as"
            | "async"
            | "await"
            | "become"
            | "box"
            | "break"
            | "const"
            | "continue"
            | "do"
            | "dyn"
            | "else"
            | "enum"
            | "extern"
            | "false"
            | "final"
            | "fn"
            | "for"
            | "gen"
            | "if"
            | "impl"
            | "in"
            | "let"
            | "loop"
            | "macro"
            | "match"
            | "mod"
            | "move"
            | "mut"
            | "override"
            | "priv"
            | "pub"
            | "ref"
            | "return"
            | "static"
            | "struct"
            | "trait"
            | "true"
            | "try"
            | "type"
            | "typeof"
            | "unsafe"
            | "unsized"
            | "use"
            | "virtual"
            | "where"
            | "while"
            | "yield"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_common() {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let all: Features = set(&["hay-bales", "milk", "wool"]);
        for (features, file) in [
            (set(&[]), "params"),
            (set(&["milk", "hay-bales"]), "hay_bales_milk_params"),
            (all.clone(), "any_feature_params"),
        ] {
            assert_eq!(common_file(PARAMS, &features, &all), file);
        }
    }

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
        assert_eq!(clear("type"), "clear_type");
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
    fn variants_of_one_name_are_spelled_out() {
        let values = ["GMT-0", "GMT0", "GMT+0", "UTC"].map(str::to_owned);
        assert_eq!(
            super::variants(&values),
            ["GmtMinus0", "Gmt0", "GmtPlus0", "Utc"]
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
    fn suffixes_and_joins() {
        assert_eq!(common_suffix(["MilkRefresh", "HayRefresh"]), "Refresh");
        assert_eq!(common_suffix(["Account"]), "Account");
        assert_eq!(common_suffix(["Account", "Session"]), "");
        assert_eq!(join("Account", "Status"), "AccountStatus");
        assert_eq!(
            join("PaymentMethodOptions", "OptionsCard"),
            "PaymentMethodOptionsCard"
        );
    }

    #[test]
    fn resources() {
        assert_eq!(
            resource("dairy_farm.cow"),
            ("dairy_farm".into(), "Cow".into())
        );
        assert_eq!(resource("customer"), ("customer".into(), "Customer".into()));
        assert_eq!(
            resource("deleted_customer"),
            ("customer".into(), "DeletedCustomer".into())
        );
        assert_eq!(
            resource("v2.core.account"),
            ("v2_core".into(), "Account".into())
        );
    }
}
