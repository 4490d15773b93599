//! Reads the object of an event, with what is known of the event.

use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};

use crate::de::Object;
use crate::events::EventObject;
use crate::{DecodeError, Raw, de};

/// What is known of the event of an object; empty if the object is read without its event.
#[derive(Clone, Copy, Default)]
#[allow(dead_code, reason = "only events of some features ask for all of it")]
pub(crate) struct Origin<'a> {
    pub(super) event: Option<&'a str>,
    /// The API version of the object.
    pub(super) version: Option<&'a str>,
}

#[allow(dead_code, reason = "only events of some features ask for all of it")]
impl Origin<'_> {
    /// Returns whether the object is from one of these events, in which fields may be missing. If
    /// the event is unknown, this depends on whether a field is missing.
    pub(crate) fn lacks(&self, raw: &Raw, events: &[&str], fields: &[&str]) -> bool {
        match self.event {
            Some(event) => events.contains(&event),
            None => fields.iter().any(|field| !de::has_field(raw, field)),
        }
    }

    /// Keeps an object without a type.
    pub(crate) fn unrecognized(&self, raw: Raw) -> EventObject {
        EventObject::Unrecognized(raw)
    }

    /// Parses the object as a type, or keeps it if it does not fit.
    pub(crate) fn read<T: Object>(&self, raw: Raw, wrap: fn(Box<T>) -> EventObject) -> EventObject {
        match de::boxed_from_str(raw.get()) {
            Ok(object) => wrap(object),
            Err(error) => EventObject::Invalid(InvalidObject {
                raw,
                error: Arc::new(error.rendered_in(self.version)),
            }),
        }
    }
}

impl<'de> Deserialize<'de> for EventObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = de::buffered(deserializer)?;
        Ok(Self::from_raw(raw, &Origin::default()))
    }
}

/// The object of an event that does not fit its type, for example because it has another API
/// version.
///
/// The rest of the event is valid. Retrieve the object by its id to get it in the API version of
/// this crate.
#[derive(Clone)]
pub struct InvalidObject {
    raw: Raw,
    error: Arc<DecodeError>,
}

impl InvalidObject {
    /// Returns the object as it was sent.
    pub fn raw(&self) -> &Raw {
        &self.raw
    }

    /// Returns what does not fit, and its path in the object. If the object has another API
    /// version than the types, the error names both.
    pub fn error(&self) -> &DecodeError {
        &self.error
    }
}

impl PartialEq for InvalidObject {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl fmt::Debug for InvalidObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InvalidObject")
            .field("raw", &self.raw)
            .field("error", &self.error)
            .finish()
    }
}

impl Serialize for InvalidObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for InvalidObject {
    /// Fails if the object fits its type.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match EventObject::deserialize(deserializer)? {
            EventObject::Invalid(object) => Ok(object),
            _ => Err(D::Error::custom("the object of the event fits its type")),
        }
    }
}
