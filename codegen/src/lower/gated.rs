//! Decides the features of each type, and the fields that are boxed.
//!
//! Both only grow: entries of the names file are kept.

mod boxes;
mod features;

use super::named::Named;
use super::types::Types;
use crate::ir::{Features, TypeId};
use std::collections::BTreeSet;

pub(crate) use boxes::{Fields, boxes};

/// An API with its features and boxed fields.
pub(crate) struct Gated {
    pub(crate) named: Named,
    /// The features of each type.
    pub(crate) features: Vec<Features>,
    /// The boxed fields, which close a cycle of types.
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
