//! Tests the parts of Financial Connections that run in a browser: the sandbox's Stripe.js, its
//! dialog, its own page, and the example application.
//!
//! The tests are skipped without Chromium, ChromeDriver and the packages of
//! `browser/package.json`.

mod contract;
mod driver;
mod example;
mod host;
mod intents;
mod keyboard;
mod leaving;
mod overview;
mod paths;
mod safety;
mod screens;
mod site;
mod tabs;
