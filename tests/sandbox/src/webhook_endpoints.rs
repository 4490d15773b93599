//! `/v1/webhook_endpoints`

use serde_json::{Value, json};

use crate::api::Call;
use crate::customers::change_metadata;
use crate::error::ApiError;
use crate::events::Endpoint;
use crate::spec::SPEC;
use crate::state::State;
use crate::table::Object;

/// The limit of Stripe.
const MAX: usize = 16;

const WHAT: &str = "webhook_endpoint";

pub(crate) fn create(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let existing = state.webhook_endpoints.rows().iter();
    if existing.filter(|row| row.0["deleted"].is_null()).count() >= MAX {
        return Err(ApiError::invalid(format!(
            "You have reached the maximum of {MAX} test webhook endpoints."
        )));
    }
    let id = state.setting.ids.id("we");
    let mut endpoint = json!({
        "id": id,
        "object": WHAT,
        "api_version": call.text("api_version"),
        "application": null,
        "created": state.now(),
        "description": null,
        "enabled_events": [],
        "livemode": false,
        "metadata": {},
        "status": "enabled",
        "url": null,
    });
    for name in ["url", "enabled_events"] {
        if call.params[name].is_null() {
            return Err(ApiError::parameter_missing(name));
        }
    }
    change(&mut endpoint, call)?;
    let connect = call.flag("connect").unwrap_or_default();
    let secret = format!("whsec_{}", state.setting.ids.text(32));
    let mut row = endpoint.clone();
    row["secret"] = json!(secret);
    row["connect"] = json!(connect);
    state.webhook_endpoints.push(Object(row));
    // The secret is only shown on creation.
    endpoint["secret"] = json!(secret);
    Ok(endpoint)
}

pub(crate) fn retrieve(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    find(state, call).map(shown)
}

pub(crate) fn update(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let mut endpoint = find(state, call)?.clone();
    change(&mut endpoint, call)?;
    let answer = shown(&endpoint);
    state.webhook_endpoints.put(Object(endpoint));
    Ok(answer)
}

pub(crate) fn delete(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    find(state, call)?;
    let deleted = json!({ "id": call.id(WHAT), "object": WHAT, "deleted": true });
    state.webhook_endpoints.put(Object(deleted.clone()));
    Ok(deleted)
}

pub(crate) fn list(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    state.webhook_endpoints.page(
        call,
        WHAT,
        |Object(endpoint)| endpoint["deleted"].is_null(),
        |Object(endpoint)| shown(endpoint),
    )
}

fn find<'a>(state: &'a State, call: &Call) -> Result<&'a Value, ApiError> {
    let id = call.id(WHAT);
    let row = state.webhook_endpoints.get(id).map(|row| &row.0);
    row.filter(|endpoint| endpoint["deleted"].is_null())
        .ok_or_else(|| ApiError::missing(WHAT, id, WHAT))
}

/// Returns an endpoint without the secret.
fn shown(endpoint: &Value) -> Value {
    let mut shown = endpoint.clone();
    if let Some(fields) = shown.as_object_mut() {
        fields.remove("secret");
        fields.remove("connect");
    }
    shown
}

fn change(endpoint: &mut Value, call: &Call) -> Result<(), ApiError> {
    let params = &call.params;
    if let Some(url) = call.text("url") {
        if !(url.starts_with("http://") || url.starts_with("https://")) {
            return Err(ApiError::invalid(
                "Invalid URL: An explicit scheme (such as https) must be provided.",
            )
            .code("url_invalid")
            .param("url"));
        }
        endpoint["url"] = json!(url);
    }
    if let Some(events) = params.get("enabled_events") {
        let names = events.as_array().into_iter().flatten();
        if names.clone().next().is_none() {
            return Err(ApiError::parameter_missing("enabled_events"));
        }
        if let Some(unknown) = names
            .filter_map(Value::as_str)
            .find(|name| *name != "*" && !is_event(name))
        {
            return Err(ApiError::invalid(format!(
                "Invalid enabled_events: '{unknown}' is no type of events."
            ))
            .param("enabled_events"));
        }
        endpoint["enabled_events"] = events.clone();
    }
    if let Some(description) = call.text("description") {
        endpoint["description"] = match description {
            "" => Value::Null,
            description => json!(description),
        };
    }
    if let Some(disabled) = call.flag("disabled") {
        endpoint["status"] = json!(if disabled { "disabled" } else { "enabled" });
    }
    change_metadata(endpoint, params);
    Ok(())
}

/// Accepts unknown types that look like event types.
fn is_event(name: &str) -> bool {
    SPEC.has_event(name)
        || (name.contains('.')
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || b"._".contains(&byte)))
}

impl State {
    /// Returns the endpoints of an event type.
    pub(crate) fn endpoints(&self, r#type: &str, connect: bool) -> Vec<Endpoint> {
        let rows = self.webhook_endpoints.rows().iter().map(|row| &row.0);
        rows.filter(|row| {
            row["status"] == "enabled"
                && row["connect"] == connect
                && row["enabled_events"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .any(|name| *name == "*" || *name == *r#type)
        })
        .filter_map(endpoint)
        .collect()
    }

    /// Returns an endpoint, if it still exists.
    pub(crate) fn endpoint(&self, id: &str) -> Option<Endpoint> {
        endpoint(&self.webhook_endpoints.get(id)?.0)
    }
}

fn endpoint(row: &Value) -> Option<Endpoint> {
    let text = |name: &str| row[name].as_str().map(str::to_owned);
    Some(Endpoint {
        id: text("id")?,
        url: text("url")?,
        secret: text("secret")?,
    })
}
