//! Tests `subset`: rules, overlays and diagnostics.

mod clashes;
mod diagnostics;
mod fuzz;
mod names;
mod overlay;
mod payment_methods;
mod prose;
mod query;
mod raw;
mod reading;
mod references;
mod rules;
mod support;
