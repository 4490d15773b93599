//! Tests what a client returns for each fault on the wire.

mod bounds;
mod cases;
mod endless;
mod open;
mod secrets;
mod stack;
mod waits;

use std::time::Duration;

use cases::{
    Case, SECRET, TIMEOUT, answers_of_others, answers_of_stripe, busy, error,
    faults_of_the_connection, good_answers_that_do_not_fit, wishes_of_stripe,
};
use serde_json::json;
use stripe_financial_connections::financial_connections::{Account, RefreshFeature};
use stripe_financial_connections::{Error, ErrorCode, Response};
use stripe_tests::client::{KEY, Waits, builder, client};
use stripe_tests::fault::{Answer, FaultServer};
use stripe_tests::json::{account, account_with};
use tokio::task::JoinSet;

/// Returns the variant of an error, with the kind of an API error.
fn kind(error: &Error) -> String {
    match error {
        Error::Api(error) => format!("{:?}", error.kind()),
        Error::Connection(_) => "Connection".to_owned(),
        Error::Timeout(_) => "Timeout".to_owned(),
        Error::Decode(_) => "Decode".to_owned(),
        other => format!("{other:?}"),
    }
}

async fn check(case: Case, post: bool) {
    let Case { name, answer, .. } = case;
    let name = format!("{name} ({})", if post { "POST" } else { "GET" });
    let server = FaultServer::script([answer]);
    let waits = Waits::default();
    let mut client = builder(&server, &waits);
    if case.kind == "Timeout" || name.contains("drips") {
        client = client.timeout(TIMEOUT);
    }
    let client = client.build().expect("a client");
    let accounts = client.financial_connections().accounts();
    let result: Result<Response<Account>, Error> = if post {
        let refresh = accounts.refresh("fca_1", [RefreshFeature::Balance]);
        refresh.send_with_response().await
    } else {
        accounts.retrieve("fca_1").send_with_response().await
    };
    let error = result.expect_err(&name);

    let seen = server.seen();
    assert_eq!(seen.len(), case.attempts, "attempts at {name}");
    let keys: Vec<_> = seen
        .iter()
        .map(|seen| seen.header("idempotency-key"))
        .collect();
    assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?} at {name}");
    assert_eq!(keys[0].is_some_and(|key| !key.is_empty()), post, "{name}");

    let waits = waits.all();
    assert_eq!(waits.len(), case.attempts - 1, "waits at {name}");
    for (wait, (least, most)) in waits.iter().zip(case.waits) {
        let wait = wait.as_secs_f64();
        assert!((least..=most).contains(&wait), "waited {wait} at {name}");
    }

    assert_eq!(kind(&error), case.kind, "{name}");
    assert_eq!(error.status(), case.status, "{name}");
    assert_eq!(error.code().map(|code| code.as_str()), case.code, "{name}");
    let request_id = case.status.map(|_| "req_1");
    assert_eq!(error.request_id(), request_id, "{name}");
    if case.kind != "Decode" {
        assert_eq!(error.attempts(), Some(case.attempts as u32), "{name}");
    }
    let is_connection = case.kind == "Connection";
    assert_eq!(
        error.is_retryable(),
        case.attempts > 1 || is_connection,
        "{name}"
    );
    assert!(error.to_string().contains(case.says), "{error} at {name}");
    assert_keeps_secrets(&error);
}

fn assert_keeps_secrets(error: &Error) {
    let mut texts = vec![error.to_string(), format!("{error:?}")];
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        texts.extend([error.to_string(), format!("{error:?}")]);
        source = error.source();
    }
    for text in texts {
        assert!(!text.contains('\n'), "{text}");
        assert!(!text.contains(KEY) && !text.contains(SECRET), "{text}");
    }
}

async fn check_all(cases: fn() -> Vec<Case>) {
    for post in [false, true] {
        let checks: JoinSet<()> = cases().into_iter().map(|case| check(case, post)).collect();
        checks.join_all().await;
    }
}

#[tokio::test]
async fn errors_of_stripe() {
    check_all(answers_of_stripe).await;
}

#[tokio::test]
async fn retries_that_stripe_asks_for() {
    check_all(wishes_of_stripe).await;
}

#[tokio::test]
async fn answers_that_are_not_from_stripe() {
    check_all(answers_of_others).await;
}

#[tokio::test]
async fn connections_that_fail() {
    check_all(faults_of_the_connection).await;
}

#[tokio::test]
async fn answers_that_do_not_fit() {
    check_all(good_answers_that_do_not_fit).await;
}

#[tokio::test]
async fn nobody_listens() {
    let server = FaultServer::script([Answer::silence()]);
    let waits = Waits::default();
    let client = builder(&server, &waits).build().expect("a client");
    drop(server);
    let accounts = client.financial_connections().accounts();
    let error = accounts.retrieve("fca_1").await.expect_err("no server");
    assert_eq!(kind(&error), "Connection");
    assert_eq!(waits.all().len(), 2);
    assert!(std::error::Error::source(&error).is_some());
    assert_keeps_secrets(&error);
}

#[tokio::test]
async fn the_caller_does_not_see_errors_that_a_retry_fixes() {
    for fault in [
        busy(),
        Answer::html(502),
        Answer::drop_before(),
        Answer::ok(account("fca_1")).cut_at(100),
        Answer::garbage(),
        Answer::json(500, ""),
    ] {
        let server = FaultServer::script([fault.clone(), fault, Answer::ok(account("fca_1"))]);
        let (client, waits) = client(&server);
        let accounts = client.financial_connections().accounts();
        let refresh = accounts.refresh("fca_1", [RefreshFeature::Balance]);
        let account = refresh.await.expect("the third attempt is good");
        assert_eq!(account.id, "fca_1");
        let [first, second, third] = server.seen().try_into().expect("three attempts");
        for again in [second, third] {
            assert_eq!((&again.path, &again.body), (&first.path, &first.body));
            let key = again.header("idempotency-key");
            assert_eq!(key, first.header("idempotency-key"));
        }
        assert_eq!(waits.all().len(), 2);
    }
}

