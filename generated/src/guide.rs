//! Guides for common tasks, from start to finish.
//!
//! 1. [Link an account](link_an_account): a customer, a session, the dialog in the browser, and what
//!    to store.
//! 2. [Balances](balances): refresh a balance, wait for it, and check it before a debit.
//! 3. [Owners](owners): who owns an account, and how to compare names.
//! 4. [Transactions](transactions): all transactions, then only what is new.
//! 5. [Webhooks](webhooks): receive events with axum, actix-web or AWS Lambda.
//! 6. [ACH payments](ach_payments): ask for permissions in a payment, and debit the account.
//! 7. [Platforms](platforms): act for connected accounts, and pay out to linked accounts.
//! 8. [Errors](errors): what fails how, retries, deadlines, logs.
//! 9. [Testing](testing): test your code without a network.
//! 10. [API versions](api_versions): what a new version of Stripe's API changes.
//! 11. [Coming from](coming_from) async-stripe, curl, or Stripe's Node library: the calls side by side.
//!
//! Every sample is compiled and run against the sandbox. The outputs shown are those of the
//! samples.

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
