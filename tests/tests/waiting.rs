//! Tests refreshing an account and waiting for the end.

use std::time::Duration;

use serde_json::{Value, json};
use stripe_financial_connections::financial_connections::{
    Account, AccountStatus, RefreshFeature, RefreshStatus,
};
use stripe_financial_connections::{Error, Timestamp, WaitError};
use stripe_tests::client::{Waits, builder, client};
use stripe_tests::fault::{Answer, FaultServer};
use stripe_tests::json::account_with;

const MINUTE: Duration = Duration::from_secs(60);

/// Returns an account with a balance refresh of this status and time.
fn refreshed(status: &str, at: i64) -> Value {
    refreshable(status, at, None)
}

/// Returns an account with a balance refresh, and the time of the next one.
fn refreshable(status: &str, at: i64, next: Option<i64>) -> Value {
    let refresh = json!({
        "status": status, "last_attempted_at": at, "next_refresh_available_at": next,
    });
    account_with(json!({"id": "fca_1", "balance_refresh": refresh}))
}

fn never_refreshed() -> Value {
    account_with(json!({"id": "fca_1", "balance_refresh": null}))
}

fn with_status(status: &str) -> Value {
    account_with(json!({"id": "fca_1", "status": status}))
}

/// A wait of one minute with scripted responses, and what was observed.
struct Waited {
    result: Result<Account, Error>,
    /// The requests in order: `look` or `refresh`.
    asked: Vec<&'static str>,
    /// The seconds between polls.
    waits: Vec<f64>,
}

async fn waited(answers: impl IntoIterator<Item = Answer>) -> Waited {
    let server = FaultServer::script(answers);
    let (client, waits) = client(&server);
    let accounts = client.financial_connections().accounts();
    let refresh = accounts.refresh("fca_1", [RefreshFeature::Balance]);
    let result = refresh.wait(MINUTE).await;
    let asked = server.seen().into_iter();
    let asked = asked.map(|seen| match (&*seen.method, &*seen.path) {
        ("GET", "/v1/financial_connections/accounts/fca_1") => "look",
        ("POST", "/v1/financial_connections/accounts/fca_1/refresh") => "refresh",
        other => panic!("{other:?}"),
    });
    Waited {
        result,
        asked: asked.collect(),
        waits: waits.all().iter().map(Duration::as_secs_f64).collect(),
    }
}

async fn waited_for(answers: impl IntoIterator<Item = Value>) -> Waited {
    waited(answers.into_iter().map(Answer::ok)).await
}

