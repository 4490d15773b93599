//! `/v1/subscriptions`: items that are billed in every period.

mod items;
mod pending;
mod periods;

use serde_json::{Value, json};

use items::{change_items, period_end};
pub(crate) use pending::expire_update;
use periods::{bill, end, schedule, set_status};
pub(crate) use periods::{give_up, invoice_moved, notice, payment_begun, renew, upcoming};

use super::{check_method, customer, default_method, find, int, intent, invoices, text};
use crate::api::Call;
use crate::clock::Job;
use crate::customers::change_metadata;
use crate::error::ApiError;
use crate::intent_params;
use crate::intents::Kind;
use crate::range::TimeRange;
use crate::shape;
use crate::state::State;
use crate::table::{self, Object};

const WHAT: &str = "subscription";
const DAY: i64 = 86_400;
/// The time limit for the first payment, in seconds.
const INCOMPLETE: i64 = 23 * 3_600;
/// How long before the end of a trial its event is sent, in seconds.
const TRIAL_NOTICE: i64 = 3 * DAY;
const MAX_ITEMS: usize = 20;

/// Parameters that are not part of the subscription.
const NOT_SHOWN: [&str; 7] = [
    "billing_cycle_anchor",
    "cancel_at",
    "discounts",
    "items",
    "pause_collection",
    "trial_end",
    "billing_schedules",
];

pub(crate) fn create(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let params = &call.params;
    let customer = customer(state, call)?.to_owned();
    if let Some(method) = call.text("default_payment_method") {
        check_method(state, method, &customer, "default_payment_method")?;
    }
    let sent = call.text("collection_method") == Some("send_invoice");
    let days = call.int("days_until_due");
    if sent && days.is_none() {
        return Err(ApiError::parameter_missing("days_until_due"));
    }
    if !sent && days.is_some() {
        return Err(ApiError::invalid(
            "You can only set `days_until_due` if the collection_method is `send_invoice`.",
        )
        .param("days_until_due"));
    }
    let items = params["items"].as_array().cloned().unwrap_or_default();
    if items.is_empty() {
        return Err(ApiError::parameter_missing("items"));
    }
    let behavior = call.text("payment_behavior").unwrap_or("allow_incomplete");
    let method = call.text("default_payment_method").map(str::to_owned);
    let method = method.or_else(|| default_method(state, &customer));
    if behavior == "error_if_incomplete" && method.is_none() && !sent {
        return Err(ApiError::invalid(
            "This customer has no attached payment source or default payment method.",
        )
        .status(402)
        .code("resource_missing"));
    }
    let id = state.setting.ids.id("sub");
    let now = state.now();
    let trial_end = trial_end(state, params)?;
    let url = format!("/v1/subscription_items?subscription={id}");
    let mut subscription = shape::object(
        WHAT,
        &json!({
            "id": id,
            "object": WHAT,
            "automatic_tax": { "enabled": false },
            "billing_cycle_anchor": trial_end.unwrap_or(now),
            "billing_mode": { "type": "flexible" },
            "cancel_at_period_end": false,
            "collection_method": "charge_automatically",
            "created": now,
            "currency": "usd",
            "customer": customer,
            "invoice_settings": { "issuer": { "type": "self" } },
            "items": table::list(Vec::new(), false, &url),
            "livemode": false,
            "metadata": {},
            "payment_settings": { "save_default_payment_method": "off" },
            "start_date": now,
            "status": if trial_end.is_some() { "trialing" } else { "incomplete" },
            "trial_end": trial_end,
            "trial_settings": { "end_behavior": { "missing_payment_method": "create_invoice" } },
            "trial_start": trial_end.map(|_| now),
        }),
    );
    shape::change(WHAT, &mut subscription, params, &NOT_SHOWN);
    change_metadata(&mut subscription, params);
    change_items(state, &mut subscription, &items)?;
    set_cancel_at(&mut subscription, call);
    state.subscriptions.push(Object(subscription.clone()));
    let period_end = period_end(&subscription);
    schedule(state, &id, period_end);
    state.emit("customer.subscription.created", &id, subscription);

    let reason = "subscription_create";
    let invoice = bill(state, &id, reason, &params["add_invoice_items"])?;
    let total = int(&invoice, "total");
    let invoice = invoices::open(state, invoice)?;
    let invoice_id = text(&invoice, "id");
    if sent {
        set_status(state, &id, "active");
    } else if total > 0 && behavior != "default_incomplete" && method.is_some() {
        invoices::charge_saved(state, &invoice_id);
    }
    if trial_end.is_some() && default_method(state, &customer).is_none() {
        ask_for_method(state, &id)?;
    }
    if current(state, &id)?["status"] == "incomplete" {
        state.clock.schedule(
            INCOMPLETE * 1000,
            Job::GiveUp {
                subscription: id.clone(),
            },
        );
    }
    current(state, &id)
}

