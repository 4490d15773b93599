//! Deserializes objects from JSON, for generated and handwritten types.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IgnoredAny,
    MapAccess, Visitor,
};

mod integer;

pub(crate) use integer::{Integer, StandsFor, rounded_down};

use crate::error::{DecodeError, Located};
use crate::{List, Map, Raw};

/// An object that is read field by field.
pub(crate) trait Object: Sized {
    /// The name of the object in errors.
    const NAME: &'static str;

    fn from_fields<'de, A: MapAccess<'de>>(fields: Fields<A>) -> Result<Self, A::Error>;
}

/// Reads the fields of a JSON object: first a name, then its value, or a call that skips the
/// value.
pub(crate) struct Fields<A>(A);

impl<'de, A: MapAccess<'de>> Fields<A> {
    #[cfg(feature = "webhook")]
    pub(crate) fn new(map: A) -> Self {
        Self(map)
    }

    #[inline]
    pub(crate) fn next_name(&mut self) -> Result<Option<Name<'de>>, A::Error> {
        self.0.next_key()
    }

    /// Reads the value of the current field into `slot`. JSON null becomes `None`, as if the
    /// field were missing.
    ///
    /// A slot is used instead of a return value, because the code that moves the value is then
    /// compiled once per type and not once per field.
    pub(crate) fn read<T: Deserialize<'de>>(
        &mut self,
        slot: &mut Option<T>,
    ) -> Result<(), A::Error> {
        *slot = self.0.next_value()?;
        Ok(())
    }

    /// Like [`read`](Self::read) for an object. The object is read directly into its place:
    /// returning a large one through several functions would copy it on the stack each time.
    pub(crate) fn read_object<T: Object>(&mut self, slot: &mut Option<T>) -> Result<(), A::Error> {
        self.0.next_value_seed(Slot(slot))
    }

    /// Like [`read_object`](Self::read_object) for a boxed object.
    pub(crate) fn read_boxed<T: Object>(
        &mut self,
        slot: &mut Option<Box<T>>,
    ) -> Result<(), A::Error> {
        let mut object = None;
        self.read_object(&mut object)?;
        *slot = boxed(&mut object);
        Ok(())
    }

    /// Like [`read`](Self::read) for a type that contains integers, by way of its [`StandsFor`]
    /// type.
    pub(crate) fn read_as<T: StandsFor + Deserialize<'de>>(
        &mut self,
        slot: &mut Option<T::Value>,
    ) -> Result<(), A::Error> {
        let value: Option<T> = self.0.next_value()?;
        *slot = value.map(T::value);
        Ok(())
    }

    /// Reads the value of the current field into `slot` if it fits. Any other value is skipped.
    #[cfg(feature = "webhook")]
    pub(crate) fn read_if_fit<T: DeserializeOwned>(
        &mut self,
        slot: &mut Option<T>,
    ) -> Result<(), A::Error> {
        let raw: Raw = self.0.next_value()?;
        *slot = serde_json::from_str(raw.get()).ok();
        Ok(())
    }

    /// Returns the value of the current field, which may be null.
    #[cfg(feature = "webhook")]
    pub(crate) fn value<T: Deserialize<'de>>(&mut self) -> Result<T, A::Error> {
        self.0.next_value()
    }

    /// Like [`read`](Self::read) for a list. The requests for its next pages expand the same
    /// fields as the request for the surrounding object.
    pub(crate) fn read_list<T: DeserializeOwned>(
        &mut self,
        name: &str,
        slot: &mut Option<List<T>>,
    ) -> Result<(), A::Error> {
        self.read(slot)?;
        #[cfg(feature = "client")]
        if let Some(list) = slot {
            list.is_in_field(name);
        }
        #[cfg(not(feature = "client"))]
        let _ = name;
        Ok(())
    }

    /// Reads the value of an unknown field into the map of extra fields.
    pub(crate) fn keep(
        &mut self,
        name: &Name<'de>,
        extra: &mut Map<serde_json::Value>,
    ) -> Result<(), A::Error> {
        extra.insert(name.as_str(), self.0.next_value()?);
        Ok(())
    }

    /// Returns an error if a required field was missing or null.
    pub(crate) fn required<T>(&self, value: Option<T>, name: &'static str) -> Result<T, A::Error> {
        value.ok_or_else(|| A::Error::missing_field(name))
    }

    pub(crate) fn skip(&mut self) -> Result<(), A::Error> {
        self.0.next_value::<IgnoredAny>().map(|_| ())
    }
}

/// The name of a field. It is borrowed from the input unless it has escapes.
pub(crate) struct Name<'de>(Cow<'de, str>);

impl Name<'_> {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }

    #[inline]
    fn visit_borrowed_str<E: serde::de::Error>(self, name: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}

