//! Where a spec comes from: a file, or the web.

use std::path::Path;

use anyhow::Result;

use crate::files;

/// What Stripe publishes.
pub(crate) const PUBLISHED: &str =
    "https://raw.githubusercontent.com/stripe/openapi/master/openapi/spec3.json";

/// What `from`, a path or a URL, holds.
pub(crate) fn read(from: &str) -> Result<String> {
    files::read(Path::new(from))
}
