//! `/v1/invoices` and `/v1/invoiceitems`, from a draft to a paid or void invoice.

mod items;
mod payment;

use serde_json::{Value, json};

pub(crate) use items::{add_line, create_item};
pub(crate) use payment::{advance, charge_saved, intent_moved, pay};
use payment::{paid, payment_intent, settle_payment};

use super::{bank_options, check_method, customer, find, int, intent, remember, text};
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

const DAY: i64 = 86_400;
/// The time after which a draft is finalized automatically.
const DRAFT: Millis = 3_600_000;
/// The number of days before the due date at which the event about a sent invoice comes.
const DUE_SOON: i64 = 3;
/// The number of days after the due date at which an invoice is overdue.
const OVERDUE: i64 = 1;

/// Parameters that are not part of the invoice.
const NOT_SHOWN: [&str; 3] = ["discounts", "from_invoice", "subscription"];
/// Fields that can be changed after the draft.
const CHANGEABLE: [&str; 5] = [
    "auto_advance",
    "default_payment_method",
    "expand",
    "metadata",
    "payment_settings",
];

pub(crate) fn create(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let params = &call.params;
    let customer = customer(state, call)?.to_owned();
    if let Some(method) = call.text("default_payment_method") {
        check_method(state, method, &customer, "default_payment_method")?;
    }
    let collected = call.text("collection_method");
    let due = due(state, params, collected)?;
    let subscription = call.text("subscription").map(str::to_owned);
    if let Some(id) = &subscription
        && state.subscriptions.get(id).is_none()
    {
        return Err(ApiError::unknown_reference(
            "subscription",
            id,
            "subscription",
        ));
    }
    let mut invoice = new(state, &customer, call.text("currency").unwrap_or("usd"));
    if let Some(id) = subscription {
        invoice["parent"] = of_subscription(&id);
    }
    shape::change("invoice", &mut invoice, params, &NOT_SHOWN);
    change_metadata(&mut invoice, params);
    invoice["due_date"] = due;
    invoice["billing_reason"] = json!("manual");
    // Includes pending items if the request asks for it.
    if call.text("pending_invoice_items_behavior") == Some("include") {
        let rows = state.invoice_items.rows().iter().map(|row| &row.0);
        let waiting =
            rows.filter(|item| item["customer"] == *customer && item["invoice"].is_null());
        let waiting: Vec<_> = waiting.cloned().collect();
        for mut item in waiting {
            item["invoice"] = invoice["id"].clone();
            add_line(state, &mut invoice, &item);
            state.invoice_items.put(Object(item));
        }
    }
    Ok(put_new(state, invoice))
}

/// Stores a draft, which may be finalized automatically later.
pub(crate) fn put_new(state: &mut State, invoice: Value) -> Value {
    let id = text(&invoice, "id");
    if invoice["auto_advance"] == true {
        let job = Job::Finalize {
            invoice: id.clone(),
        };
        state.clock.schedule(DRAFT, job);
    }
    state.invoices.push(Object(invoice.clone()));
    state.emit("invoice.created", &id, invoice.clone());
    invoice
}

/// Returns the due date of an invoice that is sent.
fn due(state: &State, params: &Value, collected: Option<&str>) -> Result<Value, ApiError> {
    let days = intent_params::int(&params["days_until_due"]);
    let date = intent_params::int(&params["due_date"]);
    if collected == Some("send_invoice") {
        return match (days, date) {
            (Some(_), Some(_)) => Err(ApiError::exclusive(["days_until_due", "due_date"])),
            (Some(days), None) => Ok(json!(state.now() + days * DAY)),
            (None, Some(date)) => Ok(json!(date)),
            (None, None) => Err(ApiError::invalid(
                "An invoice that is sent needs `days_until_due` or `due_date`.",
            )
            .code("parameter_missing")
            .param("days_until_due")),
        };
    }
    match (days, date) {
        (None, None) => Ok(Value::Null),
        (Some(_), _) => Err(only_sent("days_until_due")),
        (None, Some(_)) => Err(only_sent("due_date")),
    }
}

fn only_sent(param: &str) -> ApiError {
    ApiError::invalid(format!(
        "You can only set `{param}` if the collection_method is `send_invoice`."
    ))
    .param(param)
}

/// Returns an empty draft.
pub(crate) fn new(state: &State, customer: &str, currency: &str) -> Value {
    let id = state.setting.ids.id("in");
    let now = state.now();
    let known = state.customers.get(customer).map(|row| row.0.clone());
    let known = known.unwrap_or_default();
    let lines = table::list(Vec::new(), false, &format!("/v1/invoices/{id}/lines"));
    shape::object(
        "invoice",
        &json!({
            "id": id,
            "object": "invoice",
            "account_country": "US",
            "account_name": "Sandbox",
            "auto_advance": false,
            "automatic_tax": { "enabled": false },
            "billing_reason": "manual",
            "collection_method": "charge_automatically",
            "created": now,
            "currency": currency,
            "customer": customer,
            "customer_address": known["address"],
            "customer_email": known["email"],
            "customer_name": known["name"],
            "customer_phone": known["phone"],
            "customer_shipping": known["shipping"],
            "customer_tax_exempt": known["tax_exempt"],
            "customer_tax_ids": [],
            "effective_at": null,
            "issuer": { "type": "self" },
            "lines": lines,
            "livemode": false,
            "metadata": {},
            "payment_settings": { "default_mandate": null },
            "period_end": now,
            "period_start": now,
            "status": "draft",
            "status_transitions": {},
            "subtotal_excluding_tax": 0,
            "total_excluding_tax": 0,
        }),
    )
}

