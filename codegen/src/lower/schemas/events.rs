//! Reads the types of webhook events.

use crate::error::Diagnostic;
use openapiv3::{OpenAPI, ReferenceOr, Schema, SchemaKind, Type};
use serde::Deserialize;
use serde_json::Value;

#[derive(Clone, Debug)]
pub(crate) struct EventType {
    pub(crate) value: String,
    pub(crate) docs: String,
    pub(crate) feature: Option<String>,
    pub(crate) object: Option<Lacking>,
}

/// The rule `x-object` of an event: fields that its object lacks, although the resource requires
/// them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lacking {
    pub(crate) description: String,
    /// The fields that may be missing.
    pub(crate) missing: Vec<String>,
}

impl EventType {
    /// Returns its place in the spec, as a JSON pointer.
    pub(crate) fn pointer(&self) -> String {
        format!("/x-events/{}", super::form::escape(&self.value))
    }

    /// Returns the place of its object, in the notation of names.yaml. Used if the object lacks
    /// fields.
    pub(crate) fn place(&self) -> String {
        format!("EVENT {}", self.value)
    }
}

/// Reads `x-events` of a subset, or else the events that a webhook endpoint can receive.
pub(super) fn read(spec: &OpenAPI, found: &mut Vec<Diagnostic>) -> Vec<EventType> {
    let mut events: Vec<EventType> = match spec.extensions.get("x-events") {
        Some(Value::Object(events)) => events
            .iter()
            .map(|(value, event)| listed(value, event, found))
            .collect(),
        _ => enabled(spec),
    };
    events.retain(|event| event.value != "*");
    events.sort_by(|a, b| a.value.cmp(&b.value));
    events.dedup_by(|a, b| a.value == b.value);
    events
}

fn listed(value: &str, event: &Value, found: &mut Vec<Diagnostic>) -> EventType {
    let text = |key| event.get(key).and_then(Value::as_str).unwrap_or_default();
    let object = event
        .get("x-object")
        .map(Lacking::deserialize)
        .and_then(|read| {
            let wrong = |error: serde_json::Error| {
                found.push(Diagnostic::new(
                    format!("/x-events/{}/x-object", super::form::escape(value)),
                    format!("no rule for the object of an event: {error}"),
                    "it has the `description` of a type, and lists what may be `missing`",
                ));
            };
            read.map_err(wrong).ok()
        });
    EventType {
        object,
        value: value.to_owned(),
        docs: text("description").to_owned(),
        feature: Some(text("x-feature"))
            .filter(|feature| !feature.is_empty())
            .map(str::to_owned),
    }
}

/// Returns the values of `enabled_events`, a parameter of Stripe's webhook endpoints.
fn enabled(spec: &OpenAPI) -> Vec<EventType> {
    let items = spec.paths.paths.values().filter_map(ReferenceOr::as_item);
    let operations = items.filter_map(|item| item.post.as_ref());
    let values = operations.flat_map(|operation| {
        let content = operation
            .request_body
            .iter()
            .filter_map(ReferenceOr::as_item);
        let media = content.flat_map(|body| body.content.values());
        let schemas = media.filter_map(|media| media.schema.as_ref()?.as_item());
        schemas.flat_map(enabled_in).collect::<Vec<_>>()
    });
    let events = values.map(|value| EventType {
        value,
        docs: String::new(),
        feature: None,
        object: None,
    });
    events.collect()
}

fn enabled_in(body: &Schema) -> Vec<String> {
    let values = || {
        let SchemaKind::Type(Type::Object(object)) = &body.schema_kind else {
            return None;
        };
        let events = object.properties.get("enabled_events")?.as_item()?;
        let SchemaKind::Type(Type::Array(array)) = &events.schema_kind else {
            return None;
        };
        match &array.items.as_ref()?.as_item()?.schema_kind {
            SchemaKind::Type(Type::String(string)) => Some(&string.enumeration),
            _ => None,
        }
    };
    let values = values().into_iter().flatten().flatten();
    values.cloned().collect()
}

/// Returns whether an event is about the kind of object, or the union of several, named `name`:
/// `customer.subscription.created` is about a `subscription`, and `issuing_card.created` about an
/// `issuing.card`.
pub(crate) fn is_about(event: &str, name: &str) -> bool {
    let Some((subject, _)) = event.rsplit_once('.') else {
        return false;
    };
    let name = name.replace('.', "_");
    let dots = subject.match_indices('.').map(|(at, _)| at + 1);
    std::iter::once(0)
        .chain(dots)
        .any(|start| subject[start..].replace('.', "_") == name)
}

#[cfg(test)]
mod tests {
    use super::is_about;

    #[test]
    fn an_event_is_about_what_is_before_the_last_dot() {
        for (event, name, expected) in [
            ("customer.created", "customer", true),
            ("customer.subscription.created", "subscription", true),
            (
                "customer.subscription.created",
                "customer.subscription",
                true,
            ),
            ("customer.subscription.created", "customer", false),
            ("issuing_card.created", "issuing.card", true),
            ("issuing_card.created", "card", false),
            ("account.external_account.created", "external_account", true),
            ("account.external_account.created", "account", false),
            ("source.transaction.created", "source_transaction", true),
            ("created", "created", false),
        ] {
            assert_eq!(is_about(event, name), expected, "{name} in {event}");
        }
    }
}
