//! Tests the fields around the object of an event. Unexpected values do not prevent reading it.

use serde_json::{Value, json};
use stripe_financial_connections::events::EventObject;
use stripe_financial_connections::webhook::{Event, EventData, EventRequest, InvalidObject};
use stripe_financial_connections::{API_VERSION, List, Timestamp};
use stripe_tests::client::client;
use stripe_tests::fault::{Answer, FaultServer};
use stripe_tests::json::{account, list, without_nulls};

use super::{event, verified};

fn an_event() -> Value {
    let mut event = event("financial_connections.account.created", account("fca_1"));
    event["account"] = json!("acct_1");
    event["context"] = json!("wksp_1/acct_1");
    event["data"]["previous_attributes"] = json!({"status": "inactive"});
    event
}

/// Reads an event with one unexpected field, and checks the others.
fn read_with(pointer: &str, odd: &Value) -> Event {
    let mut json = an_event();
    *json.pointer_mut(pointer).expect("a part of the event") = odd.clone();
    let event = verified(&json);
    assert_eq!(event.id, "evt_1");
    let EventObject::FinancialConnectionsAccount(account) = &event.data.object else {
        panic!("{event:?}")
    };
    assert_eq!(account.id, "fca_1");
    event
}

fn odd_values() -> [Value; 9] {
    [
        Value::Null,
        json!(true),
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
        json!("odd"),
        json!(""),
        json!([{"id": 1}]),
        json!({"id": {"id": 1}}),
    ]
}

#[test]
fn an_unexpected_field_is_none_and_the_others_are_read() {
    for odd in &odd_values() {
        let text = odd.as_str().map(str::to_owned);
        assert_eq!(read_with("/account", odd).account, text);
        assert_eq!(read_with("/api_version", odd).api_version, text);
        assert_eq!(read_with("/context", odd).context, text);
        assert_eq!(read_with("/livemode", odd).livemode, odd.as_bool());
        let count = odd.as_i64();
        assert_eq!(read_with("/pending_webhooks", odd).pending_webhooks, count);
        let secs = odd
            .as_f64()
            .filter(|secs| *secs < 1e18)
            .map(|secs| secs.floor() as i64);
        let created = read_with("/created", odd).created;
        assert_eq!(created.map(Timestamp::as_secs), secs, "{odd}");
        let object = read_with("/object", odd).object;
        assert_eq!(object.as_str(), text.as_deref().unwrap_or("event"));
        let id = |event: Event| event.request.and_then(|request| request.id);
        assert_eq!(id(read_with("/request/id", odd)), text);
        assert_eq!(id(read_with("/request", odd)), text);
        let key = read_with("/request/idempotency_key", odd).request;
        assert_eq!(key.expect("a request").idempotency_key, text);
        let previous = read_with("/data/previous_attributes", odd);
        let previous = previous.data.previous_attributes;
        let previous = previous.map(|raw| raw.parse::<Value>().expect("JSON"));
        assert_eq!(previous.unwrap_or_default(), *odd);
    }
}

