//! From a Stripe OpenAPI spec to the Rust crate that speaks it.
//!
//! Text in, text out: nothing here reads a file, a clock or the environment.

mod diff;
mod document;
mod emit;
mod error;
mod generate;
mod ir;
mod lower;
mod naming;
mod overlay;
mod render;
mod subset;
mod surface;

pub use diff::{Action, Change, Diff, Effect, Step, Subject, diff};
pub use document::utf8;
pub use error::{Diagnostic, Diagnostics, Position, Summary};
pub use generate::{Generated, generate};
pub use render::HEADER;
pub use subset::{Left, Source, Subset, subset};
pub use surface::surface;
