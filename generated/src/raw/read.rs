//! Reads JSON text from any deserializer.
//!
//! serde_json provides the text of a value only when it reads text itself. Behind `flatten`,
//! `untagged` and `tag = "…"`, and in other formats, serde provides values, which are then
//! written as JSON.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, StringDeserializer};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::Value;
use serde_json::value::RawValue;

pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Box<RawValue>, D::Error> {
    Box::deserialize(TextOrValue(deserializer))
}

/// Forwards the request for text, and also accepts a value.
struct TextOrValue<D>(D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for TextOrValue<D> {
    type Error = D::Error;

    /// serde_json returns text for a newtype struct with this name.
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let visitor = TextOrValueVisitor { name, visitor };
        self.0.deserialize_newtype_struct(name, visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct TextOrValueVisitor<V> {
    name: &'static str,
    visitor: V,
}

impl<'de, V: Visitor<'de>> TextOrValueVisitor<V> {
    fn value<E: Error>(self, value: Result<Value, E>) -> Result<V::Value, E> {
        // The value deserializes from its own text.
        value?
            .deserialize_newtype_struct(self.name, self.visitor)
            .map_err(E::custom)
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for TextOrValueVisitor<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        self.value(Value::deserialize(value))
    }

    /// serde_json passes the text as a map with one entry, under the requested name.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<V::Value, A::Error> {
        let first: Option<String> = map.next_key()?;
        let is_text = first.as_deref() == Some(self.name);
        let map = Rewound { first, map };
        if is_text {
            self.visitor.visit_map(map)
        } else {
            self.value(Value::deserialize(MapAccessDeserializer::new(map)))
        }
    }
}

/// A map whose first key was already read.
struct Rewound<A> {
    first: Option<String>,
    map: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Rewound<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        match self.first.take() {
            Some(key) => {
                let key: StringDeserializer<A::Error> = key.into_deserializer();
                seed.deserialize(key).map(Some)
            }
            None => self.map.next_key_seed(seed),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}
