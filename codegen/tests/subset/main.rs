//! The subset door: rules, overlays, diagnostics.

mod diagnostics;
mod overlay;
mod payment_methods;
mod rules;
mod support;
