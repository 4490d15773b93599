//! What a client makes of each thing that can go wrong on the wire.

use std::time::Duration;

use serde_json::{Value, json};
use stripe_financial_connections::financial_connections::{Account, RefreshFeature};
use stripe_financial_connections::{Error, ErrorCode, Response};
use stripe_tests::client::{KEY, Waits, builder, client};
use stripe_tests::fault::{Answer, FaultServer};
use stripe_tests::json::{account, account_with};
use tokio::task::JoinSet;

/// For answers that come too late.
const TIMEOUT: Duration = Duration::from_millis(400);

/// In the bodies of answers; no error may show it.
const SECRET: &str = "pi_1_secret_2";

/// A fault and all that a caller, and Stripe, see of it.
struct Case {
    name: &'static str,
    /// The answer to each attempt.
    answer: Answer,
    /// How often it is tried.
    attempts: usize,
    /// Bounds of the wait before each further attempt, in seconds.
    waits: [(f64, f64); 2],
    kind: &'static str,
    status: Option<u16>,
    code: Option<&'static str>,
    /// A part of what `Display` says.
    says: &'static str,
}

const BACKOFF: [(f64, f64); 2] = [(0.5, 0.5), (0.5, 1.0)];

/// A fault that is tried again.
fn passing(name: &'static str, answer: Answer, kind: &'static str) -> Case {
    Case {
        name,
        answer,
        attempts: 3,
        waits: BACKOFF,
        kind,
        status: None,
        code: None,
        says: "",
    }
}

/// A fault that is not.
fn lasting(name: &'static str, answer: Answer, kind: &'static str) -> Case {
    Case {
        attempts: 1,
        ..passing(name, answer, kind)
    }
}

impl Case {
    fn status(self, status: u16) -> Self {
        Self {
            status: Some(status),
            ..self
        }
    }

    fn code(self, code: &'static str) -> Self {
        Self {
            code: Some(code),
            ..self
        }
    }

    fn says(self, says: &'static str) -> Self {
        Self { says, ..self }
    }

    fn waits(self, seconds: f64) -> Self {
        Self {
            waits: [(seconds, seconds); 2],
            ..self
        }
    }
}

fn error(status: u16, error: Value) -> Answer {
    let mut error = error;
    error["payment_intent"] = json!({"client_secret": SECRET});
    Answer::json(status, json!({ "error": error })).header("Request-Id", "req_1")
}

fn busy() -> Answer {
    error(
        429,
        json!({"type": "invalid_request_error", "code": "rate_limit"}),
    )
}

fn answers_of_stripe() -> Vec<Case> {
    let invalid = |code: &str| json!({"type": "invalid_request_error", "code": code});
    let missing = json!({
        "type": "invalid_request_error", "code": "parameter_missing",
        "message": "Missing required param:\n features.", "param": "features",
    });
    let declined = json!({
        "type": "card_error", "code": "insufficient_funds", "decline_code": "insufficient_funds",
    });
    let reused = json!({"type": "idempotency_error", "message": "Keys are for one request."});
    vec![
        lasting("a bad request", error(400, missing), "InvalidRequest")
            .code("parameter_missing")
            .says(
                "Stripe answered 400 (parameter_missing): Missing required param: features., \
                 parameter `features`, request req_1",
            ),
        lasting("a key used again", error(400, reused), "Idempotency").says("for one request"),
        lasting("a wrong key", error(401, invalid("x")), "Authentication").code("x"),
        lasting("too little money", error(402, declined), "Card").code("insufficient_funds"),
        lasting("a forbidden call", error(403, invalid("y")), "Permission").code("y"),
        lasting(
            "no such object",
            error(404, invalid("resource_missing")),
            "InvalidRequest",
        )
        .code("resource_missing"),
        passing(
            "an object in use",
            error(409, invalid("lock_timeout")),
            "InvalidRequest",
        )
        .code("lock_timeout"),
        passing("too many requests", busy(), "RateLimit").code("rate_limit"),
        passing(
            "a broken server",
            error(500, json!({"type": "api_error"})),
            "Server",
        ),
        lasting(
            "lines in all parts",
            error(
                400,
                json!({"code": "a\nb", "message": "c\r\nd", "param": "e\nf"}),
            ),
            "InvalidRequest",
        )
        .code("a\nb"),
        passing(
            "a status nobody knows",
            error(
                599,
                json!({"type": "brand_new", "code": null, "message": null}),
            ),
            "Server",
        ),
    ]
    .into_iter()
    .map(|case| Case {
        status: Some(case.answer.status()),
        ..case
    })
    .collect()
}

