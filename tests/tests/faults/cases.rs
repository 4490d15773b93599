//! The faults: what the server does, and the expected result.

use std::time::Duration;

use serde_json::{Value, json};
use stripe_tests::fault::Answer;
use stripe_tests::json::{account, account_with};

/// The client's timeout, for responses that arrive too late.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(1);

/// A secret in the bodies of responses. No error may show it.
pub(crate) const SECRET: &str = "pi_1_secret_2";

/// A fault, and what the caller and the server see.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// The response to each attempt.
    pub(crate) answer: Answer,
    /// The expected number of attempts.
    pub(crate) attempts: usize,
    /// The bounds of the waits between attempts, in seconds.
    pub(crate) waits: [(f64, f64); 2],
    pub(crate) kind: &'static str,
    pub(crate) status: Option<u16>,
    pub(crate) code: Option<&'static str>,
    /// A part of the error's `Display`.
    pub(crate) says: &'static str,
}

const BACKOFF: [(f64, f64); 2] = [(0.5, 0.5), (0.5, 1.0)];

/// A fault that is retried.
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

/// A fault that is not retried.
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

pub(crate) fn error(status: u16, error: Value) -> Answer {
    let mut error = error;
    error["payment_intent"] = json!({"client_secret": SECRET});
    Answer::json(status, json!({ "error": error })).header("Request-Id", "req_1")
}

pub(crate) fn busy() -> Answer {
    error(
        429,
        json!({"type": "invalid_request_error", "code": "rate_limit"}),
    )
}

pub(crate) fn answers_of_stripe() -> Vec<Case> {
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
        lasting("too little money", error(402, declined), "PaymentDeclined")
            .code("insufficient_funds"),
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

pub(crate) fn wishes_of_stripe() -> Vec<Case> {
    let after = |wait: &str| busy().header("Retry-After", wait);
    let limited = |name, answer, kind| passing(name, answer, kind).code("rate_limit").status(429);
    vec![
        limited("7 s asked for", after("7"), "RateLimit").waits(7.0),
        limited("a minute asked for", after("60"), "RateLimit").waits(60.0),
        limited("less than the backoff asked for", after("0"), "RateLimit"),
        limited("2.5 s asked for", after("2.5"), "RateLimit").waits(2.5),
        limited("an hour asked for", after("3600"), "RateLimit"),
        limited("a negative wait", after("-5"), "RateLimit"),
        limited(
            "a date that is over",
            after("Wed, 21 Oct 2015 07:28:00 GMT"),
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

pub(crate) fn answers_of_others() -> Vec<Case> {
    let html = |status| Answer::html(status).header("Request-Id", "req_1");
    let json = |status, body: &str| Answer::json(status, body).header("Request-Id", "req_1");
    let redirect = json(302, "").header("Location", "/v1/elsewhere");
    vec![
        passing("a page of a proxy", html(502), "Server")
            .status(502)
            .says("answered 502: 502 Bad Gateway, request"),
        lasting("a page that is not found", html(404), "InvalidRequest").status(404),
        lasting("a redirect, not followed", redirect, "InvalidRequest").status(302),
        lasting(
            "an error that is a text",
            json(400, "\"no\""),
            "InvalidRequest",
        )
        .status(400),
        lasting(
            "an error of OAuth",
            json(
                400,
                r#"{"error": "invalid_grant", "error_description": "Expired."}"#,
            ),
            "InvalidRequest",
        )
        .status(400)
        .code("invalid_grant")
        .says("Expired."),
        lasting(
            "an error of a gateway",
            json(403, r#"{"message": "Forbidden"}"#),
            "Permission",
        )
        .status(403)
        .says("Stripe answered 403: Forbidden, request req_1"),
        lasting(
            "an odd field",
            json(
                400,
                r#"{"error": {"type": 5, "code": "x", "message": {}, "param": ""}}"#,
            ),
            "InvalidRequest",
        )
        .status(400)
        .code("x")
        .says("Stripe answered 400 (x), request req_1"),
        passing("no body", json(500, ""), "Server").status(500),
        passing(
            "bytes that are no text",
            json(503, "\u{0}\u{ffff}"),
            "Server",
        )
        .status(503),
    ]
}

pub(crate) fn faults_of_the_connection() -> Vec<Case> {
    let slow = Duration::from_millis(50);
    let body = || account("fca_1");
    let connection = |name, answer| passing(name, answer, "Connection").says("no complete answer");
    let good = || Answer::ok(account("fca_1")).header("Request-Id", "req_1");
    let declined = || {
        error(
            402,
            json!({"type": "card_error", "code": "x", "message": "No."}),
        )
    };
    let refused = |name, answer| lasting(name, answer, "PaymentDeclined").status(402);
    let timeout = |name, answer| passing(name, answer, "Timeout").says("within 1 s");
    vec![
        connection("a drop before the answer", Answer::drop_before()),
        connection("a drop at the body", good().cut_at(0)).status(200),
        connection("a drop in the body", good().cut_at(20)).status(200),
        Case {
            attempts: 1,
            ..connection(
                "a drop, and no retry wanted",
                good().header("Stripe-Should-Retry", "false").cut_at(20),
            )
            .status(200)
        },
        passing(
            "a drop in the body of an error",
            busy().cut_at(5),
            "RateLimit",
        )
        .status(429),
        refused("a drop at the body of a decline", declined().cut_at(0)),
        refused("a drop in the body of a decline", declined().cut_at(60)).code("x"),
        refused(
            "a decline whose body drips",
            declined().dripping(TIMEOUT * 10),
        ),
        Case {
            attempts: 3,
            ..refused(
                "a decline that drops, and a retry wanted",
                declined().header("Stripe-Should-Retry", "true").cut_at(3),
            )
        },
        connection("no HTTP", Answer::garbage()),
        timeout("silence", Answer::silence()),
        timeout("a late answer", Answer::ok(body()).after(TIMEOUT * 10)),
        timeout("a slow drip", Answer::ok(body()).dripping(slow)),
    ]
}

pub(crate) fn good_answers_that_do_not_fit() -> Vec<Case> {
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
