//! Tests the causes of events that come with time, or after a failure.

use std::time::Duration;

use serde_json::Value;

use super::billing::{DAY, draft, payer, price, status};
use super::http::{Form, Http, id};

/// The events of the platform, the first first.
fn events(http: &Http) -> Vec<Value> {
    let events = http.sandbox.events().into_iter();
    let events = events.map(|event| serde_json::to_value(event).expect("it is JSON"));
    events.filter(|event| event["account"].is_null()).collect()
}

/// The types of the events since the one of this number, about an object.
fn since(http: &Http, count: usize, object: &str) -> Vec<String> {
    let events = events(http).into_iter().skip(count);
    let about = events.filter(|event| event["data"]["object"]["id"] == *object);
    about
        .map(|event| event["type"].as_str().unwrap_or_default().to_owned())
        .collect()
}

fn count(http: &Http) -> usize {
    events(http).len()
}

pub(super) async fn all(http: &Http) {
    due_dates(http).await;
    paused_trials(http).await;
    upcoming_invoices(http).await;
    pending_updates(http).await;
    typed_numbers(http).await;
    control(http).await;
}

#[tokio::test]
async fn what_comes_with_time_comes() {
    all(&Http::start().await).await;
}

/// An invoice that was sent is announced, and overdue, unless it is paid by then.
async fn due_dates(http: &Http) {
    let customer = payer(http, "Success").await;
    let form = [
        ("collection_method", "send_invoice"),
        ("days_until_due", "10"),
    ];
    let late = draft(http, &customer, &form).await;
    let paid = draft(http, &customer, &form).await;
    for invoice in [&late, &paid] {
        http.post(&format!("{invoice}/send"), &[]).await;
    }
    let start = count(http);
    http.pass(7 * DAY - 1);
    assert_eq!(count(http), start, "it is too early");
    http.pass(1);
    let id = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    for invoice in [&late, &paid] {
        assert_eq!(since(http, start, &id(invoice)), ["invoice.will_be_due"]);
    }
    http.post(&format!("{paid}/pay"), &[("paid_out_of_band", "true")])
        .await;
    let start = count(http);
    http.pass(4 * DAY - 1);
    assert_eq!(count(http), start, "it is not overdue for a day");
    http.pass(1);
    assert_eq!(since(http, start, &id(&late)), ["invoice.overdue"]);
    assert!(since(http, start, &id(&paid)).is_empty());
}

/// The subscription decides what happens at the end of a trial without a payment method.
async fn paused_trials(http: &Http) {
    let price = price(http).await;
    for (behavior, expected, event) in [
        ("pause", "paused", "customer.subscription.paused"),
        ("cancel", "canceled", "customer.subscription.deleted"),
        ("create_invoice", "active", "customer.subscription.updated"),
    ] {
        let customer = http.customer().await;
        let form = [
            ("customer", customer.as_str()),
            ("items[0][price]", &price),
            ("trial_period_days", "7"),
            (
                "trial_settings[end_behavior][missing_payment_method]",
                behavior,
            ),
        ];
        let trial = id(&http.post("/v1/subscriptions", &form).await);
        let start = count(http);
        http.pass(7 * DAY);
        let path = format!("/v1/subscriptions/{trial}");
        assert_eq!(status(http, &path).await, expected);
        assert!(
            since(http, start, &trial).contains(&event.to_owned()),
            "{behavior}"
        );
        let start = count(http);
        http.pass(60 * DAY);
        if behavior != "create_invoice" {
            assert!(since(http, start, &trial).is_empty(), "{behavior}");
        }
    }
}

