//! Events: what happened, and how its delivery went.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::ids;
use crate::spec::SPEC;
use crate::state::State;
use crate::table::Row;

/// Where events are sent, and what they are signed with.
#[derive(Clone)]
pub(crate) struct Endpoint {
    pub(crate) url: String,
    pub(crate) secret: String,
}

/// The request that an event comes from.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Cause {
    pub(crate) id: String,
    pub(crate) idempotency_key: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Event {
    id: String,
    created: i64,
    r#type: String,
    /// The id of the object. Events of one object are delivered in order.
    pub(crate) subject: String,
    data: Value,
    cause: Option<Cause>,
    pub(crate) delivery: Delivery,
    pub(crate) attempts: Vec<Attempt>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Delivery {
    /// There was no endpoint.
    None,
    Pending,
    Delivered,
    /// All attempts failed.
    Failed,
}

/// One attempt to deliver an event.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Attempt {
    pub(crate) at: i64,
    /// What the endpoint answered; none if it did not.
    pub(crate) status: Option<u16>,
}

impl Row for Event {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Event {
    /// As it is sent.
    pub(crate) fn json(&self) -> Value {
        let cause = self.cause.as_ref();
        json!({
            "id": self.id,
            "object": "event",
            "api_version": SPEC.version,
            "created": self.created,
            "data": self.data,
            "livemode": false,
            "pending_webhooks": u8::from(self.is_pending()),
            "request": {
                "id": cause.map(|cause| &cause.id),
                "idempotency_key": cause.and_then(|cause| cause.idempotency_key.as_ref()),
            },
            "type": self.r#type,
        })
    }

    /// As it is listed: with its delivery.
    pub(crate) fn report(&self) -> Value {
        json!({ "event": self.json(), "delivery": self.delivery, "attempts": self.attempts })
    }

    pub(crate) fn is_pending(&self) -> bool {
        self.delivery == Delivery::Pending
    }

    pub(crate) fn is_of_type(&self, r#type: &str) -> bool {
        self.r#type == r#type
    }
}

impl State {
    pub(crate) fn emit(&mut self, r#type: &str, subject: &str, object: Value) {
        self.push_event(r#type, subject, json!({ "object": object }));
    }

    /// An event that tells what the changed fields held before.
    pub(crate) fn emit_update(
        &mut self,
        r#type: &str,
        subject: &str,
        before: &Value,
        object: Value,
    ) {
        let fields = object.as_object().into_iter().flatten();
        let changed = fields.filter(|(name, value)| before[*name] != **value);
        let previous: Map<_, _> = changed
            .map(|(name, _)| (name.clone(), before[name].clone()))
            .collect();
        self.push_event(
            r#type,
            subject,
            json!({ "object": object, "previous_attributes": previous }),
        );
    }

    fn push_event(&mut self, r#type: &str, subject: &str, data: Value) {
        let delivery = match self.endpoint {
            Some(_) => Delivery::Pending,
            None => Delivery::None,
        };
        let event = Event {
            id: ids::new("evt"),
            created: self.now(),
            r#type: r#type.to_owned(),
            subject: subject.to_owned(),
            data,
            cause: self.cause.clone(),
            delivery,
            attempts: Vec::new(),
        };
        if event.is_pending() {
            self.outbox.push(event.id.clone());
        }
        self.events.push(event);
    }

    /// Sends an event once more. False if there is no such event or no endpoint.
    pub(crate) fn resend(&mut self, id: &str) -> bool {
        let Some(event) = self.events.get_mut(id).filter(|_| self.endpoint.is_some()) else {
            return false;
        };
        if !event.is_pending() {
            event.delivery = Delivery::Pending;
            self.outbox.push(id.to_owned());
        }
        true
    }
}
