//! Tests that time and memory stay within the limits, whatever a server does.

use std::time::{Duration, Instant};

use serde_json::json;
use stripe_financial_connections::financial_connections::RefreshFeature;
use stripe_financial_connections::{Client, ClientBuilder, Error, RetryBudget};
use stripe_tests::client::{KEY, Waits, builder, client};
use stripe_tests::fault::{Answer, FaultServer};
use stripe_tests::json::{account, account_with, list};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

const DEADLINE: Duration = Duration::from_millis(900);

/// Returns a client with real waits.
pub(crate) fn patient(server: &FaultServer) -> ClientBuilder {
    Client::builder(KEY).base_url(server.url())
}

fn html(status: u16) -> Answer {
    Answer::html(status).header("Request-Id", "req_1")
}

/// The result of a call with a deadline.
struct Late {
    attempts: u32,
    last: Option<u16>,
    took: Duration,
}

async fn late(answers: impl IntoIterator<Item = Answer>) -> Late {
    let server = FaultServer::script(answers);
    let client = patient(&server).build().expect("a client");
    let retrieve = client.financial_connections().accounts().retrieve("fca_1");
    let start = Instant::now();
    let error = retrieve.with_deadline(DEADLINE).with_max_retries(9).await;
    let took = start.elapsed();
    let error = error.expect_err("too late");
    assert_eq!(error.attempts(), Some(server.seen().len() as u32));
    let Error::Timeout(timeout) = &error else {
        panic!("{error:?}")
    };
    assert!(
        timeout.is_deadline() && timeout.limit() == DEADLINE,
        "{error:?}"
    );
    let text = error.to_string();
    assert!(
        text.contains("within 0.9 s") && !text.contains('\n'),
        "{text}"
    );
    let last = timeout.last().and_then(Error::status);
    assert!(
        last.is_none_or(|status| text.contains(&status.to_string())),
        "{text}"
    );
    assert_eq!(last.is_some(), error.request_id().is_some());
    assert_eq!(
        timeout.last().is_some(),
        std::error::Error::source(&error).is_some()
    );
    Late {
        attempts: timeout.attempts(),
        last,
        took,
    }
}

#[tokio::test]
async fn a_call_ends_at_its_deadline() {
    let drip = || Answer::ok(account("fca_1")).dripping(Duration::from_millis(50));
    for (answers, attempts, last, in_time) in [
        (vec![Answer::silence()], 1, None, true),
        (vec![drip()], 1, None, true),
        (vec![html(503), Answer::silence()], 2, Some(503), true),
        (vec![html(503), drip()], 2, Some(503), true),
        (
            vec![Answer::drop_before(), Answer::silence()],
            2,
            None,
            true,
        ),
        // Fails earlier if the deadline is too close for another attempt.
        (
            vec![html(503).header("Retry-After", "30")],
            1,
            Some(503),
            false,
        ),
    ] {
        let late = late(answers).await;
        assert_eq!((late.attempts, late.last), (attempts, last));
        let least = if in_time { DEADLINE } else { Duration::ZERO };
        let most = DEADLINE + Duration::from_millis(500);
        assert!((least..most).contains(&late.took), "{:?}", late.took);
    }
}

#[tokio::test]
async fn waits_and_attempts_fit_into_the_deadline() {
    let server = FaultServer::script([html(503)]);
    let waits = Waits::default();
    let client = builder(&server, &waits).deadline(Duration::from_secs(8));
    let client = client.max_retries(99).build().expect("a client");
    let error = client.customers().retrieve("cus_1").await;
    let error = error.expect_err("busy");
    assert!(
        matches!(&error, Error::Timeout(late) if late.is_deadline()),
        "{error:?}"
    );
    let waited: Duration = waits.all().iter().sum();
    assert!(
        waited < Duration::from_secs(8) && waits.all().len() >= 3,
        "{waits:?}"
    );
    assert_eq!(error.status(), Some(503));
    assert!(error.is_retryable());
}

