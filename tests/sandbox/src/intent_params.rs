//! The parameters that create, change and confirm an intent.

use serde_json::{Value, json};

use crate::api::Call;
use crate::customers::change_metadata;
use crate::error::ApiError;
use crate::link::Grant;
use crate::payment_methods;
use crate::state::State;

/// Parameters that are copied to the intent.
const SHOWN: [&str; 10] = [
    "amount",
    "currency",
    "customer",
    "description",
    "payment_method_types",
    "receipt_email",
    "setup_future_usage",
    "statement_descriptor",
    "transfer_group",
    "usage",
];

/// The parameter of an intent with permissions and prefetch.
pub(crate) const OPTIONS: &str = "payment_method_options[us_bank_account][financial_connections]";

pub(crate) fn new_payment(state: &State, params: &Value) -> Result<Value, ApiError> {
    let amount = int(&params["amount"]).ok_or_else(|| ApiError::parameter_missing("amount"))?;
    if amount < 50 {
        return Err(ApiError::invalid("The amount is less than 50 cents.")
            .code("amount_too_small")
            .param("amount"));
    }
    if params["currency"].is_null() {
        return Err(ApiError::parameter_missing("currency"));
    }
    let id = state.setting.ids.id("pi");
    Ok(json!({
        "amount": amount,
        "amount_capturable": 0,
        "amount_received": 0,
        "canceled_at": null,
        "cancellation_reason": null,
        "capture_method": "automatic",
        "client_secret": state.setting.ids.client_secret(&id),
        "confirmation_method": "automatic",
        "created": state.now(),
        "currency": "usd",
        "customer": null,
        "description": null,
        "id": id,
        "last_payment_error": null,
        "latest_charge": null,
        "livemode": false,
        "metadata": {},
        "next_action": null,
        "object": "payment_intent",
        "payment_method": null,
        "payment_method_types": ["us_bank_account"],
        "receipt_email": null,
        "setup_future_usage": null,
        "shipping": null,
        "statement_descriptor": null,
        "status": "requires_payment_method",
    }))
}

pub(crate) fn new_setup(state: &State) -> Value {
    let id = state.setting.ids.id("seti");
    json!({
        "cancellation_reason": null,
        "client_secret": state.setting.ids.client_secret(&id),
        "created": state.now(),
        "customer": null,
        "description": null,
        "id": id,
        "last_setup_error": null,
        "latest_attempt": null,
        "livemode": false,
        "mandate": null,
        "metadata": {},
        "next_action": null,
        "object": "setup_intent",
        "payment_method": null,
        "payment_method_types": ["us_bank_account"],
        "single_use_mandate": null,
        "status": "requires_payment_method",
        "usage": "off_session",
    })
}

/// Applies parameters, after all of them are checked.
pub(crate) fn change(state: &mut State, intent: &mut Value, call: &Call) -> Result<(), ApiError> {
    let params = &call.params;
    if let Some(customer) = call.text("customer") {
        state.check_customer(customer, "customer")?;
    }
    let mut method = call.text("payment_method").map(str::to_owned);
    if let Some(id) = &method
        && state
            .object(id)
            .is_none_or(|object| object["object"] != "payment_method")
    {
        return Err(ApiError::unknown_reference(
            "payment_method",
            id,
            "payment_method",
        ));
    }
    let bank = &params["payment_method_options"]["us_bank_account"];
    let connections = &bank["financial_connections"];
    Grant::new(None, connections, OPTIONS, &connections["filters"])?;
    if params["payment_method_data"].is_object() {
        if method.is_some() {
            return Err(ApiError::exclusive([
                "payment_method",
                "payment_method_data",
            ]));
        }
        let data = &params["payment_method_data"];
        method = Some(payment_methods::make(state, data, "payment_method_data")?);
    }
    for name in SHOWN {
        match params.get(name) {
            Some(Value::String(text)) if text.is_empty() => intent[name] = Value::Null,
            // In an operation outside of the spec, an amount is a string.
            Some(value) if name == "amount" => intent[name] = json!(int(value)),
            Some(value) => intent[name] = value.clone(),
            None => {}
        }
    }
    change_metadata(intent, params);
    if bank.is_object() || intent["payment_method_options"].is_null() {
        intent["payment_method_options"] = json!({ "us_bank_account": options(bank) });
    }
    if let Some(method) = method {
        intent["payment_method"] = json!(method);
        intent["status"] = json!("requires_confirmation");
    }
    Ok(())
}

/// Returns `payment_method_options[us_bank_account]` as an intent shows it.
fn options(params: &Value) -> Value {
    let connections = &params["financial_connections"];
    let mut shown = json!({
        "permissions": connections.get("permissions").unwrap_or(&json!(["payment_method"])),
        "prefetch": connections["prefetch"],
    });
    show(&mut shown, connections, &["filters", "return_url"]);
    let verification = params.get("verification_method").and_then(Value::as_str);
    let mut options = json!({
        "financial_connections": shown,
        "verification_method": verification.unwrap_or("automatic"),
    });
    show(&mut options, params, &["setup_future_usage"]);
    options
}

/// Copies the parameters that are set.
fn show(object: &mut Value, params: &Value, names: &[&str]) {
    for name in names {
        if let Some(value) = params.get(name).filter(|value| **value != "") {
            object[name] = value.clone();
        }
    }
}

/// Returns an integer. In an operation outside of the spec it is a string.
pub(crate) fn int(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}
