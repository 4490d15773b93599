//! Tests the sandbox as a program.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_stripe-financial-connections-sandbox");

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    /// Starts the program. Returns what it printed, up to the URL and the keys.
    fn start(arguments: &[&str]) -> (Self, HashMap<String, String>) {
        let mut running = Command::new(PROGRAM)
            .args(["--port", "0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .map(Self)
            .expect("it starts");
        let output = running.0.stdout.take().expect("it is piped");
        let mut said = HashMap::new();
        for line in BufReader::new(output).lines() {
            let line = line.expect("it is text");
            if let Some((name, value)) = line.trim().split_once("  ") {
                said.insert(name.trim().to_owned(), value.trim().to_owned());
            }
            if line.contains("clock/advance") {
                break;
            }
        }
        (running, said)
    }
}

#[tokio::test]
async fn it_says_how_to_reach_it() {
    let (_running, said) = Running::start(&[]);
    let url = &said["Base URL"];
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    assert!(said["Publishable key"].starts_with("pk_test_"));
    let list = reqwest::Client::new()
        .get(format!("{url}/v1/customers"))
        .bearer_auth(&said["Secret key"]);
    assert_eq!(list.send().await.expect("it answers").status(), 200);
}

/// Kills the process while clients write. Everything that was answered is still there.
#[tokio::test]
async fn nothing_is_lost_that_was_answered() {
    let folder = tempfile::tempdir().expect("there is a folder for such files");
    let file = folder.path().join("state.json");
    let file = file.to_str().expect("it is text");
    let mut known = Vec::new();
    for round in 0..3 {
        let (mut running, said) = Running::start(&["--state", file]);
        let url = format!("{}/v1/customers", said["Base URL"]);
        let http = reqwest::Client::new();
        for id in &known {
            let request = http.get(format!("{url}/{id}"));
            let answer = request.bearer_auth(&said["Secret key"]).send().await;
            let status = answer.expect("it answers").status();
            assert_eq!(status, 200, "round {round}: {id}");
        }
        let answered = Arc::new(AtomicUsize::new(0));
        let writers: Vec<_> = (0..4)
            .map(|_| {
                let (http, url) = (http.clone(), url.clone());
                let key = said["Secret key"].clone();
                let count = answered.clone();
                tokio::spawn(async move {
                    let mut answered = Vec::new();
                    loop {
                        let request = http.post(&url).bearer_auth(&key).send();
                        let Ok(answer) = request.await else { break };
                        let Ok(text) = answer.text().await else { break };
                        let answer: Value = serde_json::from_str(&text).expect("it is JSON");
                        count.fetch_add(1, Ordering::Relaxed);
                        answered.push(answer["id"].as_str().expect("it has an id").to_owned());
                    }
                    answered
                })
            })
            .collect();
        while answered.load(Ordering::Relaxed) < 20 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        running.0.kill().expect("it can be killed");
        for writer in writers {
            known.extend(writer.await.expect("it ends"));
        }
        assert!(!known.is_empty());
    }
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