/// Returns the end of the requested trial.
fn trial_end(state: &State, params: &Value) -> Result<Option<i64>, ApiError> {
    let days = intent_params::int(&params["trial_period_days"]);
    let end = match &params["trial_end"] {
        Value::String(text) if text == "now" => return Ok(None),
        other => intent_params::int(other),
    };
    match (days, end) {
        (Some(_), Some(_)) => Err(ApiError::exclusive(["trial_end", "trial_period_days"])),
        (Some(days), None) if days >= 1 => Ok(Some(state.now() + days * DAY)),
        (None, Some(end)) if end > state.now() => Ok(Some(end)),
        (None, Some(_)) => Err(ApiError::invalid(
            "Invalid timestamp: must be an integer Unix timestamp in the future.",
        )
        .param("trial_end")),
        (Some(_) | None, None) => Ok(None),
    }
}

/// A trial has no first payment, so the payment method is collected with a setup intent.
fn ask_for_method(state: &mut State, id: &str) -> Result<(), ApiError> {
    let mut subscription = current(state, id)?;
    let settings = &subscription["payment_settings"]["payment_method_options"];
    let setup = intent(
        state,
        Kind::Setup,
        json!({
            "customer": subscription["customer"],
            "payment_method_options": super::bank_options(settings),
            "payment_method_types": ["us_bank_account"],
        }),
    )?;
    subscription["pending_setup_intent"] = setup["id"].clone();
    state.subscriptions.put(Object(subscription));
    Ok(())
}

pub(crate) fn retrieve(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    named(state, call)
}

fn named(state: &State, call: &Call) -> Result<Value, ApiError> {
    let id = call.id("subscription_exposed_id");
    find(&state.subscriptions, WHAT, id, "id")
}

fn current(state: &State, id: &str) -> Result<Value, ApiError> {
    find(&state.subscriptions, WHAT, id, "id")
}

pub(crate) fn list(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let created = TimeRange::new(&call.params["created"]);
    let start = TimeRange::new(&call.params["current_period_start"]);
    let end = TimeRange::new(&call.params["current_period_end"]);
    let is = |subscription: &Value, name: &str| {
        call.text(name)
            .is_none_or(|wanted| subscription[name] == *wanted)
    };
    let automatic_tax = call.params["automatic_tax"]["enabled"].as_bool();
    state.subscriptions.page(
        call,
        WHAT,
        |Object(subscription)| {
            let items = subscription["items"]["data"]
                .as_array()
                .into_iter()
                .flatten();
            let mut items = items.clone();
            let first = &subscription["items"]["data"][0];
            let status = match call.text("status") {
                // Canceled subscriptions are only listed on request.
                None => subscription["status"] != "canceled",
                Some("all") => true,
                Some("ended") => {
                    subscription["status"] == "canceled"
                        || subscription["status"] == "incomplete_expired"
                }
                Some(wanted) => subscription["status"] == *wanted,
            };
            status
                && is(subscription, "customer")
                && is(subscription, "collection_method")
                && call.text("test_clock").is_none()
                && call
                    .text("price")
                    .is_none_or(|id| items.any(|item| item["price"]["id"] == *id))
                && automatic_tax
                    .is_none_or(|enabled| subscription["automatic_tax"]["enabled"] == enabled)
                && created.contains(int(subscription, "created"))
                && start.contains(int(first, "current_period_start"))
                && end.contains(int(first, "current_period_end"))
        },
        |subscription| subscription.0.clone(),
    )
}

