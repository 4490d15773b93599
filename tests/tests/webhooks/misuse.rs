//! Tests common mistakes. Each has an error of its own.

use serde_json::{Value, json};
use stripe_financial_connections::webhook::{Event, Notification, Webhook, WebhookError};
use stripe_financial_connections::{Error, Timestamp};

use super::{SECRET, header, refusal, signature};

/// An event as Stripe writes it: `id` and `object` first, then by name, indented by two spaces.
const BODY: &str = r#"{
  "id": "evt_1",
  "object": "event",
  "api_version": "2026-05-27.dahlia",
  "created": 5,
  "data": {
    "object": {
      "id": "thing_1",
      "object": "thing",
      "amount": 10.5,
      "name": "Jenny Rosen & Søn",
      "tags": [
        "b",
        "a"
      ]
    }
  },
  "livemode": false,
  "pending_webhooks": 1,
  "request": null,
  "type": "thing.created"
}"#;

#[test]
fn a_body_that_was_written_again_is_recognized() {
    let value: Value = serde_json::from_str(BODY).expect("JSON");
    let event = Event::parse(BODY).expect("an event");
    let python = value
        .to_string()
        .replace("\":", "\": ")
        .replace(",\"", ", \"");
    let rewritten = [
        ("as a value", value.to_string()),
        ("as a value, indented", format!("{value:#}")),
        ("as an event", serde_json::to_string(&event).expect("JSON")),
        ("with white space, as Python does", python),
        (
            "with its keys in their order",
            BODY.split_whitespace()
                .collect::<String>()
                .replace("JennyRosen&Søn", "Jenny Rosen & Søn"),
        ),
        ("with a line break at the end", format!("{BODY}\n")),
        (
            "with line breaks of another system",
            BODY.replace('\n', "\r\n"),
        ),
        ("with a byte order mark", format!("\u{feff}{BODY}")),
        ("as a string of JSON", json!(BODY).to_string()),
    ];
    let good = header(BODY, SECRET, 0);
    Webhook::verify(BODY, &good, SECRET).expect("it is good as it is");
    for (how, body) in &rewritten {
        let reason = refusal(Webhook::verify(body, &good, SECRET));
        assert_eq!(reason, WebhookError::Rewritten, "{how}: {body}");
        // With another secret, the error is about the secret.
        let reason = refusal(Webhook::verify(body, &good, "whsec_other"));
        assert_eq!(reason, WebhookError::Signature, "{how}");
    }
    // The same for an event without white space, as other senders write it.
    let compact = value.to_string();
    let good = header(&compact, SECRET, 0);
    for body in [
        BODY.to_owned(),
        format!("{value:#}"),
        format!("{compact}\n"),
    ] {
        let reason = refusal(Webhook::verify(&body, &good, SECRET));
        assert_eq!(reason, WebhookError::Rewritten, "{body}");
    }
}

#[test]
fn a_changed_body_is_refused() {
    let good = header(BODY, SECRET, 0);
    let long = format!("[{}]", "1,".repeat(1 << 20));
    for body in [
        "",
        "{}",
        "null",
        "not JSON",
        "\"not JSON\"",
        &BODY.replace("evt_1", "evt_2"),
        &BODY.replace("10.5", "10"),
        &BODY.replace("\"livemode\": false,\n", ""),
        &BODY[1..],
        &long,
    ] {
        let reason = refusal(Webhook::verify(body, &good, SECRET));
        assert_eq!(
            reason,
            WebhookError::Signature,
            "{}",
            &body[..body.len().min(80)]
        );
    }
}

