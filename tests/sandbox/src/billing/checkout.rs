//! `/v1/checkout/sessions`: Stripe's page on which a customer pays, saves an account or
//! subscribes.

use serde_json::{Value, json};

use super::{bank_options, customer, find, int, intent, prices, remember, subscriptions, text};
use crate::api::Call;
use crate::clock::Job;
use crate::customers::{self, change_metadata};
use crate::error::ApiError;
use crate::institutions::Institution;
use crate::intent_params;
use crate::intents::Kind;
use crate::mandates;
use crate::range::TimeRange;
use crate::shape;
use crate::state::State;
use crate::table::{self, Object};

const WHAT: &str = "checkout.session";
/// How long a session is open by default, in seconds, and the smallest and largest value.
const OPEN: i64 = 86_400;
const SHORTEST: i64 = 1_800;
const MAX_ITEMS: usize = 100;

/// Parameters that are not part of the session.
const NOT_SHOWN: [&str; 6] = [
    "customer_update",
    "discounts",
    "expires_at",
    "line_items",
    "optional_items",
    "shipping_options",
];

pub(crate) fn create(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let params = &call.params;
    let mode = call
        .text("mode")
        .ok_or_else(|| ApiError::parameter_missing("mode"))?;
    check(state, call, mode)?;
    let id = format!("cs_test_{}", state.setting.ids.text(58));
    let now = state.now();
    let expires = call.int("expires_at").unwrap_or(now + OPEN);
    if !(now + SHORTEST..=now + OPEN).contains(&expires) {
        return Err(ApiError::invalid(
            "The `expires_at` timestamp must be from 30 minutes to 24 hours from Checkout Session \
             creation.",
        )
        .param("expires_at"));
    }
    let hosted = matches!(call.text("ui_mode"), None | Some("hosted_page" | "hosted"));
    let (items, total, currency) = items(state, params, mode)?;
    let email = call.text("customer_email");
    let customer = call.text("customer");
    let known = customer.and_then(|id| state.customers.get(id));
    let known = known.map(|row| row.0.clone()).unwrap_or_default();
    let email = email.or(known["email"].as_str());
    let mut session = shape::object(
        WHAT,
        &json!({
            "id": id,
            "object": WHAT,
            "adaptive_pricing": { "enabled": false },
            "amount_subtotal": total,
            "amount_total": total,
            "automatic_tax": { "enabled": false },
            "client_secret": if hosted { None } else { Some(state.setting.ids.client_secret(&id)) },
            "created": now,
            "currency": currency,
            "customer_creation": match (mode, customer) {
                ("payment", None) => Some("if_required"),
                ("setup" | "subscription", None) => Some("always"),
                _ => None,
            },
            "customer_details": email.map(|email| json!({ "email": email })),
            "expires_at": expires,
            "livemode": false,
            "metadata": {},
            "mode": mode,
            "payment_method_types": ["us_bank_account"],
            "payment_status": match total {
                Some(total) if total > 0 => "unpaid",
                _ => "no_payment_required",
            },
            "status": "open",
            "total_details": total.map(|_| json!({ "amount_shipping": 0 })),
            "ui_mode": "hosted_page",
            "url": hosted.then(|| format!("https://checkout.stripe.com/c/pay/{id}")),
        }),
    );
    shape::change(WHAT, &mut session, params, &NOT_SHOWN);
    change_metadata(&mut session, params);
    if let Some(items) = items {
        let url = format!("/v1/checkout/sessions/{id}/line_items");
        session["line_items"] = table::list(items, false, &url);
    }
    // The settings of the payment, setup or subscription that the session creates.
    let plan = json!({
        "id": id,
        "payment_intent_data": params["payment_intent_data"],
        "setup_intent_data": params["setup_intent_data"],
        "subscription_data": params["subscription_data"],
    });
    state.hidden.put(Object(plan));
    if mode == "setup" {
        let setup = make_intent(state, &session, Kind::Setup)?;
        session["setup_intent"] = setup["id"].clone();
    }
    state.checkout_sessions.push(Object(session.clone()));
    state
        .clock
        .schedule((expires - now) * 1000, Job::ExpireCheckout { session: id });
    Ok(session)
}

