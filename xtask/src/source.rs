//! Where a spec comes from: a file, or the web.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::files;

/// What Stripe publishes.
pub(crate) const PUBLISHED: &str =
    "https://raw.githubusercontent.com/stripe/openapi/master/openapi/spec3.json";

/// How often what fails in passing is tried again, after 1 s, 2 s, ….
const RETRIES: u32 = 3;

/// Stripe's spec has 4 to 8 MB; more than this is something else.
const LIMIT: usize = 64 << 20;

/// What there is to see; the tests are quiet, and have nothing of the user's: no file of settings,
/// which only counts when this comes first, and no proxy.
const SHOWN: &[&str] = if cfg!(test) {
    &["--disable", "--silent", "--noproxy", "*"]
} else {
    &["--progress-bar"]
};

/// What `from`, a path or a URL, holds.
pub(crate) fn read(from: &str) -> Result<String> {
    if from.starts_with("https://") || from.starts_with("http://") {
        download("curl", from, RETRIES).with_context(|| {
            format!("can't download {from} (another way: get the file, and pass `--from PATH`)")
        })
    } else {
        files::read(Path::new(from))
    }
}

/// By the program `curl`, which knows the proxies and certificates of the machine.
fn download(curl: &str, url: &str, retries: u32) -> Result<String> {
    eprintln!("downloading {url}");
    let output = Command::new(curl)
        .args(SHOWN)
        .args(["--location", "--globoff", "--proto", "=http,https"])
        .args(["--connect-timeout", "10", "--max-time", "300"])
        .args(["--max-filesize", &LIMIT.to_string()])
        // Not with `--fail`, which would make a 404 one of all errors.
        .args(["--retry", &retries.to_string(), "--retry-all-errors"])
        .args(["--retry-max-time", "300"])
        .args(["--write-out", "\n%{http_code} %{size_download} %{errormsg}"])
        .args(["--url", url])
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("can't run `{curl}`, which has to be installed"))?;

    let mut bytes = output.stdout;
    let end = bytes.iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
    let report = String::from_utf8_lossy(&bytes.split_off(end)).into_owned();
    let mut report = report.trim().splitn(3, ' ');
    let status = report.next().unwrap_or_default();
    let size = report.next().and_then(|size| size.parse().ok());
    if !output.status.success() {
        let error = report.next().unwrap_or_default();
        bail!("curl: {error} ({}, HTTP status {status})", output.status);
    }
    ensure!(status == "200", "HTTP status {status}");
    let size: usize = size.context("curl does not say how much it is")?;
    ensure!(size <= LIMIT, "{} MB are too many for a spec", size >> 20);
    // Before it is what broken attempts got.
    let text = bytes.split_off(end.saturating_sub(size));
    String::from_utf8(text).context("the download is not UTF-8")
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::{Command, LIMIT, download};

    /// A server that gives each connection the next of `answers`, and then closes.
    fn serve(answers: Vec<Vec<u8>>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!(
            "http://{}/[spec]{{3}}.json",
            listener.local_addr().expect("its address")
        );
        thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().expect("a connection");
                let mut request = [0; 4096];
                assert!(stream.read(&mut request).expect("a request") > 0);
                // Who hangs up because it is too much does not wait for the rest.
                _ = stream.write_all(&answer);
            }
        });
        url
    }

    /// The tests pass on a machine without `curl`: only downloads need it.
    fn has_curl() -> bool {
        let found = Command::new("curl").arg("--version").output().is_ok();
        if !found {
            eprintln!("SKIPPED: downloads, since there is no curl");
        }
        found
    }

    fn answer(status: u16, length: usize, body: &[u8]) -> Vec<u8> {
        let head = format!("HTTP/1.1 {status} x\r\nContent-Length: {length}\r\n\r\n");
        [head.as_bytes(), body].concat()
    }

    fn error(answers: Vec<Vec<u8>>, retries: u32) -> String {
        let error = download("curl", &serve(answers), retries).expect_err("no download");
        format!("{error:#}")
    }

    #[test]
    fn what_fails_in_passing_is_tried_again() {
        if !has_curl() {
            return;
        }
        let answers = vec![
            answer(503, 4, b"busy"),
            answer(200, 9, b"{\n"),
            answer(200, 3, b"{}\n"),
        ];
        let text = download("curl", &serve(answers), 2).expect("the third attempt");
        assert_eq!(text, "{}\n");
    }

    #[test]
    fn the_last_attempt_says_what_is_wrong() {
        if !has_curl() {
            return;
        }
        let busy = || answer(503, 0, b"");
        assert_eq!(error(vec![busy(), busy()], 1), "HTTP status 503");
        let broken = error(vec![answer(200, 9, b"{}")], 0);
        assert!(broken.contains("7 bytes"), "{broken}");
        let huge = error(vec![answer(200, LIMIT + 1, b"")], 0);
        assert!(huge.contains("file size"), "{huge}");
        let binary = error(vec![answer(200, 1, b"\xff")], 0);
        assert!(binary.contains("UTF-8"), "{binary}");
    }

    #[test]
    fn a_wrong_url_is_not_tried_again() {
        if !has_curl() {
            return;
        }
        let answers = vec![answer(404, 0, b""), answer(200, 2, b"{}")];
        assert_eq!(error(answers, 2), "HTTP status 404");
    }

    #[test]
    fn too_much_of_an_unknown_length_is_not_taken() {
        if !has_curl() {
            return;
        }
        let head = b"HTTP/1.1 200 x\r\nConnection: close\r\n\r\n";
        error(vec![[head, &vec![b' '; LIMIT + 1][..]].concat()], 0);
    }

    #[test]
    fn says_that_there_is_no_curl() {
        let error = download("no-such-curl", "http://127.0.0.1", 0).expect_err("no program");
        assert!(format!("{error:#}").contains("installed"), "{error:#}");
    }
}
