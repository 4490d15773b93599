//! Thin events, which name an object instead of containing it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Event, EventId, EventRequest, date};
use crate::de::{self, Fields, Object};
use crate::events::EventType;
use crate::{Error, ObjectType, Raw, Timestamp};

/// The value of `object` in a thin event.
pub(super) const THIN: &str = "v2.core.event";

/// An event of either kind, as Stripe sends it to an event destination.
///
/// ```
/// # use stripe_financial_connections::webhook::{Notification, Webhook};
/// # use stripe_financial_connections::Timestamp;
/// # fn main() -> Result<(), stripe_financial_connections::Error> {
/// # let webhook = Webhook::new(["whsec_test"]);
/// # let body = r#"{"id": "evt_1", "object": "v2.core.event", "created": "2026-05-27T00:00:00Z",
/// #   "type": "v1.financial_connections.account.created", "livemode": false}"#;
/// # let header = Webhook::sign(body, "whsec_test", Timestamp::now());
/// match webhook.notification(body, &header)? {
///     Notification::Snapshot(event) => println!("{} with its object", event.r#type),
///     Notification::Thin(event) => println!("{}, to be asked for", event.r#type),
///     _ => {}
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Notification {
    /// A snapshot event, with its object.
    Snapshot(Event),
    /// A thin event, which names its object.
    Thin(ThinEvent),
}

impl Notification {
    /// Parses an event of either kind that was verified before. This does not verify the event.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] if it is not an event.
    pub fn parse(json: impl AsRef<[u8]>) -> Result<Self, Error> {
        let json = json.as_ref();
        Ok(if is_thin(json) {
            Self::Thin(de::from_slice(json)?)
        } else {
            Self::Snapshot(de::from_slice(json)?)
        })
    }

    /// Returns the id of the event.
    pub fn id(&self) -> &EventId {
        match self {
            Self::Snapshot(event) => &event.id,
            Self::Thin(event) => &event.id,
        }
    }
}

impl Serialize for Notification {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Snapshot(event) => event.serialize(serializer),
            Self::Thin(event) => event.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Notification {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = de::buffered(deserializer)?;
        if de::object_name(&raw).as_deref() == Some(THIN) {
            de::nested(&raw).map(Self::Thin)
        } else {
            de::nested(&raw).map(Self::Snapshot)
        }
    }
}

/// Returns whether a body is a thin event.
pub(super) fn is_thin(json: &[u8]) -> bool {
    let raw: Option<Raw> = serde_json::from_slice(json).ok();
    raw.is_some_and(|raw| de::object_name(&raw).as_deref() == Some(THIN))
}

/// Something that happened, with the name of the object it happened to. Stripe calls this a thin
/// event. It has no API version; `retrieve_related_object` (with the feature `client`) retrieves
/// the object in the client's version.
///
/// Like an [`Event`], it requires only `id` and `type`; any other field that does not fit its
/// type is `None`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ThinEvent {
    /// The old and new values of the changed fields, if the event has them.
    pub changes: Option<Raw>,
    /// The Stripe context in which to retrieve the object.
    pub context: Option<String>,
    /// When it happened, rounded down to the second.
    pub created: Option<Timestamp>,
    /// More data about the event. Most events have it only when they are retrieved.
    pub data: Option<Raw>,
    /// Its id.
    pub id: EventId,
    /// Whether it happened in live mode, not in a sandbox.
    pub livemode: Option<bool>,
    /// Always `v2.core.event`.
    pub object: ObjectType,
    /// Why it happened.
    pub reason: Option<EventReason>,
    /// The object that it happened to.
    pub related_object: Option<RelatedObject>,
    /// What happened, such as `v1.financial_connections.account.created`.
    pub r#type: String,
}

impl ThinEvent {
    /// Returns the type of the snapshot event for the same change: the type without `v1.` at its
    /// start.
    ///
    /// Events of the v2 API have no such type, and are [`EventType::Unrecognized`].
    pub fn event_type(&self) -> EventType {
        let r#type = self.r#type.as_str();
        EventType::from(r#type.strip_prefix("v1.").unwrap_or(r#type))
    }

    /// Retrieves the current state of the object, in the context of the event.
    ///
    /// An object that does not fit its type is
    /// [`EventObject::Invalid`](crate::events::EventObject::Invalid). Without a related object,
    /// the request is refused before it is sent.
    #[cfg(feature = "client")]
    pub fn retrieve_related_object(&self, client: &crate::Client) -> RetrieveRelatedObject {
        let object = self.related_object.as_ref();
        let url = object.map_or("/v1", |object| &object.url);
        let mut request = crate::request::Request::for_url(client, url);
        request.options().stripe_context.clone_from(&self.context);
        if object.is_none() {
            request.refuse_if(Some("the event has no related object".to_owned()));
        }
        RetrieveRelatedObject(request)
    }
}

/// Retrieves the object of a [`ThinEvent`] by `GET` of its path; made by
/// [`retrieve_related_object`](ThinEvent::retrieve_related_object).
#[cfg(feature = "client")]
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct RetrieveRelatedObject(crate::request::Request);

#[cfg(feature = "client")]
crate::macros::operation!(RetrieveRelatedObject -> crate::events::EventObject);

impl Object for ThinEvent {
    const NAME: &'static str = "ThinEvent";