fn check(state: &State, call: &Call, mode: &str) -> Result<(), ApiError> {
    let params = &call.params;
    if let Some(id) = call.text("customer") {
        if call.text("customer_email").is_some() {
            return Err(ApiError::exclusive(["customer", "customer_email"]));
        }
        customer(state, call)
            .map_err(|_| ApiError::unknown_reference("customer", id, "customer"))?;
    }
    let hosted = matches!(call.text("ui_mode"), None | Some("hosted_page" | "hosted"));
    let redirects = call.text("redirect_on_completion") != Some("never");
    if hosted && call.text("success_url").is_none() {
        return Err(ApiError::parameter_missing("success_url"));
    }
    if !hosted && redirects && call.text("return_url").is_none() {
        return Err(ApiError::parameter_missing("return_url"));
    }
    let data = |name: &str, of: &str| match (params[name].is_object(), mode == of) {
        (true, false) => Err(ApiError::invalid(format!(
            "You can not pass `{name}` in `{mode}` mode."
        ))
        .param(name)),
        _ => Ok(()),
    };
    data("payment_intent_data", "payment")?;
    data("setup_intent_data", "setup")?;
    data("subscription_data", "subscription")?;
    if mode == "setup" {
        if params["line_items"].is_array() {
            return Err(
                ApiError::invalid("`line_items` are not supported in `setup` mode.")
                    .param("line_items"),
            );
        }
        if call.text("currency").is_none() && params["payment_method_types"].is_null() {
            return Err(ApiError::parameter_missing("currency"));
        }
    }
    Ok(())
}

/// The line items, their total, and their currency.
type Items = (Option<Vec<Value>>, Option<i64>, Option<String>);

fn items(state: &mut State, params: &Value, mode: &str) -> Result<Items, ApiError> {
    if mode == "setup" {
        let currency = params["currency"].as_str().map(str::to_owned);
        return Ok((None, None, currency));
    }
    let asked = params["line_items"].as_array().cloned().unwrap_or_default();
    if asked.is_empty() {
        return Err(ApiError::parameter_missing("line_items"));
    }
    if asked.len() > MAX_ITEMS {
        return Err(ApiError::invalid(format!(
            "A session has no more than {MAX_ITEMS} line items."
        ))
        .param("line_items"));
    }
    let (mut items, mut total, mut recurring) = (Vec::new(), 0, false);
    let mut currency = None;
    for (place, item) in asked.iter().enumerate() {
        let price = prices::of_item(state, item, &format!("line_items[{place}]"))?;
        let repeats = prices::period(&price).is_some();
        if repeats && mode == "payment" {
            return Err(ApiError::invalid(
                "You specified `payment` mode but passed a recurring price. Either switch to \
                 `subscription` mode or use only one-time prices.",
            )
            .param(format!("line_items[{place}]")));
        }
        recurring |= repeats;
        let quantity = intent_params::int(&item["quantity"]).unwrap_or(1);
        let amount = price["unit_amount"].as_i64().unwrap_or_default() * quantity;
        total += amount;
        let product = price["product"]
            .as_str()
            .and_then(|id| state.products.get(id));
        let name = product.map(|row| row.0["name"].clone());
        currency = price["currency"].as_str().map(str::to_owned);
        items.push(shape::object(
            "item",
            &json!({
                "id": state.setting.ids.id("li"),
                "object": "item",
                "amount_subtotal": amount,
                "amount_total": amount,
                "currency": price["currency"],
                "description": name,
                "metadata": item["metadata"],
                "price": price,
                "quantity": quantity,
            }),
        ));
    }
    if mode == "subscription" && !recurring {
        return Err(ApiError::invalid(
            "You must provide at least one recurring price in `subscription` mode when using \
             prices.",
        )
        .param("line_items"));
    }
    Ok((Some(items), Some(total), currency))
}

