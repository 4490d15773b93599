//! What `subset.yaml` says.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::document::{self, Object, Others, Shape};
use crate::error::Diagnostic;
use crate::placeholder;
use crate::source::Source;

/// The feature whose parts carry no `x-feature`: they are always compiled.
pub(super) const DEFAULT: &str = "default";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rules {
    /// The API version that the rules and the overlays are written for: of an older spec, what it
    /// lacks is no mistake of theirs.
    pub(super) api_version: Option<String>,
    /// What becomes of upstream's prose.
    #[serde(default)]
    pub(super) descriptions: Descriptions,
    /// Pointer to the enum of the webhook event types, where events are selected.
    pub(super) event_types: Option<String>,
    /// Without it, all payment methods stay.
    pub(super) payment_methods: Option<PaymentMethods>,
    #[serde(default)]
    pub(super) cuts: Vec<Cut>,
    /// What stays without a type. Without this key nobody is asked.
    pub(super) raw: Option<Vec<Raw>>,
    pub(super) features: BTreeMap<String, Feature>,
}

#[derive(Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Descriptions {
    /// It goes, and an overlay has to document all there is.
    Drop,
    /// It stays, and what has none gets a sentence made from its name.
    #[default]
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
    why: String,
}

/// A decision that something stays without a type of its own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    /// The place, or a pattern of places: `*` stands for one step, `**` for any number.
    pub(super) place: String,
    /// The resources outside of the slice that it refers to, if it does.
    #[serde(default)]
    pub(super) to: Vec<String>,
    /// Why it stays raw: for who reads the file.
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
    /// The resources that are modelled; a reference to another one is cut. Without this key they
    /// are those that its operations answer with.
    pub(super) resources: Option<Vec<String>>,
}

/// The form of the file, for diagnostics that say where in it: the same keys as above.
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
    /// Reasons that are still to be written.
    pub(super) fn placeholders(&self) -> Vec<Diagnostic> {
        let cuts = self.cuts.iter().map(|cut| &cut.why).enumerate();
        let cuts = cuts.map(|(index, why)| (why, format!("/cuts/{index}/why")));
        let raw = self.raw.iter().flatten().map(|raw| &raw.why).enumerate();
        let raw = raw.map(|(index, why)| (why, format!("/raw/{index}/why")));
        cuts.chain(raw)
            .filter_map(|(why, pointer)| placeholder::check(why, &pointer))
            .collect()
    }

    /// Reads `source`.
    ///
    /// # Errors
    ///
    /// Returns all that keeps it from being read.
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
