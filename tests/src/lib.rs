//! What the tests of this workspace share.

pub mod client;
pub mod fault;
pub mod json;
pub mod names;
pub mod scratch;
pub mod stripe;
pub mod upstream;
pub mod wire;

/// The readme, whose examples are compiled as those of this crate.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
