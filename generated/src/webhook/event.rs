use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::fmt;

use super::{Origin, WebhookError, thin};
use crate::de::{self, Fields, Integer, Object};
use crate::events::{EventObject, EventType};
use crate::text::Text;
use crate::{Error, ObjectType, Raw, Timestamp};

/// The id of an [`Event`], such as `evt_123`. Stripe may send an event more than once, with the
/// same id.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(Text);

crate::macros::id!(EventId);

/// Something that happened in a Stripe account, with the object it happened to. Stripe calls this
/// a snapshot event.
///
/// Unknown types and objects are kept as they were sent. Only `id`, `type` and `data` with an
/// `object` are required; any other field that does not fit its type is `None`. The reason is
/// that Stripe sends an event that is refused again for days.
///
/// An event can be stored as JSON and read again:
///
/// ```
/// # use stripe_financial_connections::webhook::Event;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let body = r#"{"id": "evt_1", "type": "some.event", "data": {"object": {"object": "some"}}}"#;
/// let event = Event::parse(body)?;
/// let stored = serde_json::to_string(&event)?;
/// assert_eq!(serde_json::from_str::<Event>(&stored)?, event);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// The connected account in which it happened; `None` for the own account.
    pub account: Option<String>,
    /// The API version of the object: that of the endpoint or the account, which may differ from
    /// this crate's. [`is_current_version`](Self::is_current_version) compares them.
    pub api_version: Option<String>,
    /// The Stripe context in which to retrieve the object.
    pub context: Option<String>,
    /// When it happened, in unix seconds.
    pub created: Option<Timestamp>,
    /// The object of the event.
    pub data: EventData,
    /// Its id.
    pub id: EventId,
    /// Whether it happened in live mode, not in a sandbox.
    pub livemode: Option<bool>,
    /// Always `event`.
    pub object: ObjectType,
    /// The number of endpoints that have not received it yet.
    pub pending_webhooks: Option<i64>,
    /// The API request that caused it, if one did.
    pub request: Option<EventRequest>,
    /// The type of the event: what happened.
    pub r#type: EventType,
}

impl Event {
    /// Parses an event that was verified before, such as one from a queue. This does not verify
    /// the event.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] if it is not an event; [`Error::Webhook`] with [`WebhookError::Thin`] if
    /// it is a thin event.
    pub fn parse(json: impl AsRef<[u8]>) -> Result<Self, Error> {
        let json = json.as_ref();
        match de::from_slice::<Self>(json) {
            Ok(event) if event.object != thin::THIN => Ok(event),
            Err(error) if !thin::is_thin(json) => Err(error.into()),
            _ => Err(WebhookError::Thin.into()),
        }
    }

    /// Returns whether the object has the API version of this crate's types,
    /// [`API_VERSION`](crate::API_VERSION). An object of another version may not fit them; it is
    /// then [`EventObject::Invalid`].
    pub fn is_current_version(&self) -> bool {
        self.api_version.as_deref() == Some(crate::API_VERSION)
    }
}

impl Object for Event {
    const NAME: &'static str = "Event";

