//! The committed names file.

use std::fs;
use std::path::Path;

/// Returns the text of the committed names file.
///
/// # Panics
///
/// Panics if the file is missing.
#[must_use]
pub fn committed() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/names.yaml");
    fs::read_to_string(path).expect("the names are committed")
}
