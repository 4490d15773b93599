mod read;
mod write;

use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::de::{self, Fields, Object};
use crate::{Error, Resource};

/// A JSON value as Stripe sent it, which can be parsed later.
///
/// `Debug` shows only its size, as it may contain personal data.
///
/// If serde_json reads it directly, the original text is kept. Behind `flatten`, `untagged` and
/// `tag = "…"`, and in other formats, serde only provides values; the text is then made from
/// them, and keys may be in another order. Two values are equal if they are the same JSON value.
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
    /// Returns the JSON text.
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// Parses the value as another type.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] if the value does not fit the type.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Error> {
        Ok(de::from_slice(self.get().as_bytes())?)
    }

    /// The id, if it is an object that has one.
    #[allow(dead_code, reason = "only unions of some features ask for it")]
    pub(crate) fn id(&self) -> Option<String> {
        de::nested::<OnlyId, serde_json::Error>(self)
            .ok()
            .map(|OnlyId(id)| id)
    }
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Raw({} bytes)", self.get().len())
    }
}

impl PartialEq for Raw {
    fn eq(&self, other: &Self) -> bool {
        let value = |raw: &Self| serde_json::from_str::<Value>(raw.get()).ok();
        self.get() == other.get()
            || value(self).is_some_and(|this| value(other).is_some_and(|other| this == other))
    }
}

impl Eq for Raw {}

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write::Written::new(&self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read::text(deserializer).map(Self)
    }
}

/// An object without a type in this crate, kept as JSON.
///
/// A field has this type if it refers to an object outside of the bindings, and the request
/// expands it.
#[derive(Clone, PartialEq, Eq)]
pub struct RawObject {
    id: String,
    raw: Raw,
}

impl RawObject {
    /// Returns the whole object with its id.
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

#[cfg(test)]
mod tests {
    use serde::de::value::{Error, MapAccessDeserializer, MapDeserializer};
    use serde_json::json;

    use super::*;

    fn raw(json: &str) -> Raw {
        serde_json::from_str(json).expect(json)
    }

    #[test]
    fn raw_json_keeps_its_text() {
        let json = r#"{ "b": 1.10, "a": [1e2, "\ud83d\ude00"], "b": null }"#;
        assert_eq!(raw(json).get(), json);
        // Stripe cuts some texts in the middle of a surrogate pair.
        assert_eq!(raw(r#""\ud83d""#).get(), r#""\ud83d""#);
    }

    #[test]
    fn raw_json_is_written_as_a_value() {
        for json in [
            r#"{"b":1.5,"a":[true,false,null,"x\n",{"":-1}],"b":18446744073709551615}"#,
            "[]",
            "{}",
            r#""""#,
            // An integer that is no exact float stays unchanged.
            "123456789012345678901234567890",
            "[1e400]",
            // So do the digits of a float.
            "[1.10,1e2,-0,-0.0,7.853939691142486e157,0.1,100.0]",
            r#""\ud83d""#,
        ] {
            assert_eq!(serde_json::to_string(&raw(json)).expect(json), json);
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(serde_json::to_string(&raw(&deep)).expect("JSON"), deep);
        let value = serde_json::to_value(raw(r#"{"a": [1, 2.5]}"#)).expect("a value");
        assert_eq!(value, json!({"a": [1, 2.5]}));
    }

    #[test]
    fn raw_json_is_equal_if_its_values_are() {
        let object = raw(r#"{"a": 1, "b": [2.50]}"#);
        assert_eq!(object, raw(r#"{"b":[2.5],"a":1}"#));
        assert_ne!(object, raw(r#"{"b":[2.5],"a":2}"#));
        assert_ne!(object, raw(r#"{"a":1}"#));
        let deep = |count: usize| raw(&format!("{}{}", "[".repeat(count), "]".repeat(count)));
        assert_eq!(deep(1000), deep(1000));
        assert_ne!(deep(1000), deep(1001));
    }

    #[test]
    fn raw_json_is_read_from_a_map() {
        let entries = [("b", 1), ("a", 2)].into_iter();
        let map: MapDeserializer<'_, _, Error> = MapDeserializer::new(entries);
        let read = Raw::deserialize(MapAccessDeserializer::new(map)).expect("a value");
        assert_eq!(read, raw(r#"{"a": 2, "b": 1}"#));
        let none: MapDeserializer<'_, _, Error> = MapDeserializer::new([("", 1); 0].into_iter());
        let read = Raw::deserialize(MapAccessDeserializer::new(none)).expect("a value");
        assert_eq!(read.get(), "{}");
    }
}
