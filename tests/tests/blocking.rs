//! Tests blocking calls.

use std::thread;
use std::time::Duration;

use serde_json::json;
use stripe_financial_connections::Error;
use stripe_financial_connections::financial_connections::RefreshFeature;
use stripe_tests::client::{Waits, builder, client};
use stripe_tests::fault::{Answer, FaultServer};
use stripe_tests::json::{account, account_with, list};

const ACCOUNTS: &str = "/v1/financial_connections/accounts";

fn one() -> FaultServer {
    let answer = Answer::ok(account("fca_1")).header("Request-Id", "req_1");
    FaultServer::script([answer])
}

#[test]
fn without_a_runtime() {
    let server = one();
    let (client, _) = client(&server);
    let retrieve = client.financial_connections().accounts().retrieve("fca_1");
    let account = retrieve.clone().send_blocking().expect("a good answer");
    assert_eq!(account.id, "fca_1");
    let response = retrieve
        .send_blocking_with_response()
        .expect("a good answer");
    assert_eq!(
        (response.status, response.request_id()),
        (200, Some("req_1"))
    );
    assert_eq!(response.value, account);
}

#[tokio::test]
async fn inside_of_async_code() {
    let server = one();
    let (client, _) = client(&server);
    let retrieve = client.financial_connections().accounts().retrieve("fca_1");
    // Runs on the thread of a single-threaded runtime, between two requests of that runtime.
    let before = retrieve.clone().await.expect("a good answer");
    let blocking = retrieve.clone().send_blocking().expect("a good answer");
    let after = retrieve.await.expect("a good answer");
    assert_eq!([&before, &after], [&blocking, &blocking]);
}

#[test]
fn from_many_threads() {
    let server = one();
    let (client, _) = client(&server);
    let threads: Vec<_> = (0..16)
        .map(|_| {
            let client = client.clone();
            thread::spawn(move || {
                for _ in 0..8 {
                    let accounts = client.financial_connections().accounts();
                    accounts
                        .retrieve("fca_1")
                        .send_blocking()
                        .expect("a good answer");
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("no panic");
    }
    assert_eq!(server.seen().len(), 128);
    assert!(server.connections() <= 16, "{}", server.connections());
}

#[test]
fn faults_are_tried_again() {
    let busy = Answer::json(429, "{}").header("Retry-After", "9");
    let answers = [busy, Answer::drop_before(), Answer::ok(account("fca_1"))];
    let server = FaultServer::script(answers);
    let (client, waits) = client(&server);
    let accounts = client.financial_connections().accounts();
    let refresh = accounts.refresh("fca_1", [RefreshFeature::Balance]);
    refresh.send_blocking().expect("the third attempt is good");
    let seen = server.seen();
    let keys = seen.iter().map(|seen| seen.header("idempotency-key"));
    let keys: std::collections::HashSet<_> = keys.collect();
    assert_eq!((seen.len(), keys.len()), (3, 1));
    assert_eq!(waits.all()[0], Duration::from_secs(9));
}

#[test]
fn errors_are_the_same() {
    let missing = json!({"error": {"code": "resource_missing"}});
    let server = FaultServer::script([Answer::json(404, missing), Answer::ok("[]")]);
    let (client, _) = client(&server);
    let retrieve = client.financial_connections().accounts().retrieve("fca_1");
    let error = retrieve.clone().send_blocking().expect_err("not found");
    assert_eq!(error.status(), Some(404));
    let error = retrieve.clone().send_blocking().expect_err("no account");
    assert!(matches!(error, Error::Decode(_)), "{error:?}");
    let error = retrieve
        .with_api_key("a\n")
        .send_blocking()
        .expect_err("a bad key");
    assert!(matches!(error, Error::Invalid(_)), "{error:?}");
}

#[test]
fn time_is_limited() {
    let server = FaultServer::script([Answer::silence()]);
    let client = builder(&server, &Waits::default()).max_retries(0);
    let client = client
        .timeout(Duration::from_millis(50))
        .build()
        .expect("a client");
    let accounts = client.financial_connections().accounts();
    let error = accounts
        .retrieve("fca_1")
        .send_blocking()
        .expect_err("silence");
    assert!(matches!(error, Error::Timeout(_)), "{error:?}");
}

#[test]
fn lists() {
    let page = |id, more| Answer::ok(list(ACCOUNTS, [account(id)], more));
    let pages = || {
        [
            page("fca_1", true),
            page("fca_2", true),
            page("fca_3", false),
        ]
    };
    let broken = Answer::json(400, "{}");
    let server = FaultServer::script(
        pages()
            .into_iter()
            .chain(pages())
            .chain([page("fca_1", true), broken]),
    );
    let (client, _) = client(&server);
    let request = client.financial_connections().accounts().list().limit(1);

    let read = request
        .clone()
        .iter_blocking()
        .map(|account| account.expect("a good page"));
    let ids: Vec<_> = read.map(|account| account.id.to_string()).collect();
    assert_eq!(ids, ["fca_1", "fca_2", "fca_3"]);

    let mut page = request.clone().send_blocking().expect("a good page");
    let mut pages = 1;
    while let Some(next) = page.next_page_blocking().expect("a good page") {
        (page, pages) = (next, pages + 1);
    }
    assert_eq!(pages, 3);
    let seen = server.seen();
    assert!(
        seen.iter()
            .all(|seen| seen.param("limit").as_deref() == Some("1"))
    );
    let cursors: Vec<_> = seen
        .iter()
        .map(|seen| seen.param("starting_after"))
        .collect();
    assert_eq!(
        cursors[..3],
        [None, Some("fca_1".to_owned()), Some("fca_2".to_owned())]
    );
    assert_eq!(cursors[..3], cursors[3..]);

    let results: Vec<_> = request.iter_blocking().collect();
    assert!(
        matches!(results[..], [Ok(_), Err(Error::Api(_))]),
        "{results:?}"
    );
}

#[test]
fn waiting() {
    let refreshed = |status: &str| {
        let refresh = json!({"status": status, "last_attempted_at": 9});
        Answer::ok(account_with(json!({"balance_refresh": refresh})))
    };
    let answers = [
        Answer::ok(account("fca_1")),
        refreshed("pending"),
        refreshed("succeeded"),
    ];
    let server = FaultServer::script(answers);
    let (client, waits) = client(&server);
    let accounts = client.financial_connections().accounts();
    let refresh = accounts.refresh("fca_1", [RefreshFeature::Balance]);
    let account = refresh
        .wait_blocking(Duration::from_secs(60))
        .expect("it succeeds");
    assert!(account.balance_refresh.is_some());
    assert_eq!(waits.all(), [Duration::from_secs(1)]);
}

#[test]
fn a_client_can_be_dropped_anywhere() {
    let server = one();
    let (client, _) = client(&server);
    let accounts = client.financial_connections().accounts();
    accounts
        .retrieve("fca_1")
        .send_blocking()
        .expect("a good answer");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime
        .expect("a runtime")
        .block_on(async move { drop(client) });
}
