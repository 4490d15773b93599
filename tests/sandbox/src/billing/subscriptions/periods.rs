//! The course of a subscription over time and with its payments.

use serde_json::{Value, json};

use super::{TRIAL_NOTICE, WHAT, current, pending, period_end};
use crate::billing::{default_method, int, invoices, prices, text};
use crate::clock::{Job, Millis};
use crate::error::ApiError;
use crate::intent_params;
use crate::shape;
use crate::state::State;
use crate::table::Object;

const DAY: i64 = 86_400;
/// How long before a period ends the next invoice is announced, in seconds.
const UPCOMING: i64 = 7 * DAY;

/// Schedules the beginning of the next period.
pub(super) fn schedule(state: &mut State, id: &str, end: i64) {
    let renew = Job::Renew {
        subscription: id.to_owned(),
    };
    state.clock.cancel(&renew);
    let after = (end - state.now()).max(0) * 1000;
    state.clock.schedule(after, renew);
    let notice = Job::TrialNotice {
        subscription: id.to_owned(),
    };
    state.clock.cancel(&notice);
    let trialing = state.subscriptions.get(id);
    if trialing.is_some_and(|row| row.0["status"] == "trialing") {
        let after: Millis = (end - TRIAL_NOTICE - state.now()).max(0) * 1000;
        state.clock.schedule(after, notice);
    }
    let upcoming = Job::Upcoming {
        subscription: id.to_owned(),
    };
    state.clock.cancel(&upcoming);
    let after: Millis = (end - UPCOMING - state.now()) * 1000;
    // A period may be shorter than that.
    if after > 0 {
        state.clock.schedule(after, upcoming);
    }
}

/// Creates a draft of the invoice for a period.
pub(super) fn bill(
    state: &mut State,
    id: &str,
    reason: &str,
    extra: &Value,
) -> Result<Value, ApiError> {
    let mut subscription = current(state, id)?;
    let mut invoice = draft(state, &subscription, reason);
    for (place, item) in extra.as_array().into_iter().flatten().enumerate() {
        let price = prices::of_item(state, item, &format!("add_invoice_items[{place}]"))?;
        let quantity = intent_params::int(&item["quantity"]).unwrap_or(1);
        let each = price["unit_amount"].as_i64().unwrap_or_default();
        let line = json!({
            "id": state.setting.ids.id("ii"),
            "amount": each * quantity,
            "description": "Item",
            "price": price,
            "quantity": quantity,
            "subscription": id,
        });
        invoices::add_line(state, &mut invoice, &line);
    }
    subscription["latest_invoice"] = invoice["id"].clone();
    state.subscriptions.put(Object(subscription));
    Ok(invoices::put_new(state, invoice))
}

/// An invoice of a subscription as its settings are, without a line.
pub(super) fn empty_draft(state: &State, subscription: &Value, reason: &str) -> Value {
    let customer = text(subscription, "customer");
    let mut invoice = invoices::new(state, &customer, &text(subscription, "currency"));
    invoice["billing_reason"] = json!(reason);
    invoice["collection_method"] = subscription["collection_method"].clone();
    invoice["default_payment_method"] = subscription["default_payment_method"].clone();
    invoice["parent"] = invoices::of_subscription(&text(subscription, "id"));
    let settings = subscription["payment_settings"].clone();
    shape::change(
        "invoice",
        &mut invoice,
        &json!({ "payment_settings": settings }),
        &[],
    );
    if let Some(days) = subscription["days_until_due"].as_i64() {
        invoice["due_date"] = json!(state.now() + days * DAY);
    }
    invoice
}

