//! Stripe's full specs, which are too large to be committed: they are looked for beside the
//! repository.

use std::path::{Path, PathBuf};

/// Where the full spec of the version that is committed would be.
pub fn committed() -> PathBuf {
    let subset = include_str!("../../spec/financial_connections.yaml");
    let version = subset
        .lines()
        .find_map(|line| line.strip_prefix("  version: "));
    let version = version.unwrap_or_default();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    root.join(format!("../shared/stripe/spec3.{version}.json"))
}