/// Creates the intent of a session in `payment` or `setup` mode.
fn make_intent(state: &mut State, session: &Value, kind: Kind) -> Result<Value, ApiError> {
    let id = text(session, "id");
    let plan = state.hidden.get(&id).map(|row| row.0.clone());
    let plan = plan.unwrap_or_default();
    let mut params = json!({
        "customer": session["customer"],
        "payment_method_options": bank_options(&session["payment_method_options"]),
        "payment_method_types": ["us_bank_account"],
    });
    let data = match kind {
        Kind::Payment => {
            params["amount"] = session["amount_total"].clone();
            params["currency"] = session["currency"].clone();
            &plan["payment_intent_data"]
        }
        Kind::Setup => &plan["setup_intent_data"],
    };
    let taken = [
        "description",
        "metadata",
        "receipt_email",
        "setup_future_usage",
    ];
    for name in taken.into_iter().filter(|name| !data[name].is_null()) {
        params[name] = data[name].clone();
    }
    let made = intent(state, kind, params)?;
    remember(state, &text(&made, "id"), "checkout", &id);
    Ok(made)
}

pub(crate) fn retrieve(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    named(state, call.id("session"))
}

fn named(state: &State, id: &str) -> Result<Value, ApiError> {
    find(&state.checkout_sessions, WHAT, id, "session")
}

pub(crate) fn list(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let created = TimeRange::new(&call.params["created"]);
    let email = call.params["customer_details"]["email"].as_str();
    state.checkout_sessions.page(
        call,
        WHAT,
        |Object(session)| {
            let is = |name: &str| {
                let wanted = call.text(name);
                wanted.is_none_or(|wanted| session[name] == *wanted)
            };
            [
                "customer",
                "payment_intent",
                "payment_link",
                "status",
                "subscription",
            ]
            .into_iter()
            .all(is)
                && email.is_none_or(|email| session["customer_details"]["email"] == *email)
                && created.contains(int(session, "created"))
        },
        |session| session.0.clone(),
    )
}

pub(crate) fn expire(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let session = named(state, call.id("session"))?;
    check_is_open(&session, "expired")?;
    let id = text(&session, "id");
    state.clock.cancel(&Job::ExpireCheckout { session: id });
    Ok(close(state, session, "expired"))
}

fn check_is_open(session: &Value, what: &str) -> Result<(), ApiError> {
    match session["status"].as_str() {
        Some("open") => Ok(()),
        status => Err(ApiError::invalid(format!(
            "Only Checkout Sessions with a status in [\"open\"] can be {what}. This Checkout \
             Session has a status of {}.",
            status.unwrap_or_default()
        ))),
    }
}

/// Ends a session whose time is over.
pub(crate) fn expired(state: &mut State, id: &str) {
    if let Ok(session) = named(state, id)
        && session["status"] == "open"
    {
        close(state, session, "expired");
    }
}

fn close(state: &mut State, mut session: Value, status: &str) -> Value {
    let event = match status {
        "complete" => "completed",
        other => other,
    };
    session["status"] = json!(status);
    session["url"] = Value::Null;
    tell(state, session, event)
}

fn tell(state: &mut State, session: Value, event: &str) -> Value {
    let id = text(&session, "id");
    state.checkout_sessions.put(Object(session.clone()));
    state.emit(&format!("checkout.session.{event}"), &id, session.clone());
    session
}