/// A week before a renewal, what will be billed is told.
async fn upcoming_invoices(http: &Http) {
    let customer = payer(http, "Success").await;
    let price = price(http).await;
    let form = [("customer", customer.as_str()), ("items[0][price]", &price)];
    let path = format!(
        "/v1/subscriptions/{}",
        id(&http.post("/v1/subscriptions", &form).await)
    );
    http.pass(23 * DAY - 10);
    let upcoming = |after: usize| {
        let mut events = events(http).into_iter().skip(after);
        events.find(|event| {
            event["type"] == "invoice.upcoming" && event["data"]["object"]["customer"] == *customer
        })
    };
    assert!(upcoming(0).is_none(), "it is too early");
    http.pass(10);
    let event = upcoming(0).expect("it was told");
    let invoice = &event["data"]["object"];
    assert_eq!(invoice["amount_due"], 900);
    let next = &invoice["lines"]["data"][0]["period"];
    let item = &http.get(&path, &[]).await["items"]["data"][0];
    assert_eq!(next["start"], item["current_period_end"]);

    // One that ends does not renew.
    http.post(&path, &[("cancel_at_period_end", "true")]).await;
    http.pass(7 * DAY);
    assert_eq!(status(http, &path).await, "canceled");
    let start = count(http);
    http.pass(60 * DAY);
    assert!(upcoming(start).is_none());
}

/// A change waits for its payment, and is made, or given up.
async fn pending_updates(http: &Http) {
    let price = price(http).await;
    let customer = payer(http, "Success").await;
    let form = [("customer", customer.as_str()), ("items[0][price]", &price)];
    let subscription = http.post("/v1/subscriptions", &form).await;
    let path = format!("/v1/subscriptions/{}", id(&subscription));
    let item = id(&subscription["items"]["data"][0]);
    let change = |quantity: &'static str| {
        [
            ("items[0][id]".to_owned(), item.clone()),
            ("items[0][quantity]".to_owned(), quantity.to_owned()),
            (
                "payment_behavior".to_owned(),
                "pending_if_incomplete".to_owned(),
            ),
        ]
    };
    let post = async |quantity: &'static str| {
        let form = change(quantity);
        let form: Vec<_> = form
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        http.post(&path, &form).await
    };
    let quantity = |subscription: &Value| subscription["items"]["data"][0]["quantity"].clone();

    // A debit that is under way is enough.
    let start = count(http);
    let changed = post("3").await;
    assert_eq!(quantity(&changed), 3);
    assert!(changed["pending_update"].is_null());
    let applied = "customer.subscription.pending_update_applied".to_owned();
    assert!(since(http, start, &id(&subscription)).contains(&applied));

    // Nobody pays, until somebody does.
    let method = http.get(&format!("/v1/customers/{customer}"), &[]).await;
    let method = method["invoice_settings"]["default_payment_method"].clone();
    let method = method.as_str().expect("it has one");
    let nothing: Form<'_> = &[("invoice_settings[default_payment_method]", "")];
    http.post(&format!("/v1/customers/{customer}"), nothing)
        .await;
    let waiting = post("4").await;
    assert_eq!(quantity(&waiting), 3, "it waits");
    let pending = &waiting["pending_update"];
    assert_eq!(pending["subscription_items"][0]["quantity"], 4);
    assert_eq!(waiting["status"], "active", "it goes on as it was");
    let invoice = waiting["latest_invoice"].as_str().expect("it has one");
    let invoice = format!("/v1/invoices/{invoice}");
    assert_eq!(http.get(&invoice, &[]).await["amount_due"], 900);
    http.post(&format!("{invoice}/pay"), &[("payment_method", method)])
        .await;
    let changed = http.get(&path, &[]).await;
    assert_eq!(quantity(&changed), 4);
    assert!(changed["pending_update"].is_null());

    let start = count(http);
    let waiting = post("5").await;
    let invoice = waiting["latest_invoice"].as_str().expect("it has one");
    http.pass(23 * 3_600);
    let given_up = http.get(&path, &[]).await;
    assert_eq!(quantity(&given_up), 4);
    assert!(given_up["pending_update"].is_null());
    assert_eq!(
        status(http, &format!("/v1/invoices/{invoice}")).await,
        "void"
    );
    let expired = "customer.subscription.pending_update_expired".to_owned();
    assert!(since(http, start, &id(&subscription)).contains(&expired));

    // A lower price needs no payment, and a change without a new price can't wait for one.
    assert_eq!(quantity(&post("1").await), 1);
    let form = [
        ("description", "x"),
        ("payment_behavior", "pending_if_incomplete"),
    ];
    let refused = http.refused("POST", &path, &form).await;
    assert_eq!(refused.param.as_deref(), Some("description"));
}

