//! Code shared by the tests of this workspace.

pub mod client;
pub mod fault;
pub mod json;
pub mod names;
pub mod scratch;
pub mod stripe;
pub mod upstream;
pub mod wire;

/// Compiles the examples of the readme as doctests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
