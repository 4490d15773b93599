//! A small string for ids, map keys and parameters.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest text that is stored inline. Stripe's ids fit (`fcaowns_` and 24 more), and the
/// type has 40 bytes.
const INLINE: usize = 38;

/// An immutable string that allocates only when it is longer than [`INLINE`] bytes.
#[derive(Clone)]
pub(crate) struct Text(Repr);

#[derive(Clone)]
enum Repr {
    Inline { len: u8, bytes: [u8; INLINE] },
    Heap(Box<str>),
}

impl Text {
    pub(crate) fn new(text: &str) -> Self {
        Self::inline(text).unwrap_or_else(|| Self(Repr::Heap(text.into())))
    }

    fn inline(text: &str) -> Option<Self> {
        let mut bytes = [0; INLINE];
        bytes
            .get_mut(..text.len())?
            .copy_from_slice(text.as_bytes());
        Some(Self(Repr::Inline {
            len: text.len() as u8,
            bytes,
        }))
    }

    pub(crate) fn as_str(&self) -> &str {
        match &self.0 {
            // The bytes are valid UTF-8, because they were copied from a `str`.
            Repr::Inline { len, bytes } => {
                std::str::from_utf8(&bytes[..usize::from(*len)]).unwrap_or_default()
            }
            Repr::Heap(text) => text,
        }
    }

    /// Returns the bytes, without the check that `as_str` makes.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Inline { len, bytes } => &bytes[..usize::from(*len)],
            Repr::Heap(text) => text.as_bytes(),
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::inline(&text).unwrap_or_else(|| Self(Repr::Heap(text.into_boxed_str())))
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        match text.0 {
            Repr::Inline { .. } => text.as_str().to_owned(),
            Repr::Heap(text) => text.into_string(),
        }
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Text {}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        // The order of the texts.
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::de::text(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_every_length_on_both_sides_of_the_limit() {
        for len in 0..=64 {
            let text: String = "fca_é123456789".chars().cycle().take(len).collect();
            let inline = text.len() <= INLINE;
            for made in [Text::new(&text), Text::from(text.clone())] {
                assert_eq!(made.as_str(), text);
                assert_eq!(matches!(made.0, Repr::Inline { .. }), inline, "{text}");
                assert_eq!(String::from(made), text);
            }
        }
    }

    #[test]
    fn has_the_expected_size() {
        assert_eq!(size_of::<Text>(), 40);
        assert_eq!(size_of::<Option<Text>>(), 40);
    }

    #[test]
    fn compares_by_text() {
        let (short, long) = ("b", "a".repeat(40));
        assert!(Text::new(&long) < Text::new(short));
        assert_eq!(Text::new(&long), Text::from(long.clone()));
        let set = std::collections::HashSet::from([Text::new(&long), Text::new(short)]);
        assert!(set.contains(short) && set.contains(long.as_str()));
    }
}
