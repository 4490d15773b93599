//! Tests many requests over one client.

use std::process::Command;
use std::time::Duration;

use stripe_financial_connections::{Client, Error};
use stripe_tests::client::{KEY, client};
use stripe_tests::fault::{Answer, FaultServer};
use stripe_tests::json::account;
use tokio::task::JoinSet;

/// Both ends of a connection are files of this process, and some systems allow only 256.
fn allow_many_files() {
    rlimit::increase_nofile_limit(4096).expect("a limit that can be raised");
}

#[tokio::test]
async fn ten_thousand_requests_share_a_handful_of_connections() {
    const TASKS: usize = 8;
    const REQUESTS: usize = 10_000;
    let server = FaultServer::script([Answer::ok(account("fca_1"))]);
    let (client, waits) = client(&server);
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let client = client.clone();
        tasks.spawn(async move {
            for _ in 0..REQUESTS / TASKS {
                let accounts = client.financial_connections().accounts();
                accounts.retrieve("fca_1").await.expect("a good answer");
            }
        });
    }
    tasks.join_all().await;
    assert_eq!(server.seen().len(), REQUESTS);
    // One per task, and sometimes one more that was opened while another became free.
    let connections = server.connections();
    assert!(connections <= 3 * TASKS, "{connections} connections");
    assert!(waits.all().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_requests_at_once() {
    allow_many_files();
    const REQUESTS: usize = 1_000;
    // Slow enough for all requests to run at the same time.
    let answer = Answer::ok(account("fca_1")).after(Duration::from_millis(200));
    let server = FaultServer::script([answer]);
    let (client, waits) = client(&server);
    let mut tasks = JoinSet::new();
    for _ in 0..REQUESTS {
        let client = client.clone();
        tasks.spawn(async move {
            let accounts = client.financial_connections().accounts();
            accounts.retrieve("fca_1").await.expect("a good answer");
        });
    }
    tasks.join_all().await;
    assert_eq!(server.seen().len(), REQUESTS);
    assert!(waits.all().is_empty());
}

#[tokio::test]
async fn a_fault_costs_its_own_connection_only() {
    let good = || Answer::ok(account("fca_1"));
    let error = || Answer::json(404, "{}");
    let answers = [
        good(),
        error(),
        good(),
        Answer::drop_before(),
        good(),
        good(),
    ];
    let server = FaultServer::script(answers);
    let (client, _) = client(&server);
    for _ in 0..5 {
        let accounts = client.financial_connections().accounts();
        // The result does not matter here.
        let _ = accounts.retrieve("fca_1").await;
    }
    let seen = server.seen();
    assert_eq!(seen.len(), 6);
    assert_ne!(seen[3].connection, seen[4].connection);
    assert!(server.connections() < 5, "{}", server.connections());
}

/// The environment variable with the address of a server. The test without certificates runs in a
/// process of its own, as the path of certificates is set in the environment.
const WITHOUT_CERTIFICATES: &str = "STRIPE_TESTS_WITHOUT_CERTIFICATES";

#[test]
fn a_machine_without_certificates() {
    if let Ok(url) = std::env::var(WITHOUT_CERTIFICATES) {
        return without_certificates(&url);
    }
    let server = FaultServer::script([Answer::ok(account("fca_1"))]);
    let nowhere = "/nonexistent";
    let child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "a_machine_without_certificates", "--nocapture"])
        .env(WITHOUT_CERTIFICATES, server.url())
        .env("SSL_CERT_FILE", nowhere)
        .env("SSL_CERT_DIR", nowhere)
        .output()
        .expect("it starts");
    assert!(child.status.success(), "{child:?}");
    assert_eq!(server.seen().len(), 2, "{child:?}");
}

fn without_certificates(url: &str) {
    // Systems other than Linux find certificates elsewhere.
    if cfg!(target_os = "linux") {
        let error = Client::new(KEY).expect_err("nothing could be trusted");
        assert!(matches!(error, Error::HttpClient(_)), "{error:?}");
        let text = error.to_string();
        assert!(text.contains("CA certificates"), "{text}");
        assert!(!text.contains('\n'), "{text}");
        assert!(std::error::Error::source(&error).is_some(), "{error:?}");
    }
    let client = Client::builder(KEY).base_url(url).build();
    let client = client.expect("plain HTTP needs no certificates");
    let retrieve = || client.financial_connections().accounts().retrieve("fca_1");
    retrieve().send_blocking().expect("a good answer");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(retrieve().send()).expect("a good answer");
}
