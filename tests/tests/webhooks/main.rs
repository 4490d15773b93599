//! Tests webhooks. Signatures are made independently of the crate.

mod envelope;
mod header;
mod misuse;
mod thin;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use stripe_financial_connections::events::{EventObject, EventType};
use stripe_financial_connections::webhook::{Event, Webhook, WebhookError};
use stripe_financial_connections::{Error, Timestamp};
use stripe_tests::json::account;

const SECRET: &str = "whsec_abcdefghijkl";

/// Returns the HMAC-SHA256 of a time and a body, in hex.
fn signature(time: &str, body: &str, secret: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key is good");
    mac.update(format!("{time}.{body}").as_bytes());
    let bytes = mac.finalize().into_bytes();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("after 1970").as_secs() as i64
}

/// Returns the header for a body that was signed some seconds ago.
fn header(body: &str, secret: &str, age: i64) -> String {
    let time = (now() - age).to_string();
    format!("t={time},v1={}", signature(&time, body, secret))
}

fn event(r#type: &str, object: Value) -> Value {
    json!({
        "id": "evt_1", "object": "event", "api_version": "2026-05-27.dahlia", "created": 5,
        "data": {"object": object}, "livemode": false, "pending_webhooks": 1,
        "request": {"id": "req_1", "idempotency_key": "key_1"}, "type": r#type,
    })
}

fn verified(event: &Value) -> Event {
    let body = event.to_string();
    Webhook::verify(&body, &header(&body, SECRET, 0), SECRET).expect("a good event")
}

