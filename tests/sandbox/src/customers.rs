//! `/v1/customers`

use serde_json::{Map, Value, json};

use crate::api::Call;
use crate::error::ApiError;
use crate::range::TimeRange;
use crate::state::State;
use crate::table::Object;

/// Parameters that are copied to the customer.
const SHOWN: [&str; 14] = [
    "address",
    "balance",
    "business_name",
    "description",
    "email",
    "individual_name",
    "invoice_prefix",
    "invoice_settings",
    "name",
    "next_invoice_sequence",
    "phone",
    "preferred_locales",
    "shipping",
    "tax_exempt",
];

pub(crate) fn create(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let id = state.setting.ids.id("cus");
    let mut customer = json!({
        "id": id,
        "object": "customer",
        "address": null,
        "balance": 0,
        "created": state.now(),
        "currency": null,
        "default_source": null,
        "delinquent": false,
        "description": null,
        "email": null,
        "invoice_prefix": id[4..12].to_uppercase(),
        "invoice_settings": {
            "custom_fields": null,
            "default_payment_method": null,
            "footer": null,
            "rendering_options": null,
        },
        "livemode": false,
        "metadata": {},
        "name": null,
        "next_invoice_sequence": 1,
        "phone": null,
        "preferred_locales": [],
        "shipping": null,
        "tax_exempt": "none",
        "test_clock": null,
    });
    change(&mut customer, &call.params);
    state.customers.push(Object(customer.clone()));
    state.emit("customer.created", &id, customer.clone());
    Ok(customer)
}

pub(crate) fn update(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let before = existing(state, call)?.clone();
    let mut customer = before.clone();
    change(&mut customer, &call.params);
    let id = call.id("customer");
    if let Some(row) = state.customers.get_mut(id) {
        row.0 = customer.clone();
    }
    if customer != before {
        state.emit_update("customer.updated", id, &before, customer.clone());
    }
    Ok(customer)
}

pub(crate) fn retrieve(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let id = call.id("customer");
    // A deleted customer is returned with `"deleted": true`.
    match state.customers.get(id) {
        Some(customer) => Ok(customer.0.clone()),
        None => Err(ApiError::missing("customer", id, "id")),
    }
}

pub(crate) fn delete(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let customer = existing(state, call)?.clone();
    let id = call.id("customer");
    let deleted = json!({ "id": id, "object": "customer", "deleted": true });
    if let Some(row) = state.customers.get_mut(id) {
        row.0 = deleted.clone();
    }
    state.emit("customer.deleted", id, customer);
    Ok(deleted)
}

pub(crate) fn list(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let email = call.text("email");
    let created = TimeRange::new(&call.params["created"]);
    let test_clock = call.text("test_clock");
    state.customers.page(
        call,
        "customer",
        |Object(customer)| {
            customer["deleted"].is_null()
                && email.is_none_or(|email| customer["email"] == *email)
                && created.contains(customer["created"].as_i64().unwrap_or_default())
                // The sandbox has no test clocks, so no customer has one.
                && test_clock.is_none()
        },
        |customer| customer.0.clone(),
    )
}

fn existing<'a>(state: &'a State, call: &Call) -> Result<&'a Value, ApiError> {
    let id = call.id("customer");
    let customer = state
        .customers
        .get(id)
        .filter(|row| row.0["deleted"].is_null());
    customer
        .map(|row| &row.0)
        .ok_or_else(|| ApiError::missing("customer", id, "id"))
}

/// Applies parameters. Empty values clear.
fn change(customer: &mut Value, params: &Value) {
    for name in SHOWN {
        if let Some(value) = params.get(name) {
            set(customer, name, value);
        }
    }
    change_metadata(customer, params);
}

fn set(object: &mut Value, name: &str, value: &Value) {
    match value {
        // Only a string can be empty; it clears.
        Value::String(text) if text.is_empty() => object[name] = Value::Null,
        Value::Object(fields) if object[name].is_object() => {
            for (field, value) in fields {
                set(&mut object[name], field, value);
            }
        }
        Value::Object(fields) => {
            object[name] = json!({});
            for (field, value) in fields {
                set(&mut object[name], field, value);
            }
        }
        value => object[name] = value.clone(),
    }
}

/// Merges metadata. An empty value removes its key, and an empty parameter removes all.
pub(crate) fn change_metadata(object: &mut Value, params: &Value) {
    let kept = object["metadata"].as_object().cloned().unwrap_or_default();
    let metadata: Map<_, _> = match &params["metadata"] {
        Value::Object(changes) => kept
            .into_iter()
            .filter(|(key, _)| !changes.contains_key(key))
            .chain(changes.clone())
            .filter(|(_, value)| *value != "")
            .collect(),
        Value::String(_) => Map::new(),
        _ => kept,
    };
    object["metadata"] = Value::Object(metadata);
}
