//! Rust bindings for [Stripe Financial
//! Connections](https://docs.stripe.com/financial-connections): link bank accounts, read their
//! balances, owners and transactions, and take ACH payments.
//!
//! ```no_run
//! use std::time::Duration;
//! use stripe_financial_connections::{Client, Error, financial_connections::RefreshFeature};
//!
//! # async fn example() -> Result<(), Error> {
//! let client = Client::new(std::env::var("STRIPE_SECRET_KEY").unwrap_or_default())?;
//!
//! let mut accounts = client.financial_connections().accounts().list().limit(100).stream();
//! while let Some(account) = accounts.try_next().await? {
//!     let account = client
//!         .financial_connections()
//!         .accounts()
//!         .refresh(&account.id, [RefreshFeature::Balance])
//!         .wait(Duration::from_secs(60))
//!         .await?;
//!     if let Some(funds) = account.balance.and_then(|balance| balance.available_funds("usd")) {
//!         println!("{}: {} cents", account.id, funds.amount());
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! # Where to begin
//!
//! - The [guide]: a page for each task, from start to finish. The first is
//!   [link an account](guide::link_an_account).
//! - [`Client`]: all calls begin there.
//! - [`financial_connections`]: sessions, accounts, their owners and transactions, with a list of the
//!   calls.
//! - [`Error`]: what can fail, and which failures the client retries.
//! - The crate [stripe-financial-connections-sandbox]: a server to test against, without a Stripe
//!   account.
//!
//! Coming from Stripe's documentation, or from async-stripe? See [the calls side by
//! side](guide::coming_from). The search also finds types and calls by Stripe's own names:
//! `financial_connections.account`, `fca_`, `PostFinancialConnectionsSessions`.
//!
//! # Calls
//!
//! Operations are methods of the client, at the same paths as in Stripe's own libraries. Required
//! parameters are arguments, optional parameters have a setter, and options of the request begin
//! with `with_`. A request is sent when it is awaited, or by `send`, `send_blocking` or
//! [`send_with_response`](crate::financial_connections::RetrieveAccount::send_with_response).
//!
//! ```no_run
//! # use stripe_financial_connections::{Client, Error};
//! # use std::time::Duration;
//! # async fn example(client: &Client) -> Result<(), Error> {
//! let page = client
//!     .financial_connections()
//!     .transactions()
//!     .list("fca_123") // required
//!     .limit(100) // optional
//!     .with_timeout(Duration::from_secs(10)) // of the request
//!     .await?;
//! # Ok(()) }
//! ```
//!
//! # Runtime
//!
//! Requests need [tokio](https://tokio.rs) with its timers and I/O enabled. Outside of a tokio
//! runtime they fail with [`Error::Invalid`]; blocking calls work everywhere. Connections belong
//! to the runtime that opened them: a program with several runtimes needs a client for each, or
//! requests fail after one of the runtimes ends.
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `client` (default) | requests over HTTP; without it the crate has only the models |
//! | `rustls` (default), `native-tls` | TLS |
//! | `blocking` | `send_blocking` and the other blocking methods, which also work inside async code |
//! | `webhook` | verifies and parses webhook events; needs no `client` |
//! | `payment-intents`, `setup-intents`, `checkout`, `invoices`, `subscriptions` | the other ways to ask for permissions |
//! | `connect-payouts` | payouts to connected accounts: tokens and external accounts |
//! | `tracing` | spans `stripe.request` and `stripe.attempt` |
//! | `jiff`, `chrono`, `time` | conversions of [`Timestamp`] |
//!
//! [stripe-financial-connections-sandbox]: https://docs.rs/stripe-financial-connections-sandbox

#![cfg_attr(docsrs, feature(doc_cfg))]
// Without a client, links to it and to calls have no target.
#![cfg_attr(not(feature = "client"), allow(rustdoc::broken_intra_doc_links))]

// <this slice only>
// Only in documentation. Its samples need all of these features; without one of them, some of its
// links have no target.
#[cfg(all(
    any(doc, doctest),
    any(
        not(doctest),
        all(
            feature = "checkout",
            feature = "client",
            feature = "connect-payouts",
            feature = "invoices",
            feature = "payment-intents",
            feature = "setup-intents",
            feature = "subscriptions",
            feature = "webhook"
        )
    )
))]
#[cfg_attr(
    not(all(
        feature = "checkout",
        feature = "client",
        feature = "connect-payouts",
        feature = "invoices",
        feature = "payment-intents",
        feature = "setup-intents",
        feature = "subscriptions",
        feature = "webhook"
    )),
    allow(rustdoc::broken_intra_doc_links)
)]
#[cfg_attr(docsrs, doc(auto_cfg = false))]
pub mod guide;
// </this slice only>

// Before the generated code, so that the documentation of the client begins with how to make one.
#[cfg(feature = "client")]
mod client;

#[rustfmt::skip] // formatted by the generator
mod api;
#[cfg(feature = "blocking")]
mod blocking;
mod de;
#[cfg(feature = "client")]
mod deadline;
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
#[cfg(feature = "webhook")]
pub mod webhook;

// <this slice only>
mod funds;
#[cfg(feature = "client")]
mod wait;
// </this slice only>

pub use api::*;
#[cfg(feature = "client")]
pub use client::{Client, ClientBuilder};
#[cfg(feature = "client")]
pub use error::{ApiError, ApiErrorKind, ConnectionError, ErrorCode, ListError};
pub use error::{DecodeError, Error};
#[cfg(feature = "client")]
pub use error::{TimeoutError, TooLargeError};
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
/// Re-export of reqwest 0.13, whose client [`ClientBuilder::http_client`] takes.
#[cfg(feature = "client")]
pub use reqwest;
pub use resource::{ListItem, Resource};
#[cfg(feature = "client")]
pub use response::{Headers, Response, ResponseFuture};
#[cfg(feature = "client")]
pub use retry::RetryBudget;
pub use sensitive::Sensitive;
pub use timestamp::Timestamp;
pub use unrecognized::Unrecognized;

// <this slice only>
pub use funds::AvailableFunds;
#[cfg(feature = "client")]
pub use wait::WaitError;
// </this slice only>