/// Implements `Deserialize` for an object.
pub(crate) fn object<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut object = None;
    deserializer.deserialize_map(Slot(&mut object))?;
    object.ok_or_else(|| D::Error::custom(format_args!("no {}", T::NAME)))
}

/// A separate function, so that the caller's stack frame has no copy of the object while it is
/// read.
fn boxed<T>(object: &mut Option<T>) -> Option<Box<T>> {
    object.take().map(Box::new)
}

/// Reads an object, or null, directly into its place.
struct Slot<'a, T>(&'a mut Option<T>);

impl<'de, T: Object> DeserializeSeed<'de> for Slot<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, T: Object> Visitor<'de> for Slot<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::NAME)
    }

    fn visit_none<E>(self) -> Result<(), E> {
        *self.0 = None;
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        *self.0 = None;
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        *self.0 = Some(T::from_fields(Fields(map))?);
        Ok(())
    }
}

/// Reads a type that is made from a string (an id, an open enum) without allocating the string.
pub(crate) fn text<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: for<'a> From<&'a str>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_str(TextVisitor(PhantomData))
}

struct TextVisitor<T>(PhantomData<T>);

impl<T: for<'a> From<&'a str>> Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        Ok(T::from(text))
    }
}

/// Parses JSON as a type. The whole crate uses this parser, so each type is compiled once. UTF-8
/// is checked for the whole input, which is faster than for each string.
pub(crate) fn from_slice<T: DeserializeOwned>(json: &[u8]) -> Result<T, Box<DecodeError>> {
    match std::str::from_utf8(json) {
        Ok(text) => {
            serde_json::from_str(text).map_err(|error| Box::new(DecodeError::new(&error, json)))
        }
        Err(error) => Err(Box::new(DecodeError::not_text(json, error.valid_up_to()))),
    }
}

/// Like [`from_slice`] for a large object, which is moved to the heap at once.
#[cfg(feature = "webhook")]
pub(crate) fn boxed_from_str<T: Object>(json: &str) -> Result<Box<T>, Box<DecodeError>> {
    let mut reader = serde_json::Deserializer::from_str(json);
    let mut object = None;
    let read = reader.deserialize_map(Slot(&mut object));
    let read = read.and_then(|()| reader.end());
    let object = boxed(&mut object).ok_or_else(|| serde_json::Error::custom("no object"));
    read.and(object)
        .map_err(|error| Box::new(DecodeError::new(&error, json.as_bytes())))
}

/// Reads a value as JSON text, to decide on its type later.
pub(crate) fn buffered<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Raw, D::Error> {
    Raw::deserialize(deserializer)
}

/// Parses a buffered value that is part of a larger one. An error keeps its path.
pub(crate) fn nested<T: DeserializeOwned, E: serde::de::Error>(raw: &Raw) -> Result<T, E> {
    let json = raw.get();
    serde_json::from_str(json).map_err(|error| E::custom(Located::nested(&error, json.as_bytes())))
}

/// Returns whether a buffered object has `"deleted": true`.
pub(crate) fn is_deleted(raw: &Raw) -> bool {
    serde_json::from_str(raw.get()).is_ok_and(|OnlyDeleted(deleted)| deleted)
}

struct OnlyDeleted(bool);

impl Object for OnlyDeleted {
    const NAME: &'static str = "object";

    fn from_fields<'de, A: MapAccess<'de>>(mut fields: Fields<A>) -> Result<Self, A::Error> {
        let mut deleted = None;
        while let Some(name) = fields.next_name()? {
            match name.as_str() {
                "deleted" => fields.read(&mut deleted)?,
                _ => fields.skip()?,
            }
        }
        Ok(Self(deleted.unwrap_or(false)))
    }
}

crate::macros::object!(OnlyDeleted);

/// Returns the field `object` of a buffered value, which names the kind of object.
#[allow(dead_code, reason = "only unions of objects and events ask for it")]
pub(crate) fn object_name(raw: &Raw) -> Option<Cow<'_, str>> {
    let mut json = serde_json::Deserializer::from_str(raw.get());
    json.deserialize_map(ObjectNameVisitor)
        .ok()
        .map(|name| name.0)
}

/// Returns whether a buffered object has a field that is not null.
#[cfg(feature = "webhook")]
#[allow(dead_code, reason = "only events of some features ask for it")]
pub(crate) fn has_field(raw: &Raw, name: &str) -> bool {
    let fields: Option<Map<Option<IgnoredAny>>> = serde_json::from_str(raw.get()).ok();
    fields.is_some_and(|fields| matches!(fields.get(name), Some(Some(_))))
}

struct ObjectNameVisitor;

impl<'de> Visitor<'de> for ObjectNameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Name<'de>, A::Error> {
        let mut found = None;
        while let Some(name) = map.next_key::<Name<'de>>()? {
            match name.as_str() {
                "object" => found = Some(map.next_value()?),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        found.ok_or_else(|| A::Error::missing_field("object"))
    }
}
