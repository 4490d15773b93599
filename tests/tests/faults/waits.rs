//! Tests that a wait for a refresh keeps its time limit, whatever the server does.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stripe_financial_connections::financial_connections::{Account, RefreshFeature};
use stripe_financial_connections::{Error, WaitError};
use stripe_tests::client::client;
use stripe_tests::fault::{Answer, FaultServer};
use stripe_tests::json::account_with;

use crate::bounds::patient;

const WAIT: Duration = Duration::from_secs(3);
const SLOW: Duration = Duration::from_millis(1200);

fn refreshed(status: &str) -> Value {
    let refresh = json!({"status": status, "last_attempted_at": 100});
    account_with(json!({"id": "fca_1", "balance_refresh": refresh}))
}

fn never() -> Value {
    account_with(json!({"id": "fca_1", "balance_refresh": null}))
}

async fn waited(server: &FaultServer) -> (Result<Account, Error>, Duration) {
    let client = patient(server).build().expect("a client");
    let refresh = client.financial_connections().accounts();
    let refresh = refresh.refresh("fca_1", [RefreshFeature::Balance]);
    let start = Instant::now();
    (refresh.wait(WAIT).await, start.elapsed())
}

/// Checks that the wait ends in time with a timeout, with or without an account.
async fn times_out(answers: Vec<Answer>, seen: bool) {
    let shown = format!("{:?}", answers.first());
    let shown = &shown[..shown.len().min(80)];
    let server = FaultServer::script(answers);
    let (result, took) = waited(&server).await;
    let half = Duration::from_millis(500);
    assert!(
        (WAIT - half..WAIT + half).contains(&took),
        "{took:?} {shown}"
    );
    match result {
        Err(Error::Wait(error)) => match *error {
            WaitError::Timeout { account } => assert_eq!(account.is_some(), seen, "{shown}"),
            other => panic!("{other:?} {shown}"),
        },
        other => panic!("{other:?} {shown}"),
    }
}

#[tokio::test]
async fn a_wait_ends_in_time() {
    let ok = |account: Value| Answer::ok(account);
    let slow = |account: Value| Answer::ok(account).after(SLOW);
    let drip = || ok(refreshed("pending")).dripping(Duration::from_millis(20));
    tokio::join!(
        // Every response is slow.
        times_out(vec![slow(never()), slow(refreshed("pending"))], true),
        // The first retrieval is never answered.
        times_out(vec![Answer::silence()], false),
        times_out(vec![drip()], false),
        // The refresh or the polls are never answered.
        times_out(vec![ok(never()), Answer::silence()], true),
        times_out(
            vec![ok(never()), ok(refreshed("pending")), Answer::silence()],
            true
        ),
        times_out(vec![ok(refreshed("pending")), drip()], true),
        // The refresh never ends.
        times_out(vec![ok(never()), ok(refreshed("pending"))], true),
        times_out(vec![ok(refreshed("pending")), Answer::html(503)], true),
    );
}

#[tokio::test]
async fn a_retry_after_longer_than_the_wait_ends_it() {
    let busy = || Answer::json(429, "{}").header("Retry-After", "30");
    let pending = || Answer::ok(refreshed("pending"));
    for answers in [
        vec![busy()],
        vec![Answer::ok(never()), busy()],
        vec![pending(), busy()],
    ] {
        let server = FaultServer::script(answers);
        let (result, took) = waited(&server).await;
        assert_eq!(result.expect_err("busy").status(), Some(429));
        assert!(took < Duration::from_secs(2), "{took:?}");
    }
}

#[tokio::test]
async fn polls_honour_retry_after() {
    let busy = Answer::json(429, "{}").header("Retry-After", "7");
    let answers = [
        Answer::ok(refreshed("pending")),
        busy,
        Answer::ok(refreshed("succeeded")),
    ];
    let server = FaultServer::script(answers);
    let (client, waits) = client(&server);
    let refresh = client.financial_connections().accounts();
    let refresh = refresh.refresh("fca_1", [RefreshFeature::Balance]);
    refresh
        .wait(Duration::from_secs(60))
        .await
        .expect("it succeeds");
    assert_eq!(waits.all(), [1, 7].map(Duration::from_secs));
}

#[tokio::test]
async fn the_callers_idempotency_key_belongs_to_all_features() {
    let state = |balance: &str, ownership: &str| {
        let refresh = |status: &str| match status {
            "never" => json!(null),
            _ => json!({"status": status, "last_attempted_at": 100}),
        };
        account_with(json!({
            "balance_refresh": refresh(balance), "ownership_refresh": refresh(ownership),
        }))
    };
    let done = || state("succeeded", "succeeded");
    for (before, features, key) in [
        (
            state("never", "never"),
            vec!["balance", "ownership"],
            "job-17",
        ),
        (
            state("pending", "never"),
            vec!["ownership"],
            "job-17:ownership",
        ),
        (state("never", "pending"), vec!["balance"], "job-17:balance"),
    ] {
        // A second run of the same job sends the same request with the same key.
        for _ in 0..2 {
            let server = FaultServer::script([Answer::ok(&before), Answer::ok(done())]);
            let (client, _) = client(&server);
            let accounts = client.financial_connections().accounts();
            let all = [RefreshFeature::Balance, RefreshFeature::Ownership];
            let refresh = accounts
                .refresh("fca_1", all)
                .with_idempotency_key("job-17");
            refresh
                .wait(Duration::from_secs(60))
                .await
                .expect("both succeed");
            let seen = &server.seen()[1];
            let sent: Vec<_> = seen.pairs().into_iter().map(|(_, value)| value).collect();
            assert_eq!(sent, features);
            assert_eq!(seen.header("idempotency-key"), Some(key));
        }
    }
}
