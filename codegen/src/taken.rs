//! Names that the generated crate needs itself, and what a thing of such a name is called instead:
//! the one list for types, modules, files, methods and variants.

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
    "Expandable",
    "ExactSizeIterator",
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
    "Timestamp",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Unrecognized",
    "Value",
    "Vec",
    "WaitError",
];

/// Modules at the root of the crate, and the crates that generated code names.
const MODULES: &[&str] = &[
    "alloc",
    "api",
    "blocking",
    "client",
    "core",
    "de",
    "error",
    "events",
    "expandable",
    "funds",
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

/// The files that a module has beside those of its resources.
const FILES: &[&str] = &["mod", "models", "operations", "params"];

/// Methods that operation builders or objects of parameters have.
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

/// What an enum says of values that it does not know.
const VARIANTS: &[&str] = &["Invalid", "Self", "Unrecognized"];

/// Whether a type of that name would hide one of Rust's or of the crate's.
pub(crate) fn is_type(name: &str) -> bool {
    TYPES.contains(&name)
}

/// Whether a module of that name would hide one of the crate's.
pub(crate) fn is_module(name: &str) -> bool {
    MODULES.contains(&name)
}

/// A module, as it is called.
pub(crate) fn module(name: String) -> String {
    with_underscore(name, MODULES)
}

/// The file of a resource, as it is called.
pub(crate) fn file(name: String) -> String {
    with_underscore(name, FILES)
}

/// The setter of a parameter, as it is called.
pub(crate) fn setter(name: String) -> String {
    if name.starts_with("with_") {
        return format!("{name}_");
    }
    with_underscore(name, SETTERS)
}

/// The method of a service, as it is called.
pub(crate) fn method(name: String) -> String {
    with_underscore(name, METHODS)
}

/// A variant, as it is called.
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
