//! Rust bindings for Stripe Financial Connections.
