//! Lowers an OpenAPI document to the `ir`.
//!
//! Each phase is a module with one entry function, which takes a value and returns another:
//!
//! - [`schemas`]: brings every schema into one form
//! - [`types`]: finds the type of each place in the spec, without a name
//! - [`ways`]: names the operations
//! - [`rule`]: names new places, when a names file is completed
//! - [`named`]: joins the places of each type under its name
//! - [`gated`]: decides the features of types, and the boxed fields
//! - [`api`]: assigns everything to its file

mod api;
mod complete;
mod gated;
mod keep;
mod named;
mod rule;
mod schemas;
mod types;
mod ways;

pub(crate) use complete::complete;
#[cfg(test)]
pub(crate) use complete::{Known, complete_after};
pub use rule::Note;
pub(crate) use rule::counterparts;
pub(crate) use types::{Alternative, Direction, Member, PlaceId, Placed, Shape, Types, UnionArm};

use crate::error::{Diagnostic, Diagnostics};
use crate::ir::Api;
use crate::names::Names;
use named::Misfit;
use openapiv3::OpenAPI;

/// The result of lowering.
pub(crate) struct Lowered {
    pub(crate) api: Api,
    /// The type of each place before names. It shows which changes the spec made, and which we
    /// made.
    pub(crate) types: Types,
    /// The parts that can't be expressed in Rust, with the reason.
    pub(crate) left_out: Vec<Diagnostic>,
}

/// A spec, read as far as possible without names.
pub(crate) struct Read {
    pub(crate) types: Types,
    pub(crate) left_out: Vec<Diagnostic>,
}

/// Reads a spec.
///
/// # Errors
///
/// Returns all problems of the spec.
pub(crate) fn read(spec: &OpenAPI) -> Result<Read, Diagnostics> {
    let mut found = Vec::new();
    let mut left_out = Vec::new();
    let schemas = schemas::read(spec, &mut found, &mut left_out);
    let types = types::types(&schemas, &mut found);
    Diagnostics::check(Read { types, left_out }, found)
}

/// Lowers a spec whose places all have a name in `names`.
///
/// # Errors
///
/// Returns all problems: places without a name, names without a place, and places that can't
/// share a type.
pub(crate) fn lower(read: Read, names: &Names) -> Result<Lowered, Diagnostics> {
    let Read { types, left_out } = read;
    let unknown = named::check(&types, names, "cargo xtask spec");
    Diagnostics::check((), unknown)?;
    let mut found = Vec::new();
    let mut misfits = Vec::new();
    let api = assemble(&types, names, &mut found, &mut misfits);
    named::clashes(&api, &mut found);
    found.extend(misfits.iter().map(|misfit| misfit.diagnostic(&types)));
    let lowered = Lowered {
        api,
        types,
        left_out,
    };
    Diagnostics::check(lowered, found)
}

/// Makes the API from places that all have a name.
fn assemble(
    types: &Types,
    names: &Names,
    found: &mut Vec<Diagnostic>,
    misfits: &mut Vec<Misfit>,
) -> Api {
    let ways = ways::ways(types, names, found);
    let named = named::named(types, &ways, names, found, misfits);
    let gated = gated::gated(types, named);
    api::api(types, &ways, names, &gated, found)
}
