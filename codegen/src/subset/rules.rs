//! Parses `subset.yaml`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::document::{self, Object, Others, Shape};
use crate::error::Diagnostic;
use crate::placeholder;
use crate::source::Source;

/// The default feature; its parts have no `x-feature` and are always compiled.
pub(super) const DEFAULT: &str = "default";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rules {
    /// The API version that the rules and overlays are written for. Entries that match nothing in
    /// an older spec are no errors.
    pub(super) api_version: Option<String>,
    /// What to do with upstream's descriptions.
    #[serde(default)]
    pub(super) descriptions: Descriptions,
    /// Pointer to the enum of webhook event types; required to select events.
    pub(super) event_types: Option<String>,
    /// The rule for payment methods. Without it, all are kept.
    pub(super) payment_methods: Option<PaymentMethods>,
    #[serde(default)]
    pub(super) cuts: Vec<Cut>,
    /// The places that stay raw JSON. Without this key they are not checked.
    pub(super) raw: Option<Vec<Raw>>,
    pub(super) features: BTreeMap<String, Feature>,
}

#[derive(Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Descriptions {
    /// Drop them; an overlay has to document every place.
    Drop,
    /// Keep them; a place without one gets a sentence made from its name.
    #[default]
    Keep,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PaymentMethods {
    /// Pointer to the enum of all payment method types.
    pub(super) types: String,
    /// The payment methods to keep.
    pub(super) keep: Vec<String>,
}

/// A part of the spec to remove.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cut {
    /// JSONPath into the upstream spec.
    pub(super) target: String,
    /// The reason, for readers of the file.
    why: String,
}

/// A decision to leave a place without a type.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    /// The place, or a pattern of places: `*` stands for one step, `**` for any number.
    pub(super) place: String,
    /// The resources outside of the subset that it refers to.
    #[serde(default)]
    pub(super) to: Vec<String>,
    /// The reason, for readers of the file.
    why: String,
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
    /// The resources to bind; references to others are cut. Without this key, the resources that
    /// the operations answer with.
    pub(super) resources: Option<Vec<String>>,
}

/// The form of the file, with the same keys as above, for diagnostics with a position.
static RULES: Object = Object {
    what: "the file",
    required: &["features"],
    keys: &[
        ("api_version", Shape::Text),
        ("descriptions", Shape::Word(&["drop", "keep"])),
        ("event_types", Shape::Text),
        ("payment_methods", Shape::Object(&PAYMENT_METHODS)),
        ("cuts", Shape::List(&Shape::Object(&CUT))),
        ("raw", Shape::List(&Shape::Object(&RAW))),
        ("features", Shape::Map(&Shape::Object(&FEATURE))),
    ],
    others: Others::Wrong,
    rule: None,
    by_reference: false,
};

static PAYMENT_METHODS: Object = Object {
    what: "the rule for payment methods",
    required: &["types", "keep"],
    keys: &[("types", Shape::Text), ("keep", TEXTS)],
    ..RULES
};

static CUT: Object = Object {
    what: "a cut",
    required: &["target", "why"],
    keys: &[("target", Shape::Text), ("why", Shape::Text)],
    ..RULES
};

static RAW: Object = Object {
    what: "a decision to leave a place raw",
    required: &["place", "why"],
    keys: &[("place", Shape::Text), ("to", TEXTS), ("why", Shape::Text)],
    ..RULES
};

static FEATURE: Object = Object {
    what: "a feature",
    required: &[],
    keys: &[
        ("operations", TEXTS),
        ("events", TEXTS),
        ("resources", TEXTS),
    ],
    ..RULES
};

const TEXTS: Shape = Shape::List(&Shape::Text);

impl Rules {
    /// Reports reasons that are placeholders.
    pub(super) fn placeholders(&self) -> Vec<Diagnostic> {
        let cuts = self.cuts.iter().map(|cut| &cut.why).enumerate();
        let cuts = cuts.map(|(index, why)| (why, format!("/cuts/{index}/why")));
        let raw = self.raw.iter().flatten().map(|raw| &raw.why).enumerate();
        let raw = raw.map(|(index, why)| (why, format!("/raw/{index}/why")));
        cuts.chain(raw)
            .filter_map(|(why, pointer)| placeholder::check(why, &pointer))
            .collect()
    }

    /// Parses `source`.
    ///
    /// # Errors
    ///
    /// Returns all problems of the file's form.
    pub(super) fn parse(source: Source<'_>) -> Result<Self, Vec<Diagnostic>> {
        let document = document::open(source)?;
        let mut found = Vec::new();
        document::check(&document, &Shape::Object(&RULES), "", &mut found);
        let cuts = document.get("cuts").and_then(Value::as_array);
        for (index, cut) in cuts.into_iter().flatten().enumerate() {
            if let Some(target) = cut.get("target").and_then(Value::as_str) {
                found.extend(document::path(target, format!("/cuts/{index}/target")).err());
            }
        }
        if found.is_empty() {
            match serde_json::from_value(document) {
                Ok(rules) => return Ok(rules),
                Err(error) => found.push(Diagnostic::new("", error.to_string(), "correct it")),
            }
        }
        Err(found
            .into_iter()
            .map(|wrong| wrong.in_file(source.name))
            .collect())
    }
}