fn refusal(result: Result<Event, Error>) -> WebhookError {
    match result {
        Err(Error::Webhook(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn sign_makes_the_signature_that_stripe_makes() {
    for (body, time) in [("{}", 1), ("", 1_700_000_000), ("{\"é\": \"\n\"}", 0)] {
        let signed = Webhook::sign(body, SECRET, Timestamp::from_secs(time));
        let expected = signature(&time.to_string(), body, SECRET);
        assert_eq!(signed, format!("t={time},v1={expected}"));
    }
}

#[test]
fn only_good_signatures_are_good() {
    let body = event("customer.created", json!({"object": "x"})).to_string();
    let good = header(&body, SECRET, 0);
    Webhook::verify(&body, &good, SECRET).expect("it is good");
    let changed = body.replace("evt_1", "evt_2");
    let (time, signed) = good.split_once(',').expect("two parts");
    for (body, header, secret) in [
        (&changed, good.clone(), SECRET),
        (&body, good.clone(), "whsec_other"),
        (&body, format!("t={},{signed}", now() + 1), SECRET),
        (&body, format!("{time},v1={}", "0".repeat(64)), SECRET),
    ] {
        let reason = refusal(Webhook::verify(body, &header, secret));
        assert_eq!(reason, WebhookError::Signature, "{header}");
    }
}

#[test]
fn secrets_can_be_rotated() {
    let body = event("customer.created", json!({"object": "x"})).to_string();
    let by = |secret| header(&body, secret, 0);
    let v1 = |header: &str| header.split_once(',').expect("two parts").1.to_owned();
    let both = format!("{},{}", by("whsec_new"), v1(&by("whsec_old")));
    let webhook = Webhook::new(["whsec_new", "whsec_old"]);
    for header in [by("whsec_new"), by("whsec_old"), both.clone()] {
        webhook.event(&body, &header).expect("one of both");
    }
    for secret in ["whsec_new", "whsec_old"] {
        Webhook::verify(&body, &both, secret).expect("signed by both");
    }
    let none = Webhook::new(Vec::<String>::new());
    assert_eq!(refusal(none.event(&body, &both)), WebhookError::NoSecret);
    // Anyone could sign with an empty secret.
    let empty = Webhook::new(["whsec_new", ""]);
    assert_eq!(refusal(empty.event(&body, &by(""))), WebhookError::NoSecret);
}

#[test]
fn old_events_are_refused() {
    let body = event("customer.created", json!({"object": "x"})).to_string();
    Webhook::verify(&body, &header(&body, SECRET, 290), SECRET).expect("young enough");
    let old = header(&body, SECRET, 400);
    let reason = refusal(Webhook::verify(&body, &old, SECRET));
    assert!(
        matches!(reason, WebhookError::TooOld { age } if age.as_secs() >= 400),
        "{reason}"
    );
    let patient = Webhook::new([SECRET]).tolerance(Duration::from_secs(500));
    patient.event(&body, &old).expect("young enough for it");
    // Without a valid signature, the age is not checked.
    let reason = refusal(Webhook::verify("{}", &old, SECRET));
    assert_eq!(reason, WebhookError::Signature);
}

/// The types of events about customers, linked accounts and payment methods.
const TYPES: [&str; 16] = [
    "customer.created",
    "customer.deleted",
    "customer.updated",
    "financial_connections.account.account_numbers_updated",
    "financial_connections.account.created",
    "financial_connections.account.deactivated",
    "financial_connections.account.disconnected",
    "financial_connections.account.reactivated",
    "financial_connections.account.refreshed_balance",
    "financial_connections.account.refreshed_ownership",
    "financial_connections.account.refreshed_transactions",
    "financial_connections.account.upcoming_account_number_expiry",
    "payment_method.attached",
    "payment_method.automatically_updated",
    "payment_method.detached",
    "payment_method.updated",
];

#[test]
fn events_are_typed() {
    for name in TYPES {
        let object = match name.split('.').next() {
            Some("customer") => json!({
                "id": "cus_1", "object": "customer", "created": 1, "livemode": false,
                "email": null, "shipping": null,
            }),
            Some("payment_method") => json!({
                "id": "pm_1", "object": "payment_method", "created": 1, "livemode": false,
                "type": "us_bank_account", "billing_details": {}, "customer": null,
            }),
            _ => account("fca_1"),
        };
        let event = verified(&event(name, object));
        assert_eq!(event.r#type.as_str(), name);
        assert!(
            !matches!(event.r#type, EventType::Unrecognized(_)),
            "{name}"
        );
        let id = match &event.data.object {
            EventObject::Customer(customer) => customer.id.as_str(),
            EventObject::FinancialConnectionsAccount(account) => account.id.as_str(),
            EventObject::PaymentMethod(method) => method.id.as_str(),
            other => panic!("{other:?} in {name}"),
        };
        assert!(["cus_1", "fca_1", "pm_1"].contains(&id));
    }
}

#[test]
fn the_parts_of_an_event() {
    let mut json = event(
        "financial_connections.account.reactivated",
        account("fca_1"),
    );
    json["account"] = json!("acct_1");
    json["data"]["previous_attributes"] = json!({"status": "inactive"});
    json["a_field_of_the_future"] = json!([1]);
    let event = verified(&json);
    assert_eq!(event.account.as_deref(), Some("acct_1"));
    assert_eq!(
        (event.id.as_str(), event.created),
        ("evt_1", Some(Timestamp::from_secs(5)))
    );
    let request = event.request.expect("a cause");
    assert_eq!(request.id.as_deref(), Some("req_1"));
    assert_eq!(request.idempotency_key.as_deref(), Some("key_1"));
    let previous = event.data.previous_attributes.expect("a change");
    let previous: Value = previous.parse().expect("JSON");
    assert_eq!(previous, json!({"status": "inactive"}));
}

#[test]
fn unknown_types_and_objects_are_kept() {
    let object = json!({"object": "brand.new", "id": "new_1", "x": [1, null]});
    let event = verified(&event("brand.new.happened", object.clone()));
    assert!(matches!(event.r#type, EventType::Unrecognized(_)));
    assert_eq!(event.r#type.as_str(), "brand.new.happened");
    let EventObject::Unrecognized(raw) = event.data.object else {
        panic!("{event:?}")
    };
    assert_eq!(raw.parse::<Value>().expect("JSON"), object);
}

#[test]
fn an_object_of_another_version_leaves_the_event_usable() {
    let mut object = account("fca_1");
    object["balance_refresh"] = json!({"status": "succeeded", "last_attempted_at": "Jenny"});
    let name = "financial_connections.account.refreshed_balance";
    let event = verified(&event(name, object.clone()));
    assert_eq!(
        event.r#type,
        EventType::FinancialConnectionsAccountRefreshedBalance
    );
    let EventObject::Invalid(invalid) = &event.data.object else {
        panic!("{event:?}")
    };
    assert_eq!(invalid.error().path(), "balance_refresh.last_attempted_at");
    assert_eq!(invalid.raw().parse::<Value>().expect("JSON"), object);
    assert!(!format!("{event:?} {}", invalid.error()).contains("Jenny"));
}

#[test]
fn a_signed_body_that_is_no_event() {
    for body in [
        "",
        "null",
        "[]",
        "{}",
        "<html>",
        r#"{"id": "evt_1"}"#,
        "\u{feff}{}",
    ] {
        let result = Webhook::verify(body, &header(body, SECRET, 0), SECRET);
        let Err(Error::Decode(error)) = result else {
            panic!("{result:?} for {body}")
        };
        assert_eq!(error.body(), body.as_bytes());
    }
    let bytes = [0xff, 0xfe];
    let signed = Webhook::sign(bytes, SECRET, Timestamp::now());
    let result = Webhook::verify(bytes, &signed, SECRET);
    assert!(matches!(result, Err(Error::Decode(_))), "{result:?}");
}

#[test]
fn secrets_are_not_shown() {
    let webhook = Webhook::new([SECRET]);
    let body = event("customer.created", json!({"object": "x"})).to_string();
    let good = header(&body, "whsec_other", 0);
    let error = webhook.event(&body, &good).expect_err("another secret");
    let texts = format!("{webhook:?} {error} {error:?}");
    assert!(
        !texts.contains(SECRET) && !texts.contains(&good[20..]),
        "{texts}"
    );
}