/// Accounts whose numbers were typed in have to be verified, and may not be.
async fn typed_numbers(http: &Http) {
    let form = [
        ("type", "us_bank_account"),
        ("us_bank_account[account_holder_type]", "individual"),
        ("us_bank_account[routing_number]", "110000000"),
        ("us_bank_account[account_number]", "000123456789"),
        ("billing_details[name]", "Robin"),
    ];
    let customer = http.customer().await;
    let method = id(&http.post("/v1/payment_methods", &form).await);
    let path = format!("/v1/payment_methods/{method}");
    http.post(&format!("{path}/attach"), &[("customer", &customer)])
        .await;
    let invoice = draft(http, &customer, &[]).await;
    let start = count(http);
    http.post(&format!("{invoice}/pay"), &[("payment_method", &method)])
        .await;
    let invoice = invoice.rsplit('/').next().unwrap_or_default();
    let action = "invoice.payment_action_required".to_owned();
    assert!(since(http, start, invoice).contains(&action));
    http.post(&format!("{path}/detach"), &[]).await;

    let form = [
        ("payment_method_types[]", "us_bank_account"),
        ("payment_method", &method),
        ("confirm", "true"),
        ("mandate_data[customer_acceptance][type]", "offline"),
    ];
    let setup = id(&http.post("/v1/setup_intents", &form).await);
    let verify = format!("/v1/setup_intents/{setup}/verify_microdeposits");
    let start = count(http);
    for _ in 0..3 {
        let wrong = [("amounts[]", "1"), ("amounts[]", "2")];
        http.refused("POST", &verify, &wrong).await;
    }
    assert_eq!(since(http, start, &setup), ["setup_intent.setup_failed"]);
}

/// Controls do what the institution would do.
async fn control(http: &Http) {
    let account = http.account("bank").await;
    http.sandbox.deactivate(&account).expect("it is there");
    http.sandbox.reactivate(&account).expect("it is there");
}

/// Whatever nothing causes can be had by control, for objects of its kind.
#[tokio::test]
async fn any_event_can_be_made_to_happen() {
    let http = Http::start().await;
    let account = http.account("bank").await;
    let expiry = "financial_connections.account.upcoming_account_number_expiry";
    http.sandbox.emit(expiry, &account).expect("it is there");
    let form = [("type", expiry), ("object", account.as_str())];
    let report = http.post("/_sandbox/events", &form).await;
    assert_eq!(report["event"]["data"]["object"]["id"], *account);
    let listed = http.get("/v1/events", &[("type", expiry)]).await;
    assert_eq!(listed["data"].as_array().map(Vec::len), Some(2));

    let customer = http.customer().await;
    let price = price(&http).await;
    let form = [
        ("customer", customer.as_str()),
        ("items[0][price]", &price),
        ("payment_behavior", "default_incomplete"),
    ];
    let subscription = id(&http.post("/v1/subscriptions", &form).await);
    http.sandbox
        .emit("customer.subscription.resumed", &subscription)
        .expect("it is about a subscription");
    for (r#type, object, param) in [
        ("customer.subscription.resumed", &*customer, "object"),
        ("customer.updated", &*subscription, "object"),
        ("account.external_account.updated", &*account, "object"),
        (expiry, "fca_0", "object"),
        ("shoe.tied", &*account, "type"),
        ("", &*account, "type"),
    ] {
        let form = [("type", r#type), ("object", object)];
        let refused = http.refused("POST", "/_sandbox/events", &form).await;
        assert_eq!(refused.param.as_deref(), Some(param), "{type} {object}");
        assert!(http.sandbox.emit(r#type, object).is_err());
    }
    // The clock of the sandbox goes on.
    http.sandbox.advance(Duration::from_secs(1));
}
