//! From a Stripe OpenAPI spec to the Rust crate that speaks it.
//!
//! Text in, text out: nothing here reads a file, a clock or the environment.

mod error;

pub use error::{Diagnostic, Diagnostics};
