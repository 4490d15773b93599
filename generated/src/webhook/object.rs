//! The object of an event, and what is known of the event when it is read.

use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};

use crate::de::Object;
use crate::events::EventObject;
use crate::{DecodeError, Raw, de};

/// What an event says of its object. Nothing, if the object was read without the event.
#[derive(Clone, Copy, Default)]
#[allow(dead_code, reason = "only events of some features ask for all of it")]
pub(crate) struct Origin<'a> {
    pub(super) event: Option<&'a str>,
    /// The API version that the object was rendered in.
    pub(super) version: Option<&'a str>,
}

#[allow(dead_code, reason = "only events of some features ask for all of it")]
impl Origin<'_> {
    /// Whether the object comes from one of these events, in which it may lack some fields. If
    /// the event is not known, the object tells.
    pub(crate) fn lacks(&self, raw: &Raw, events: &[&str], fields: &[&str]) -> bool {
        match self.event {
            Some(event) => events.contains(&event),
            None => fields.iter().any(|field| !de::has_field(raw, field)),
        }
    }

    /// Keeps an object that there is no type for.
    pub(crate) fn unrecognized(&self, raw: Raw) -> EventObject {
        EventObject::Unrecognized(raw)
    }

    /// Reads the object as a type, or keeps it if it does not fit.
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

/// The object of an event that does not fit its type, as when another API version rendered it.
///
/// The rest of the event is good. Ask the API for the object by its id to get it in the version
/// of this crate.
#[derive(Clone)]
pub struct InvalidObject {
    raw: Raw,
    error: Arc<DecodeError>,
}

impl InvalidObject {
    /// The object as it was sent.
    pub fn raw(&self) -> &Raw {
        &self.raw
    }

    /// What does not fit, and where in the object. If the object was rendered by another API
    /// version than the one of the types, it names both.
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
    /// Only of an object that does not fit its type.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match EventObject::deserialize(deserializer)? {
            EventObject::Invalid(object) => Ok(object),
            _ => Err(D::Error::custom("the object of the event fits its type")),
        }
    }
}
