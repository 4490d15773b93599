//! Invoices, subscriptions and checkout sessions, and how payments change them.

pub(crate) mod checkout;
pub(crate) mod invoices;
pub(crate) mod prices;
pub(crate) mod subscriptions;

use serde_json::{Value, json};

use crate::api::Call;
use crate::error::ApiError;
use crate::intents::Kind;
use crate::mandates;
use crate::state::State;
use crate::table::{Object, Table};

/// Records the purpose of an intent: an `invoice` or a `checkout` session.
fn remember(state: &mut State, intent: &str, what: &str, id: &str) {
    let known = state.hidden.get(intent).map(|row| row.0.clone());
    let mut row = known.unwrap_or_else(|| json!({ "id": intent }));
    row[what] = json!(id);
    state.hidden.put(Object(row));
}

/// Updates the invoice or checkout session of a payment intent whose status changed.
pub(crate) fn intent_moved(state: &mut State, intent: &Value) {
    let id = text(intent, "id");
    let Some(row) = state.hidden.get(&id).map(|row| row.0.clone()) else {
        return;
    };
    if let Some(invoice) = row["invoice"].as_str() {
        invoices::intent_moved(state, invoice, intent);
    }
    if let Some(session) = row["checkout"].as_str() {
        checkout::intent_moved(state, session, intent);
    }
}

/// Creates an intent with the settings of an invoice, a subscription or a checkout session.
fn intent(state: &mut State, kind: Kind, params: Value) -> Result<Value, ApiError> {
    kind.create(state, &Call::within(params))
}

/// Debits a saved payment method whose holder has agreed before.
fn confirm(state: &mut State, kind: Kind, id: &str, method: &str) -> Result<Value, ApiError> {
    let intent = kind.find(state, id)?;
    kind.check_open(&intent)?;
    let intent = kind.take_method(state, intent, method);
    mandates::agree(state, method, &Value::Null);
    kind.confirmed(state, intent, &Value::Null)
}

/// Returns the customer's default payment method for invoices.
fn default_method(state: &State, customer: &str) -> Option<String> {
    let customer = state.customers.get(customer)?;
    let method = customer.0["invoice_settings"]["default_payment_method"].as_str()?;
    Some(method.to_owned())
}

/// Checks a parameter with the id of a customer's payment method.
fn check_method(state: &State, id: &str, customer: &str, param: &str) -> Result<(), ApiError> {
    let method = state.payment_methods.get(id);
    let method = method.ok_or_else(|| ApiError::unknown_reference("payment_method", id, param))?;
    if method.0["customer"] == *customer {
        return Ok(());
    }
    Err(ApiError::invalid(format!(
        "The customer does not have a payment method with the ID {id}. The payment method must be \
         attached to the customer."
    ))
    .code("resource_missing")
    .param(param))
}

/// Returns the object in the path, unless it was deleted.
fn find(table: &Table<Object>, what: &str, id: &str, param: &str) -> Result<Value, ApiError> {
    let row = table.get(id).map(|row| row.0.clone());
    row.filter(|object| object["deleted"].is_null())
        .ok_or_else(|| ApiError::missing(what, id, param))
}

/// Returns the required parameter with the id of a customer.
fn customer<'a>(state: &State, call: &'a Call) -> Result<&'a str, ApiError> {
    let Some(id) = call.text("customer") else {
        return Err(ApiError::parameter_missing("customer"));
    };
    state.check_customer(id, "customer")?;
    Ok(id)
}

/// Returns `payment_method_options` for an intent, from the settings of its invoice, subscription
/// or session.
fn bank_options(settings: &Value) -> Value {
    let bank = &settings["us_bank_account"];
    let connections = &bank["financial_connections"];
    let mut options = json!({ "financial_connections": {} });
    for name in ["permissions", "prefetch", "filters"] {
        if !connections[name].is_null() {
            options["financial_connections"][name] = connections[name].clone();
        }
    }
    if let Some(method) = bank["verification_method"].as_str() {
        options["verification_method"] = json!(method);
    }
    json!({ "us_bank_account": options })
}

fn text(object: &Value, name: &str) -> String {
    object[name].as_str().unwrap_or_default().to_owned()
}

fn int(object: &Value, name: &str) -> i64 {
    object[name].as_i64().unwrap_or_default()
}
