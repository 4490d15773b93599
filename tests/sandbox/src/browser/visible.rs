//! The fields that a page may see: those that Stripe.js declares.

use serde_json::{Map, Value, json};

use crate::error::ApiError;
use crate::intents::Kind;
use crate::state::State;

const PAYMENT_METHOD: [&str; 10] = [
    "id",
    "object",
    "allow_redisplay",
    "billing_details",
    "created",
    "customer",
    "livemode",
    "metadata",
    "type",
    "us_bank_account",
];

fn payment_method(method: &Value) -> Value {
    let fields = PAYMENT_METHOD.map(|name| (name.to_owned(), method[name].clone()));
    Value::Object(Map::from_iter(fields))
}

/// Replaces the payment method's id by the object, if the page requested it.
pub(super) fn expand(state: &State, intent: &mut Value, fields: &[String]) {
    if fields.iter().any(|field| field == "payment_method")
        && let Some(method) = intent["payment_method"]
            .as_str()
            .and_then(|id| state.object(id))
    {
        intent["payment_method"] = payment_method(&method);
    }
}

/// Returns an error as a page sees it.
pub(super) fn error(error: ApiError) -> Value {
    let mut body = error.body();
    let shown = &mut body["error"];
    for kind in [Kind::Payment, Kind::Setup] {
        if shown[kind.name()].is_object() {
            shown[kind.name()] = kind.public(&shown[kind.name()]);
        }
    }
    if shown["payment_method"].is_object() {
        shown["payment_method"] = payment_method(&shown["payment_method"]);
    }
    json!({ "error": shown })
}
