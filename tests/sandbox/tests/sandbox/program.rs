//! The sandbox as a program.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_stripe-financial-connections-sandbox");

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn it_says_how_to_reach_it() {
    let mut running = Command::new(PROGRAM)
        .args(["--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .map(Running)
        .expect("it starts");
    let output = running.0.stdout.take().expect("it is piped");
    let lines = BufReader::new(output).lines().take(3);
    let lines: Vec<_> = lines.collect::<Result<_, _>>().expect("it is text");
    let value = |place: usize| lines[place].split_whitespace().last().expect("it has one");
    let (key, url) = (value(0), value(1));
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    assert!(
        lines[2].contains(&format!("curl {url}/v1/customers -u {key}:")),
        "{}",
        lines[2]
    );

    let list = reqwest::Client::new()
        .get(format!("{url}/v1/customers"))
        .bearer_auth(key);
    assert_eq!(list.send().await.expect("it answers").status(), 200);
}

#[test]
fn a_webhook_needs_its_secret() {
    let run = Command::new(PROGRAM)
        .args(["--webhook", "http://127.0.0.1:1"])
        .output();
    let run = run.expect("it starts");
    assert_eq!(run.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&run.stderr).contains("--secret"));
}

#[tokio::test]
async fn nobody_else_can_reach_it_by_default() {
    let sandbox = stripe_financial_connections_sandbox::Sandbox::start()
        .await
        .expect("there is a free port");
    assert!(sandbox.url().starts_with("http://127.0.0.1:"));
}
