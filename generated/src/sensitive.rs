use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A secret or personal value. `Debug` shows that there is a value, but not the value.
///
/// It has no `Display` and no `Deref`, so that it does not get into logs by mistake. Serializing
/// writes the value.
///
/// ```
/// use stripe_financial_connections::Sensitive;
///
/// let name = Sensitive::from(String::from("Jenny Rosen"));
/// assert_eq!(format!("{name:?}"), "Sensitive(..)");
/// assert_eq!(name.expose(), "Jenny Rosen");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Sensitive<T>(T);

impl<T> Sensitive<T> {
    /// Returns the value. Keep it out of logs.
    pub fn expose(&self) -> &T {
        &self.0
    }

    /// Returns the value by move.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> From<T> for Sensitive<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sensitive(..)")
    }
}

impl<T: Serialize> Serialize for Sensitive<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Sensitive<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}
