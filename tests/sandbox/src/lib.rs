#![doc = include_str!("../README.md")]
#![doc = include_str!("../BROWSER.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

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