pub(crate) fn update(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let before = named(state, call)?;
    let id = text(&before, "id");
    let params = &call.params;
    let ended = before["status"] == "canceled" || before["status"] == "incomplete_expired";
    let names = params
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name);
    if ended
        && names
            .into_iter()
            .any(|name| !["cancellation_details", "metadata", "expand"].contains(&name.as_str()))
    {
        return Err(ApiError::invalid(
            "A canceled subscription can only update its cancellation_details and metadata.",
        ));
    }
    if let Some(method) = call
        .text("default_payment_method")
        .filter(|id| !id.is_empty())
    {
        let customer = text(&before, "customer");
        check_method(state, method, &customer, "default_payment_method")?;
    }
    let mut subscription = before.clone();
    shape::change(WHAT, &mut subscription, params, &NOT_SHOWN);
    change_metadata(&mut subscription, params);
    if let Some(items) = params["items"].as_array() {
        change_items(state, &mut subscription, items)?;
    }
    set_cancel_at(&mut subscription, call);
    if call.text("payment_behavior") == Some("pending_if_incomplete") {
        pending::check(&before, params)?;
        let more = pending::amount(&subscription) - pending::amount(&before);
        if more > 0 && before["status"] != "trialing" && params["trial_end"].is_null() {
            return pending::ask(state, before, &subscription, more);
        }
    }
    match &params["pause_collection"] {
        Value::Object(_) => {
            let paused = json!({ "pause_collection": params["pause_collection"] });
            shape::change(WHAT, &mut subscription, &paused, &[]);
        }
        Value::String(_) => subscription["pause_collection"] = Value::Null,
        _ => {}
    }
    let now = state.now();
    let trial = trial_end(state, params)?;
    let ends_now = params["trial_end"] == "now" && subscription["status"] == "trialing";
    if let Some(end) = trial.or(ends_now.then_some(now)) {
        subscription["trial_end"] = json!(end);
        subscription["billing_cycle_anchor"] = json!(end);
        if end > now {
            subscription["trial_start"] = json!(now);
            subscription["status"] = json!("trialing");
        }
        let items = subscription["items"]["data"].as_array_mut();
        for item in items.into_iter().flatten() {
            item["current_period_end"] = json!(end);
        }
    }
    state.subscriptions.put(Object(subscription.clone()));
    if trial.is_some() || ends_now {
        schedule(state, &id, period_end(&subscription));
    }
    if subscription != before {
        let event = "customer.subscription.updated";
        state.emit_update(event, &id, &before, subscription);
    }
    if ends_now {
        renew(state, &id);
    }
    current(state, &id)
}

/// Sets `cancel_at` and `cancel_at_period_end`; the latter also sets the former.
fn set_cancel_at(subscription: &mut Value, call: &Call) {
    let now = subscription["start_date"].clone();
    if call.flag("cancel_at_period_end") == Some(true) {
        subscription["cancel_at"] = json!(period_end(subscription));
        subscription["canceled_at"] = now;
    } else if call.flag("cancel_at_period_end") == Some(false) {
        subscription["cancel_at"] = Value::Null;
        subscription["canceled_at"] = Value::Null;
    }
    match &call.params["cancel_at"] {
        Value::String(text) if text.is_empty() => subscription["cancel_at"] = Value::Null,
        value => {
            if let Some(at) = intent_params::int(value) {
                subscription["cancel_at"] = json!(at);
            }
        }
    }
}

pub(crate) fn cancel(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let mut subscription = named(state, call)?;
    if subscription["status"] == "canceled" {
        let id = call.id("subscription_exposed_id");
        return Err(ApiError::missing(WHAT, id, "id"));
    }
    let details = json!({ "cancellation_details": call.params["cancellation_details"] });
    shape::change(WHAT, &mut subscription, &details, &[]);
    if subscription["cancellation_details"].is_null() {
        subscription["cancellation_details"] = json!({});
    }
    subscription["cancellation_details"]["reason"] = json!("cancellation_requested");
    Ok(end(state, subscription))
}
