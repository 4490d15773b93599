//! Many requests over one client.

use std::time::Duration;

use stripe_tests::client::client;
use stripe_tests::fault::{Answer, FaultServer};
use stripe_tests::json::account;
use tokio::task::JoinSet;

/// Both ends of a connection are files of this process, and some systems allow 256.
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
    // One per task, and now and then one more that was opened while another became free.
    let connections = server.connections();
    assert!(connections <= 3 * TASKS, "{connections} connections");
    assert!(waits.all().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_requests_at_once() {
    allow_many_files();
    const REQUESTS: usize = 1_000;
    // Slow enough that all of them are under way together.
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
        // Whether it succeeds is the business of other tests.
        let _ = accounts.retrieve("fca_1").await;
    }
    let seen = server.seen();
    assert_eq!(seen.len(), 6);
    assert_ne!(seen[3].connection, seen[4].connection);
    assert!(server.connections() < 5, "{}", server.connections());
}
