//! A webhook endpoint that tells whether a linked account can pay, as soon as its balance has been
//! refreshed.
//!
//! ```sh
//! STRIPE_WEBHOOK_SECRET=whsec_… cargo run --example webhook_server --features webhook
//! stripe listen --forward-to localhost:4242/webhook
//! ```

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use stripe_financial_connections::events::{EventObject, EventType};
use stripe_financial_connections::financial_connections::{Account, RefreshStatus};
use stripe_financial_connections::webhook::{Event, Webhook};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let webhook = Arc::new(Webhook::new([std::env::var("STRIPE_WEBHOOK_SECRET")?]));
    let router = Router::new()
        .route("/webhook", post(receive))
        .with_state(webhook);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:4242").await?;
    axum::serve(listener, router).await?;
    Ok(())
}

/// The body is taken as bytes: it has to be verified as it was sent.
async fn receive(
    State(webhook): State<Arc<Webhook>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let signature = headers
        .get("stripe-signature")
        .and_then(|value| value.to_str().ok());
    match webhook.event(&body, signature.unwrap_or_default()) {
        Ok(event) => {
            handle(&event);
            StatusCode::OK
        }
        Err(error) => {
            eprintln!("refused: {error}");
            StatusCode::BAD_REQUEST
        }
    }
}

fn handle(event: &Event) {
    match (&event.r#type, &event.data.object) {
        (
            EventType::FinancialConnectionsAccountRefreshedBalance,
            EventObject::FinancialConnectionsAccount(account),
        ) => println!("{}: {}", account.id, answer(account)),
        // Rendered by another API version than that of the crate.
        (_, EventObject::Invalid(object)) => eprintln!("{}: {}", event.id, object.error()),
        (other, _) => println!("{}: nothing to do for {other}", event.id),
    }
}

fn answer(account: &Account) -> String {
    let failed = RefreshStatus::Failed;
    if account
        .balance_refresh
        .as_ref()
        .is_some_and(|refresh| refresh.status == failed)
    {
        return "the balance could not be refreshed".to_owned();
    }
    match account
        .balance
        .as_ref()
        .and_then(|balance| balance.available_funds("usd"))
    {
        Some(funds) if funds.amount() >= 5000 => "can pay 50 dollars".to_owned(),
        Some(_) => "can not pay 50 dollars".to_owned(),
        None => "has no balance in dollars".to_owned(),
    }
}
