//! The half of Financial Connections that runs in a browser, in a real one: Stripe.js of the
//! sandbox, the dialog, the sandbox's page, and the example application.
//!
//! Without Chromium, ChromeDriver and the packages of `browser/package.json` they are skipped.

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