#[test]
fn numbers_and_texts_that_no_type_holds() {
    for part in [
        "created",
        "pending_webhooks",
        "api_version",
        "request",
        "account",
    ] {
        for odd in ["1e999", "123456789012345678901234567890", r#""\ud83d""#] {
            let mut json = an_event();
            json[part] = json!("MARK");
            let body = json.to_string().replace(r#""MARK""#, odd);
            let event = Event::parse(&body).expect(odd);
            assert_eq!(event.id, "evt_1");
        }
    }
}

#[test]
fn the_request_of_old_api_versions_is_its_id() {
    let event = read_with("/request", &json!("req_1"));
    let request: EventRequest = event.request.expect("a request");
    assert_eq!(request.id.as_deref(), Some("req_1"));
    assert_eq!(request.idempotency_key, None);
}

#[test]
fn a_missing_field_is_none() {
    let smallest = json!({"id": "evt_1", "type": "x.y", "data": {"object": {}}});
    let event = verified(&smallest);
    assert_eq!((event.id.as_str(), event.r#type.as_str()), ("evt_1", "x.y"));
    assert_eq!((event.livemode, event.created), (None, None));
    assert!(!event.is_current_version());
    // An object of any kind is kept.
    for object in odd_values() {
        let mut json = smallest.clone();
        json["data"]["object"] = object.clone();
        let EventObject::Unrecognized(raw) = verified(&json).data.object else {
            panic!("{object}")
        };
        assert_eq!(raw.parse::<Value>().expect("JSON"), object);
    }
    for (part, path) in [
        ("id", ""),
        ("type", ""),
        ("data", ""),
        ("data/object", "data"),
    ] {
        let mut json = smallest.clone();
        let (parent, name) = part.rsplit_once('/').unwrap_or(("", part));
        let parent = match parent {
            "" => &mut json,
            parent => &mut json[parent],
        };
        parent.as_object_mut().expect("an object").remove(name);
        let error = serde_json::from_value::<Event>(json.clone()).expect_err(part);
        assert!(
            error
                .to_string()
                .contains(&format!("missing field `{name}`")),
            "{error}"
        );
        let Err(stripe_financial_connections::Error::Decode(error)) =
            Event::parse(json.to_string())
        else {
            panic!("no event")
        };
        assert_eq!(error.path(), path);
    }
}

#[test]
fn the_api_version_of_an_event_is_seen() {
    assert!(verified(&an_event()).is_current_version());
    for (version, is_current) in [(API_VERSION, true), ("2020-08-27", false)] {
        let mut json = an_event();
        json["api_version"] = json!(version);
        json["data"]["object"]["created"] = json!("soon");
        // The version is known only after the object has been read.
        let event = verified(&json);
        assert_eq!(event.api_version.as_deref(), Some(version));
        assert_eq!(event.is_current_version(), is_current);
        let EventObject::Invalid(invalid) = event.data.object else {
            panic!("{event:?}")
        };
        let error = invalid.error();
        assert_eq!(error.path(), "created");
        assert_eq!(error.api_version(), Some(version).filter(|_| !is_current));
        let text = error.to_string();
        assert_eq!(text.contains("2020-08-27"), !is_current, "{text}");
        assert_eq!(text.contains(API_VERSION), !is_current, "{text}");
    }
    let mut json = an_event();
    json["api_version"] = json!("2020\n08");
    json["data"]["object"]["created"] = json!("soon");
    let EventObject::Invalid(invalid) = verified(&json).data.object else {
        panic!("it fits")
    };
    assert!(!invalid.error().to_string().contains('\n'));
}

#[test]
fn an_event_can_be_stored() {
    fn is_data<T: serde::Serialize + serde::de::DeserializeOwned>() {}
    is_data::<Event>();
    is_data::<EventData>();
    is_data::<EventRequest>();
    is_data::<EventObject>();
    is_data::<InvalidObject>();
    let odd = json!({"object": "financial_connections.account", "created": "soon"});
    let unknown = json!({"object": "brand.new", "n": [1.5, null]});
    for object in [account("fca_1"), odd.clone(), unknown] {
        let mut json = an_event();
        json["data"]["object"] = object;
        let event = verified(&json);
        let stored = serde_json::to_string(&event).expect("JSON");
        assert_eq!(Event::parse(&stored).expect("an event"), event);
        let written: Value = serde_json::from_str(&stored).expect("JSON");
        for (name, value) in json.as_object().expect("an object") {
            let [written, read] = [&written[name], value].map(|v| without_nulls(v.clone()));
            assert_eq!(written, read, "{name}");
        }
    }
    let invalid: InvalidObject = serde_json::from_value(odd.clone()).expect("it does not fit");
    assert_eq!(serde_json::to_value(&invalid).expect("JSON"), odd);
    assert!(serde_json::from_value::<InvalidObject>(account("fca_1")).is_err());
}

fn invoice() -> Value {
    let text = include_str!("../../data/ach/invoice.json");
    serde_json::from_str(text).expect("the file holds JSON")
}

/// An upcoming invoice has no id, although the spec requires one.
#[test]
fn fields_missing_by_a_rule_are_none() {
    let mut upcoming = invoice();
    upcoming.as_object_mut().expect("an object").remove("id");
    for id in [None, Some(Value::Null), Some(json!("upcoming_in_1"))] {
        let mut object = upcoming.clone();
        if let Some(id) = &id {
            object["id"] = id.clone();
        }
        let event = verified(&event("invoice.upcoming", object));
        let EventObject::UpcomingInvoice(invoice) = &event.data.object else {
            panic!("{event:?}")
        };
        let id = id.as_ref().and_then(Value::as_str);
        assert_eq!(invoice.id.as_ref().map(|id| id.as_str()), id);
        assert!(!invoice.lines.data.is_empty());
        let stored = serde_json::to_string(&event).expect("JSON");
        assert_eq!(Event::parse(stored).expect("an event"), event);
    }
    // Without its event, an object is recognized by its missing fields.
    let alone: EventObject = serde_json::from_value(upcoming.clone()).expect("an object");
    assert!(
        matches!(alone, EventObject::UpcomingInvoice(_)),
        "{alone:?}"
    );
    let alone: EventObject = serde_json::from_value(invoice()).expect("an object");
    assert!(matches!(alone, EventObject::Invoice(_)), "{alone:?}");
    // In other events the id is present, and other fields are required.
    let other = verified(&event("invoice.paid", upcoming.clone()))
        .data
        .object;
    assert!(matches!(other, EventObject::Invalid(_)), "{other:?}");
    upcoming.as_object_mut().expect("an object").remove("lines");
    let other = verified(&event("invoice.upcoming", upcoming)).data.object;
    assert!(matches!(other, EventObject::Invalid(_)), "{other:?}");
}

/// Returns the lines of an invoice in an event, of which there are more pages.
fn lines(
    envelope: &[(&str, &str)],
) -> List<stripe_financial_connections::invoice::InvoiceLineItem> {
    let mut object = invoice();
    object["lines"]["has_more"] = json!(true);
    object["lines"]["url"] = json!("/v1/invoices/in_1/lines");
    let mut json = event("invoice.paid", object);
    for (name, value) in envelope {
        json[name] = json!(value);
    }
    // The same after the event was stored.
    let stored = serde_json::to_string(&verified(&json)).expect("JSON");
    let event = Event::parse(stored).expect("an event");
    let EventObject::Invoice(invoice) = event.data.object else {
        panic!("{event:?}")
    };
    invoice.lines
}

#[tokio::test]
async fn lists_go_on_where_the_event_happened() {
    for (envelope, account, context) in [
        (&[][..], None, None),
        (&[("account", "acct_1")], Some("acct_1"), None),
        (&[("context", "acct_2")], None, Some("acct_2")),
        // A request can have only one of the two.
        (
            &[("account", "acct_1"), ("context", "org_1/acct_1")],
            None,
            Some("org_1/acct_1"),
        ),
    ] {
        let empty = list("/v1/invoices/in_1/lines", [], false);
        let server = FaultServer::script([Answer::ok(empty)]);
        let (client, _) = client(&server);
        let lines = lines(envelope).with_client(&client);
        lines
            .next_page()
            .await
            .expect("a good answer")
            .expect("a page");
        let seen = server.only_seen();
        assert_eq!(seen.path, "/v1/invoices/in_1/lines");
        assert_eq!(seen.header("stripe-account"), account, "{envelope:?}");
        assert_eq!(seen.header("stripe-context"), context, "{envelope:?}");
        // The same with a stream, and with blocking calls.
        let lines = || self::lines(envelope).with_client(&client);
        let mut stream = lines().stream();
        while stream.try_next().await.expect("a good answer").is_some() {}
        let last = server.last_seen();
        assert_eq!(last.header("stripe-account"), account, "{envelope:?}");
        lines().next_page_blocking().expect("a good answer");
        let last = server.last_seen();
        assert_eq!(last.header("stripe-account"), account, "{envelope:?}");
        assert_eq!(last.header("stripe-context"), context, "{envelope:?}");
    }
    // The place of an event does not apply to objects that are read later.
    let _ = lines(&[("account", "acct_1")]);
    let server = FaultServer::script([Answer::ok(list("/v1/x", [], false))]);
    let (client, _) = client(&server);
    let mut page: List<stripe_financial_connections::invoice::InvoiceLineItem> =
        serde_json::from_value(invoice()["lines"].clone()).expect("a list");
    page.has_more = true;
    let page = page.with_client(&client);
    page.next_page().await.expect("a good answer");
    assert_eq!(server.only_seen().header("stripe-account"), None);
}
