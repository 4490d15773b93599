//! Tasks from start to finish, in the order in which one meets them.
//!
//! | page | task |
//! |---|---|
//! | [`link_an_account`] | a customer, a session, the dialog in the browser, and what to store |
//! | [`balances`] | refresh a balance, wait for it, and check it before a debit |
//! | [`owners`] | who owns an account, and how to compare names |
//! | [`transactions`] | all transactions, then only what is new |
//! | [`webhooks`] | receive events with axum, actix-web or AWS Lambda |
//! | [`ach_payments`] | ask for permissions in a payment, and debit the account |
//! | [`platforms`] | act for connected accounts, and pay out to linked accounts |
//! | [`errors`] | what fails how, retries, deadlines, logs |
//! | [`testing`] | test your code without a network |
//! | [`api_versions`] | what a new version of Stripe's API changes |
//! | [`coming_from`] | from async-stripe, from curl, from Stripe's Node library |
//!
//! Every sample is compiled and run against the sandbox, and each output shown is what it printed.

#[doc = include_str!("guide/link_an_account.md")]
pub mod link_an_account {}

#[doc = include_str!("guide/balances.md")]
pub mod balances {}

#[doc = include_str!("guide/owners.md")]
pub mod owners {}

#[doc = include_str!("guide/transactions.md")]
pub mod transactions {}

#[doc = include_str!("guide/webhooks.md")]
pub mod webhooks {}

#[doc = include_str!("guide/ach_payments.md")]
pub mod ach_payments {}

#[doc = include_str!("guide/platforms.md")]
pub mod platforms {}

#[doc = include_str!("guide/errors.md")]
pub mod errors {}

#[doc = include_str!("guide/testing.md")]
pub mod testing {}

#[doc = include_str!("guide/api_versions.md")]
pub mod api_versions {}

#[doc = include_str!("guide/coming_from.md")]
pub mod coming_from {}
