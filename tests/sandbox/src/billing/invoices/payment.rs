//! The payment of an invoice.

use serde_json::{Value, json};

use super::{check_open, happened, named, open};
use crate::api::Call;
use crate::billing::{check_method, confirm, default_method, find, int, subscriptions, text};
use crate::error::ApiError;
use crate::intents::Kind;
use crate::state::State;
use crate::table::Object;

pub(crate) fn pay(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let mut invoice = named(state, call)?;
    if invoice["status"] == "draft" {
        invoice = open(state, invoice)?;
        if invoice["status"] == "paid" {
            return Ok(invoice);
        }
    }
    if invoice["status"] == "paid" {
        return Err(ApiError::invalid("Invoice is already paid"));
    }
    check_open(&invoice)?;
    if call.flag("paid_out_of_band") == Some(true) {
        return Ok(paid(state, invoice, true));
    }
    let customer = text(&invoice, "customer");
    if let Some(method) = call.text("payment_method") {
        check_method(state, method, &customer, "payment_method")?;
    }
    let asked = call.text("payment_method").map(str::to_owned);
    let method = asked.or_else(|| saved_method(state, &invoice));
    let Some(method) = method else {
        return Err(ApiError::invalid(
            "This customer has no attached payment source or default payment method. Please \
             consider adding a default payment method.",
        )
        .code("resource_missing"));
    };
    charge(state, &invoice, &method)?;
    named(state, call)
}

/// Returns the default payment method of an invoice.
fn saved_method(state: &State, invoice: &Value) -> Option<String> {
    let own = invoice["default_payment_method"].as_str();
    let subscription = invoice["parent"]["subscription_details"]["subscription"].as_str();
    let of_subscription = || {
        let subscription = state.subscriptions.get(subscription?)?;
        let method = subscription.0["default_payment_method"].as_str()?;
        Some(method.to_owned())
    };
    own.map(str::to_owned)
        .or_else(of_subscription)
        .or_else(|| default_method(state, &text(invoice, "customer")))
}

/// Debits the payment method for an invoice.
fn charge(state: &mut State, invoice: &Value, method: &str) -> Result<(), ApiError> {
    let intent = payment_intent(invoice).to_owned();
    let mut invoice = invoice.clone();
    invoice["attempted"] = json!(true);
    invoice["attempt_count"] = json!(int(&invoice, "attempt_count") + 1);
    state.invoices.put(Object(invoice));
    confirm(state, Kind::Payment, &intent, method)?;
    Ok(())
}

/// Pays an invoice with the customer's saved payment method, if there is one.
pub(crate) fn charge_saved(state: &mut State, id: &str) {
    let Ok(invoice) = find(&state.invoices, "invoice", id, "id") else {
        return;
    };
    let automatic = invoice["collection_method"] == "charge_automatically";
    if invoice["status"] != "open" || !automatic {
        return;
    }
    match saved_method(state, &invoice) {
        // Events report the result.
        Some(method) => drop(charge(state, &invoice, &method)),
        None => {
            happened(state, invoice, &["payment_failed"]);
        }
    }
}

pub(super) fn payment_intent(invoice: &Value) -> &str {
    let payment = &invoice["payments"]["data"][0]["payment"];
    payment["payment_intent"].as_str().unwrap_or_default()
}

/// Records the result of an invoice's payment.
pub(super) fn settle_payment(
    state: &State,
    mut invoice: Value,
    status: &str,
    transition: &str,
    amount: i64,
) -> Value {
    if let Some(payment) = invoice["payments"]["data"].get_mut(0) {
        payment["status"] = json!(status);
        payment["status_transitions"][transition] = json!(state.now());
        if amount > 0 {
            payment["amount_paid"] = json!(amount);
        }
    }
    invoice
}

/// Marks an invoice as paid.
pub(super) fn paid(state: &mut State, mut invoice: Value, out_of_band: bool) -> Value {
    let due = int(&invoice, "amount_due");
    invoice["status"] = json!("paid");
    invoice["amount_paid"] = json!(due);
    if out_of_band {
        invoice["amount_paid_off_stripe"] = json!(due);
    }
    invoice["amount_remaining"] = json!(0);
    invoice["attempted"] = json!(true);
    invoice["auto_advance"] = json!(false);
    invoice["confirmation_secret"] = Value::Null;
    invoice["next_payment_attempt"] = Value::Null;
    invoice["status_transitions"]["paid_at"] = json!(state.now());
    let invoice = settle_payment(state, invoice, "paid", "paid_at", due);
    let invoice = happened(state, invoice, &["paid", "payment_succeeded"]);
    subscriptions::invoice_moved(state, &invoice);
    invoice
}

/// Updates an invoice after the status of its payment changed.
pub(crate) fn intent_moved(state: &mut State, id: &str, intent: &Value) {
    let Ok(mut invoice) = find(&state.invoices, "invoice", id, "id") else {
        return;
    };
    if invoice["status"] != "open" {
        return;
    }
    match intent["status"].as_str() {
        Some("succeeded") => {
            paid(state, invoice, false);
        }
        Some("processing") => {
            invoice["attempted"] = json!(true);
            state.invoices.put(Object(invoice.clone()));
            subscriptions::payment_begun(state, &invoice);
        }
        Some("requires_action") => {
            happened(state, invoice, &["payment_action_required"]);
        }
        Some("requires_payment_method") if !intent["last_payment_error"].is_null() => {
            let invoice = happened(state, invoice, &["payment_failed"]);
            subscriptions::invoice_moved(state, &invoice);
        }
        _ => {}
    }
}

/// Finalizes a draft automatically, and charges it.
pub(crate) fn advance(state: &mut State, id: &str) {
    let Ok(invoice) = find(&state.invoices, "invoice", id, "id") else {
        return;
    };
    if invoice["status"] == "draft" && open(state, invoice).is_ok() {
        charge_saved(state, id);
    }
}