/// Completes a session as the customer would in the browser: links an account, and pays, saves it
/// or subscribes.
pub(crate) fn complete(
    state: &mut State,
    id: &str,
    institution: &Institution,
    chosen: &[String],
) -> Result<Value, ApiError> {
    let mut session = named(state, id)?;
    check_is_open(&session, "completed")?;
    let email = session["customer_details"]["email"].as_str();
    let email = email.unwrap_or("customer@example.com").to_owned();
    if session["customer"].is_null() && session["customer_creation"] == "always" {
        let call = Call::within(json!({ "email": email }));
        session["customer"] = customers::create(state, &call)?["id"].clone();
    }
    let details = json!({ "customer_details": { "email": email, "tax_exempt": "none" } });
    shape::change(WHAT, &mut session, &details, &[]);
    let mut plan = None;
    let kind = match session["mode"].as_str() {
        Some("setup") => Kind::Setup,
        _ => Kind::Payment,
    };
    let paid_for = match session["mode"].as_str() {
        Some("setup") => text(&session, "setup_intent"),
        Some("subscription") => {
            let subscription = subscribe(state, &session)?;
            session["subscription"] = subscription["id"].clone();
            session["invoice"] = subscription["latest_invoice"].clone();
            let invoice = text(&subscription, "latest_invoice");
            let invoice = find(&state.invoices, "invoice", &invoice, "id")?;
            plan = Some(text(&subscription, "id"));
            let payment = &invoice["payments"]["data"][0]["payment"];
            let payment = text(payment, "payment_intent");
            if !payment.is_empty() {
                remember(state, &payment, "checkout", id);
            }
            payment
        }
        _ if int(&session, "amount_total") > 0 => {
            let made = make_intent(state, &session, Kind::Payment)?;
            session["payment_intent"] = made["id"].clone();
            text(&made, "id")
        }
        _ => String::new(),
    };
    if !paid_for.is_empty() {
        let mut linked = kind.find(state, &paid_for)?;
        if linked["customer"].is_null() {
            linked["customer"] = session["customer"].clone();
            kind.store(state, &linked);
        }
        let linked = kind.link(state, &paid_for, institution, chosen)?;
        let method = text(&linked, "payment_method");
        mandates::agree(state, &method, &Value::Null);
        kind.confirmed(state, linked, &Value::Null)?;
        if let Some(subscription) = plan
            && let Some(row) = state.subscriptions.get_mut(&subscription)
        {
            row.0["default_payment_method"] = json!(method);
        }
    }
    let job = Job::ExpireCheckout {
        session: id.to_owned(),
    };
    state.clock.cancel(&job);
    Ok(close(state, session, "complete"))
}

/// Creates the subscription of a session. Its first invoice is paid afterwards.
fn subscribe(state: &mut State, session: &Value) -> Result<Value, ApiError> {
    let plan = state.hidden.get(&text(session, "id"));
    let data = plan.map(|row| row.0["subscription_data"].clone());
    let data = data.unwrap_or_default();
    let lines = session["line_items"]["data"].as_array();
    let (items, extra): (Vec<_>, Vec<_>) = lines
        .into_iter()
        .flatten()
        .map(|line| (line, prices::period(&line["price"]).is_some()))
        .map(|(line, repeats)| {
            let item = json!({ "price": line["price"]["id"], "quantity": line["quantity"] });
            match repeats {
                true => (Some(item), None),
                false => (None, Some(item)),
            }
        })
        .unzip();
    let mut params = json!({
        "customer": session["customer"],
        "items": items.into_iter().flatten().collect::<Vec<_>>(),
        "add_invoice_items": extra.into_iter().flatten().collect::<Vec<_>>(),
        "payment_behavior": "default_incomplete",
        "payment_settings": { "payment_method_options": session["payment_method_options"] },
    });
    let taken = ["description", "metadata", "trial_end", "trial_period_days"];
    for name in taken.into_iter().filter(|name| !data[name].is_null()) {
        params[name] = data[name].clone();
    }
    subscriptions::create(state, &Call::within(params))
}

/// Updates a session after the status of its payment changed.
pub(crate) fn intent_moved(state: &mut State, id: &str, intent: &Value) {
    let Ok(mut session) = named(state, id) else {
        return;
    };
    if session["status"] != "complete" {
        return;
    }
    match intent["status"].as_str() {
        Some("succeeded") => {
            session["payment_status"] = json!("paid");
            tell(state, session, "async_payment_succeeded");
        }
        Some("requires_payment_method") if !intent["last_payment_error"].is_null() => {
            tell(state, session, "async_payment_failed");
        }
        _ => {}
    }
}
