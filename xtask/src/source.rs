//! Where a spec comes from: a file, or the web.

use std::io::Read;
use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::files;

/// What Stripe publishes.
pub(crate) const PUBLISHED: &str =
    "https://raw.githubusercontent.com/stripe/openapi/master/openapi/spec3.json";

/// Pauses before the second attempt, the third, ….
const PAUSES: &[Duration] = &[Duration::from_secs(1), Duration::from_secs(4)];

/// Stripe's spec has 4 to 8 MB; more than this is something else.
const LIMIT: u64 = 64 << 20;

/// What `from`, a path or a URL, holds.
pub(crate) fn read(from: &str) -> Result<String> {
    if from.starts_with("https://") || from.starts_with("http://") {
        download(from, PAUSES).with_context(|| format!("can't download {from}"))
    } else {
        files::read(Path::new(from))
    }
}

fn download(url: &str, pauses: &[Duration]) -> Result<String> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_connect(Some(Duration::from_secs(10)))
        .timeout_recv_response(Some(Duration::from_secs(30)))
        .build()
        .into();
    let mut pauses = pauses.iter();
    loop {
        eprintln!("downloading {url}");
        match attempt(&agent, url) {
            Ok(text) => return Ok(text),
            Err(error) => match pauses.next() {
                Some(pause) if is_passing(&error) => {
                    eprintln!("{error:#}; again in {} s", pause.as_secs());
                    thread::sleep(*pause);
                }
                _ => return Err(error),
            },
        }
    }
}

/// Whether another attempt may end otherwise: all but the statuses that blame the request.
fn is_passing(error: &anyhow::Error) -> bool {
    match error.downcast_ref() {
        Some(ureq::Error::StatusCode(status)) => *status == 429 || *status >= 500,
        _ => true,
    }
}

fn attempt(agent: &ureq::Agent, url: &str) -> Result<String> {
    let response = agent.get(url).call()?;
    let body = response.into_body();
    let expected = body.content_length();
    if expected.is_some_and(|length| length > LIMIT) {
        bail!(
            "{} MB are too many for a spec",
            expected.unwrap_or_default() >> 20
        );
    }
    let mut reader = body.into_reader().take(LIMIT + 1);
    let mut bytes = Vec::new();
    // One MB at a time, so that there is something to see.
    while reader.by_ref().take(1 << 20).read_to_end(&mut bytes)? > 0 {
        match expected {
            Some(length) => eprintln!("{} of {} kB", bytes.len() >> 10, length >> 10),
            None => eprintln!("{} kB", bytes.len() >> 10),
        }
    }
    let length = bytes.len() as u64;
    if length > LIMIT {
        bail!("more than {} MB are too many for a spec", LIMIT >> 20);
    }
    if let Some(expected) = expected.filter(|expected| *expected != length) {
        bail!("the download ended after {length} of {expected} bytes");
    }
    String::from_utf8(bytes).context("the download is not UTF-8")
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;
    use std::time::Duration;

    use super::download;

    const PAUSES: &[Duration] = &[Duration::ZERO, Duration::ZERO];

    /// A server that gives each connection the next of `answers`, and then closes.
    fn serve(answers: &'static [&'static str]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!(
            "http://{}/spec3.json",
            listener.local_addr().expect("its address")
        );
        thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().expect("a connection");
                let mut request = [0; 4096];
                assert!(stream.read(&mut request).expect("a request") > 0);
                stream.write_all(answer.as_bytes()).expect("an answer");
            }
        });
        url
    }

    const BUSY: &str = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    const SHORT: &str = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{}";
    const WHOLE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
    const HUGE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\nConnection: close\r\n\r\n";
    const GONE: &str = "HTTP/1.1 404 Gone\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

    #[test]
    fn what_fails_in_passing_is_tried_again() {
        let url = serve(&[BUSY, SHORT, WHOLE]);
        assert_eq!(download(&url, PAUSES).expect("the third attempt"), "{}");
    }

    #[test]
    fn the_last_attempt_says_what_is_wrong() {
        let url = serve(&[BUSY, BUSY, BUSY]);
        let error = download(&url, PAUSES).expect_err("no fourth attempt");
        assert!(format!("{error:#}").contains("503"), "{error:#}");
        let url = serve(&[SHORT]);
        let error = download(&url, &[]).expect_err("seven bytes are missing");
        assert!(
            error.downcast_ref::<std::io::Error>().is_some(),
            "{error:#}"
        );
        let url = serve(&[HUGE]);
        let error = download(&url, &[]).expect_err("too large");
        assert!(format!("{error:#}").contains("MB"), "{error:#}");
    }

    #[test]
    fn a_wrong_url_is_not_tried_again() {
        let url = serve(&[GONE, WHOLE]);
        let error = download(&url, PAUSES).expect_err("not found");
        assert!(format!("{error:#}").contains("404"), "{error:#}");
    }
}