#[tokio::test]
async fn an_answer_before_the_deadline_counts() {
    let server = FaultServer::script([html(503), html(404)]);
    let client = patient(&server)
        .deadline(DEADLINE)
        .build()
        .expect("a client");
    let error = client
        .customers()
        .retrieve("cus_1")
        .await
        .expect_err("gone");
    assert!(matches!(&error, Error::Api(api) if api.status() == 404 && api.attempts() == 2));

    let server = FaultServer::script([html(503)]);
    let client = patient(&server).deadline(DEADLINE).max_retries(0);
    let client = client.build().expect("a client");
    let error = client
        .customers()
        .retrieve("cus_1")
        .await
        .expect_err("busy");
    assert!(matches!(error, Error::Api(_)), "{error:?}");

    let retrieve = client.customers().retrieve("cus_1");
    let error = retrieve
        .with_deadline(Duration::ZERO)
        .await
        .expect_err("no time");
    assert_eq!((error.attempts(), server.seen().len()), (Some(0), 1));
}

#[tokio::test]
async fn each_page_of_a_list_has_the_deadline() {
    let page = Answer::ok(list("/v1/x", [account("fca_1")], true));
    let server = FaultServer::script([page, Answer::silence()]);
    let client = patient(&server)
        .deadline(DEADLINE)
        .build()
        .expect("a client");
    let mut stream = client.financial_connections().accounts().list().stream();
    stream
        .try_next()
        .await
        .expect("a good page")
        .expect("an account");
    let start = Instant::now();
    let error = stream.try_next().await.expect_err("silence");
    assert!(matches!(error, Error::Timeout(_)), "{error:?}");
    assert!(start.elapsed() < DEADLINE + Duration::from_millis(500));
}

#[test]
fn a_blocking_call_ends_too() {
    let server = FaultServer::script([Answer::silence()]);
    let client = patient(&server).build().expect("a client");
    let retrieve = client.customers().retrieve("cus_1");
    let start = Instant::now();
    let error = retrieve
        .with_deadline(DEADLINE)
        .send_blocking()
        .expect_err("silence");
    assert!(matches!(error, Error::Timeout(_)), "{error:?}");
    assert!(start.elapsed() < DEADLINE + Duration::from_millis(500));
}

#[tokio::test]
async fn an_answer_is_read_up_to_its_limit() {
    const LIMIT: usize = 1 << 20;
    let sized = |size: usize| {
        let rest = account_with(json!({"future": ""})).to_string().len();
        account_with(json!({"future": "x".repeat(size - rest)}))
    };
    let good = |size| Answer::ok(sized(size)).header("Request-Id", "req_1");
    let bad = |size| Answer::json(400, sized(size)).header("Request-Id", "req_1");
    for (answer, status, is_read) in [
        (good(LIMIT), 200, true),
        (good(LIMIT + 1), 200, false),
        (good(1000).announcing(1 << 40), 200, false),
        (good(LIMIT).endless(), 200, false),
        (bad(LIMIT), 400, true),
        (bad(LIMIT + 1), 400, false),
        (bad(1000).endless(), 400, false),
    ] {
        let server = FaultServer::script([answer]);
        let client = patient(&server).max_response_size(LIMIT);
        let client = client.build().expect("a client");
        let accounts = client.financial_connections().accounts();
        match accounts.retrieve("fca_1").await {
            Ok(_) => assert_eq!((status, is_read), (200, true)),
            Err(Error::TooLarge(error)) => {
                assert_eq!((status, is_read), (200, false));
                assert_eq!((error.limit(), error.status()), (LIMIT, 200));
                let text = error.to_string();
                assert!(
                    text.contains("1048576 bytes") && text.contains("req_1"),
                    "{text}"
                );
            }
            Err(Error::Api(error)) => {
                assert_eq!((status, is_read), (400, !error.is_truncated()));
                assert_eq!(error.body().len(), LIMIT);
                assert_eq!(error.request_id(), Some("req_1"));
            }
            Err(error) => panic!("{error:?}"),
        }
        // Stripe carried out the request, and a retry would return as much.
        assert_eq!(server.seen().len(), 1);
    }
}

