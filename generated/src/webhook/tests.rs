use super::*;
use crate::events::{EventObject, EventType};

const SECRET: &str = "whsec_test";
const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

fn check(body: &str, header: &str, secrets: &[&str]) -> Result<(), WebhookError> {
    Webhook::new(secrets).verify_at(body, header, NOW)
}

#[test]
fn a_known_signature() {
    // Computed with `printf '1700000000.{}' | openssl dgst -sha256 -hmac whsec_test`.
    let header = "t=1700000000,v1=35495024f4ef3f94e5a93e22221544c4b75e9a42300cd965ab81cb85cd994e91";
    assert_eq!(Webhook::sign("{}", SECRET, NOW), header);
    assert_eq!(check("{}", header, &[SECRET]), Ok(()));
}

#[test]
fn any_of_the_secrets_verifies() {
    let [new, old] = ["whsec_new", "whsec_old"].map(|secret| Webhook::sign("{}", secret, NOW));
    let both = format!("{new},{}", old.split_once(',').unwrap().1);
    for header in [&new, &old, &both, &format!("{new},v0=x,v1=short")] {
        assert_eq!(
            check("{}", header, &["whsec_new", "whsec_old"]),
            Ok(()),
            "{header}"
        );
    }
    assert_eq!(check("{}", &both, &["whsec_old"]), Ok(()));
    assert_eq!(
        check("{}", &new, &["whsec_old"]),
        Err(WebhookError::Signature)
    );
}

#[test]
fn events_without_a_valid_signature_are_refused() {
    let good = Webhook::sign("{}", SECRET, NOW);
    assert_eq!(check("[]", &good, &[SECRET]), Err(WebhookError::Signature));
    assert_eq!(check("{ }", &good, &[SECRET]), Err(WebhookError::Rewritten));
    assert_eq!(check("{}", &good, &[]), Err(WebhookError::NoSecret));
    assert_eq!(
        check("{}", &good, &[SECRET, ""]),
        Err(WebhookError::NoSecret)
    );
    let later = good.replace("t=1700000000", "t=1700000001");
    assert_eq!(check("{}", &later, &[SECRET]), Err(WebhookError::Signature));
    let v1 = good.split_once(',').unwrap().1;
    for header in [
        "",
        ",",
        "=",
        "t=",
        "v1=",
        "t=1,v1=",
        "t=x,v1=00",
        "t=1",
        "é=€,t=1",
        v1,
        &good[..40],
        &good.replace("v1", "v0"),
        &good.replace("v1=", "v1=é"),
    ] {
        assert_eq!(
            check("{}", header, &[SECRET]),
            Err(WebhookError::Header),
            "{header}"
        );
    }
}

#[test]
fn the_age_is_checked_after_the_signature() {
    let signed = |age| Webhook::sign("{}", SECRET, Timestamp::from_secs(NOW.as_secs() - age));
    let too_old = |age| {
        Err(WebhookError::TooOld {
            age: Duration::from_secs(age),
        })
    };
    for (age, result) in [
        (0, Ok(())),
        (300, Ok(())),
        (301, too_old(301)),
        (-600, Ok(())),
    ] {
        assert_eq!(check("{}", &signed(age), &[SECRET]), result, "{age}");
    }
    assert_eq!(
        check("[]", &signed(301), &[SECRET]),
        Err(WebhookError::Signature)
    );
    let header = Webhook::sign("{}", SECRET, Timestamp::from_secs(i64::MAX));
    assert_eq!(check("{}", &header, &[SECRET]), Ok(()));
    let patient = Webhook::new([SECRET]).tolerance(Duration::from_secs(600));
    assert_eq!(patient.verify_at("{}", &signed(301), NOW), Ok(()));
}

fn event(r#type: &str, object: &str) -> Event {
    let body = format!(
        r#"{{"id": "evt_1", "object": "event", "api_version": "2026-05-27.dahlia", "created": 5,
            "livemode": false, "pending_webhooks": 1, "request": {{"id": null, "idempotency_key": null}},
            "type": "{type}", "data": {{"object": {object}, "previous_attributes": {{"name": "x"}}}}}}"#
    );
    let header = Webhook::sign(&body, SECRET, Timestamp::now());
    Webhook::verify(body, &header, SECRET).unwrap()
}

#[test]
fn an_unknown_event_is_kept_whole() {
    let object = r#"{"object": "new.thing", "id": "new_1"}"#;
    let event = event("new.thing.happened", object);
    assert_eq!(event.r#type.as_str(), "new.thing.happened");
    assert!(matches!(event.r#type, EventType::Unrecognized(_)));
    let EventObject::Unrecognized(raw) = event.data.object else {
        panic!("{event:?}")
    };
    assert_eq!(raw.get(), object);
    let previous = event.data.previous_attributes.unwrap();
    assert_eq!(previous.parse::<serde_json::Value>().unwrap()["name"], "x");
}

#[test]
fn an_object_that_does_not_fit_does_not_break_its_event() {
    let object = r#"{"object": "financial_connections.account", "id": "fca_1", "created": "soon"}"#;
    let event = event("financial_connections.account.created", object);
    assert_eq!(event.r#type, EventType::FinancialConnectionsAccountCreated);
    let EventObject::Invalid(invalid) = event.data.object else {
        panic!("{event:?}")
    };
    assert_eq!(invalid.error().path(), "created");
    assert_eq!(invalid.raw().get(), object);
}

#[test]
fn a_signed_body_that_is_no_event_names_what_is_missing() {
    let header = Webhook::sign("{}", SECRET, Timestamp::now());
    let error = Webhook::verify("{}", &header, SECRET).unwrap_err();
    assert!(matches!(&error, Error::Decode(error) if error.message() == "missing field `id`"));
}

#[test]
fn debug_shows_no_secret() {
    assert!(!format!("{:?}", Webhook::new([SECRET])).contains(SECRET));
}
