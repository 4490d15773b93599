use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess};

use crate::de::{self, Fields, Object};
use crate::events::{EventObject, EventType};
use crate::text::Text;
use crate::{DecodeError, ObjectType, Raw, Timestamp};

/// The id of an [`Event`], `evt_…`. The same event may be sent more than once; its id tells.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(Text);

crate::macros::id!(EventId);

/// Something that happened in a Stripe account.
///
/// A type or object that this version of the crate does not know is not an error; both are kept
/// as they were sent.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// The connected account in which it happened, if it was not the own one.
    pub account: Option<String>,
    /// The API version that the object was rendered in. It is the endpoint's or the account's,
    /// not that of this crate.
    pub api_version: Option<String>,
    /// The Stripe context in which to ask for the object.
    pub context: Option<String>,
    /// When it happened, in unix seconds.
    pub created: Timestamp,
    /// What it is about.
    pub data: EventData,
    /// Its id.
    pub id: EventId,
    /// Whether it happened in live mode, not in a sandbox.
    pub livemode: bool,
    /// Always `event`.
    pub object: ObjectType,
    /// To how many endpoints it has still to be delivered.
    pub pending_webhooks: i64,
    /// The API request that caused it, if one did.
    pub request: Option<EventRequest>,
    /// What happened.
    pub r#type: EventType,
}

impl Object for Event {
    const NAME: &'static str = "Event";

    fn from_fields<'de, A: MapAccess<'de>>(mut fields: Fields<A>) -> Result<Self, A::Error> {
        let (mut account, mut api_version, mut context, mut created) = (None, None, None, None);
        let (mut data, mut id, mut livemode, mut object) = (None, None, None, None);
        let (mut pending_webhooks, mut request, mut r#type) = (None, None, None);
        while let Some(name) = fields.next_name()? {
            match name.as_str() {
                "account" => fields.read(&mut account)?,
                "api_version" => fields.read(&mut api_version)?,
                "context" => fields.read(&mut context)?,
                "created" => fields.read(&mut created)?,
                "data" => fields.read(&mut data)?,
                "id" => fields.read(&mut id)?,
                "livemode" => fields.read(&mut livemode)?,
                "object" => fields.read(&mut object)?,
                "pending_webhooks" => fields.read(&mut pending_webhooks)?,
                "request" => fields.read(&mut request)?,
                "type" => fields.read(&mut r#type)?,
                _ => fields.skip()?,
            }
        }
        Ok(Self {
            account,
            api_version,
            context,
            created: fields.required(created, "created")?,
            data: fields.required(data, "data")?,
            id: fields.required(id, "id")?,
            livemode: fields.required(livemode, "livemode")?,
            object: fields.required(object, "object")?,
            pending_webhooks: fields.required(pending_webhooks, "pending_webhooks")?,
            request,
            r#type: fields.required(r#type, "type")?,
        })
    }
}

crate::macros::object!(Event);
crate::macros::resource!(Event, EventId);

/// What an [`Event`] is about.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct EventData {
    /// The object as it was right after the event. It may have changed since.
    pub object: EventObject,
    /// The former values of the fields that changed; only events that end in `.updated` have it.
    pub previous_attributes: Option<Raw>,
}

impl Object for EventData {
    const NAME: &'static str = "EventData";

    fn from_fields<'de, A: MapAccess<'de>>(mut fields: Fields<A>) -> Result<Self, A::Error> {
        let (mut object, mut previous_attributes) = (None, None);
        while let Some(name) = fields.next_name()? {
            match name.as_str() {
                "object" => fields.read(&mut object)?,
                "previous_attributes" => fields.read(&mut previous_attributes)?,
                _ => fields.skip()?,
            }
        }
        Ok(Self {
            object: fields.required(object, "object")?,
            previous_attributes,
        })
    }
}

crate::macros::object!(EventData);

/// The API request that caused an [`Event`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventRequest {
    /// The id of the request; none if Stripe acted on its own.
    pub id: Option<String>,
    /// The idempotency key of the request.
    pub idempotency_key: Option<String>,
}

impl Object for EventRequest {
    const NAME: &'static str = "EventRequest";

    fn from_fields<'de, A: MapAccess<'de>>(mut fields: Fields<A>) -> Result<Self, A::Error> {
        let (mut id, mut idempotency_key) = (None, None);
        while let Some(name) = fields.next_name()? {
            match name.as_str() {
                "id" => fields.read(&mut id)?,
                "idempotency_key" => fields.read(&mut idempotency_key)?,
                _ => fields.skip()?,
            }
        }
        Ok(Self {
            id,
            idempotency_key,
        })
    }
}

crate::macros::object!(EventRequest);

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

    /// What does not fit, and where in the object.
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

impl<'de> Deserialize<'de> for EventObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        de::buffered(deserializer).map(Self::from_raw)
    }
}

/// Reads the object of an event as its type, or keeps it if it does not fit.
pub(crate) fn decode_object<T: DeserializeOwned>(
    raw: Raw,
    wrap: fn(Box<T>) -> EventObject,
) -> EventObject {
    match de::from_slice(raw.get().as_bytes()) {
        Ok(object) => wrap(Box::new(object)),
        Err(error) => EventObject::Invalid(InvalidObject {
            raw,
            error: Arc::new(*error),
        }),
    }
}