/// An invoice for the periods of the items of a subscription.
fn draft(state: &State, subscription: &Value, reason: &str) -> Value {
    let mut invoice = empty_draft(state, subscription, reason);
    let trial = subscription["status"] == "trialing";
    let items = subscription["items"]["data"].as_array().cloned();
    for item in items.unwrap_or_default() {
        let each = item["price"]["unit_amount"].as_i64().unwrap_or_default();
        let quantity = int(&item, "quantity");
        let line = json!({
            "amount": if trial { 0 } else { each * quantity },
            "description": if trial { "Trial period" } else { "Subscription" },
            "metadata": item["metadata"],
            "period": {
                "start": item["current_period_start"],
                "end": item["current_period_end"],
            },
            "price": item["price"],
            "quantity": quantity,
            "subscription": subscription["id"],
            "subscription_item": item["id"],
        });
        invoices::add_line(state, &mut invoice, &line);
    }
    invoice
}

/// Lets the periods of the items go on to the next.
fn next_periods(subscription: &mut Value) {
    let items = subscription["items"]["data"].as_array_mut();
    for item in items.into_iter().flatten() {
        let start = int(item, "current_period_end");
        let length = prices::period(&item["price"]).unwrap_or(DAY);
        item["current_period_start"] = json!(start);
        item["current_period_end"] = json!(start + length);
    }
    if subscription["status"] == "trialing" {
        subscription["status"] = json!("active");
    }
}

/// A subscription is about to renew: what will be billed is told, unless nothing will be.
pub(crate) fn upcoming(state: &mut State, id: &str) {
    let Ok(mut subscription) = current(state, id) else {
        return;
    };
    let ends = subscription["cancel_at"]
        .as_i64()
        .is_some_and(|at| at <= period_end(&subscription));
    if ends || is_over(&subscription) || subscription["pause_collection"].is_object() {
        return;
    }
    next_periods(&mut subscription);
    let invoice = draft(state, &subscription, "upcoming");
    state.emit("invoice.upcoming", id, invoice);
}

/// Whether it has ended, has never begun, or waits to be resumed.
fn is_over(subscription: &Value) -> bool {
    ["canceled", "incomplete", "incomplete_expired", "paused"]
        .iter()
        .any(|status| subscription["status"] == *status)
}

/// Ends a subscription now.
pub(super) fn end(state: &mut State, mut subscription: Value) -> Value {
    let id = text(&subscription, "id");
    let now = state.now();
    subscription["status"] = json!("canceled");
    subscription["ended_at"] = json!(now);
    if subscription["canceled_at"].is_null() {
        subscription["canceled_at"] = json!(now);
    }
    for name in ["comment", "feedback", "reason"] {
        if subscription["cancellation_details"][name].is_null() {
            subscription["cancellation_details"][name] = Value::Null;
        }
    }
    let subscription = shape::object(WHAT, &subscription);
    state.subscriptions.put(Object(subscription.clone()));
    for job in jobs(&id) {
        state.clock.cancel(&job);
    }
    state.emit("customer.subscription.deleted", &id, subscription.clone());
    subscription
}

fn jobs(id: &str) -> [Job; 5] {
    let subscription = id.to_owned();
    [
        Job::Renew {
            subscription: subscription.clone(),
        },
        Job::TrialNotice {
            subscription: subscription.clone(),
        },
        Job::Upcoming {
            subscription: subscription.clone(),
        },
        Job::ExpireUpdate {
            subscription: subscription.clone(),
        },
        Job::GiveUp { subscription },
    ]
}

pub(super) fn set_status(state: &mut State, id: &str, status: &str) {
    let Ok(before) = current(state, id) else {
        return;
    };
    if before["status"] == status || before["status"] == "canceled" {
        return;
    }
    let mut subscription = before.clone();
    subscription["status"] = json!(status);
    state.subscriptions.put(Object(subscription.clone()));
    let event = "customer.subscription.updated";
    state.emit_update(event, id, &before, subscription);
}

