//! Completes the names file for a new spec; used by `cargo xtask spec` and `update`.

use std::fmt;

use crate::error::Diagnostics;
use crate::generate;
use crate::lower;
use crate::names::{self, Names};
use crate::stack::on_a_large_stack;

pub use crate::lower::Note;

/// A names file with a name for every place of a spec.
#[derive(Clone, Debug)]
pub struct Completed {
    /// The text of the file.
    pub names: String,
    /// The changes to the file, sorted by kind and place.
    pub notes: Vec<Note>,
}

/// Completes the names file `names` for `spec`: adds names for new places and removes places that
/// are gone. `before` is the spec that the file was written for. Names, modules and features that
/// users already see stay the same.
///
/// # Errors
///
/// Returns all problems of the specs and of the file.
pub fn complete(spec: &str, names: &str, before: Option<&str>) -> Result<Completed, Diagnostics> {
    on_a_large_stack(|| completed(spec, names, before))
}

fn completed(spec: &str, text: &str, before: Option<&str>) -> Result<Completed, Diagnostics> {
    let read = generate::read(spec)?;
    let before = before.map(generate::read).transpose();
    let before = before.map_err(|wrong| wrong.in_file("old spec"))?;
    let names = Names::read(text)?;
    let completed = lower::complete(&read, &names, before.as_ref());
    let completed = completed.map_err(|wrong| names::located(text, wrong))?;
    Ok(Completed {
        names: completed.names.write(),
        notes: completed.notes,
    })
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New { place, to } => write!(f, "`{to}` is new: {place}"),
            Self::Joined { place, to } => write!(f, "`{to}` is also {place}"),
            Self::Followed { from, place, to } => write!(f, "`{to}` goes from {from} to {place}"),
            Self::Gone { place, from } => write!(f, "`{from}` is no longer {place}"),
            Self::Removed { name } => write!(f, "`{name}` is gone, with all its places"),
            Self::Apart { place, from, why } => {
                write!(f, "{place} can no longer be `{from}`: {why}")
            }
            Self::Kept { what } => write!(f, "{what}"),
        }
    }
}

#[cfg(test)]
mod tests;