/// The limit applies after decompression: the largest answer here is 64 MiB, and 64 KiB as sent.
#[tokio::test]
async fn a_compressed_answer_counts_as_unpacked() {
    const LIMIT: usize = 1 << 20;
    let sized = |size: usize| {
        let rest = account_with(json!({"future": ""})).to_string().len();
        account_with(json!({"future": " ".repeat(size - rest)}))
    };
    for (status, size, is_read) in [
        (200, LIMIT, true),
        (200, LIMIT + 1, false),
        (200, 64 * LIMIT, false),
        (400, LIMIT, true),
        (400, 64 * LIMIT, false),
    ] {
        let answer = Answer::json(status, sized(size)).header("Request-Id", "req_1");
        let server = FaultServer::script([answer.gzipped()]);
        let http = reqwest::Client::builder().gzip(true).build();
        let client = patient(&server)
            .http_client(http.expect("an HTTP client"))
            .max_response_size(LIMIT);
        let client = client.build().expect("a client");
        let accounts = client.financial_connections().accounts();
        match accounts.retrieve("fca_1").await {
            Ok(_) => assert_eq!((status, is_read), (200, true)),
            Err(Error::TooLarge(error)) => {
                assert_eq!((status, is_read), (200, false));
                assert_eq!((error.limit(), error.status()), (LIMIT, 200));
                assert!(error.to_string().contains("req_1"), "{error}");
            }
            Err(Error::Api(error)) => {
                assert_eq!((status, is_read), (400, !error.is_truncated()));
                assert_eq!(error.body().len(), LIMIT);
            }
            Err(error) => panic!("{error:?}"),
        }
        let request = server.only_seen();
        let accepted = request.header("accept-encoding").unwrap_or_default();
        assert!(accepted.contains("gzip"), "{accepted}");
    }
}

#[tokio::test]
async fn an_answer_without_end_ends_by_default() {
    let endless = || Answer::ok(account("fca_1")).endless();
    let server = FaultServer::script([endless()]);
    let client = patient(&server).build().expect("a client");
    let accounts = client.financial_connections().accounts();
    let error = accounts.retrieve("fca_1").await.expect_err("no end");
    assert!(matches!(&error, Error::TooLarge(error) if error.limit() == 32 << 20));
}