#[test]
fn a_secret_of_the_wrong_kind() {
    for (secret, says) in [
        ("whsec_abcdefghijkl\n", "white space"),
        (" whsec_abcdefghijkl", "white space"),
        ("\"whsec_abcdefghijkl\"", "quotes"),
        ("sk_test_abcdefghijkl", "an API key"),
        ("rk_live_abcdefghijkl", "an API key"),
        ("pk_test_abcdefghijkl", "a publishable key"),
        ("we_abcdefghijkl", "the id of an endpoint"),
    ] {
        // Even if the signature would be valid, and with another secret.
        let good = header(BODY, secret, 0);
        for webhook in [Webhook::new([secret]), Webhook::new([SECRET, secret])] {
            let reason = refusal(webhook.event(BODY, &good));
            assert!(
                matches!(reason, WebhookError::Secret(_)),
                "{secret}: {reason}"
            );
            let text = format!("{reason} {reason:?} {webhook:?}");
            assert!(text.contains(says), "{secret}: {text}");
            assert!(!text.contains("abcdefghijkl"), "{text}");
        }
    }
}

#[test]
fn a_thin_event_where_a_snapshot_event_is_expected() {
    let thin = json!({"id": "evt_1", "object": "v2.core.event", "livemode": false,
        "created": "2026-05-27T08:30:00.000Z", "type": "v2.core.account.updated"});
    let mut with_data = thin.clone();
    with_data["data"] = json!({"object": {"object": "x"}});
    for body in [thin.to_string(), with_data.to_string()] {
        let reason = refusal(Webhook::verify(&body, &header(&body, SECRET, 0), SECRET));
        assert_eq!(reason, WebhookError::Thin);
        assert_eq!(refusal(Event::parse(&body)), WebhookError::Thin);
        // A body without a valid signature is not examined.
        let reason = refusal(Webhook::verify(&body, &header("x", SECRET, 0), SECRET));
        assert_eq!(reason, WebhookError::Signature);
        let both = Webhook::new([SECRET]).notification(&body, &header(&body, SECRET, 0));
        assert!(matches!(both, Ok(Notification::Thin(_))), "{both:?}");
    }
}

#[test]
fn verifying_without_reading() {
    let webhook = Webhook::new([SECRET]);
    let noon = Timestamp::from_secs(1_700_000_000);
    for body in [&b"{}"[..], b"", b"not JSON", &[0xff, 0xfe]] {
        let signed = Webhook::sign(body, SECRET, noon);
        assert_eq!(webhook.verify_at(body, &signed, noon), Ok(()));
        let later = |secs| Timestamp::from_secs(noon.as_secs() + secs);
        assert_eq!(webhook.verify_at(body, &signed, later(300)), Ok(()));
        assert_eq!(webhook.verify_at(body, &signed, later(-9_999)), Ok(()));
        let late = webhook.verify_at(body, &signed, later(301));
        assert!(matches!(late, Err(WebhookError::TooOld { age }) if age.as_secs() == 301));
        let now = webhook.verify_signature(body, &signed);
        assert!(matches!(now, Err(WebhookError::TooOld { .. })), "{now:?}");
        let signed = Webhook::sign(body, SECRET, Timestamp::now());
        assert_eq!(webhook.verify_signature(body, &signed), Ok(()));
    }
    // A clock out of range does not cause a panic.
    let first = format!("t=0,v1={}", signature("0", "{}", SECRET));
    for now in [i64::MIN, i64::MAX] {
        let result = webhook.verify_at("{}", &first, Timestamp::from_secs(now));
        assert_eq!(result.is_ok(), now < 0, "{result:?}");
    }
}

/// Stores the body as received, and verifies it again with the time of its receipt.
#[test]
fn verify_now_and_read_later() {
    let received = Timestamp::from_secs(1_700_000_000);
    let signed = Webhook::sign(BODY, SECRET, received);
    let webhook = Webhook::new([SECRET]);
    webhook.verify_at(BODY, &signed, received).expect("good");
    let event = Event::parse(BODY).expect("an event");
    assert_eq!(event.id, "evt_1");
    let parsed = Notification::parse(BODY).expect("an event");
    assert_eq!(parsed, Notification::Snapshot(event));
    let Err(Error::Decode(error)) = Event::parse("[]") else {
        panic!("no event")
    };
    assert!(!error.message().is_empty());
}
