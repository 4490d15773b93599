//! Records in a spec what it was made from.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::Source;

const COMMIT: &str = "x-source-commit";
const SOURCE: &str = "x-source-sha256";
const INPUTS: &str = "x-inputs-sha256";

/// The origin of a spec, from its header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The API version.
    pub version: String,
    /// The commit of the repository that the full spec is from, if known.
    pub commit: Option<String>,
    /// The SHA-256 digest of the full spec.
    pub sha256: String,
    /// The SHA-256 digest of the rules and overlays.
    pub inputs_sha256: String,
}

impl Origin {
    /// Reads the header of a spec that [`subset`](crate::subset) made.
    pub fn of(made: &str) -> Self {
        let info = made.lines().skip_while(|line| *line != "info:").skip(1);
        let info = info.take_while(|line| line.starts_with(' '));
        let mut origin = Self::default();
        for (key, value) in info.filter_map(|line| line.trim().split_once(": ")) {
            let value = value.trim_matches(['\'', '"']).to_owned();
            match key {
                "version" => origin.version = value,
                COMMIT => origin.commit = Some(value),
                SOURCE => origin.sha256 = value,
                INPUTS => origin.inputs_sha256 = value,
                _ => {}
            }
        }
        origin
    }

    /// Returns whether the full spec was `spec`.
    pub fn is_of(&self, spec: &str) -> bool {
        self.sha256 == hex(&Sha256::digest(spec))
    }

    /// Returns whether these are the rules and overlays that were used.
    pub fn is_by(&self, rules: Source<'_>, overlays: &[Source<'_>]) -> bool {
        self.inputs_sha256 == of_inputs(rules, overlays)
    }
}

/// Writes the header that [`Origin::of`] reads.
pub(super) fn write(
    info: &mut Map<String, Value>,
    spec: Source<'_>,
    commit: Option<&str>,
    rules: Source<'_>,
    overlays: &[Source<'_>],
) {
    if let Some(commit) = commit {
        info.insert(COMMIT.to_owned(), json!(commit));
    }
    info.insert(SOURCE.to_owned(), json!(hex(&Sha256::digest(spec.text))));
    info.insert(INPUTS.to_owned(), json!(of_inputs(rules, overlays)));
}

fn of_inputs(rules: Source<'_>, overlays: &[Source<'_>]) -> String {
    let mut digest = Sha256::new();
    for source in std::iter::once(&rules).chain(overlays) {
        // Line ends differ between checkouts, so they are not part of the digest.
        for line in source.text.lines() {
            digest.update(line);
            digest.update("\n");
        }
    }
    hex(&digest.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
