//! Tests the `tracing` spans of a request, and that they contain no secrets.

use std::io;
use std::sync::{Arc, Mutex};

use stripe_tests::client::{KEY, client};
use stripe_tests::fault::{Answer, FaultServer};
use stripe_tests::json::account;
use tracing_subscriber::fmt::format::FmtSpan;

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").extend(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn each_attempt_has_a_span() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);

    let busy = Answer::json(429, r#"{"error": {"message": "hidden body"}}"#);
    let busy = busy
        .header("Request-Id", "req_1")
        .header("Retry-After", "7");
    let good = Answer::ok(account("fca_secret")).header("Request-Id", "req_2");
    let server = FaultServer::script([busy, good]);
    let (client, _) = client(&server);
    let update = client
        .financial_connections()
        .accounts()
        .disconnect("fca_secret");
    let update = update
        .expand(["hidden_parameter"])
        .with_idempotency_key("hidden_key");
    update.await.expect("the second attempt is good");
    drop(guard);

    let log = log.0.lock().expect("no panic").clone();
    let log = String::from_utf8(log).expect("text");
    let ours: Vec<_> = log.lines().filter(|line| line.contains("stripe")).collect();
    let route = "/v1/financial_connections/accounts/{account}/disconnect";
    for parts in [
        ["POST", route, "attempt=1", "status=429", "req_1"],
        ["POST", route, "attempt=2", "status=200", "req_2"],
    ] {
        let told = ours
            .iter()
            .any(|line| parts.iter().all(|part| line.contains(part)));
        assert!(told, "{parts:?} in {ours:#?}");
    }
    assert!(
        ours.iter().any(|line| line.contains("delay_ms=7000")),
        "{ours:#?}"
    );
    for hidden in [KEY, "hidden", "fca_secret", "institution_name"] {
        let line = ours.iter().find(|line| line.contains(hidden));
        assert_eq!(line, None, "{hidden}");
    }
}

/// The guide shows this log, without durations.
#[tokio::test]
async fn guide_shows_the_log_of_a_repeated_call() {
    let guide = include_str!("../../generated/src/guide/errors.md");
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::INFO)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .without_time()
        .with_target(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let busy = Answer::json(429, r#"{"error": {}}"#).header("Request-Id", "req_1");
    let good = Answer::ok(account("fca_123")).header("Request-Id", "req_2");
    let server = FaultServer::script([busy.header("Retry-After", "1"), good]);
    let (client, _) = client(&server);
    let account = client
        .financial_connections()
        .accounts()
        .retrieve("fca_123");
    account.await.expect("the second attempt is good");
    drop(guard);

    let log = log.0.lock().expect("no panic").clone();
    let log = String::from_utf8(log).expect("text");
    let ours = log.lines().filter(|line| line.contains("stripe."));
    let ours: Vec<_> = ours
        .map(|line| line.split(" time.busy").next().unwrap_or_default().trim())
        .collect();
    let ours = ours.join("\n");
    assert!(guide.contains(&ours), "the guide should show:\n{ours}");
}
