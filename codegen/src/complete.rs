//! The door to completing names: what `cargo xtask spec` and `update` write down.

use std::fmt;

use crate::error::Diagnostics;
use crate::generate;
use crate::lower;
use crate::names::{self, Names};
use crate::stack::on_a_large_stack;

pub use crate::lower::Note;

/// A names file in which every place of a spec has a name.
#[derive(Clone, Debug)]
pub struct Completed {
    /// The text of the file.
    pub names: String,
    /// What is different from before, in the order of kinds and places.
    pub notes: Vec<Note>,
}

/// Completes the names file `names` for `spec`: names new places, takes out those that are gone.
/// `before` is the spec that the file was for: whatever a user sees of it stays as it is.
///
/// # Errors
///
/// Returns everything that is wrong with the specs and the file.
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