/// Returns the `parent` of an invoice that a subscription creates.
pub(crate) fn of_subscription(id: &str) -> Value {
    shape::object(
        "billing_bill_resource_invoicing_parents_invoice_parent",
        &json!({
            "type": "subscription_details",
            "subscription_details": { "subscription": id, "metadata": {} },
        }),
    )
}

pub(crate) fn retrieve(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    named(state, call)
}

fn named(state: &State, call: &Call) -> Result<Value, ApiError> {
    find(&state.invoices, "invoice", call.id("invoice"), "id")
}

pub(crate) fn list(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let created = TimeRange::new(&call.params["created"]);
    let due = &call.params["due_date"];
    let due_date = TimeRange::new(due);
    let is = |invoice: &Value, name: &str| {
        call.text(name)
            .is_none_or(|wanted| invoice[name] == *wanted)
    };
    state.invoices.page(
        call,
        "invoice",
        |Object(invoice)| {
            let of = &invoice["parent"]["subscription_details"]["subscription"];
            is(invoice, "customer")
                && is(invoice, "status")
                && is(invoice, "collection_method")
                && call.text("subscription").is_none_or(|id| *of == *id)
                && created.contains(int(invoice, "created"))
                && (due.is_null()
                    || invoice["due_date"]
                        .as_i64()
                        .is_some_and(|date| due_date.contains(date)))
        },
        |invoice| invoice.0.clone(),
    )
}

pub(crate) fn update(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let mut invoice = named(state, call)?;
    let params = &call.params;
    if invoice["status"] != "draft" {
        let names = params
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name);
        if let Some(name) = names
            .into_iter()
            .find(|name| !CHANGEABLE.contains(&name.as_str()))
        {
            return Err(not_editable(&format!(
                "`{name}` cannot be changed once an invoice is finalized."
            ))
            .param(name));
        }
    }
    if let Some(method) = call
        .text("default_payment_method")
        .filter(|id| !id.is_empty())
    {
        check_method(
            state,
            method,
            &text(&invoice, "customer"),
            "default_payment_method",
        )?;
    }
    let collected = text(&invoice, "collection_method");
    let collected = call.text("collection_method").unwrap_or(&collected);
    let asked = !params["days_until_due"].is_null() || !params["due_date"].is_null();
    if asked || call.text("collection_method").is_some() {
        invoice["due_date"] = due(state, params, Some(collected))?;
    }
    shape::change("invoice", &mut invoice, params, &NOT_SHOWN);
    change_metadata(&mut invoice, params);
    Ok(changed(state, invoice))
}

fn not_editable(message: &str) -> ApiError {
    ApiError::invalid(message).code("invoice_not_editable")
}

fn check_draft(invoice: &Value) -> Result<(), ApiError> {
    match invoice["status"].as_str() {
        Some("draft") => Ok(()),
        _ => Err(not_editable("This invoice is no longer a draft.")),
    }
}

/// Stores a changed invoice.
fn changed(state: &mut State, invoice: Value) -> Value {
    let id = text(&invoice, "id");
    let before = state.invoices.get(&id).map(|row| row.0.clone());
    state.invoices.put(Object(invoice.clone()));
    if let Some(before) = before.filter(|before| *before != invoice) {
        state.emit_update("invoice.updated", &id, &before, invoice.clone());
    }
    invoice
}

/// Stores an invoice, and emits events.
fn happened(state: &mut State, invoice: Value, events: &[&str]) -> Value {
    let id = text(&invoice, "id");
    state.invoices.put(Object(invoice.clone()));
    for event in events {
        state.emit(&format!("invoice.{event}"), &id, invoice.clone());
    }
    invoice
}

pub(crate) fn finalize(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let mut invoice = named(state, call)?;
    if let Some(advance) = call.flag("auto_advance") {
        invoice["auto_advance"] = json!(advance);
    }
    open(state, invoice)
}

