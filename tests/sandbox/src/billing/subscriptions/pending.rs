//! Changes of a subscription that wait for their payment.

use serde_json::{Value, json};

use super::periods::empty_draft;
use super::{INCOMPLETE, WHAT, current};
use crate::billing::{find, int, invoices, text};
use crate::clock::Job;
use crate::error::ApiError;
use crate::shape;
use crate::state::State;
use crate::table::Object;

/// The parameters that can be combined with `payment_behavior=pending_if_incomplete`.
const TOGETHER: [&str; 9] = [
    "add_invoice_items",
    "billing_cycle_anchor",
    "expand",
    "items",
    "metadata",
    "payment_behavior",
    "proration_behavior",
    "proration_date",
    "trial_end",
];

/// Refuses a change that cannot wait.
pub(super) fn check(subscription: &Value, params: &Value) -> Result<(), ApiError> {
    if subscription["collection_method"] == "send_invoice" {
        return Err(ApiError::invalid(
            "`payment_behavior` can only be `pending_if_incomplete` if the collection_method is \
             `charge_automatically`.",
        )
        .param("payment_behavior"));
    }
    let names = params.as_object().into_iter().flatten();
    let mut names = names.map(|(name, _)| name.as_str());
    match names.find(|name| !TOGETHER.contains(name)) {
        Some(name) => Err(ApiError::invalid(format!(
            "`{name}` cannot be changed if `payment_behavior` is `pending_if_incomplete`."
        ))
        .param(name)),
        None => Ok(()),
    }
}

/// Returns the price of a subscription's period.
pub(super) fn amount(subscription: &Value) -> i64 {
    let items = subscription["items"]["data"].as_array();
    let items = items.into_iter().flatten();
    items
        .map(|item| {
            item["price"]["unit_amount"].as_i64().unwrap_or_default() * int(item, "quantity")
        })
        .sum()
}

/// Asks for what a change costs more; the change is made once that is under way.
pub(super) fn ask(
    state: &mut State,
    before: Value,
    changed: &Value,
    more: i64,
) -> Result<Value, ApiError> {
    let id = text(&before, "id");
    // One change waits at a time.
    expire_update(state, &id);
    let before = current(state, &id)?;
    let mut invoice = empty_draft(state, &before, "subscription_update");
    let line = json!({
        "id": state.setting.ids.id("ii"),
        "amount": more,
        "description": "Change of the subscription",
        "subscription": id,
    });
    invoices::add_line(state, &mut invoice, &line);
    let mut waiting = before.clone();
    waiting["latest_invoice"] = invoice["id"].clone();
    waiting["pending_update"] = shape::object(
        "subscriptions_resource_pending_update",
        &json!({
            "expires_at": state.now() + INCOMPLETE,
            "metadata": (changed["metadata"] != before["metadata"]).then_some(&changed["metadata"]),
            "subscription_items": changed["items"]["data"],
        }),
    );
    state.subscriptions.put(Object(waiting.clone()));
    let event = "customer.subscription.updated";
    state.emit_update(event, &id, &before, waiting);
    let subscription = id.clone();
    let expire = Job::ExpireUpdate { subscription };
    state.clock.schedule(INCOMPLETE * 1000, expire);
    let invoice = invoices::put_new(state, invoice);
    let invoice = invoices::open(state, invoice)?;
    invoices::charge_saved(state, &text(&invoice, "id"));
    current(state, &id)
}

/// The payment is under way: the change is made.
pub(super) fn apply(state: &mut State, before: Value) {
    let id = text(&before, "id");
    let mut subscription = before.clone();
    let pending = subscription["pending_update"].take();
    subscription["items"]["data"] = pending["subscription_items"].clone();
    if pending["metadata"].is_object() {
        subscription["metadata"] = pending["metadata"].clone();
    }
    over(state, &id, &before, subscription, "applied");
}

/// The payment has not come: the change is not made, and its invoice is void.
pub(crate) fn expire_update(state: &mut State, id: &str) {
    let Ok(before) = find(&state.subscriptions, WHAT, id, "id") else {
        return;
    };
    if before["pending_update"].is_null() {
        return;
    }
    let mut subscription = before.clone();
    subscription["pending_update"] = Value::Null;
    over(state, id, &before, subscription, "expired");
    let invoice = text(&before, "latest_invoice");
    if let Ok(invoice) = find(&state.invoices, "invoice", &invoice, "id")
        && invoice["status"] == "open"
    {
        invoices::voided(state, invoice);
    }
}

/// Nothing waits any more.
fn over(state: &mut State, id: &str, before: &Value, subscription: Value, how: &str) {
    state.clock.cancel(&Job::ExpireUpdate {
        subscription: id.to_owned(),
    });
    state.subscriptions.put(Object(subscription.clone()));
    let event = format!("customer.subscription.pending_update_{how}");
    state.emit(&event, id, subscription.clone());
    let event = "customer.subscription.updated";
    state.emit_update(event, id, before, subscription);
}
