//! Finds Stripe's full specs next to the repository. They are too large to be committed.

use std::path::{Path, PathBuf};

/// Returns the path at which the full spec of the committed version is expected.
pub fn committed() -> PathBuf {
    let subset = include_str!("../../spec/financial_connections.yaml");
    let version = subset
        .lines()
        .find_map(|line| line.strip_prefix("  version: "));
    let version = version.unwrap_or_default();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    root.join(format!("../shared/stripe/spec3.{version}.json"))
}
