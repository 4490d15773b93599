//! A sandbox that answers like Stripe, for tests and for trying things out without an account.
//!
//! ```
//! use std::time::Duration;
//! use stripe_financial_connections::financial_connections::{
//!     AccountHolderParams, Permission, RefreshFeature,
//! };
//! use stripe_financial_connections_sandbox::{Institution, Sandbox};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::start().await?;
//! let client = sandbox.client();
//!
//! let customer = client.customers().create().await?;
//! let session = client
//!     .financial_connections()
//!     .sessions()
//!     .create(AccountHolderParams::customer(customer.id), [Permission::Balances])
//!     .await?;
//!
//! // What the user does in the browser.
//! let accounts = sandbox.link(session.id.as_str(), Institution::bank())?;
//!
//! let accounts_api = client.financial_connections().accounts();
//! accounts_api.refresh(&*accounts[0], [RefreshFeature::Balance]).await?;
//! // A refresh takes a second; a test does not have to.
//! sandbox.advance(Duration::from_secs(1));
//! let account = accounts_api.retrieve(&*accounts[0]).await?;
//! assert!(account.balance.is_some());
//! # Ok(()) }
//! ```
//!
//! What it has beside Stripe's API:
//!
//! | | |
//! |---|---|
//! | `GET /_sandbox` | version, time and institutions |
//! | `POST /_sandbox/sessions/{id}/link` | the user links accounts: `institution`, `accounts[]` (subcategories) |
//! | `POST /_sandbox/payment_intents/{id}/link` | the same for a payment intent; also `setup_intents` |
//! | `POST /_sandbox/accounts/{id}/deactivate` | the institution no longer lets it be read; also `reactivate` |
//! | `GET /_sandbox/clock` | the time |
//! | `POST /_sandbox/clock/advance` | `seconds` pass, with all that happens in them |
//! | `POST /_sandbox/webhook` | `url` and `secret` to send events to |
//! | `GET /_sandbox/events` | events (of a `type`) and how their delivery went |
//! | `POST /_sandbox/events/{id}/resend` | sends an event again |
//! | `POST /_sandbox/faults` | makes answers fail: `status`, `delay` (seconds), `drop`, `after`, `body`, `retry_after`, `should_retry`, for `times` requests of a `method` and a `path`; `GET` lists, `DELETE` clears |
//!
//! The header `Sandbox-Fault: status=503, delay=2` makes the answer to its own request fail.
//!
//! A refresh takes a second, and another one can be asked for a minute later. Accounts that are
//! subscribed to are refreshed every day. A debit takes four days, and fails if it is of more
//! than the account has.
//!
#![doc = include_str!("../BROWSER.md")]

mod accounts;
mod api;
mod billing;
pub mod blocking;
mod browser;
mod clock;
mod control;
mod customers;
mod delivery;
mod error;
mod events;
mod expand;
mod external_accounts;
mod faults;
pub mod fixtures;
mod flow;
mod form;
mod guard;
mod idempotency;
mod ids;
mod institutions;
mod intent_params;
mod intents;
mod link;
mod mandates;
mod ownership;
mod payment_methods;
mod range;
mod refresh;
mod requests;
mod routes;
mod sandbox;
mod server;
mod sessions;
mod shape;
mod spec;
mod state;
mod store;
mod table;
#[cfg(feature = "tls")]
mod tls;
mod tokens;
mod transactions;
mod validate;
mod webhook_endpoints;
mod world;

pub use faults::Fault;
pub use institutions::{BankAccount, Institution, Outage, Owners, SignIn};
pub use sandbox::{Link, Refused, Sandbox, SandboxBuilder};
