use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::de::{self, Fields, Object};
use crate::{Error, Resource};

/// A JSON value as Stripe sent it, to be read when and as it is needed.
///
/// `Debug` shows its size, since it may hold personal data.
///
/// ```
/// use stripe_financial_connections::Raw;
///
/// let raw: Raw = serde_json::from_str(r#"{"status": "active"}"#)?;
/// let value: serde_json::Value = raw.parse()?;
/// assert_eq!(value["status"], "active");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Raw(Box<RawValue>);

impl Raw {
    /// The JSON text.
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// Reads the value as a type of the caller's choice.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] if it does not fit that type.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Error> {
        Ok(de::from_slice(self.get().as_bytes())?)
    }
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Raw({} bytes)", self.get().len())
    }
}

impl PartialEq for Raw {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl Eq for Raw {}

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::deserialize(deserializer).map(Self)
    }
}

/// An object of a kind that this crate has no type for, kept as JSON.
///
/// Stands where a field refers to something outside of the bindings and the request expanded it.
#[derive(Clone, PartialEq, Eq)]
pub struct RawObject {
    id: String,
    raw: Raw,
}

impl RawObject {
    /// The whole object, its id included.
    pub fn raw(&self) -> &Raw {
        &self.raw
    }
}

impl Resource for RawObject {
    type Id = String;
    const BUFFERED: bool = true;

    fn id(&self) -> &String {
        &self.id
    }
}

impl fmt::Debug for RawObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawObject")
            .field("id", &self.id)
            .field("raw", &self.raw)
            .finish()
    }
}

impl Serialize for RawObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RawObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = de::buffered(deserializer)?;
        let OnlyId(id) = de::nested(&raw)?;
        Ok(Self { id, raw })
    }
}

struct OnlyId(String);

impl Object for OnlyId {
    const NAME: &'static str = "object with an id";

    fn from_fields<'de, A: serde::de::MapAccess<'de>>(
        mut fields: Fields<A>,
    ) -> Result<Self, A::Error> {
        let mut id = None;
        while let Some(name) = fields.next_name()? {
            match name.as_str() {
                "id" => fields.read(&mut id)?,
                _ => fields.skip()?,
            }
        }
        fields.required(id, "id").map(Self)
    }
}

crate::macros::object!(OnlyId);
