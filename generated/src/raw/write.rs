//! Writes JSON text to any serializer.
//!
//! serde_json writes the text as it is. Other formats, and serde_json itself behind `flatten` and
//! `tag = "…"`, need a value: an object, for example, has to be written as a map.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::Number;
use serde_json::value::RawValue;

use crate::de::Name;

/// The largest nesting of values. Deeper values are written as text; serde_json does not read
/// deeper either.
const MAX_DEPTH: u8 = 128;

/// A value within the text.
pub(super) struct Written<'a> {
    json: &'a RawValue,
    depth: u8,
}

impl<'a> Written<'a> {
    pub(super) fn new(json: &'a RawValue) -> Self {
        Self { json, depth: 0 }
    }

    fn inner(&self, json: &'a RawValue) -> Self {
        Self {
            json,
            depth: self.depth + 1,
        }
    }
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.json.get();
        match text.as_bytes().first() {
            Some(b'{') if self.depth < MAX_DEPTH => {
                if let Ok(Entries(entries)) = serde_json::from_str(text) {
                    let entries = entries.iter();
                    return serializer
                        .collect_map(entries.map(|(key, json)| (key.as_str(), self.inner(json))));
                }
            }
            Some(b'[') if self.depth < MAX_DEPTH => {
                if let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(text) {
                    return serializer.collect_seq(items.into_iter().map(|json| self.inner(json)));
                }
            }
            Some(b'"') => {
                if let Ok(string) = serde_json::from_str::<Name<'_>>(text) {
                    return serializer.serialize_str(string.as_str());
                }
            }
            Some(b't') => return serializer.serialize_bool(true),
            Some(b'f') => return serializer.serialize_bool(false),
            Some(b'n') => return serializer.serialize_unit(),
            // A number whose digits would change stays text.
            _ => {
                if let Ok(number) = text.parse::<i64>()
                    && number.to_string() == text
                {
                    return serializer.serialize_i64(number);
                }
                if let Ok(number) = text.parse::<u64>() {
                    return serializer.serialize_u64(number);
                }
                if let Ok(number) = text.parse()
                    && Number::from_f64(number).is_some_and(|float| float.to_string() == text)
                {
                    return serializer.serialize_f64(number);
                }
            }
        }
        self.json.serialize(serializer)
    }
}

/// The entries of an object, in order.
struct Entries<'a>(Vec<(Name<'a>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Entries(entries))
    }
}
