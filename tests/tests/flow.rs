//! Tests the calls of an application, from a session to a refreshed balance.

use std::time::Duration;

use serde_json::json;
use stripe_financial_connections::financial_connections::{
    AccountHolderParams, Permission, Prefetch, RefreshFeature,
};
use stripe_financial_connections::{AvailableFunds, Client, Error};
use stripe_tests::client::client;
use stripe_tests::fault::{Answer, FaultServer, Seen};
use stripe_tests::json::{account, account_with, list};

/// Returns a server with one linked account. A refresh ends at the second poll.
fn stripe() -> FaultServer {
    let polls = std::sync::atomic::AtomicU32::new(0);
    let refreshed = |status: &str, balance| {
        let refresh = json!({"status": status, "last_attempted_at": 1_700_000_000});
        account_with(json!({"id": "fca_1", "balance": balance, "balance_refresh": refresh}))
    };
    let pending = move || refreshed("pending", json!(null));
    let balance = json!({
        "as_of": 1_700_000_001, "current": {"usd": 6500}, "type": "cash",
        "cash": {"available": {"usd": 6000}},
    });
    FaultServer::start(move |seen: &Seen| {
        let url = "/v1/financial_connections/accounts";
        let json = match (&*seen.method, &*seen.path) {
            ("POST", "/v1/financial_connections/sessions") => json!({
                "id": "fcsess_1", "object": "financial_connections.session",
                "accounts": list(url, [], false), "client_secret": "fcsess_1_secret_2",
                "livemode": false, "permissions": ["balances", "payment_method"],
            }),
            ("GET", "/v1/financial_connections/accounts") => list(url, [account("fca_1")], false),
            ("POST", "/v1/financial_connections/accounts/fca_1/refresh") => pending(),
            ("GET", "/v1/financial_connections/accounts/fca_1") => {
                match polls.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
                    0 => account("fca_1"),
                    1 => pending(),
                    _ => refreshed("succeeded", balance.clone()),
                }
            }
            _ => return Answer::json(404, json!({"error": {"type": "invalid_request_error"}})),
        };
        Answer::ok(json)
    })
}

async fn link_and_read_a_balance(client: &Client) -> Result<Option<AvailableFunds>, Error> {
    let session = client
        .financial_connections()
        .sessions()
        .create(
            AccountHolderParams::customer("cus_123"),
            [Permission::Balances, Permission::PaymentMethod],
        )
        .prefetch([Prefetch::Balances])
        .await?;

    let accounts = client.financial_connections().accounts();
    let mut linked = accounts.list().session(session.id.as_str()).stream();
    let Some(account) = linked.try_next().await? else {
        return Ok(None);
    };
    let account = accounts
        .refresh(&account.id, [RefreshFeature::Balance])
        .wait(Duration::from_secs(60))
        .await?;
    Ok(account
        .balance
        .and_then(|balance| balance.available_funds("usd")))
}

#[tokio::test]
async fn from_a_session_to_a_balance() {
    let server = stripe();
    let (client, _) = client(&server);
    let funds = link_and_read_a_balance(&client).await.expect("no fault");
    assert_eq!(funds, Some(AvailableFunds::Available(6000)));
    let asked = server.seen();
    let asked: Vec<_> = asked
        .iter()
        .map(|seen| (&*seen.method, &*seen.path))
        .collect();
    let account = ("GET", "/v1/financial_connections/accounts/fca_1");
    assert_eq!(
        asked,
        [
            ("POST", "/v1/financial_connections/sessions"),
            ("GET", "/v1/financial_connections/accounts"),
            account,
            ("POST", "/v1/financial_connections/accounts/fca_1/refresh"),
            account,
            account,
        ]
    );
}
