//! Receives events of linked accounts with an axum server.
//!
//! `cargo run --example webhooks`. With Stripe, forward events with `stripe listen --forward-to
//! localhost:4242/webhooks`, and set `STRIPE_WEBHOOK_SECRET` to the secret that it prints.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use stripe_financial_connections::events::{EventObject, EventType};
use stripe_financial_connections::financial_connections::{
    AccountHolderParams, Permission, Prefetch,
};
use stripe_financial_connections::webhook::{Event, Webhook};
use stripe_tests::stripe::Stripe;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:4242").await?;
    run(&Stripe::from_env().await?, listener).await?;
    Ok(())
}

#[derive(Clone)]
struct App {
    webhook: Webhook,
    events: mpsc::Sender<Event>,
}

async fn receive(State(app): State<App>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let signature = headers.get("stripe-signature");
    let signature = signature.and_then(|signature| signature.to_str().ok());
    // Verifies the body as received; parsing and writing it again would change it.
    match app.webhook.event(&body, signature.unwrap_or_default()) {
        // Answer at once and process later, as Stripe waits only a few seconds. An event may be
        // delivered twice, with the same id.
        Ok(event) => match app.events.try_send(event) {
            Ok(()) => StatusCode::OK,
            Err(_) => StatusCode::SERVICE_UNAVAILABLE,
        },
        Err(error) => {
            eprintln!("refused: {error}");
            StatusCode::BAD_REQUEST
        }
    }
}

/// Handles an event.
fn handle(event: &Event) {
    let EventObject::FinancialConnectionsAccount(account) = &event.data.object else {
        return;
    };
    match &event.r#type {
        EventType::FinancialConnectionsAccountCreated => println!("{} was linked", account.id),
        EventType::FinancialConnectionsAccountRefreshedBalance => {
            // The refresh may have failed.
            let status = account
                .balance_refresh
                .as_ref()
                .map(|refresh| &refresh.status);
            println!("{}: {status:?}, {:?}", account.id, account.balance);
        }
        EventType::FinancialConnectionsAccountDeactivated => {
            println!("{} has to be linked again", account.id);
        }
        EventType::FinancialConnectionsAccountDisconnected => {
            println!("{}: delete what is stored", account.id);
        }
        // Stripe may add event types at any time.
        other => println!("{}: {other}", account.id),
    }
}

pub(crate) async fn run(stripe: &Stripe, listener: TcpListener) -> Result<Vec<Event>> {
    let secret = std::env::var("STRIPE_WEBHOOK_SECRET").unwrap_or("whsec_example".to_owned());
    let url = format!("http://{}/webhooks", listener.local_addr()?);
    let (events, mut received) = mpsc::channel(100);
    let app = App {
        webhook: Webhook::new([&secret]),
        events,
    };
    let router = Router::new()
        .route("/webhooks", post(receive))
        .with_state(app);
    tokio::spawn(async move { axum::serve(listener, router).await });
    stripe.send_webhooks_to(&url, &secret);

    // Creates something that causes events.
    let customer = stripe.client().customers().create().await?;
    let session = stripe
        .client()
        .financial_connections()
        .sessions()
        .create(
            AccountHolderParams::customer(&customer.id),
            [Permission::Balances],
        )
        .prefetch([Prefetch::Balances])
        .await?;
    let accounts = stripe.link(&session).await?;

    let mut all = Vec::new();
    let mut refreshed = 0;
    while let Some(event) = received.recv().await {
        handle(&event);
        let r#type = event.r#type.clone();
        all.push(event);
        match r#type {
            EventType::FinancialConnectionsAccountRefreshedBalance => refreshed += 1,
            EventType::FinancialConnectionsAccountDisconnected => break,
            _ => continue,
        }
        // After all balances are refreshed, one account is disconnected.
        if refreshed == accounts.len() {
            let id = &accounts[0].id;
            let connections = stripe.client().financial_connections();
            connections.accounts().disconnect(id).await?;
        }
    }
    Ok(all)
}
