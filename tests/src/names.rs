//! The committed names of types.

use std::fs;
use std::path::Path;

/// The text of the committed names file.
///
/// # Panics
///
/// If the file is not there.
#[must_use]
pub fn committed() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/names.yaml");
    fs::read_to_string(path).expect("the names are committed")
}
