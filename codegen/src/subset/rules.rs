//! What `subset.yaml` says.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::Diagnostic;

/// The feature whose parts carry no `x-feature`: they are always compiled.
pub(super) const DEFAULT: &str = "default";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rules {
    /// What becomes of upstream's prose.
    pub(super) descriptions: Descriptions,
    /// Pointer to the enum of the webhook event types.
    pub(super) event_types: String,
    pub(super) payment_methods: PaymentMethods,
    #[serde(default)]
    pub(super) cuts: Vec<Cut>,
    pub(super) features: BTreeMap<String, Feature>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Descriptions {
    Drop,
    Keep,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PaymentMethods {
    /// Pointer to the enum of all payment method types.
    pub(super) types: String,
    /// Those that stay.
    pub(super) keep: Vec<String>,
}

/// Something no rule speaks of.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cut {
    /// JSONPath into the upstream spec.
    pub(super) target: String,
    /// Why it goes: for who reads the file.
    #[serde(rename = "why")]
    _why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Feature {
    /// Operation ids, or globs over paths.
    #[serde(default)]
    pub(super) operations: Vec<String>,
    /// Globs over the webhook event types.
    #[serde(default)]
    pub(super) events: Vec<String>,
    /// The resources that are modelled; a reference to another one is cut.
    #[serde(default)]
    pub(super) resources: Vec<String>,
}

impl Rules {
    pub(super) fn parse(text: &str) -> Result<Self, Diagnostic> {
        serde_yaml::from_str(text).map_err(|error| {
            Diagnostic::new(
                "",
                error.to_string(),
                "correct it; no key has a default but empty lists",
            )
        })
    }
}
