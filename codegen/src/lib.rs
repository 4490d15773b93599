//! From a Stripe OpenAPI spec to the Rust crate that speaks it.
//!
//! Text in, text out: nothing here reads a file, a clock or the environment.

mod document;
mod error;
mod overlay;
mod subset;

pub use error::{Diagnostic, Diagnostics};
pub use subset::{Source, Subset, subset};
