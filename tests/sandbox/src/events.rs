//! `/v1/events`: the events and their deliveries.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::api::Call;
use crate::error::ApiError;
use crate::expand;
use crate::range::TimeRange;
use crate::spec::SPEC;
use crate::state::State;
use crate::table::Row;

/// The number of events that are kept. Stripe keeps the events of 30 days.
const KEPT: usize = 100_000;

/// An endpoint for events, with its secret.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) secret: String,
}

/// The request that caused an event.
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
    /// The id of the event's object. Events of one object are delivered in order.
    pub(crate) subject: String,
    /// Kept as text, since there are many events and few are read.
    data: Box<RawValue>,
    cause: Option<Cause>,
    pub(crate) deliveries: Vec<Delivery>,
}

/// The delivery of an event to an endpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Delivery {
    /// The id of the endpoint.
    pub(crate) endpoint: String,
    pub(crate) url: String,
    pub(crate) status: DeliveryStatus,
    pub(crate) attempts: Vec<Attempt>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeliveryStatus {
    Pending,
    Delivered,
    /// All attempts failed, or the queue was full.
    Failed,
}

/// One attempt to deliver an event.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Attempt {
    pub(crate) at: i64,
    /// The status of the endpoint's response; `None` if there was none.
    pub(crate) status: Option<u16>,
}

impl Row for Event {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Event {
    /// Returns the event as it is sent. `account` is the connected account, if any.
    pub(crate) fn json(&self, account: Option<&str>) -> Value {
        let cause = self.cause.as_ref();
        let data: Value = serde_json::from_str(self.data.get()).unwrap_or_default();
        let mut event = json!({
            "id": self.id,
            "object": "event",
            "api_version": SPEC.version,
            "created": self.created,
            "data": data,
            "livemode": false,
            "pending_webhooks": self.pending(),
            "request": {
                "id": cause.map(|cause| &cause.id),
                "idempotency_key": cause.and_then(|cause| cause.idempotency_key.as_ref()),
            },
            "type": self.r#type,
        });
        if let Some(account) = account {
            event["account"] = json!(account);
        }
        event
    }

    /// Returns the event with its deliveries, for the sandbox's own list.
    pub(crate) fn report(&self, account: Option<&str>) -> Value {
        let all = |status| self.deliveries.iter().all(|one| one.status == status);
        let delivery = if self.deliveries.is_empty() {
            "none"
        } else if self.pending() > 0 {
            "pending"
        } else if all(DeliveryStatus::Delivered) {
            "delivered"
        } else {
            "failed"
        };
        let attempts: Vec<_> = self
            .deliveries
            .iter()
            .flat_map(|delivery| &delivery.attempts)
            .collect();
        json!({
            "event": self.json(account),
            "delivery": delivery,
            "attempts": attempts,
            "deliveries": self.deliveries,
        })
    }

    /// Returns the delivery to an endpoint, or adds one.
    pub(crate) fn delivery(&mut self, endpoint: &Endpoint) -> &mut Delivery {
        let mut known = self.deliveries.iter();
        let place = known.position(|delivery| delivery.endpoint == endpoint.id);
        let place = place.unwrap_or_else(|| {
            self.deliveries.push(Delivery {
                endpoint: endpoint.id.clone(),
                url: endpoint.url.clone(),
                status: DeliveryStatus::Pending,
                attempts: Vec::new(),
            });
            self.deliveries.len() - 1
        });
        &mut self.deliveries[place]
    }

    pub(crate) fn is_pending(&self) -> bool {
        self.pending() > 0
    }

    /// Resets deliveries that have not arrived, so that they are sent again.
    pub(crate) fn forget_pending(&mut self) {
        self.deliveries
            .retain(|delivery| delivery.status != DeliveryStatus::Pending);
    }

    fn pending(&self) -> usize {
        let deliveries = self.deliveries.iter();
        deliveries
            .filter(|delivery| delivery.status == DeliveryStatus::Pending)
            .count()
    }

    pub(crate) fn created(&self) -> i64 {
        self.created
    }

    pub(crate) fn r#type(&self) -> &str {
        &self.r#type
    }
}

impl State {
    pub(crate) fn emit(&mut self, r#type: &str, subject: &str, object: Value) {
        self.push_event(r#type, subject, json!({ "object": object }));
    }

    /// Emits an event with the old values of the changed fields.
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

    fn push_event(&mut self, r#type: &str, subject: &str, mut data: Value) {
        expand::strip(&mut data, &[]);
        if let Some(object) = data["object"].as_object_mut() {
            for name in SPEC.missing_in_event(r#type) {
                object.remove(name);
            }
        }
        let event = Event {
            id: self.setting.ids.id("evt"),
            created: self.now(),
            r#type: r#type.to_owned(),
            subject: subject.to_owned(),
            data: serde_json::value::to_raw_value(&data).expect("JSON can be written"),
            cause: self.cause.clone(),
            deliveries: Vec::new(),
        };
        self.outbox.push(event.id.clone());
        self.events.push(event);
        self.events.keep(KEPT);
    }
}

pub(crate) fn retrieve(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let id = call.id("id");
    match state.events.get(id) {
        Some(event) => Ok(event.json(call.account())),
        None => Err(ApiError::missing("event", id, "id")),
    }
}

pub(crate) fn list(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let types = call.texts("types");
    let r#type = call.text("type");
    if r#type.is_some() && !types.is_empty() {
        return Err(ApiError::exclusive(["type", "types"]));
    }
    let created = TimeRange::new(&call.params["created"]);
    let delivered = match &call.params["delivery_success"] {
        Value::String(text) => Some(text == "true"),
        other => other.as_bool(),
    };
    state.events.page(
        call,
        "event",
        |event| {
            let matches = |wanted: &str| match wanted.strip_suffix('*') {
                Some(start) => event.r#type.starts_with(start),
                None => event.r#type == wanted,
            };
            let fails = |delivery: &Delivery| delivery.status != DeliveryStatus::Delivered;
            r#type.is_none_or(matches)
                && (types.is_empty() || types.iter().any(|wanted| event.r#type == *wanted))
                && created.contains(event.created)
                && delivered.is_none_or(|good| event.deliveries.iter().any(fails) != good)
        },
        |event| event.json(call.account()),
    )
}
