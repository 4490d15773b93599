//! The state in a file.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::state::State;

/// The state of a file, or a new one if there is no file yet.
pub(crate) fn load(path: &Path) -> io::Result<State> {
    let named = |error: &dyn std::fmt::Display| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("{}: {error}", path.display()),
        )
    };
    let mut state = match fs::read(path) {
        Ok(json) => serde_json::from_slice(&json).map_err(|error| named(&error))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => State::default(),
        Err(error) => return Err(named(&error)),
    };
    state.index();
    Ok(state)
}

/// Writes the whole state beside the file, then puts it in its place, so that there is always a
/// whole file.
pub(crate) fn save(path: &Path, json: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new: PathBuf = path.with_file_name(name);
    let mut file = File::create(&new)?;
    file.write_all(json)?;
    file.sync_all()?;
    fs::rename(&new, path)
}