    fn from_fields<'de, A: MapAccess<'de>>(mut fields: Fields<A>) -> Result<Self, A::Error> {
        let (mut account, mut api_version, mut context, mut created) = (None, None, None, None);
        let (mut data, mut id, mut livemode, mut object) = (None, None, None, None);
        let (mut pending_webhooks, mut request, mut r#type) = (None, None, None);
        while let Some(name) = fields.next_name()? {
            match name.as_str() {
                "account" => fields.read_if_fit(&mut account)?,
                "api_version" => fields.read_if_fit(&mut api_version)?,
                "context" => fields.read_if_fit(&mut context)?,
                "created" => fields.read_if_fit(&mut created)?,
                "data" => fields.read(&mut data)?,
                "id" => fields.read(&mut id)?,
                "livemode" => fields.read_if_fit(&mut livemode)?,
                "object" => fields.read_if_fit(&mut object)?,
                "pending_webhooks" => fields.read_if_fit(&mut pending_webhooks)?,
                "request" => fields.read_if_fit(&mut request)?,
                "type" => fields.read(&mut r#type)?,
                _ => fields.skip()?,
            }
        }
        let id = fields.required(id, "id")?;
        let r#type: EventType = fields.required(r#type, "type")?;
        let data: RawData = fields.required(data, "data")?;
        let origin = Origin {
            event: Some(r#type.as_str()),
            version: api_version.as_deref(),
        };
        #[cfg(feature = "client")]
        let _place = crate::list::Place::enter(account.as_deref(), context.as_deref());
        Ok(Self {
            data: data.read(&origin),
            account,
            api_version,
            context,
            created,
            id,
            livemode,
            object: object.unwrap_or_else(|| ObjectType::from("event")),
            pending_webhooks: pending_webhooks.map(|Integer(count)| count),
            request,
            r#type,
        })
    }
}

crate::macros::object!(Event);
crate::macros::resource!(Event, EventId);

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("id", &self.id)?;
        object.serialize_entry("object", &self.object)?;
        if let Some(account) = &self.account {
            object.serialize_entry("account", account)?;
        }
        object.serialize_entry("api_version", &self.api_version)?;
        if let Some(context) = &self.context {
            object.serialize_entry("context", context)?;
        }
        object.serialize_entry("created", &self.created)?;
        object.serialize_entry("data", &self.data)?;
        object.serialize_entry("livemode", &self.livemode)?;
        object.serialize_entry("pending_webhooks", &self.pending_webhooks)?;
        object.serialize_entry("request", &self.request)?;
        object.serialize_entry("type", &self.r#type)?;
        object.end()
    }
}

/// The object of an [`Event`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct EventData {
    /// The object right after the event. It may have changed since.
    pub object: EventObject,
    /// The old values of the changed fields; only for types that end in `.updated`.
    pub previous_attributes: Option<Raw>,
}

impl Object for EventData {
    const NAME: &'static str = "EventData";

    fn from_fields<'de, A: MapAccess<'de>>(fields: Fields<A>) -> Result<Self, A::Error> {
        RawData::from_fields(fields).map(|data| data.read(&Origin::default()))
    }
}

crate::macros::object!(EventData);

impl Serialize for EventData {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("object", &self.object)?;
        if let Some(previous) = &self.previous_attributes {
            object.serialize_entry("previous_attributes", previous)?;
        }
        object.end()
    }
}

/// [`EventData`] before the type of its event is known.
struct RawData {
    object: Raw,
    previous_attributes: Option<Raw>,
}

impl RawData {
    fn read(self, origin: &Origin<'_>) -> EventData {
        EventData {
            object: EventObject::from_raw(self.object, origin),
            previous_attributes: self.previous_attributes,
        }
    }
}

impl Object for RawData {
    const NAME: &'static str = "EventData";

    fn from_fields<'de, A: MapAccess<'de>>(mut fields: Fields<A>) -> Result<Self, A::Error> {
        let (mut object, mut previous_attributes) = (None, None);
        while let Some(name) = fields.next_name()? {
            match name.as_str() {
                // Keeps any value, even null.
                "object" => object = Some(fields.value()?),
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

crate::macros::object!(RawData);

/// The API request that caused an [`Event`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventRequest {
    /// The id of the request; `None` if Stripe acted on its own.
    pub id: Option<String>,
    /// The idempotency key of the request; `None` in API versions before 2017-05-25.
    pub idempotency_key: Option<String>,
}

impl Serialize for EventRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("id", &self.id)?;
        object.serialize_entry("idempotency_key", &self.idempotency_key)?;
        object.end()
    }
}

impl<'de> Deserialize<'de> for EventRequest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RequestVisitor)
    }
}

struct RequestVisitor;

impl<'de> Visitor<'de> for RequestVisitor {
    type Value = EventRequest;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request of an event")
    }

    /// API versions before 2017-05-25 have the id in place of an object.
    fn visit_str<E: serde::de::Error>(self, id: &str) -> Result<EventRequest, E> {
        Ok(EventRequest {
            id: Some(id.to_owned()),
            idempotency_key: None,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<EventRequest, A::Error> {
        let mut fields = Fields::new(map);
        let (mut id, mut idempotency_key) = (None, None);
        while let Some(name) = fields.next_name()? {
            match name.as_str() {
                "id" => fields.read_if_fit(&mut id)?,
                "idempotency_key" => fields.read_if_fit(&mut idempotency_key)?,
                _ => fields.skip()?,
            }
        }
        Ok(EventRequest {
            id,
            idempotency_key,
        })
    }
}
