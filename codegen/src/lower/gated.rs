//! named → gated: what is compiled for whom, and which fields are boxed.
//!
//! Both only grow: what the names file says stays.

mod boxes;
mod features;

use super::named::Named;
use super::types::Types;
use crate::ir::{Features, TypeId};
use std::collections::BTreeSet;

pub(crate) use boxes::{Fields, boxes};

/// An API with all that decides what is compiled.
pub(crate) struct Gated {
    pub(crate) named: Named,
    /// Of each type.
    pub(crate) features: Vec<Features>,
    /// Fields that close a cycle of types.
    pub(crate) boxed: BTreeSet<(TypeId, String)>,
}

pub(super) fn gated(types: &Types, named: Named) -> Gated {
    Gated {
        features: features::features(types, &named),
        boxed: boxes(&named, &Fields::new()),
        named,
    }
}

pub(super) use features::widen;
