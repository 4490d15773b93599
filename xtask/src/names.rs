//! Reads, completes and writes the names file.

use std::path::Path;

use anyhow::Result;
use stripe_codegen::{Completed, Diagnostics, Note};

use crate::files;

/// The committed names file, relative to the root of the repository.
pub(crate) const OUT: &str = "spec/names.yaml";

/// Reads the names file at `path`. A missing file is an empty one.
pub(crate) fn read(path: &Path) -> Result<String> {
    if path.exists() {
        files::read(path)
    } else {
        Ok(String::new())
    }
}

/// Adds the missing names of `spec` to the text `names` of the file `name`. `before` is the spec
/// that the names were written for.
pub(crate) fn complete(
    name: &str,
    names: &str,
    spec: &str,
    before: Option<&str>,
) -> Result<Completed, Diagnostics> {
    let completed = stripe_codegen::complete(spec, names, before);
    completed.map_err(|wrong| called(wrong, name))
}

/// Adds the missing names as an update does: for a new spec, with the names of the spec before
/// it. An old spec that can no longer be read is ignored.
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

/// Replaces the name of the names file in diagnostics by `name`.
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

/// Prints the names that were added.
pub(crate) fn print(name: &str, notes: &[Note]) {
    for note in notes {
        eprintln!("{name}: {note}");
    }
}