/// Returns the error of a wait.
fn reason(waited: Waited) -> WaitError {
    match waited.result {
        Err(Error::Wait(reason)) => {
            let text = reason.to_string();
            assert!(text.contains("fca_1") && !text.contains('\n'), "{text}");
            *reason
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn until_it_succeeds() {
    let pending = || refreshed("pending", 100);
    let done = || refreshed("succeeded", 100);
    for (answers, asked, waits) in [
        (
            vec![never_refreshed(), done()],
            vec!["look", "refresh"],
            vec![],
        ),
        (
            vec![never_refreshed(), pending(), pending(), pending(), done()],
            vec!["look", "refresh", "look", "look", "look"],
            vec![1.0, 2.0, 4.0],
        ),
        // A running refresh is not requested again.
        (vec![pending(), done()], vec!["look", "look"], vec![1.0]),
        // An earlier failure does not count.
        (
            vec![refreshed("failed", 50), pending(), done()],
            vec!["look", "refresh", "look"],
            vec![1.0],
        ),
    ] {
        let waited = waited_for(answers).await;
        let refresh = waited.result.expect("it succeeds").balance_refresh;
        let refresh = refresh.expect("there was one");
        assert_eq!(refresh.status, RefreshStatus::Succeeded);
        assert_eq!(refresh.last_attempted_at, Timestamp::from_secs(100));
        assert_eq!((waited.asked, waited.waits), (asked, waits));
    }
}

#[tokio::test]
async fn an_earlier_success_is_not_taken_for_it() {
    let earlier = || refreshable("succeeded", 50, Some(51));
    let answers = [
        earlier(),
        // Neither the response to the refresh nor the first poll shows it yet.
        earlier(),
        earlier(),
        refreshed("pending", 100),
        earlier(),
        refreshed("succeeded", 100),
    ];
    let waited = waited_for(answers).await;
    let refresh = waited.result.expect("it succeeds").balance_refresh;
    assert_eq!(
        refresh.expect("there was one").last_attempted_at.as_secs(),
        100
    );
    assert_eq!(waited.asked.len(), 6);
}

#[tokio::test]
async fn until_it_fails() {
    let answers = [
        never_refreshed(),
        refreshed("pending", 9),
        refreshed("failed", 9),
    ];
    let reason = reason(waited_for(answers).await);
    let WaitError::Failed { feature, account } = reason else {
        panic!("{reason:?}")
    };
    assert_eq!(
        (feature, account.id.as_str()),
        (RefreshFeature::Balance, "fca_1")
    );
}

#[tokio::test]
async fn an_inactive_account_is_not_asked() {
    for status in ["inactive", "disconnected"] {
        let waited = waited_for([with_status(status)]).await;
        assert_eq!(waited.asked, ["look"]);
        let reason = reason(waited);
        assert!(matches!(reason, WaitError::Inactive { .. }), "{reason:?}");
    }
    let answers = [
        never_refreshed(),
        refreshed("pending", 9),
        with_status("inactive"),
    ];
    let reason = reason(waited_for(answers).await);
    let WaitError::Inactive { account } = reason else {
        panic!("{reason:?}")
    };
    assert_eq!(account.status, AccountStatus::Inactive);
}

#[tokio::test]
async fn a_feature_is_not_requested_before_its_time() {
    let next = Timestamp::now().as_secs() + 3600;
    let waited = waited_for([refreshable("succeeded", 50, Some(next))]).await;
    assert_eq!(waited.asked, ["look"]);
    let reason = reason(waited);
    let WaitError::TooEarly {
        available_at,
        account,
        ..
    } = reason
    else {
        panic!("{reason:?}")
    };
    assert_eq!(available_at.as_secs(), next);
    // The error has the data of the last refresh, which may be sufficient.
    assert!(account.balance_refresh.is_some());
}

#[tokio::test]
async fn a_wait_is_not_longer_than_its_timeout() {
    // A status that this version does not know does not end the wait.
    for status in ["pending", "on_hold"] {
        let answers = (0..20).map(|poll| {
            let mut account = refreshed(status, 100);
            account["display_name"] = json!(format!("poll {poll}"));
            account
        });
        let waited = waited_for(answers).await;
        assert!(
            (59.0..=60.0).contains(&waited.waits.iter().sum()),
            "{:?}",
            waited.waits
        );
        assert!(waited.waits.iter().all(|wait| *wait <= 8.0));
        let last = format!("poll {}", waited.asked.len() - 1);
        let reason = reason(waited);
        let WaitError::Timeout { account } = reason else {
            panic!("{reason:?}")
        };
        let account = account.expect("it was seen");
        assert_eq!(account.display_name, Some(last));
    }
}

#[tokio::test]
async fn temporary_failures_do_not_end_a_wait() {
    let done = || Answer::ok(refreshed("succeeded", 100));
    for fault in [
        Answer::html(502),
        Answer::json(429, "{}").header("Retry-After", "3"),
        Answer::drop_before(),
        Answer::ok(refreshed("succeeded", 100)).cut_at(50),
    ] {
        // A fault at the first retrieval, at the refresh, and at the polls.
        for faulty in 0..4 {
            let mut answers = vec![
                Answer::ok(never_refreshed()),
                Answer::ok(refreshed("pending", 100)),
                Answer::ok(refreshed("pending", 100)),
                done(),
            ];
            answers.insert(faulty, fault.clone());
            let waited = waited(answers).await;
            waited.result.expect("it succeeds");
            assert_eq!(waited.asked.len(), 5);
            let refreshes = waited.asked.iter().filter(|asked| **asked == "refresh");
            assert_eq!(refreshes.count(), if faulty == 1 { 2 } else { 1 });
        }
    }
}

#[tokio::test]
async fn lasting_failures_end_a_wait() {
    let gone = || Answer::json(404, "{}");
    let look = || Answer::ok(never_refreshed());
    let pending = || Answer::ok(refreshed("pending", 100));
    for answers in [
        vec![gone()],
        vec![look(), gone()],
        vec![look(), pending(), gone()],
    ] {
        let requests = answers.len();
        let waited = waited(answers).await;
        assert_eq!(waited.result.expect_err("gone").status(), Some(404));
        assert_eq!(waited.asked.len(), requests);
    }
}

#[tokio::test]
async fn retries_keep_to_the_deadline() {
    let busy = Answer::json(429, "{}").header("Retry-After", "50");
    let look = || Answer::ok(never_refreshed());
    for answers in [vec![busy.clone()], vec![look(), busy]] {
        let server = FaultServer::script(answers);
        let (client, waits) = client(&server);
        let accounts = client.financial_connections().accounts();
        let refresh = accounts.refresh("fca_1", [RefreshFeature::Balance]);
        let error = refresh
            .wait(Duration::from_secs(10))
            .await
            .expect_err("busy");
        assert_eq!(error.status(), Some(429), "{error}");
        let waits: Duration = waits.all().iter().sum();
        assert!(waits <= Duration::from_secs(10), "waited {waits:?}");
    }
}

#[tokio::test]
async fn for_all_features() {
    let state = |balance: &str, ownership: &str| {
        let refresh = |status: &str| match status {
            "never" => json!(null),
            _ => json!({"status": status, "last_attempted_at": 100}),
        };
        account_with(json!({
            "balance_refresh": refresh(balance), "ownership_refresh": refresh(ownership),
        }))
    };
    let server = FaultServer::script(
        [
            state("pending", "never"),
            state("pending", "pending"),
            state("succeeded", "pending"),
            state("succeeded", "succeeded"),
        ]
        .map(Answer::ok),
    );
    let (client, _) = client(&server);
    let accounts = client.financial_connections().accounts();
    let features = [RefreshFeature::Balance, RefreshFeature::Ownership];
    let wait = accounts.refresh("fca_1", features).wait(MINUTE);
    wait.await.expect("both succeed");
    let seen = server.seen();
    assert_eq!(seen.len(), 4);
    // The balance was already being refreshed.
    let asked_for = [("features[0]".to_owned(), "ownership".to_owned())];
    assert_eq!(seen[1].pairs(), asked_for);
}

#[tokio::test]
async fn with_the_options_of_the_request() {
    let answers = [
        never_refreshed(),
        refreshed("pending", 9),
        refreshed("succeeded", 9),
    ];
    let server = FaultServer::script(answers.map(Answer::ok));
    let (client, _) = client(&server);
    let accounts = client.financial_connections().accounts();
    let refresh = accounts.refresh("fca_1", [RefreshFeature::Balance]);
    let refresh = refresh.expand(["ownership"]).with_stripe_account("acct_1");
    let refresh = refresh
        .with_idempotency_key("once")
        .with_header("X-Trace", "t1");
    refresh.wait(MINUTE).await.expect("it succeeds");
    for seen in server.seen() {
        assert_eq!(seen.header("stripe-account"), Some("acct_1"));
        assert_eq!(seen.header("x-trace"), Some("t1"));
        assert_eq!(seen.param("expand[0]").as_deref(), Some("ownership"));
        let key = (seen.method == "POST").then_some("once");
        assert_eq!(seen.header("idempotency-key"), key);
    }
}

#[tokio::test]
async fn dropping_the_future_ends_the_wait() {
    let server = FaultServer::script([Answer::ok(refreshed("pending", 100))]);
    let client = builder(&server, &Waits::default());
    let client = client
        .sleep(|_| std::future::pending())
        .build()
        .expect("a client");
    let accounts = client.financial_connections().accounts();
    let wait = accounts
        .refresh("fca_1", [RefreshFeature::Balance])
        .wait(MINUTE);
    let mut wait = Box::pin(wait);
    while server.seen().is_empty() {
        tokio::select! {
            biased;
            result = &mut wait => panic!("{result:?}"),
            () = tokio::task::yield_now() => {}
        }
    }
    drop(wait);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_feature_without_a_status_is_not_waited_for() {
    let server = FaultServer::script([Answer::ok(never_refreshed())]);
    let (client, _) = client(&server);
    let accounts = client.financial_connections().accounts();
    let refresh = accounts.refresh("fca_1", [RefreshFeature::from("inferred_balances")]);
    let error = refresh.wait(MINUTE).await.expect_err("nothing to see");
    assert!(matches!(error, Error::Invalid(_)), "{error:?}");
    let none = accounts.refresh("fca_1", []).wait(MINUTE);
    let error = none.await.expect_err("nothing to refresh");
    assert!(matches!(error, Error::Invalid(_)), "{error:?}");
    assert!(server.seen().is_empty());
}
