//! The names file: read, completed, written with what it belongs to.

use std::path::Path;

use anyhow::Result;
use stripe_codegen::{Completed, Diagnostics, Note};

use crate::files;

/// The committed names, seen from the root of the repository.
pub(crate) const OUT: &str = "spec/names.yaml";

/// The names file at `path`; an empty one when there is none yet.
pub(crate) fn read(path: &Path) -> Result<String> {
    if path.exists() {
        files::read(path)
    } else {
        Ok(String::new())
    }
}

/// Completes the names file `name` with the text `names` for `spec`; `before` is the spec it was
/// for.
pub(crate) fn complete(
    name: &str,
    names: &str,
    spec: &str,
    before: Option<&str>,
) -> Result<Completed, Diagnostics> {
    let completed = stripe_codegen::complete(spec, names, before);
    completed.map_err(|wrong| called(wrong, name))
}

/// Completes names as an update does: for a new spec, as they were for the one before it. What can't
/// be read any more says nothing.
pub(crate) fn of_update(
    name: &str,
    names: &str,
    spec: &str,
    before: &str,
) -> Result<Completed, Diagnostics> {
    if before.is_empty() {
        return complete(name, names, spec, None);
    }
    complete(name, names, spec, Some(before)).or_else(|wrong| {
        if wrong.iter().all(|wrong| wrong.file == "old spec") {
            complete(name, names, spec, None)
        } else {
            Err(wrong)
        }
    })
}

/// The same diagnostics, with the names file called as it is.
pub(crate) fn called(wrong: Diagnostics, name: &str) -> Diagnostics {
    let of_names = |file: &str| file == stripe_codegen::NAMES;
    let wrong = wrong
        .iter()
        .cloned()
        .map(|wrong| match of_names(&wrong.file) {
            true => wrong.in_file(name),
            false => wrong,
        });
    Diagnostics::from(wrong.collect::<Vec<_>>())
}

/// Says what was written down.
pub(crate) fn print(name: &str, notes: &[Note]) {
    for note in notes {
        eprintln!("{name}: {note}");
    }
}