#[tokio::test]
async fn each_request_has_its_own_key() {
    let server = FaultServer::script([Answer::ok(account("fca_1"))]);
    let (client, _) = client(&server);
    let accounts = client.financial_connections().accounts();
    let refresh = accounts.refresh("fca_1", [RefreshFeature::Balance]);
    for _ in 0..2 {
        refresh.clone().await.expect("a good answer");
    }
    let [first, second] = server.seen().try_into().expect("two requests");
    let key = first.header("idempotency-key");
    assert_ne!(key, second.header("idempotency-key"));
}

#[tokio::test]
async fn all_waits_together_are_bounded() {
    let server = FaultServer::script([busy().header("Retry-After", "50")]);
    let waits = Waits::default();
    let client = builder(&server, &waits)
        .max_retries(9)
        .build()
        .expect("a client");
    let accounts = client.financial_connections().accounts();
    accounts.retrieve("fca_1").await.expect_err("still busy");
    assert_eq!(waits.all(), [Duration::from_secs(50); 2]);

    let client = builder(&server, &waits).max_retries(9);
    let client = client
        .max_retry_wait(Duration::ZERO)
        .build()
        .expect("a client");
    let accounts = client.financial_connections().accounts();
    accounts.retrieve("fca_1").await.expect_err("still busy");
    assert_eq!(server.seen().len(), 4);
}

#[tokio::test]
async fn backoff_grows_to_five_seconds() {
    let server = FaultServer::script([Answer::json(500, "{}")]);
    let waits = Waits::default();
    let client = builder(&server, &waits)
        .max_retries(7)
        .build()
        .expect("a client");
    let accounts = client.financial_connections().accounts();
    accounts.retrieve("fca_1").await.expect_err("still broken");
    let waits = waits.all();
    let most = [0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0];
    assert_eq!(waits.len(), most.len());
    for (wait, most) in waits.iter().zip(most) {
        let wait = wait.as_secs_f64();
        assert!((f64::max(most / 2.0, 0.5)..=most).contains(&wait), "{wait}");
    }
}

#[tokio::test]
async fn the_response_can_be_read_from_an_error() {
    let page = Answer::html(502).header("X-Proxy", "p7");
    let server = FaultServer::script([page.clone(), page.clone(), page, Answer::ok("[1]")]);
    let (client, _) = client(&server);
    let accounts = client.financial_connections().accounts();
    let error = accounts.retrieve("fca_1").await.expect_err("a page");
    let api = error.api().expect("an answer");
    assert!(api.body().starts_with(b"<html>"));
    assert_eq!(api.headers().get("x-proxy"), Some("p7"));
    assert_eq!((api.message(), api.error_type()), (None, None));

    let error = accounts.retrieve("fca_1").await.expect_err("no account");
    let Error::Decode(error) = error else {
        panic!("{error:?}")
    };
    assert_eq!((error.path(), error.body()), ("", &b"[1]"[..]));
}

#[tokio::test]
async fn the_parts_of_an_error() {
    let declined = json!({
        "type": "card_error", "code": "insufficient_funds", "decline_code": "insufficient_funds",
        "doc_url": "https://example.com/codes", "message": "Too little.", "param": "amount[x]",
        "request_log_url": "https://example.com/log", "charge": "ch_1", "future": {"x": [1]},
    });
    let server = FaultServer::script([error(402, declined)]);
    let (client, _) = client(&server);
    let accounts = client.financial_connections().accounts();
    let error = accounts.retrieve("fca_1").await.expect_err("declined");
    assert_eq!(error.param(), Some("amount[x]"));
    let api = error.api().expect("an answer of Stripe");
    assert_eq!(api.error_type(), Some("card_error"));
    assert_eq!(api.code(), Some(&ErrorCode::InsufficientFunds));
    assert_eq!(api.decline_code(), Some("insufficient_funds"));
    assert_eq!(api.doc_url(), Some("https://example.com/codes"));
    assert_eq!(api.message(), Some("Too little."));
    assert_eq!(api.request_log_url(), Some("https://example.com/log"));
}

#[tokio::test]
async fn huge_answers_are_read() {
    let filler = "x".repeat(8 << 20);
    let huge = account_with(json!({"a_field_of_the_future": filler}));
    let server = FaultServer::script([Answer::ok(&huge), Answer::json(400, huge)]);
    let (client, _) = client(&server);
    let accounts = client.financial_connections().accounts();
    let account = accounts.retrieve("fca_1").await.expect("a good answer");
    assert_eq!(account.status.as_str(), "active");
    let error = accounts.retrieve("fca_1").await.expect_err("a bad one");
    assert!(error.to_string().len() < 100);
    assert!(format!("{error:?}").len() < 1000);
}

#[tokio::test]
async fn deep_answers_do_not_end_the_program() {
    let deep = "[".repeat(1 << 20);
    for body in [
        format!(r#"{{"future": {deep}"#),
        format!(r#"{{"ownership": {deep}"#),
        format!(r#"{{"balance": {{"current": {deep}"#),
    ] {
        let server = FaultServer::script([Answer::ok(&body), Answer::json(400, body)]);
        let (client, _) = client(&server);
        let accounts = client.financial_connections().accounts();
        let error = accounts.retrieve("fca_1").await.expect_err("no account");
        assert_eq!(kind(&error), "Decode");
        let error = accounts.retrieve("fca_1").await.expect_err("no account");
        assert_eq!(kind(&error), "InvalidRequest");
    }
}
