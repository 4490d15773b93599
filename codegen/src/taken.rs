//! Lists the names that the generated crate uses itself, for types, modules, files, methods and
//! variants, and renames what would clash with them.

use crate::naming::keyword::plain;

/// Types that every generated file can name without saying where they come from, or that the
/// runtime gives to users at the root of the crate.
const TYPES: &[&str] = &[
    "ApiError",
    "ApiErrorKind",
    "AsRef",
    "AvailableFunds",
    "Box",
    "Client",
    "ClientBuilder",
    "Clone",
    "ConnectionError",
    "Copy",
    "Debug",
    "DecodeError",
    "Default",
    "Deserialize",
    "Deserializer",
    "Display",
    "Drop",
    "Eq",
    "Err",
    "Error",
    "ErrorCode",
    "EventObject",
    "EventType",
    "ExactSizeIterator",
    "Expandable",
    "Extend",
    "Fields",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Future",
    "Hash",
    "Headers",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "InvalidObject",
    "Iterator",
    "List",
    "ListError",
    "ListItem",
    "ListIter",
    "ListStream",
    "Map",
    "MapAccess",
    "MapIter",
    "MaybeDeleted",
    "Method",
    "None",
    "ObjectType",
    "Ok",
    "Option",
    "Ord",
    "Params",
    "PartialEq",
    "PartialOrd",
    "Raw",
    "RawObject",
    "RawRequest",
    "Request",
    "Resource",
    "Response",
    "ResponseFuture",
    "Result",
    "RetryBudget",
    "Self",
    "Send",
    "Sensitive",
    "Serialize",
    "SerializeMap",
    "Serializer",
    "Sized",
    "Some",
    "String",
    "Sync",
    "TimeoutError",
    "Timestamp",
    "ToOwned",
    "ToString",
    "TooLargeError",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Unrecognized",
    "Value",
    "Vec",
    "WaitError",
];

/// Modules and crates that generated code refers to at the root.
const MODULES: &[&str] = &[
    "alloc",
    "api",
    "blocking",
    "client",
    "core",
    "de",
    "deadline",
    "error",
    "events",
    "expandable",
    "funds",
    "guide",
    "list",
    "macros",
    "map",
    "maybe_deleted",
    "object_type",
    "params",
    "random",
    "raw",
    "raw_request",
    "request",
    "reqwest",
    "resource",
    "response",
    "retry",
    "sensitive",
    "serde",
    "serde_json",
    "std",
    "text",
    "timestamp",
    "trace",
    "unrecognized",
    "wait",
    "webhook",
];

/// The files of a module besides those of its resources.
const FILES: &[&str] = &["mod", "models", "operations", "params"];

/// Methods that operation builders or parameter objects have.
const SETTERS: &[&str] = &[
    "iter_blocking",
    "method",
    "new",
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

/// Methods that the client or a service has.
const METHODS: &[&str] = &["builder", "inner", "new", "raw"];

/// Variants that enums have for unknown values.
const VARIANTS: &[&str] = &["Invalid", "Self", "Unrecognized"];

/// Returns whether a type of this name would hide one of Rust's or of the crate's.
pub(crate) fn is_type(name: &str) -> bool {
    TYPES.contains(&name)
}

/// Returns whether a module of this name would hide one of the crate's.
pub(crate) fn is_module(name: &str) -> bool {
    MODULES.contains(&name)
}

/// Returns the name of a module, renamed if the crate uses it.
pub(crate) fn module(name: String) -> String {
    with_underscore(name, MODULES)
}

/// Returns the file of a resource, renamed if the module uses it.
pub(crate) fn file(name: String) -> String {
    with_underscore(name, FILES)
}

/// Returns the setter of a parameter, renamed if the builder uses it.
pub(crate) fn setter(name: String) -> String {
    if name.starts_with("with_") {
        return format!("{name}_");
    }
    with_underscore(name, SETTERS)
}

/// Returns the method of a service, renamed if services use it.
pub(crate) fn method(name: String) -> String {
    with_underscore(name, METHODS)
}

/// Returns a variant, renamed if enums use it.
pub(crate) fn variant(name: String) -> String {
    with_underscore(name, VARIANTS)
}

fn with_underscore(name: String, taken: &[&str]) -> String {
    if taken.contains(&plain(&name)) {
        format!("{}_", plain(&name))
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use syn::{Item, UseTree};

    use super::{is_module, is_type};

    /// Adds the names that a `use` brings to the root of the crate.
    fn names_of(tree: &UseTree, into: &mut Vec<String>) {
        match tree {
            UseTree::Path(path) => names_of(&path.tree, into),
            UseTree::Name(name) => into.push(name.ident.to_string()),
            UseTree::Rename(rename) => into.push(rename.rename.to_string()),
            UseTree::Group(group) => group.items.iter().for_each(|tree| names_of(tree, into)),
            // The generated code itself.
            UseTree::Glob(_) => {}
        }
    }

    #[test]
    fn the_crate_s_own_names_are_taken() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../generated/src/lib.rs");
        let text = std::fs::read_to_string(path).expect("the crate is beside this one");
        let mut names = Vec::new();
        for item in syn::parse_file(&text).expect("it is Rust").items {
            match item {
                Item::Mod(module) => names.push(module.ident.to_string()),
                Item::Use(r#use) => names_of(&r#use.tree, &mut names),
                _ => {}
            }
        }
        assert!(names.len() > 40, "{names:?}");
        names.retain(|name| !is_module(name) && !is_type(name));
        assert_eq!(names, <[&str; 0]>::default(), "add them to the lists above");
    }
}
