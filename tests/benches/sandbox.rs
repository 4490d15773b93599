//! Measures how long a client waits for pages of a sandbox with 10,000 sessions with accounts and
//! 1,000,000 transactions.
//!
//! Run it with `cargo bench -p stripe-tests --bench sandbox`. Targets: less than 20 ms for each,
//! and less than 1 GB of memory.

use std::sync::LazyLock;

use divan::Bencher;
use stripe_financial_connections_sandbox::Sandbox;
use tokio::runtime::Runtime;

const SESSIONS: usize = 10_000;
const TRANSACTIONS: usize = 1_000_000;

struct Full {
    runtime: Runtime,
    sandbox: Sandbox,
    http: reqwest::Client,
    /// The oldest account, which has the transactions.
    account: String,
    /// A transaction in the middle of the list.
    middle: String,
}

static FULL: LazyLock<Full> = LazyLock::new(|| {
    let runtime = Runtime::new().expect("there is a runtime");
    let start = Sandbox::builder().fill(SESSIONS, TRANSACTIONS).start();
    let sandbox = runtime.block_on(start).expect("there is a free port");
    let (account, middle) = sandbox.filled().expect("it is full");
    Full {
        runtime,
        sandbox,
        http: reqwest::Client::new(),
        account,
        middle,
    }
});

impl Full {
    fn get(&self, path: &str) -> usize {
        let url = format!("{}{path}", self.sandbox.url());
        let request = self.http.get(url).bearer_auth(self.sandbox.key());
        self.runtime.block_on(async {
            let answer = request.send().await.expect("it answers");
            assert_eq!(answer.status(), 200);
            answer.bytes().await.expect("it has a body").len()
        })
    }
}

fn main() {
    divan::main();
    if let Some(peak) = peak_memory() {
        println!("peak memory: {peak} kB");
    }
}

/// Returns the peak memory of this process, if the system reports it.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[divan::bench]
fn events(bencher: Bencher) {
    bencher.bench(|| FULL.get("/v1/events?limit=100"));
}

/// No event has this type, so all events are searched.
#[divan::bench]
fn events_of_a_type_without_any(bencher: Bencher) {
    bencher.bench(|| FULL.get("/v1/events?limit=100&type=invoice.paid"));
}

#[divan::bench]
fn accounts(bencher: Bencher) {
    bencher.bench(|| FULL.get("/v1/financial_connections/accounts?limit=100"));
}

/// No account has this holder, so all accounts are searched.
#[divan::bench]
fn accounts_of_a_holder_without_any(bencher: Bencher) {
    let path = "/v1/financial_connections/accounts?limit=100&account_holder[account]=acct_1";
    bencher.bench(|| FULL.get(path));
}

#[divan::bench]
fn transactions(bencher: Bencher) {
    let path = format!(
        "/v1/financial_connections/transactions?limit=100&account={}",
        FULL.account
    );
    bencher.bench(|| FULL.get(&path));
}

#[divan::bench]
fn transactions_from_the_middle(bencher: Bencher) {
    let path = format!(
        "/v1/financial_connections/transactions?limit=100&account={}&starting_after={}",
        FULL.account, FULL.middle
    );
    bencher.bench(|| FULL.get(&path));
}

/// No transaction is that old, so all transactions are searched.
#[divan::bench]
fn transactions_of_a_time_without_any(bencher: Bencher) {
    let path = format!(
        "/v1/financial_connections/transactions?limit=100&account={}&transacted_at[lt]=1",
        FULL.account
    );
    bencher.bench(|| FULL.get(&path));
}
