//! A server that takes down what it is sent, to be held against what was recorded of the SDK.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use serde_json::Value;

/// A request: its method, its path, and the pairs of its query or form.
type Call = (String, String, Vec<(String, String)>);

pub struct Recorder {
    pub url: String,
    calls: Receiver<Call>,
}

impl Recorder {
    /// Starts to listen; every answer is the same.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let (sender, calls) = channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                sender.send(take(&stream)).expect("somebody listens");
                let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
                stream.write_all(answer.as_bytes()).expect("an answer");
            }
        });
        Self { url, calls }
    }

    /// That all calls so far are those that were recorded.
    pub fn compare(self, recorded: &str) {
        let recorded: Value = serde_json::from_str(recorded).expect("JSON");
        let recorded = recorded["calls"].as_array().expect("a list").iter();
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let recorded: Vec<Call> = recorded
            .map(|call| {
                let pairs = call["pairs"].as_array().expect("a list").iter();
                let pairs = pairs.map(|pair| (text(&pair[0]), text(&pair[1])));
                (text(&call["method"]), text(&call["path"]), sorted(pairs.collect()))
            })
            .collect();
        assert_eq!(recorded.len(), 3);
        let sent: Vec<Call> = self.calls.try_iter().collect();
        assert_eq!(sent, recorded);
    }
}

/// The order of pairs says nothing.
fn sorted(mut pairs: Vec<(String, String)>) -> Vec<(String, String)> {
    pairs.sort();
    pairs
}

fn take(stream: &TcpStream) -> Call {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).expect("a request");
    let mut words = line.split(' ').map(str::to_owned);
    let (method, target) = (words.next().expect("a method"), words.next().expect("a path"));
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).expect("a header");
        match header.trim().split_once(": ") {
            None => break,
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.parse().expect("a number");
            }
            Some(_) => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    let body = String::from_utf8(body).expect("text");
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let pairs = query.split('&').chain(body.split('&')).filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| {
        let (name, value) = pair.split_once('=').expect("a pair");
        (decoded(name), decoded(value))
    });
    (method, path.to_owned(), sorted(pairs.collect()))
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next().expect("a digit"), rest.next().expect("a digit")];
                let digits = std::str::from_utf8(&digits).expect("digits");
                u8::from_str_radix(digits, 16).expect("digits")
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).expect("text")
}
