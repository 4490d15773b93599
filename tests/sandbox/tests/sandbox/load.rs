//! Tests a sandbox with many sessions and transactions.

use stripe_financial_connections_sandbox::Sandbox;

use super::http::{Http, ids};

/// Returns the numbers of accounts and transactions; CI uses the full capacity.
fn counts() -> (usize, usize) {
    match std::env::var_os("CI") {
        Some(_) => (10_000, 1_000_000),
        None => (200, 20_000),
    }
}

/// Returns the memory of this process in kB, if the system reports it.
fn memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn many_sessions_and_transactions_have_room() {
    let (sessions, transactions) = counts();
    let before = memory();
    let sandbox = Sandbox::builder().fill(sessions, transactions).start();
    let http = Http::new(sandbox.await.expect("there is a free port"));
    let (account, middle) = http.sandbox.filled().expect("it is full");
    if let (Some(before), Some(after)) = (before, memory()) {
        let used = after.saturating_sub(before);
        eprintln!("{sessions} sessions and {transactions} transactions: {used} kB");
        assert!(used < 1_000_000, "{used} kB");
    }

    let path = "/v1/financial_connections/accounts";
    let (mut seen, mut after) = (0, String::new());
    loop {
        let form = [("limit", "100"), ("starting_after", &after)];
        let form = &form[..if after.is_empty() { 1 } else { 2 }];
        let page = http.get(path, form).await;
        let page_ids = ids(&page);
        seen += page_ids.len();
        after = page_ids.last().expect("no page is empty").clone();
        if page["has_more"] == false {
            break;
        }
        if seen == 500 {
            break;
        }
    }
    assert_eq!(seen, sessions.min(500));
    let path = "/v1/financial_connections/transactions";
    let form = [
        ("account", account.as_str()),
        ("limit", "100"),
        ("starting_after", &middle),
    ];
    let start = std::time::Instant::now();
    assert_eq!(ids(&http.get(path, &form).await).len(), 100);
    eprintln!(
        "a page of 100 transactions from the middle: {:?}",
        start.elapsed()
    );
}
