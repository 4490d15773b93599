//! Detects a body that was parsed and written again. It is the same JSON with other bytes, so the
//! signed bytes can be guessed from it.

use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use crate::Raw;

/// The largest body that is checked, so that a sender can't cause much work.
const MAX_LEN: usize = 256 * 1024;

/// Tries the ways in which Stripe may have written the body.
pub(super) fn was_rewritten(body: &[u8], was_signed: impl Fn(&[u8]) -> bool) -> bool {
    let Some(text) = std::str::from_utf8(body)
        .ok()
        .filter(|text| text.len() <= MAX_LEN)
    else {
        return false;
    };
    let text = text.trim_start_matches('\u{feff}').trim();
    let unix = text.replace("\r\n", "\n");
    if was_signed(unix.as_bytes()) || was_signed(text.as_bytes()) {
        return true;
    }
    // JSON within a string, as when a body was written as JSON twice.
    if let Ok(inner) = serde_json::from_str::<String>(text) {
        return was_signed(inner.as_bytes());
    }
    let (Ok(raw), Ok(value)) = (
        serde_json::from_str::<Raw>(text),
        serde_json::from_str(text),
    ) else {
        return false;
    };
    // Keys in the order of the body, in Stripe's, and sorted as serde_json does.
    let (stripes, sorted) = (Ordered(&value), &value);
    let guesses = [
        serde_json::to_vec_pretty(&raw),
        serde_json::to_vec_pretty(&stripes),
        serde_json::to_vec_pretty(sorted),
        serde_json::to_vec(&raw),
        serde_json::to_vec(&stripes),
        serde_json::to_vec(sorted),
    ];
    let mut guesses = guesses.into_iter().flatten();
    guesses.any(|guess| was_signed(&guess))
}

/// A value with its keys in Stripe's order: `id`, `object`, then the others by name.
struct Ordered<'a>(&'a Value);

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(fields) => {
                let mut fields: Vec<_> = fields.iter().collect();
                fields.sort_by_key(|(name, _)| (*name != "id", *name != "object", *name));
                serializer.collect_map(fields.iter().map(|(name, value)| (name, Ordered(value))))
            }
            Value::Array(items) => serializer.collect_seq(items.iter().map(Ordered)),
            value => value.serialize(serializer),
        }
    }
}
