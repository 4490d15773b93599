//! Tests the sandbox against the spec, the crate, and unusual clients.

mod billing;
mod causes;
mod conformance;
mod connect;
mod documented;
mod faults;
mod guard;
mod http;
mod keys;
mod library;
mod life;
mod load;
mod program;
mod robust;
mod schema;
mod store;
mod strict;
mod webhooks;
