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
use stripe_financial_connections::webhook::{Event, Webhook};
use tokio::net::TcpListener;

use super::http::Http;

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
