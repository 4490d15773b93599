//! openapiv3 → ir: what a spec says, in the shapes of Rust.
//!
//! Each phase is a room with one door, takes a value and hands on another:
//!
//! - [`schemas`]: every schema in one form, whatever way the document writes it
//! - [`types`]: what each place in the spec is, on its own and without a name
//! - [`ways`]: what operations are called
//! - [`rule`]: what new places are called, when names are to be completed
//! - [`named`]: the places of each type become one, under its name
//! - [`gated`]: what is compiled for whom, and which fields are boxed
//! - [`api`]: all of it in its file

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

/// What lowering gives.
pub(crate) struct Lowered {
    pub(crate) api: Api,
    /// What each place is on its own, to tell what the spec changed from what we did.
    pub(crate) types: Types,
    /// What has no form in Rust, and why.
    pub(crate) left_out: Vec<Diagnostic>,
}

/// A spec as far as it can be read without names.
pub(crate) struct Read {
    pub(crate) types: Types,
    pub(crate) left_out: Vec<Diagnostic>,
}

/// Reads a spec.
///
/// # Errors
///
/// Returns everything that is wrong with it.
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
/// Returns everything that is wrong with it: places without a name, names without a place, what
/// can't be one type.
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

/// The API of places that all have a name.
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
