//! Runs the examples from start to end.

use stripe_financial_connections::AvailableFunds;
use stripe_financial_connections::events::EventType;
use stripe_financial_connections::payment_intent::PaymentIntentStatus;
use stripe_tests::stripe::Stripe;
use tokio::net::TcpListener;

// `main` is only used when they run as examples.
#[allow(dead_code)]
#[path = "../examples/ach_payment.rs"]
mod ach_payment;
#[allow(dead_code)]
#[path = "../examples/balances.rs"]
mod balances;
#[allow(dead_code)]
#[path = "../examples/disconnect.rs"]
mod disconnect;
#[allow(dead_code)]
#[path = "../examples/link_account.rs"]
mod link_account;
#[allow(dead_code)]
#[path = "../examples/ownership.rs"]
mod ownership;
#[allow(dead_code)]
#[path = "../examples/payouts.rs"]
mod payouts;
#[allow(dead_code)]
#[path = "../examples/transactions.rs"]
mod transactions;
#[allow(dead_code)]
#[path = "../examples/webhooks.rs"]
mod webhooks;

async fn stripe() -> Stripe {
    Stripe::sandbox().await.expect("there is a free port")
}

#[tokio::test]
async fn link_account() {
    let accounts = link_account::run(&stripe().await).await.expect("it runs");
    let kinds: Vec<_> = accounts
        .iter()
        .map(|account| account.subcategory.as_str())
        .collect();
    assert_eq!(kinds, ["credit_card", "savings", "checking"]);
}

#[tokio::test]
async fn balances() {
    let funds = balances::run(&stripe().await).await.expect("it runs");
    let available = |cents| Some(AvailableFunds::Available(cents));
    assert_eq!(funds, [available(120_050), available(1_000_000), None]);
}

#[tokio::test]
async fn ownership() {
    let owners = ownership::run(&stripe().await).await.expect("it runs");
    assert_eq!(owners, ["Robin Example", "Sam Sandbox"]);
}

#[tokio::test]
async fn transactions() {
    let (all, new) = transactions::run(&stripe().await).await.expect("it runs");
    assert!(all.len() > 100, "more than a page");
    assert!(!new.is_empty() && new.len() < 10, "only what is new");
}

#[tokio::test]
async fn disconnect() {
    let (account, refused) = disconnect::run(&stripe().await).await.expect("it runs");
    assert_eq!(account.permissions.as_deref(), Some(&[][..]));
    assert_eq!(refused.status(), Some(400));
}

#[tokio::test]
async fn webhooks() {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("there is a free port");
    let events = webhooks::run(&stripe().await, listener)
        .await
        .expect("it runs");
    let count = |r#type| events.iter().filter(|event| event.r#type == r#type).count();
    assert_eq!(count(EventType::FinancialConnectionsAccountCreated), 3);
    assert_eq!(
        count(EventType::FinancialConnectionsAccountRefreshedBalance),
        3
    );
    assert_eq!(count(EventType::FinancialConnectionsAccountDisconnected), 1);
}

#[tokio::test]
async fn ach_payment() {
    let payment = ach_payment::run(&stripe().await).await.expect("it runs");
    assert_eq!(payment.status, PaymentIntentStatus::Succeeded);
    assert_eq!(payment.amount_received, Some(50_000));
}

#[tokio::test]
async fn payouts() {
    let stripe = stripe().await;
    let (token, account) = payouts::run(&stripe).await.expect("it runs");
    assert_eq!(account.last4, "6789");
    assert_eq!(account.currency, "usd");
    assert_eq!(account.default_for_currency, Some(true));
    // A token can be used once.
    let token = stripe.client().tokens().retrieve(&token).await;
    assert!(token.expect("it is there").used);
}
