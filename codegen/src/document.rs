//! Reads and writes documents (JSON or YAML) as trees, and finds places in them.

mod edit;
mod openapi;
mod origin;
mod position;
mod read;
mod recognize;
mod resolve;
mod rules;
mod shape;
mod spec;
mod text;
mod walk;
mod write;

pub(crate) use edit::{locate, not_required, path, remove_all};
pub(crate) use openapi::{is_key as is_openapi_key, nearest_key as nearest_openapi_key};
pub(crate) use read::read;
pub use recognize::utf8;
pub(crate) use resolve::SCHEMAS;
pub(crate) use shape::{Object, Others, Shape, check, nearest};
pub(crate) use spec::{Spec, locate as locate_in_spec, typed};
pub(crate) use walk::{METHODS, Side, children, operation_schemas, walk};
pub(crate) use write::to_yaml;

use serde_json::Value;

use crate::error::Diagnostic;
use crate::source::Source;

/// Reads `source` into a tree.
///
/// # Errors
///
/// Returns the problems of its text, with the file's name.
pub(crate) fn open(source: Source<'_>) -> Result<Value, Vec<Diagnostic>> {
    read(source.text).map_err(|found| {
        let found = found.into_iter();
        found.map(|wrong| wrong.in_file(source.name)).collect()
    })
}

/// Adds line and column to the diagnostics `found` in the texts of `sources`.
pub(crate) fn locate_in(sources: &[Source<'_>], mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    found.sort();
    for source in sources {
        let of_it = |wrong: &Diagnostic| wrong.file == source.name;
        let (mut own, others): (Vec<_>, Vec<_>) = found.into_iter().partition(of_it);
        position::add(source.text, &mut own);
        found = others;
        found.append(&mut own);
    }
    found
}

/// Appends one step to `pointer`.
pub(crate) fn join(pointer: &str, key: impl std::fmt::Display) -> String {
    let key = key.to_string().replace('~', "~0").replace('/', "~1");
    format!("{pointer}/{key}")
}

/// Splits `pointer` into its steps.
pub(crate) fn steps(pointer: &str) -> Vec<String> {
    let steps = pointer.split('/').skip(1);
    steps
        .map(|step| step.replace("~1", "/").replace("~0", "~"))
        .collect()
}
