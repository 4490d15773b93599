//! What the tests of this workspace share.

pub mod client;
pub mod fault;
pub mod json;
pub mod sandbox;
pub mod scratch;
