//! Tests thin events, and telling them from snapshot events at the same endpoint.

use serde_json::{Value, json};
use stripe_financial_connections::events::{EventObject, EventType};
use stripe_financial_connections::webhook::{
    EventReason, Notification, RelatedObject, ThinEvent, Webhook,
};
use stripe_financial_connections::{Client, Error, Timestamp};
use stripe_tests::client::client;
use stripe_tests::fault::{Answer, FaultServer};
use stripe_tests::json::account;

use super::{SECRET, event, header};

const PATH: &str = "/v1/financial_connections/accounts/fca_1";

fn thin() -> Value {
    json!({
        "id": "evt_1", "object": "v2.core.event", "context": "acct_1",
        "created": "2026-05-27T08:30:00.123Z", "livemode": true,
        "reason": {"type": "request", "request": {"id": "req_1", "idempotency_key": "key_1"}},
        "related_object": {"id": "fca_1", "type": "financial_connections.account", "url": PATH},
        "type": "v1.financial_connections.account.created",
    })
}

fn received(json: &Value) -> Notification {
    let body = json.to_string();
    let webhook = Webhook::new([SECRET]);
    let received = webhook.notification(&body, &header(&body, SECRET, 0));
    received.expect("a good event")
}

fn received_thin(json: &Value) -> ThinEvent {
    match received(json) {
        Notification::Thin(event) => event,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_parts_of_a_thin_event() {
    let event = received_thin(&thin());
    assert_eq!((event.id.as_str(), event.livemode), ("evt_1", Some(true)));
    assert_eq!(event.created, Some(Timestamp::from_secs(1_779_870_600)));
    assert_eq!(event.context.as_deref(), Some("acct_1"));
    assert_eq!(event.r#type, "v1.financial_connections.account.created");
    let r#type = EventType::FinancialConnectionsAccountCreated;
    assert_eq!(event.event_type(), r#type);
    let reason = event.reason.expect("a reason");
    assert_eq!(reason.r#type.as_deref(), Some("request"));
    let request = reason.request.expect("a request");
    assert_eq!(request.id.as_deref(), Some("req_1"));
    let related = event.related_object.expect("an object");
    assert_eq!((related.id.as_str(), related.url.as_str()), ("fca_1", PATH));
    assert_eq!(related.r#type, "financial_connections.account");
}

#[test]
fn both_kinds_at_one_endpoint() {
    let snapshot = event("customer.created", json!({"object": "x"}));
    let Notification::Snapshot(event) = received(&snapshot) else {
        panic!("it has its object")
    };
    assert_eq!(event.id, "evt_1");
    for json in [thin(), snapshot] {
        let received = received(&json);
        assert_eq!(received.id(), &"evt_1");
        let stored = serde_json::to_string(&received).expect("JSON");
        assert_eq!(Notification::parse(&stored).expect("an event"), received);
        assert_eq!(
            serde_json::from_str::<Notification>(&stored).expect("one"),
            received
        );
    }
    for broken in ["", "[]", "{}", r#"{"object": "v2.core.event"}"#] {
        let result = Notification::parse(broken);
        assert!(matches!(result, Err(Error::Decode(_))), "{result:?}");
    }
}

#[test]
fn an_unexpected_field_is_none_and_the_others_are_read() {
    let parts = [
        "context",
        "created",
        "livemode",
        "object_",
        "reason",
        "related_object",
        "data",
    ];
    for part in parts {
        for odd in [
            json!(null),
            json!(1),
            json!("odd"),
            json!([1]),
            json!({"id": [1]}),
        ] {
            let mut json = thin();
            json[part] = odd.clone();
            let event = received_thin(&json);
            assert_eq!(
                (event.id.as_str(), event.r#type.len()),
                ("evt_1", 40),
                "{part}: {odd}"
            );
            let stored = serde_json::to_string(&event).expect("JSON");
            let read: ThinEvent = serde_json::from_str(&stored).expect("an event");
            assert_eq!(read, event);
        }
    }
    fn is_data<T: serde::Serialize + serde::de::DeserializeOwned>() {}
    is_data::<RelatedObject>();
    is_data::<EventReason>();
}

async fn retrieve(client: &Client, json: &Value) -> Result<EventObject, Error> {
    received_thin(json).retrieve_related_object(client).await
}

#[tokio::test]
async fn the_related_object_is_retrieved_and_typed() {
    let server = FaultServer::script([Answer::ok(account("fca_1"))]);
    let (client, _) = client(&server);
    let object = retrieve(&client, &thin()).await.expect("a good answer");
    let EventObject::FinancialConnectionsAccount(account) = object else {
        panic!("{object:?}")
    };
    assert_eq!(account.id, "fca_1");
    let seen = server.only_seen();
    assert_eq!((seen.method.as_str(), seen.path.as_str()), ("GET", PATH));
    assert_eq!(seen.header("stripe-context"), Some("acct_1"));
    let blocking = received_thin(&thin()).retrieve_related_object(&client);
    blocking.send_blocking().expect("a good answer");
}

/// Nothing in an event can lead a request to another host or path.
#[tokio::test]
async fn a_path_that_leads_elsewhere_is_refused() {
    let server = FaultServer::script([Answer::ok(account("fca_1"))]);
    let (client, _) = client(&server);
    for url in [
        "",
        "https://example.com/v1/x",
        "//example.com/x",
        "/v1/../x",
        "x",
        "@example.com/x",
    ] {
        let mut json = thin();
        json["related_object"]["url"] = json!(url);
        let result = retrieve(&client, &json).await;
        assert!(
            matches!(result, Err(Error::Invalid(_))),
            "{url}: {result:?}"
        );
    }
    let mut json = thin();
    json["related_object"] = Value::Null;
    let error = retrieve(&client, &json)
        .await
        .expect_err("nothing to ask for");
    assert!(error.to_string().contains("no related object"), "{error}");
    assert_eq!(server.connections(), 0);
}