/// Begins the next period, or ends the subscription.
pub(crate) fn renew(state: &mut State, id: &str) {
    let Ok(mut subscription) = current(state, id) else {
        return;
    };
    if is_over(&subscription) {
        return;
    }
    let now = state.now();
    let last = subscription["cancel_at"]
        .as_i64()
        .is_some_and(|at| at <= now);
    if last || subscription["cancel_at_period_end"] == true {
        subscription["cancellation_details"] = json!({ "reason": "cancellation_requested" });
        end(state, subscription);
        return;
    }
    if subscription["status"] == "trialing" && trial_ends_it(state, &subscription) {
        return;
    }
    let before = subscription.clone();
    next_periods(&mut subscription);
    let end = period_end(&subscription);
    state.subscriptions.put(Object(subscription.clone()));
    let event = "customer.subscription.updated";
    state.emit_update(event, id, &before, subscription.clone());
    schedule(state, id, end);
    if subscription["pause_collection"].is_object() {
        return;
    }
    let Ok(mut invoice) = bill(state, id, "subscription_cycle", &Value::Null) else {
        return;
    };
    // The draft can be changed for an hour.
    invoice["auto_advance"] = json!(true);
    let invoice_id = text(&invoice, "id");
    state.invoices.put(Object(invoice));
    let job = Job::Finalize {
        invoice: invoice_id,
    };
    state.clock.schedule(3_600_000, job);
}

/// Whether a trial ends in nothing, since there is no way to pay and the subscription is not to go
/// on without one.
fn trial_ends_it(state: &mut State, subscription: &Value) -> bool {
    let id = text(subscription, "id");
    let payable = subscription["default_payment_method"].is_string()
        || default_method(state, &text(subscription, "customer")).is_some();
    if payable {
        return false;
    }
    match subscription["trial_settings"]["end_behavior"]["missing_payment_method"].as_str() {
        Some("cancel") => {
            end(state, subscription.clone());
        }
        Some("pause") => {
            set_status(state, &id, "paused");
            if let Ok(paused) = current(state, &id) {
                state.emit("customer.subscription.paused", &id, paused);
            }
        }
        _ => return false,
    }
    true
}

/// Emits the event before the end of a trial.
pub(crate) fn notice(state: &mut State, id: &str) {
    if let Ok(subscription) = current(state, id)
        && subscription["status"] == "trialing"
    {
        state.emit("customer.subscription.trial_will_end", id, subscription);
    }
}

/// Ends a subscription whose first payment was not made in time.
pub(crate) fn give_up(state: &mut State, id: &str) {
    if let Ok(subscription) = current(state, id)
        && subscription["status"] == "incomplete"
    {
        set_status(state, id, "incomplete_expired");
        for job in jobs(id) {
            state.clock.cancel(&job);
        }
    }
}

fn of_invoice(invoice: &Value) -> Option<&str> {
    invoice["parent"]["subscription_details"]["subscription"].as_str()
}

/// Updates a subscription after an invoice was paid or failed.
pub(crate) fn invoice_moved(state: &mut State, invoice: &Value) {
    let Some(id) = of_invoice(invoice) else {
        return;
    };
    let Ok(subscription) = current(state, id) else {
        return;
    };
    if subscription["latest_invoice"] != invoice["id"] {
        return;
    }
    if subscription["pending_update"].is_object() {
        if invoice["status"] == "paid" {
            pending::apply(state, subscription);
        }
        return;
    }
    let status = subscription["status"].as_str().unwrap_or_default();
    match (invoice["status"] == "paid", status) {
        (true, "incomplete" | "past_due" | "unpaid") => set_status(state, id, "active"),
        (false, "active") => set_status(state, id, "past_due"),
        _ => {}
    }
}

/// Activates a subscription whose first payment is processing.
pub(crate) fn payment_begun(state: &mut State, invoice: &Value) {
    let Some(id) = of_invoice(invoice) else {
        return;
    };
    let Ok(subscription) = current(state, id) else {
        return;
    };
    if subscription["status"] == "incomplete" {
        set_status(state, id, "active");
    } else if subscription["pending_update"].is_object()
        && subscription["latest_invoice"] == invoice["id"]
    {
        pending::apply(state, subscription);
    }
}
