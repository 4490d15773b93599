//! Tests the delivery of events to an endpoint.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;
use stripe_financial_connections::events::{EventObject, EventType};
use stripe_financial_connections::external_account::ExternalAccount;
use stripe_financial_connections::webhook::{Event, Webhook};
use tokio::net::TcpListener;

use super::http::{Http, id};

const SECRET: &str = "whsec_test";

/// An endpoint that accepts signed events, after refusing each a given number of times.
#[derive(Clone, Default)]
struct Endpoint {
    received: Arc<Mutex<Vec<Event>>>,
    refused: Arc<Mutex<HashMap<String, u32>>>,
    refusals: u32,
}

async fn receive(State(endpoint): State<Endpoint>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let signature = headers["stripe-signature"].to_str().expect("it is text");
    let event = Webhook::verify(&body, signature, SECRET).expect("it is signed");
    let mut refused = endpoint.refused.lock().expect("no test panics in here");
    let count = refused.entry(event.id.to_string()).or_default();
    *count += 1;
    if *count <= endpoint.refusals {
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    endpoint
        .received
        .lock()
        .expect("no test panics in here")
        .push(event);
    StatusCode::OK
}

impl Endpoint {
    /// Starts an endpoint, and a sandbox that sends events to it.
    async fn start(refusals: u32) -> (Self, Http) {
        let endpoint = Self {
            refusals,
            ..Self::default()
        };
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("there is a free port");
        let url = format!("http://{}/", listener.local_addr().expect("it listens"));
        let router = Router::new()
            .route("/", post(receive))
            .with_state(endpoint.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let http = Http::start().await;
        http.post("/_sandbox/webhook", &[("url", &url), ("secret", SECRET)])
            .await;
        (endpoint, http)
    }

    /// Waits for this many events, and returns all of them.
    async fn received(&self, count: usize) -> Vec<Event> {
        for _ in 0..500 {
            let received = self
                .received
                .lock()
                .expect("no test panics in here")
                .clone();
            if received.len() >= count {
                return received;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("there are fewer than {count} events");
    }
}

fn account_of(event: &Event) -> String {
    let json = serde_json::to_value(&event.r#type).expect("it is text");
    assert!(json.is_string());
    match &event.data.object {
        stripe_financial_connections::events::EventObject::FinancialConnectionsAccount(account) => {
            account.id.to_string()
        }
        _ => String::new(),
    }
}

#[tokio::test]
async fn events_come_signed_and_in_order_even_after_failures() {
    let (endpoint, http) = Endpoint::start(2).await;
    let accounts = [
        http.account("bank").await,
        http.account("goes_inactive").await,
    ];
    for account in &accounts {
        http.refresh(account, &["balance"]).await;
    }
    http.pass(61);
    let emitted = http.sandbox.events();
    let received = endpoint.received(emitted.len()).await;
    assert_eq!(received.len(), emitted.len(), "each came once");
    for account in &accounts {
        let of = |events: &[Event]| -> Vec<_> {
            let events = events.iter().filter(|event| account_of(event) == *account);
            events.map(|event| event.id.clone()).collect()
        };
        assert!(of(&emitted).len() >= 2);
        assert_eq!(of(&received), of(&emitted));
    }
    let created = received
        .iter()
        .find(|event| event.r#type.as_str() == "customer.created");
    let request = created.and_then(|event| event.request.as_ref());
    assert!(
        request.is_some_and(|request| request.id.is_some()),
        "its request is named"
    );
}

#[tokio::test]
async fn deliveries_are_listed_and_can_be_repeated() {
    let (endpoint, http) = Endpoint::start(1).await;
    http.customer().await;
    let event = endpoint.received(1).await.remove(0);
    let report = delivered(&http, 0).await;
    let attempts: Vec<_> = report["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|attempt| &attempt["status"])
        .collect();
    assert_eq!(attempts, [500, 200]);
    assert_eq!(report["event"]["pending_webhooks"], 0);

    http.post(&format!("/_sandbox/events/{}/resend", event.id), &[])
        .await;
    let again = endpoint.received(2).await.remove(1);
    assert_eq!(again.id, event.id);
    assert_eq!(
        http.refused("POST", "/_sandbox/events/evt_0/resend", &[])
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn an_endpoint_that_never_answers_well_is_given_up() {
    let (endpoint, http) = Endpoint::start(u32::MAX).await;
    http.customer().await;
    let report = delivered(&http, 0).await;
    assert_eq!(report["delivery"], "failed");
    assert_eq!(report["attempts"].as_array().map(Vec::len), Some(6));
    assert!(
        endpoint
            .received
            .lock()
            .expect("no test panics in here")
            .is_empty()
    );
}

/// Events about the bank accounts of a connected account have its id, and are typed.
#[tokio::test]
async fn events_of_external_accounts_are_typed() {
    let (endpoint, http) = Endpoint::start(0).await;
    let client = http.sandbox.client();
    let external_accounts = client.accounts().external_accounts();
    let mut made = Vec::new();
    for number in ["000123456789", "000987654321", "000000001881"] {
        let form = [
            ("bank_account[country]", "US"),
            ("bank_account[currency]", "usd"),
            ("bank_account[routing_number]", "110000000"),
            ("bank_account[account_number]", number),
        ];
        let token = id(&http.post("/v1/tokens", &form).await);
        let account = external_accounts
            .create("acct_1")
            .external_account(token)
            .await
            .expect("the token is good");
        let ExternalAccount::BankAccount(account) = account else {
            panic!("it is a bank account: {account:?}");
        };
        made.push(account.id.to_string());
    }
    external_accounts
        .update("acct_1", &*made[1])
        .default_for_currency(true)
        .await
        .expect("it can be the default");
    let deleted = external_accounts.delete("acct_1", &*made[0]);
    deleted.await.expect("it is not the default");

    // The list is typed, page by page.
    let list = external_accounts.list("acct_1").limit(1);
    let mut stream = list.stream();
    let mut listed = Vec::new();
    while let Some(account) = stream.try_next().await.expect("it is a page") {
        let ExternalAccount::BankAccount(account) = account else {
            panic!("it is a bank account: {account:?}");
        };
        listed.push(account.id.to_string());
    }
    assert_eq!(listed, [&*made[2], &*made[1]]);

    let expected = http.sandbox.events();
    let received = endpoint.received(expected.len()).await;
    for (r#type, about) in [
        (EventType::AccountExternalAccountCreated, &made[..]),
        (EventType::AccountExternalAccountUpdated, &made[1..2]),
        (EventType::AccountExternalAccountDeleted, &made[..1]),
    ] {
        let of_type = received.iter().filter(|event| event.r#type == r#type);
        let mut objects: Vec<_> = of_type
            .map(|event| match &event.data.object {
                EventObject::BankAccount(account) => {
                    let of = event.account.as_ref().map(|id| id.to_string());
                    assert_eq!(of.as_deref(), Some("acct_1"), "{type}");
                    account.id.to_string()
                }
                other => panic!("{type}: {other:?}"),
            })
            .collect();
        // Events of different objects come in any order.
        objects.sort_by_key(|id| made.iter().position(|made| made == id));
        objects.dedup();
        if r#type == EventType::AccountExternalAccountUpdated {
            // The one that was the default is changed, too.
            objects.retain(|id| *id == made[1]);
        }
        assert_eq!(objects, about, "{type}");
    }
}

/// Returns the report of an event whose delivery has ended.
async fn delivered(http: &Http, place: usize) -> Value {
    for _ in 0..500 {
        let report = http.get("/_sandbox/events", &[]).await["data"][place].clone();
        if report["delivery"] != "pending" {
            return report;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the delivery does not end");
}
