//! Rust bindings for Stripe Financial Connections.

#[rustfmt::skip] // formatted by the generator
mod api;
mod balance;
#[cfg(feature = "blocking")]
mod blocking;
#[cfg(feature = "client")]
mod client;
mod de;
mod error;
mod expandable;
mod list;
mod macros;
mod map;
mod maybe_deleted;
mod object_type;
#[cfg(feature = "client")]
mod params;
#[cfg(feature = "client")]
mod random;
mod raw;
#[cfg(feature = "client")]
mod raw_request;
#[cfg(feature = "client")]
mod request;
mod resource;
#[cfg(feature = "client")]
mod response;
#[cfg(feature = "client")]
mod retry;
mod sensitive;
mod text;
mod timestamp;
#[cfg(feature = "client")]
mod trace;
mod unrecognized;
#[cfg(feature = "client")]
mod wait;
#[cfg(feature = "webhook")]
pub mod webhook;

pub use api::*;
pub use balance::AvailableFunds;
#[cfg(feature = "client")]
pub use client::{Client, ClientBuilder};
#[cfg(feature = "client")]
pub use error::{ApiError, ApiErrorKind, ErrorCode};
pub use error::{DecodeError, Error};
pub use expandable::Expandable;
pub use list::List;
#[cfg(feature = "blocking")]
pub use list::ListIter;
#[cfg(feature = "client")]
pub use list::ListStream;
pub use map::{Map, MapIter};
pub use maybe_deleted::MaybeDeleted;
pub use object_type::ObjectType;
#[cfg(feature = "client")]
pub use params::{Params, Value};
pub use raw::{Raw, RawObject};
#[cfg(feature = "client")]
pub use raw_request::RawRequest;
#[cfg(feature = "client")]
pub use request::Method;
pub use resource::Resource;
#[cfg(feature = "client")]
pub use response::{Headers, Response, ResponseFuture};
pub use sensitive::Sensitive;
pub use timestamp::Timestamp;
pub use unrecognized::Unrecognized;
#[cfg(feature = "client")]
pub use wait::WaitError;
