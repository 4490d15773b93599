//! Generates a Rust crate from Stripe's OpenAPI spec.
//!
//! The library takes text and returns text. It does not use files, the clock or the environment.

mod complete;
mod diff;
mod document;
mod emit;
mod error;
mod generate;
mod ir;
mod lower;
mod names;
mod naming;
mod overlay;
mod placeholder;
mod redaction;
mod render;
mod source;
mod stack;
mod subset;
mod surface;
mod taken;

pub use complete::{Completed, Note, complete};
pub use diff::{Action, By, Cause, Change, Diff, Effect, Step, Subject, Version, diff};
pub use document::utf8;
pub use error::{Diagnostic, Diagnostics, Edit, LineChange, Position, Summary};
pub use generate::{Generated, generate};
pub use names::FILE as NAMES;
pub use redaction::exposed;
pub use render::HEADER;
pub use source::Source;
pub use subset::{Left, Origin, Subset, subset, subset_of_history};
pub use surface::surface;