/// Finalizes a draft, and creates a payment intent for its amount.
pub(crate) fn open(state: &mut State, mut invoice: Value) -> Result<Value, ApiError> {
    if invoice["status"] != "draft" {
        return Err(not_editable(
            "This invoice is already finalized, you can't re-finalize a non-draft invoice.",
        ));
    }
    let id = text(&invoice, "id");
    let customer = text(&invoice, "customer");
    let now = state.now();
    invoice["status"] = json!("open");
    invoice["number"] = json!(number(state, &customer));
    invoice["status_transitions"]["finalized_at"] = json!(now);
    if invoice["effective_at"].is_null() {
        invoice["effective_at"] = json!(now);
    }
    invoice["hosted_invoice_url"] = json!(format!("https://invoice.stripe.com/i/{id}"));
    invoice["invoice_pdf"] = json!(format!("https://pay.stripe.com/invoice/{id}/pdf"));
    let job = Job::Finalize {
        invoice: id.clone(),
    };
    state.clock.cancel(&job);
    let due = int(&invoice, "amount_due");
    if due <= 0 {
        happened(state, invoice.clone(), &["finalized"]);
        return Ok(paid(state, invoice, false));
    }
    let options = bank_options(&invoice["payment_settings"]["payment_method_options"]);
    let intent = intent(
        state,
        Kind::Payment,
        json!({
            "amount": due,
            "currency": invoice["currency"],
            "customer": customer,
            "description": invoice["description"].as_str().unwrap_or("Invoice"),
            "payment_method_options": options,
            "payment_method_types": ["us_bank_account"],
        }),
    )?;
    let intent_id = text(&intent, "id");
    remember(state, &intent_id, "invoice", &id);
    invoice["confirmation_secret"] = json!({
        "client_secret": intent["client_secret"],
        "type": "payment_intent",
    });
    let payment = shape::object(
        "invoice_payment",
        &json!({
            "id": state.setting.ids.id("inpay"),
            "object": "invoice_payment",
            "amount_requested": due,
            "created": now,
            "currency": invoice["currency"],
            "invoice": id,
            "is_default": true,
            "livemode": false,
            "payment": { "type": "payment_intent", "payment_intent": intent_id },
            "status": "open",
            "status_transitions": {},
        }),
    );
    let url = format!("/v1/invoice_payments?invoice={id}");
    invoice["payments"] = table::list(vec![payment], false, &url);
    if let Some(date) = invoice["due_date"].as_i64() {
        let invoice = id;
        let soon = (date - DUE_SOON * DAY - now) * 1000;
        if soon > 0 {
            let invoice = invoice.clone();
            state.clock.schedule(soon, Job::DueSoon { invoice });
        }
        let over = (date + OVERDUE * DAY - now).max(0) * 1000;
        state.clock.schedule(over, Job::Overdue { invoice });
    }
    Ok(happened(state, invoice, &["finalized"]))
}

/// Tells that an invoice will be due, or is overdue, unless it was paid or given up by now.
pub(crate) fn remind(state: &mut State, id: &str, event: &str) {
    if let Ok(invoice) = find(&state.invoices, "invoice", id, "id")
        && invoice["status"] == "open"
    {
        happened(state, invoice, &[event]);
    }
}

/// Returns the number of a customer's next invoice.
fn number(state: &mut State, customer: &str) -> String {
    let Some(row) = state.customers.get_mut(customer) else {
        return String::new();
    };
    let next = row.0["next_invoice_sequence"].as_i64().unwrap_or(1);
    row.0["next_invoice_sequence"] = json!(next + 1);
    let prefix = row.0["invoice_prefix"].as_str().unwrap_or("SANDBOX");
    format!("{prefix}-{next:04}")
}

pub(crate) fn send(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let mut invoice = named(state, call)?;
    if invoice["collection_method"] != "send_invoice" {
        return Err(ApiError::invalid(
            "You can only manually send an invoice if its collection method is 'send_invoice'.",
        ));
    }
    if invoice["status"] == "draft" {
        invoice = open(state, invoice)?;
    }
    if invoice["status"] != "paid" {
        check_open(&invoice)?;
    }
    Ok(happened(state, invoice, &["sent"]))
}

pub(crate) fn void(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let invoice = named(state, call)?;
    if invoice["status"] != "uncollectible" {
        check_open(&invoice)?;
    }
    Ok(voided(state, invoice))
}

/// Gives up an invoice, and what was to pay it.
pub(crate) fn voided(state: &mut State, mut invoice: Value) -> Value {
    let intent = payment_intent(&invoice).to_owned();
    invoice["status"] = json!("void");
    invoice["confirmation_secret"] = Value::Null;
    invoice["status_transitions"]["voided_at"] = json!(state.now());
    let invoice = settle_payment(state, invoice, "canceled", "canceled_at", 0);
    let invoice = happened(state, invoice, &["voided"]);
    // The payment may already be processing.
    if let Ok(canceled) = Kind::Payment.find(state, &intent)
        && text(&canceled, "status").starts_with("requires_")
    {
        Kind::Payment.cancel_for(state, canceled, json!("void_invoice"));
    }
    invoice
}

fn check_open(invoice: &Value) -> Result<(), ApiError> {
    match invoice["status"].as_str() {
        Some("open") => Ok(()),
        _ => Err(ApiError::invalid(
            "You can only pass in open invoices. This invoice isn't open.",
        )),
    }
}
