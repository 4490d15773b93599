//! Measures a client whose server gets more requests than it can handle.
//!
//! `cargo bench -p stripe-tests --bench overload` prints a line for each case: how the server
//! refuses, the load, how the client retries, and the results. The server answers 200 requests
//! per second one after the other, and has a queue of 50. Requests arrive at a fixed average rate
//! from 100 callers of one client, whether or not earlier ones succeed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use stripe_financial_connections::{Client, RetryBudget};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

/// The capacity of the server, in requests per second, and the length of its queue.
const RATE: f64 = 200.0;
const QUEUE: u64 = 50;
/// The server's time for one request.
const ANSWER: Duration = Duration::from_millis(5);
/// The client's timeout; the longest wait in the queue is 0.25 s.
const TIMEOUT: Duration = Duration::from_secs(1);
const CALLERS: usize = 100;
/// The loads, as multiples of the server's capacity.
const LOADS: [f64; 8] = [0.5, 0.8, 1.0, 1.1, 1.25, 1.5, 2.0, 3.0];
/// The percentage of responses that fail at random, where single failures are measured.
const FLAKY: u64 = 5;

/// How the server refuses requests when its queue is full.
#[derive(Clone, Copy)]
enum Refusal {
    /// With a 503 that takes no time.
    Free,
    /// With a 503 that takes a quarter of the time of a good response.
    Costly,
    /// It does not answer, so that the client times out.
    Silent,
}

/// The client's retries.
#[derive(Clone, Copy)]
enum Policy {
    /// None.
    None,
    /// Two, without a budget, as in the official SDKs.
    Twice,
    /// Two, within the client's retry budget.
    Ours,
}

/// A simulated server, which computes for each request when it would be answered.
struct Server {
    refusal: Refusal,
    flaky: u64,
    start: Instant,
    /// The end of its queued work, in microseconds since the start.
    busy_until: AtomicU64,
    asked: AtomicU64,
}

impl Server {
    async fn serve(self: Arc<Self>, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            let server = self.clone();
            tokio::spawn(async move { server.converse(stream).await.ok() });
        }
    }

    async fn converse(&self, stream: TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        loop {
            // A GET has no body; it ends with an empty line.
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            if line != "\r\n" {
                continue;
            }
            let number = self.asked.fetch_add(1, Ordering::Relaxed);
            let is_good = match self.admit() {
                Some(done) => {
                    sleep_until(self.start + done).await;
                    number % 100 >= self.flaky
                }
                None if matches!(self.refusal, Refusal::Silent) => std::future::pending().await,
                None => false,
            };
            let (status, body) = if is_good {
                (
                    "200 OK",
                    json!({"id": "cus_1", "object": "customer", "deleted": true}),
                )
            } else {
                ("503 Busy", json!({}))
            };
            let body = body.to_string();
            let length = body.len();
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}");
            stream.write_all(answer.as_bytes()).await?;
        }
    }

    /// Returns the delay of the response; `None` if the request is refused.
    fn admit(&self) -> Option<Duration> {
        let now = self.start.elapsed().as_micros() as u64;
        let answer = ANSWER.as_micros() as u64;
        let mut done = None;
        let book = |busy_until: u64| {
            let free = busy_until.max(now);
            if free - now < QUEUE * answer {
                done = Some(Duration::from_micros(free + answer));
                return Some(free + answer);
            }
            done = None;
            matches!(self.refusal, Refusal::Costly).then_some(free + answer / 4)
        };
        let _ = self
            .busy_until
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, book);
        done
    }
}

/// The results of all calls.
struct Outcome {
    calls: usize,
    requests: u64,
    good: usize,
    good_in_time: usize,
}

async fn measure(
    refusal: Refusal,
    policy: Policy,
    load: f64,
    flaky: u64,
    time: Duration,
) -> Outcome {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("a bound port");
    let start = Instant::now();
    let server = Arc::new(Server {
        refusal,
        flaky,
        start,
        busy_until: AtomicU64::new(0),
        asked: AtomicU64::new(0),
    });
    let serving = tokio::spawn(server.clone().serve(listener));
    let client = Client::builder("sk_test_1")
        .base_url(format!("http://{address}"))
        .timeout(TIMEOUT);
    let client = match policy {
        Policy::None => client.max_retries(0),
        Policy::Twice => client.retry_budget(RetryBudget::unlimited()),
        Policy::Ours => client,
    };
    let client = client.build().expect("a client");
    let (good, good_in_time) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let counts = Arc::new((good, good_in_time));
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let (client, counts) = (client.clone(), counts.clone());
        let mut random = fastrand::Rng::with_seed(caller as u64);
        callers.spawn(async move {
            let mut calls = JoinSet::new();
            let mut at = start;
            let mut made = 0;
            loop {
                // Gaps of a Poisson process, as callers are independent of each other.
                let gap = -(1.0 - random.f64()).ln() * CALLERS as f64 / (RATE * load);
                at += Duration::from_secs_f64(gap);
                if at > start + time {
                    break;
                }
                sleep_until(at).await;
                made += 1;
                let (client, counts) = (client.clone(), counts.clone());
                calls.spawn(async move {
                    if client.customers().retrieve("cus_1").await.is_ok() {
                        counts.0.fetch_add(1, Ordering::Relaxed);
                        if Instant::now() < start + time {
                            counts.1.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
            calls.join_all().await;
            made
        });
    }
    let calls = callers.join_all().await.into_iter().sum();
    serving.abort();
    Outcome {
        calls,
        requests: server.asked.load(Ordering::Relaxed),
        good: counts.0.load(Ordering::Relaxed),
        good_in_time: counts.1.load(Ordering::Relaxed),
    }
}

/// Prints one case: requests per call, good responses per second, and the share of successful
/// calls.
async fn case(name: &str, refusal: Refusal, load: f64, flaky: u64, time: Duration) {
    // The three policies run at the same time, each with its own server, as they mostly wait.
    let run = |policy| measure(refusal, policy, load, flaky, time);
    let (none, twice, ours) =
        tokio::join!(run(Policy::None), run(Policy::Twice), run(Policy::Ours));
    for (policy, outcome) in [("none", none), ("twice", twice), ("ours", ours)] {
        let calls = outcome.calls.max(1) as f64;
        println!(
            "{name}\t{load}\t{policy}\t{:.4}\t{:.2}\t{:.5}",
            outcome.requests as f64 / calls,
            outcome.good_in_time as f64 / time.as_secs_f64(),
            outcome.good as f64 / calls,
        );
    }
}

fn main() {
    // Like other benchmarks, it only checks that it runs under `cargo test`.
    let arguments: Vec<String> = std::env::args().collect();
    let is_bench = arguments.iter().any(|argument| argument == "--bench");
    let is_quick = !is_bench || arguments.iter().any(|argument| argument == "quick");
    let time = Duration::from_secs(if is_quick { 2 } else { 12 });
    // A request without a response holds a connection, and both of its ends are files of this
    // process.
    rlimit::increase_nofile_limit(16_384).expect("a limit that can be raised");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        for (name, refusal) in [
            ("free", Refusal::Free),
            ("costly", Refusal::Costly),
            ("silent", Refusal::Silent),
        ] {
            for load in LOADS {
                case(name, refusal, load, 0, time).await;
                // Waits until the abandoned connections are closed.
                sleep(Duration::from_millis(100)).await;
            }
        }
        case("single", Refusal::Free, 0.5, FLAKY, time).await;
    });
}