fn wishes_of_stripe() -> Vec<Case> {
    let after = |wait: &str| busy().header("Retry-After", wait);
    let limited = |name, answer, kind| passing(name, answer, kind).code("rate_limit").status(429);
    vec![
        limited("7 s asked for", after("7"), "RateLimit").waits(7.0),
        limited("a minute asked for", after("60"), "RateLimit").waits(60.0),
        limited("less than the backoff asked for", after("0"), "RateLimit"),
        limited("an hour asked for", after("3600"), "RateLimit"),
        limited("a negative wait", after("-5"), "RateLimit"),
        limited(
            "a date",
            after("Wed, 21 Oct 2026 07:28:00 GMT"),
            "RateLimit",
        ),
        limited("nonsense", after("soon"), "RateLimit"),
        passing(
            "a retry of a bad request",
            error(400, json!({})).header("Stripe-Should-Retry", "true"),
            "InvalidRequest",
        )
        .status(400),
        lasting(
            "no retry of a server error",
            error(503, json!({})).header("Stripe-Should-Retry", "false"),
            "Server",
        )
        .status(503),
        passing(
            "a wish that makes no sense",
            error(500, json!({})).header("Stripe-Should-Retry", "perhaps"),
            "Server",
        )
        .status(500),
    ]
}

fn answers_of_others() -> Vec<Case> {
    let html = |status| Answer::html(status).header("Request-Id", "req_1");
    let json = |status, body: &str| Answer::json(status, body).header("Request-Id", "req_1");
    let redirect = json(302, "").header("Location", "/v1/elsewhere");
    vec![
        passing("a page of a proxy", html(502), "Server")
            .status(502)
            .says("answered 502"),
        lasting("a page that is not found", html(404), "InvalidRequest").status(404),
        lasting("a redirect, not followed", redirect, "InvalidRequest").status(302),
        lasting(
            "an error that is a text",
            json(400, "\"no\""),
            "InvalidRequest",
        )
        .status(400),
        lasting(
            "an error of another shape",
            json(400, r#"{"error": "no"}"#),
            "InvalidRequest",
        )
        .status(400),
        passing("no body", json(500, ""), "Server").status(500),
        passing(
            "bytes that are no text",
            json(503, "\u{0}\u{ffff}"),
            "Server",
        )
        .status(503),
    ]
}

fn faults_of_the_connection() -> Vec<Case> {
    let slow = Duration::from_millis(20);
    let body = || account("fca_1");
    let connection = |name, answer| passing(name, answer, "Connection").says("no complete answer");
    let timeout = |name, answer| passing(name, answer, "Timeout").says("within 0.4 s");
    vec![
        connection("a drop before the answer", Answer::drop_before()),
        connection("a drop at the body", Answer::ok(body()).cut_at(0)),
        connection("a drop in the body", Answer::ok(body()).cut_at(20)),
        connection("a drop in the body of an error", busy().cut_at(5)),
        connection("no HTTP", Answer::garbage()),
        timeout("silence", Answer::silence()),
        timeout("a late answer", Answer::ok(body()).after(TIMEOUT * 10)),
        timeout("a slow drip", Answer::ok(body()).dripping(slow)),
    ]
}

fn good_answers_that_do_not_fit() -> Vec<Case> {
    let ok = |body: Value| Answer::ok(body).header("Request-Id", "req_1");
    let text = |body: &str| Answer::ok(body).header("Request-Id", "req_1");
    let decode = |name, answer, says| lasting(name, answer, "Decode").status(200).says(says);
    let created = account_with(json!({"created": SECRET}));
    let balance = json!({"balance": {
        "as_of": 1, "current": {"usd": 1, "eur": SECRET}, "type": "cash",
    }});
    vec![
        decode("no JSON", text("<html>"), "expected value"),
        decode("nothing", text(""), "EOF"),
        decode("half of it", text(r#"{"id": "fca_1", "#), "EOF"),
        decode("another type", ok(json!([1])), "expected Account"),
        decode("an empty object", ok(json!({})), "missing field"),
        decode(
            "a field of another type",
            ok(created),
            "at `created`: invalid type: string",
        ),
        decode(
            "deep in it",
            ok(account_with(balance)),
            "at `balance.current.eur`: ",
        ),
    ]
}

/// The name of an error's variant, and of its kind if it is one of Stripe.
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
    if case.kind == "Timeout" {
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
    assert_eq!(error.is_retryable(), case.attempts > 1, "{name}");
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
async fn what_passes_is_not_seen_by_the_caller() {
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
async fn what_stripe_answered_stays_reachable() {
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
