//! The same work, done by this crate and by its peers.

pub mod decode;
pub mod encode;
pub mod sample;