#[tokio::test]
async fn an_error_is_short_whatever_came() {
    const LARGE: usize = 1 << 20;
    let long = "é ".repeat(LARGE / 3);
    let odd = format!("{}req", "r".repeat(20_000));
    let fields = json!({"code": long, "message": long, "param": long, "type": long});
    for answer in [
        Answer::json(400, json!({"error": fields})),
        Answer::json(400, json!({"message": long})),
        Answer::json(500, &long).header("Request-Id", &odd),
        Answer::ok(&long),
        Answer::ok("[".repeat(LARGE)),
        Answer::ok(format!(r#"{{"future": {}"#, "[".repeat(LARGE))),
        Answer::ok(format!(r#"{{"future": {}"#, r#"{"a":"#.repeat(LARGE / 5))),
        Answer::ok(json!({"balance": {&long: {"current": 5}}, "created": 5})),
        Answer::ok(account_with(json!({"balance": {
            "as_of": 1, "type": "cash", "current": {&long: "x"},
        }}))),
        Answer::ok(account_with(json!({"created": long}))),
    ] {
        let server = FaultServer::script([answer]);
        let (client, _) = client(&server);
        let accounts = client.financial_connections().accounts();
        let error = accounts.retrieve("fca_1").await.expect_err("no account");
        for text in [error.to_string(), format!("{error:?}")] {
            assert!(text.len() < 5000, "{} bytes", text.len());
        }
        let body = match &error {
            Error::Api(error) => error.body(),
            Error::Decode(error) => error.body(),
            other => panic!("{other:?}"),
        };
        assert!(body.len() > LARGE / 2, "the body stays reachable");
    }
}

/// A dropped request leaves no task of the runtime and no connection.
#[tokio::test(flavor = "current_thread")]
async fn dropping_a_request_ends_all_of_it() {
    let metrics = tokio::runtime::Handle::current().metrics();
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{";
    for answer in ["", "HTTP/1.1 2", head] {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("a bound port");
        let before = metrics.num_alive_tasks();
        let client = Client::builder(KEY).base_url(format!("http://{address}"));
        let client = client.build().expect("a client");
        let accounts = client.financial_connections().accounts();
        let mut call = accounts.refresh("fca_1", [RefreshFeature::Balance]).send();
        let (mut stream, _) = tokio::select! {
            biased;
            result = &mut call => panic!("{result:?}"),
            accepted = listener.accept() => accepted.expect("a connection"),
        };
        let mut request = vec![0; 4096];
        tokio::select! {
            biased;
            result = &mut call => panic!("{result:?}"),
            read = stream.read(&mut request) => assert!(read.expect("a request") > 0),
        }
        tokio::io::AsyncWriteExt::write_all(&mut stream, answer.as_bytes())
            .await
            .expect("a connection");
        let soon = tokio::time::sleep(Duration::from_millis(50));
        tokio::select! {
            result = &mut call => panic!("{result:?}"),
            () = soon => {}
        }
        drop(call);
        // The connection is closed although the client and its pool still exist.
        let end = tokio::time::timeout(Duration::from_secs(5), async {
            while stream.read(&mut request).await.is_ok_and(|read| read > 0) {}
            while metrics.num_alive_tasks() > before {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        end.await.expect("nothing goes on");
        drop(client);
    }
}

#[tokio::test]
async fn a_failure_is_not_repeated_without_a_budget() {
    let server = FaultServer::script([html(503)]);
    let waits = Waits::default();
    let client = builder(&server, &waits).max_retries(1);
    let budget = RetryBudget::new().capacity(60);
    let client = client.retry_budget(budget).build().expect("a client");
    // All clones share the budget, also for other accounts.
    for client in [client.clone(), client.with_stripe_account("acct_1")] {
        let error = client
            .customers()
            .retrieve("cus_1")
            .await
            .expect_err("busy");
        assert_eq!(
            (error.attempts(), error.is_out_of_budget()),
            (Some(2), false)
        );
    }
    let error = client
        .customers()
        .retrieve("cus_1")
        .await
        .expect_err("busy");
    assert_eq!(
        (error.attempts(), error.is_out_of_budget()),
        (Some(1), true)
    );
    let text = error.to_string();
    assert!(
        text.ends_with("not retried: the retry budget is empty"),
        "{text}"
    );
    assert_eq!(server.seen().len(), 5);

    let gone = FaultServer::script([Answer::drop_before()]);
    let client = builder(&gone, &waits).retry_budget(RetryBudget::new().capacity(0));
    let client = client.build().expect("a client");
    let error = client
        .customers()
        .retrieve("cus_1")
        .await
        .expect_err("gone");
    assert!(
        error.is_out_of_budget() && error.to_string().contains("budget"),
        "{error}"
    );

    let client = builder(&server, &waits).retry_budget(RetryBudget::unlimited());
    let client = client.build().expect("a client");
    for _ in 0..100 {
        let error = client
            .customers()
            .retrieve("cus_1")
            .await
            .expect_err("busy");
        assert_eq!(error.attempts(), Some(3));
    }
}

#[tokio::test]
async fn a_good_answer_that_is_to_be_asked_for_again_is() {
    let again = || Answer::ok(account("fca_1")).header("Stripe-Should-Retry", "true");
    let server = FaultServer::script([again(), again(), Answer::ok(account("fca_2"))]);
    let (client, waits) = client(&server);
    let accounts = client.financial_connections().accounts();
    let refresh = accounts.refresh("fca_1", [RefreshFeature::Balance]);
    assert_eq!(refresh.await.expect("a good answer").id, "fca_2");
    let keys: Vec<_> = server.seen().into_iter().collect();
    let key = |at: usize| keys[at].header("idempotency-key");
    assert!(key(0).is_some() && key(0) == key(1) && key(1) == key(2));
    assert_eq!(waits.all().len(), 2);

    // Without further attempts it is still a good response.
    let server = FaultServer::script([again()]);
    let (client, _) = stripe_tests::client::client(&server);
    let accounts = client.financial_connections().accounts();
    assert_eq!(
        accounts.retrieve("fca_1").await.expect("a good answer").id,
        "fca_1"
    );
    assert_eq!(server.seen().len(), 3);
}
