use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::Text;

/// The value of a field `object`, which names the kind of object.
///
/// It is not checked against the type: Stripe renames kinds between API versions (a linked
/// account was once a `linked_account`).
///
/// ```
/// use stripe_financial_connections::ObjectType;
///
/// let kind = ObjectType::from("financial_connections.account");
/// assert_eq!(kind, "financial_connections.account");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectType(Text);

impl ObjectType {
    /// Returns the value as Stripe wrote it.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl From<&str> for ObjectType {
    fn from(value: &str) -> Self {
        Self(Text::new(value))
    }
}

impl PartialEq<str> for ObjectType {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for ObjectType {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Debug for ObjectType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for ObjectType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for ObjectType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ObjectType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::deserialize(deserializer).map(Self)
    }
}