    fn from_fields<'de, A: MapAccess<'de>>(mut fields: Fields<A>) -> Result<Self, A::Error> {
        let (mut changes, mut context, mut created, mut data) = (None, None, None, None);
        let (mut id, mut livemode, mut object, mut reason) = (None, None, None, None);
        let (mut related_object, mut r#type) = (None, None);
        while let Some(name) = fields.next_name()? {
            match name.as_str() {
                "changes" => fields.read(&mut changes)?,
                "context" => fields.read_if_fit(&mut context)?,
                "created" => fields.read_if_fit(&mut created)?,
                "data" => fields.read(&mut data)?,
                "id" => fields.read(&mut id)?,
                "livemode" => fields.read_if_fit(&mut livemode)?,
                "object" => fields.read_if_fit(&mut object)?,
                "reason" => fields.read_if_fit(&mut reason)?,
                "related_object" => fields.read_if_fit(&mut related_object)?,
                "type" => fields.read(&mut r#type)?,
                _ => fields.skip()?,
            }
        }
        Ok(Self {
            changes,
            context,
            created: created.map(|Created(time)| time),
            data,
            id: fields.required(id, "id")?,
            livemode,
            object: object.unwrap_or_else(|| ObjectType::from(THIN)),
            reason,
            related_object,
            r#type: fields.required(r#type, "type")?,
        })
    }
}

crate::macros::object!(ThinEvent);
crate::macros::resource!(ThinEvent, EventId);

impl Serialize for ThinEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("id", &self.id)?;
        object.serialize_entry("object", &self.object)?;
        if let Some(changes) = &self.changes {
            object.serialize_entry("changes", changes)?;
        }
        if let Some(context) = &self.context {
            object.serialize_entry("context", context)?;
        }
        if let Some(created) = self.created {
            object.serialize_entry("created", &Created(created))?;
        }
        if let Some(data) = &self.data {
            object.serialize_entry("data", data)?;
        }
        if let Some(livemode) = &self.livemode {
            object.serialize_entry("livemode", livemode)?;
        }
        if let Some(reason) = &self.reason {
            object.serialize_entry("reason", reason)?;
        }
        if let Some(related_object) = &self.related_object {
            object.serialize_entry("related_object", related_object)?;
        }
        object.serialize_entry("type", &self.r#type)?;
        object.end()
    }
}

/// A time as text, in the format of the v2 API.
struct Created(Timestamp);

impl Serialize for Created {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match date::text(self.0) {
            Some(text) => serializer.serialize_str(&text),
            None => self.0.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Created {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CreatedVisitor).map(Self)
    }
}

struct CreatedVisitor;

impl Visitor<'_> for CreatedVisitor {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date and time")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Timestamp, E> {
        date::time(text).ok_or_else(|| E::custom("this is not a date and time"))
    }

    fn visit_i64<E: serde::de::Error>(self, secs: i64) -> Result<Timestamp, E> {
        Ok(Timestamp::from_secs(secs))
    }

    fn visit_u64<E: serde::de::Error>(self, secs: u64) -> Result<Timestamp, E> {
        i64::try_from(secs)
            .map(Timestamp::from_secs)
            .map_err(|_| E::custom("this is not a date and time"))
    }
}

/// The object of a [`ThinEvent`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RelatedObject {
    /// Its id.
    pub id: String,
    /// The kind of object, such as `financial_connections.account`.
    pub r#type: ObjectType,
    /// The path of the object.
    pub url: String,
}

impl Object for RelatedObject {
    const NAME: &'static str = "RelatedObject";

    fn from_fields<'de, A: MapAccess<'de>>(mut fields: Fields<A>) -> Result<Self, A::Error> {
        let (mut id, mut r#type, mut url) = (None, None, None);
        while let Some(name) = fields.next_name()? {
            match name.as_str() {
                "id" => fields.read(&mut id)?,
                "type" => fields.read(&mut r#type)?,
                "url" => fields.read(&mut url)?,
                _ => fields.skip()?,
            }
        }
        Ok(Self {
            id: fields.required(id, "id")?,
            r#type: fields.required(r#type, "type")?,
            url: fields.required(url, "url")?,
        })
    }
}

crate::macros::object!(RelatedObject);

impl Serialize for RelatedObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("id", &self.id)?;
        object.serialize_entry("type", &self.r#type)?;
        object.serialize_entry("url", &self.url)?;
        object.end()
    }
}

/// The reason of a [`ThinEvent`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventReason {
    /// The API request that caused it.
    pub request: Option<EventRequest>,
    /// The kind of reason, such as `request`.
    pub r#type: Option<String>,
}

impl Object for EventReason {
    const NAME: &'static str = "EventReason";

    fn from_fields<'de, A: MapAccess<'de>>(mut fields: Fields<A>) -> Result<Self, A::Error> {
        let (mut request, mut r#type) = (None, None);
        while let Some(name) = fields.next_name()? {
            match name.as_str() {
                "request" => fields.read_if_fit(&mut request)?,
                "type" => fields.read_if_fit(&mut r#type)?,
                _ => fields.skip()?,
            }
        }
        Ok(Self { request, r#type })
    }
}

crate::macros::object!(EventReason);

impl Serialize for EventReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        if let Some(request) = &self.request {
            object.serialize_entry("request", request)?;
        }
        object.serialize_entry("type", &self.r#type)?;
        object.end()
    }
}
