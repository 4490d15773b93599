//! `/v1/subscriptions`: items that are billed again and again.

use serde_json::{Value, json};

use super::{check_method, customer, default_method, find, int, intent, invoices, prices, text};
use crate::api::Call;
use crate::clock::{Job, Millis};
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
/// How long the first payment may take, in seconds.
const INCOMPLETE: i64 = 23 * 3_600;
/// How long before a trial ends that is told, in seconds.
const TRIAL_NOTICE: i64 = 3 * DAY;
const MAX_ITEMS: usize = 20;

/// Parameters that a subscription does not show as they were sent.
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

/// When a trial ends that was asked for.
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

/// In a trial nothing is paid, so that the way to pay is set up apart.
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

/// Adds items, changes those that are named by `id`, and removes those with `deleted`.
fn change_items(
    state: &mut State,
    subscription: &mut Value,
    items: &[Value],
) -> Result<(), ApiError> {
    let now = state.now();
    for (place, item) in items.iter().enumerate() {
        let prefix = format!("items[{place}]");
        let quantity = intent_params::int(&item["quantity"]);
        let priced = item["price"].is_string() || item["price_data"].is_object();
        let price = match priced || item["id"].is_null() {
            true => Some(prices::of_item(state, item, &prefix)?),
            false => None,
        };
        if let Some(price) = &price
            && prices::period(price).is_none()
        {
            return Err(ApiError::invalid(format!(
                "The price specified is set to `type=one_time` but this field only accepts prices \
                 with `type=recurring`: {}.",
                price["id"]
            ))
            .param(format!("{prefix}[price]")));
        }
        let end = subscription["trial_end"].as_i64();
        let end = end.filter(|end| *end > now);
        let end = end.or_else(|| {
            price
                .as_ref()
                .and_then(prices::period)
                .map(|length| now + length)
        });
        let url = text(subscription, "id");
        let Some(list) = subscription["items"]["data"].as_array_mut() else {
            continue;
        };
        if let Some(id) = item["id"].as_str() {
            let known = list.iter().position(|known| known["id"] == *id);
            let known = known.ok_or_else(|| {
                let param = format!("{prefix}[id]");
                ApiError::unknown_reference("subscription_item", id, &param)
            })?;
            if item["deleted"] == true || item["deleted"] == "true" {
                list.remove(known);
                continue;
            }
            if let Some(price) = price {
                list[known]["price"] = price;
            }
            if let Some(quantity) = quantity {
                list[known]["quantity"] = json!(quantity);
            }
            change_metadata(&mut list[known], item);
            continue;
        }
        if list.len() >= MAX_ITEMS {
            return Err(ApiError::invalid(format!(
                "A subscription has no more than {MAX_ITEMS} items."
            ))
            .param("items"));
        }
        let mut new = shape::object(
            "subscription_item",
            &json!({
                "id": state.setting.ids.id("si"),
                "object": "subscription_item",
                "created": now,
                "current_period_end": end,
                "current_period_start": now,
                "livemode": false,
                "metadata": {},
                "price": price,
                "quantity": quantity.unwrap_or(1),
                "subscription": url,
                "tax_rates": [],
            }),
        );
        change_metadata(&mut new, item);
        list.push(new);
    }
    let currency = subscription["items"]["data"][0]["price"]["currency"].clone();
    if currency.is_string() {
        subscription["currency"] = currency;
    }
    if subscription["items"]["data"]
        .as_array()
        .is_none_or(Vec::is_empty)
    {
        return Err(
            ApiError::invalid("A subscription must have at least one active item.").param("items"),
        );
    }
    Ok(())
}

/// The end of the period of the items.
fn period_end(subscription: &Value) -> i64 {
    let items = subscription["items"]["data"]
        .as_array()
        .into_iter()
        .flatten();
    items
        .map(|item| int(item, "current_period_end"))
        .min()
        .unwrap_or_default()
}

/// Has the next period begin when it is due.
fn schedule(state: &mut State, id: &str, end: i64) {
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
}

/// Makes a draft of the invoice for a period.
fn bill(state: &mut State, id: &str, reason: &str, extra: &Value) -> Result<Value, ApiError> {
    let mut subscription = current(state, id)?;
    let customer = text(&subscription, "customer");
    let mut invoice = invoices::new(state, &customer, &text(&subscription, "currency"));
    let trial = subscription["status"] == "trialing";
    invoice["billing_reason"] = json!(reason);
    invoice["collection_method"] = subscription["collection_method"].clone();
    invoice["default_payment_method"] = subscription["default_payment_method"].clone();
    invoice["parent"] = invoices::of_subscription(id);
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
            "subscription": id,
            "subscription_item": item["id"],
        });
        invoices::add_line(state, &mut invoice, &line);
    }
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
                // Unless it is asked for them, those that have ended are not listed.
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

/// `cancel_at` and `cancel_at_period_end`, of which the second shows in the first.
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

/// It ends now.
fn end(state: &mut State, mut subscription: Value) -> Value {
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

fn jobs(id: &str) -> [Job; 3] {
    let subscription = id.to_owned();
    [
        Job::Renew {
            subscription: subscription.clone(),
        },
        Job::TrialNotice {
            subscription: subscription.clone(),
        },
        Job::GiveUp { subscription },
    ]
}

fn set_status(state: &mut State, id: &str, status: &str) {
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

/// A period has ended: the next one begins, unless it was the last.
pub(crate) fn renew(state: &mut State, id: &str) {
    let Ok(mut subscription) = current(state, id) else {
        return;
    };
    if ["canceled", "incomplete", "incomplete_expired"]
        .iter()
        .any(|status| subscription["status"] == *status)
    {
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
    let before = subscription.clone();
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
    // It can be looked at, and changed, for an hour.
    invoice["auto_advance"] = json!(true);
    let invoice_id = text(&invoice, "id");
    state.invoices.put(Object(invoice));
    let job = Job::Finalize {
        invoice: invoice_id,
    };
    state.clock.schedule(3_600_000, job);
}

/// The trial ends soon.
pub(crate) fn notice(state: &mut State, id: &str) {
    if let Ok(subscription) = current(state, id)
        && subscription["status"] == "trialing"
    {
        state.emit("customer.subscription.trial_will_end", id, subscription);
    }
}

/// The first payment has not come.
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

/// An invoice was paid, or could not be.
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
    let status = subscription["status"].as_str().unwrap_or_default();
    match (invoice["status"] == "paid", status) {
        (true, "incomplete" | "past_due" | "unpaid") => set_status(state, id, "active"),
        (false, "active") => set_status(state, id, "past_due"),
        _ => {}
    }
}

/// The payment of an invoice is under way, which is enough for a subscription to begin.
pub(crate) fn payment_begun(state: &mut State, invoice: &Value) {
    let Some(id) = of_invoice(invoice) else {
        return;
    };
    if current(state, id).is_ok_and(|subscription| subscription["status"] == "incomplete") {
        set_status(state, id, "active");
    }
}
