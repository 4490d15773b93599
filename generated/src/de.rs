//! How JSON becomes objects, for generated code and the handwritten types.

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

/// An object schema: reads itself from the fields of a JSON object.
pub(crate) trait Object: Sized {
    /// What an error calls it.
    const NAME: &'static str;

    fn from_fields<'de, A: MapAccess<'de>>(fields: Fields<A>) -> Result<Self, A::Error>;
}

/// The fields of a JSON object, one after the other: a name, then its value or a skip.
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

    /// Reads the value of the last name into its slot. Null reads as `None`, as if the field
    /// were missing.
    ///
    /// A slot instead of a value to return: what moves it there is compiled once per type, not
    /// once per field.
    pub(crate) fn read<T: Deserialize<'de>>(
        &mut self,
        slot: &mut Option<T>,
    ) -> Result<(), A::Error> {
        *slot = self.0.next_value()?;
        Ok(())
    }

    /// [`read`](Self::read) of an object, which is put where it stays: handed on from function to
    /// function, a large one would take the stack many times.
    pub(crate) fn read_object<T: Object>(&mut self, slot: &mut Option<T>) -> Result<(), A::Error> {
        self.0.next_value_seed(Slot(slot))
    }

    /// [`read_object`](Self::read_object) of one that is boxed.
    pub(crate) fn read_boxed<T: Object>(
        &mut self,
        slot: &mut Option<Box<T>>,
    ) -> Result<(), A::Error> {
        let mut object = None;
        self.read_object(&mut object)?;
        *slot = boxed(&mut object);
        Ok(())
    }

    /// [`read`](Self::read) for what holds integers, by what stands for it.
    pub(crate) fn read_as<T: StandsFor + Deserialize<'de>>(
        &mut self,
        slot: &mut Option<T::Value>,
    ) -> Result<(), A::Error> {
        let value: Option<T> = self.0.next_value()?;
        *slot = value.map(T::value);
        Ok(())
    }

    /// Reads the value of the last name into its slot if it fits there, whatever it is.
    #[cfg(feature = "webhook")]
    pub(crate) fn read_if_fit<T: DeserializeOwned>(
        &mut self,
        slot: &mut Option<T>,
    ) -> Result<(), A::Error> {
        let raw: Raw = self.0.next_value()?;
        *slot = serde_json::from_str(raw.get()).ok();
        Ok(())
    }

    /// The value of the last name, be it null.
    #[cfg(feature = "webhook")]
    pub(crate) fn value<T: Deserialize<'de>>(&mut self) -> Result<T, A::Error> {
        self.0.next_value()
    }

    /// As [`read`](Self::read), of a list: its pages are asked for as the field is in the request
    /// for the object around it.
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

    /// Reads the value of a name that no field has, and keeps both.
    pub(crate) fn keep(
        &mut self,
        name: &Name<'de>,
        extra: &mut Map<serde_json::Value>,
    ) -> Result<(), A::Error> {
        extra.insert(name.as_str(), self.0.next_value()?);
        Ok(())
    }

    /// A required field that was missing or null is an error.
    pub(crate) fn required<T>(&self, value: Option<T>, name: &'static str) -> Result<T, A::Error> {
        value.ok_or_else(|| A::Error::missing_field(name))
    }

    pub(crate) fn skip(&mut self) -> Result<(), A::Error> {
        self.0.next_value::<IgnoredAny>().map(|_| ())
    }
}

/// The name of a field, borrowed from the input where that has no escapes.
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

/// Reads an object: the body of its `Deserialize`.
pub(crate) fn object<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut object = None;
    deserializer.deserialize_map(Slot(&mut object))?;
    object.ok_or_else(|| D::Error::custom(format_args!("no {}", T::NAME)))
}

/// A place of its own, so that the stack of the caller has no copy while the object is read.
fn boxed<T>(object: &mut Option<T>) -> Option<Box<T>> {
    object.take().map(Box::new)
}

/// Reads an object, or null, into its place.
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

/// Reads something made from a string (an id, an open enum) without a string in between.
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

/// The one door from bytes to a type: all of the crate reads through the same parser, so each
/// type is compiled once. The text is checked as a whole, which is faster than string by string.
pub(crate) fn from_slice<T: DeserializeOwned>(json: &[u8]) -> Result<T, Box<DecodeError>> {
    match std::str::from_utf8(json) {
        Ok(text) => {
            serde_json::from_str(text).map_err(|error| Box::new(DecodeError::new(&error, json)))
        }
        Err(error) => Err(Box::new(DecodeError::not_text(json, error.valid_up_to()))),
    }
}

/// [`from_slice`] of text with a large object, which is on the heap as soon as it is read.
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

/// Keeps a value as text until it is known what it is.
pub(crate) fn buffered<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Raw, D::Error> {
    Raw::deserialize(deserializer)
}

/// Reads a buffered value, as a part of what is being read: an error keeps its path.
pub(crate) fn nested<T: DeserializeOwned, E: serde::de::Error>(raw: &Raw) -> Result<T, E> {
    let json = raw.get();
    serde_json::from_str(json).map_err(|error| E::custom(Located::nested(&error, json.as_bytes())))
}

/// Whether a buffered object says of itself that it was deleted.
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

/// The top-level `object` of a buffered value: which kind of object it says it is.
#[allow(dead_code, reason = "only unions of objects and events ask for it")]
pub(crate) fn object_name(raw: &Raw) -> Option<Cow<'_, str>> {
    let mut json = serde_json::Deserializer::from_str(raw.get());
    json.deserialize_map(ObjectNameVisitor)
        .ok()
        .map(|name| name.0)
}

/// Whether a buffered object has a field that is not null.
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
