//! Reads a spec from a file, the web, or Stripe's repository.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::files;

/// The value of `--from` in the help of the commands.
pub(crate) const FROM: &str = "PATH|URL|TAG|COMMIT";

/// The default of `--from`: the branch that Stripe publishes on.
pub(crate) const PUBLISHED: &str = "master";

/// The repository in which Stripe publishes its spec.
const STRIPE: Repository<'_> = Repository {
    name: "stripe/openapi",
    files: "https://raw.githubusercontent.com/stripe/openapi",
    commits: "https://api.github.com/repos/stripe/openapi/commits",
};

/// The spec with both versions of the API (v1 and v2).
const CURRENT: &str = "latest/openapi.spec3.json";

/// The path of the spec in old commits, without the second version of the API.
const OLD: &str = "openapi/spec3.json";

/// Number of retries after a temporary failure, which wait 1 s, 2 s, ….
const RETRIES: u32 = 3;

/// The largest download. Stripe's spec has 4 to 8 MB; a larger file is something else.
const LIMIT: usize = 64 << 20;

/// Options of curl. Commands show a progress bar. Tests show nothing, and ignore the user's
/// settings file (`--disable` has to come first) and proxy.
const SHOWN: &[&str] = if cfg!(test) {
    &["--disable", "--silent", "--noproxy", "*"]
} else {
    &["--progress-bar"]
};

/// A spec and its origin.
#[derive(Debug)]
pub(crate) struct Upstream {
    /// The name of the spec in messages; `--from` takes it to read the same spec again.
    pub(crate) name: String,
    pub(crate) text: String,
    /// The commit of Stripe's repository, if it is known.
    pub(crate) commit: Option<String>,
}

/// Reads the spec at `from`: a file, a URL, or a tag or commit of Stripe's repository.
pub(crate) fn read(from: &str) -> Result<Upstream> {
    let file = |text| Upstream {
        name: from.to_owned(),
        text,
        commit: None,
    };
    if from.starts_with("https://") || from.starts_with("http://") {
        let text = download("curl", from, RETRIES).with_context(|| {
            format!("can't download {from} (or get the file, and pass `--from PATH`)")
        })?;
        let commit = from.split('/').find(|part| is_commit(part));
        Ok(Upstream {
            commit: commit.map(str::to_owned),
            ..file(text)
        })
    } else if Path::new(from).exists() {
        files::read(Path::new(from)).map(file)
    } else if is_revision(from) {
        eprintln!("reading {from} of {}", STRIPE.name);
        STRIPE.read(from)
    } else {
        bail!(
            "there is no file `{from}`; pass a file, a URL, or a tag (`v2187`) or commit \
             (`1a2b3c4`) of {}",
            STRIPE.name
        )
    }
}

/// Returns whether `text` looks like a tag or commit of Stripe's repository, such as `v2187`.
fn is_revision(text: &str) -> bool {
    let is_tag = |number: &str| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    let is_short = text.len() >= 7 && text.len() <= 40 && text.bytes().all(is_hex);
    text == PUBLISHED || is_short || text.strip_prefix('v').is_some_and(is_tag)
}

fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(is_hex)
}

fn is_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

/// A repository on GitHub: the addresses of its files and of its API.
struct Repository<'a> {
    name: &'a str,
    files: &'a str,
    commits: &'a str,
}

impl Repository<'_> {
    fn read(&self, revision: &str) -> Result<Upstream> {
        let commit = self.commit(revision);
        let at = commit.as_deref().unwrap_or(revision);
        for place in [CURRENT, OLD] {
            let url = format!("{}/{at}/{place}", self.files);
            match download("curl", &url, RETRIES) {
                Ok(text) => {
                    return Ok(Upstream {
                        name: revision.to_owned(),
                        text,
                        commit,
                    });
                }
                Err(error) if error.to_string() == NOT_FOUND => {}
                Err(error) => {
                    return Err(error).with_context(|| {
                        format!("can't download {url} (another way: get the file, and pass `--from PATH`)")
                    });
                }
            }
        }
        bail!(
            "{} has no `{revision}` with {CURRENT} or {OLD}; its tags are `v` and a number",
            self.name
        )
    }

    /// Returns the commit that `revision` names now. If GitHub does not answer, the origin is
    /// recorded without a commit.
    fn commit(&self, revision: &str) -> Option<String> {
        if is_commit(revision) {
            return Some(revision.to_owned());
        }
        let output = Command::new("curl")
            .args(SHOWN)
            .args(["--silent", "--location", "--fail", "--max-time", "10"])
            // This media type returns the bare commit id as text.
            .args(["--header", "Accept: application/vnd.github.sha"])
            .args(["--url", &format!("{}/{revision}", self.commits)])
            .stderr(Stdio::null())
            .output();
        let commit = String::from_utf8(output.ok()?.stdout).ok()?;
        is_commit(commit.trim()).then(|| commit.trim().to_owned())
    }
}

/// The start of the error of `download` for a missing file.
const NOT_FOUND: &str = "HTTP status 404";

/// Downloads with the program `curl`, which knows the machine's proxies and certificates.
fn download(curl: &str, url: &str, retries: u32) -> Result<String> {
    eprintln!("downloading {url}");
    let output = Command::new(curl)
        .args(SHOWN)
        .args(["--location", "--globoff", "--proto", "=http,https"])
        .args(["--connect-timeout", "10", "--max-time", "300"])
        .args(["--max-filesize", &LIMIT.to_string()])
        // `--fail` would hide the difference between a 404 and other errors.
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
    ensure!(status == "200", "HTTP status {status}"); // with 404: `NOT_FOUND`
    let size: usize = size.context("curl does not report the size of the download")?;
    ensure!(size <= LIMIT, "{} MB is too large for a spec", size >> 20);
    // Output of failed attempts comes before the final one.
    let text = bytes.split_off(end.saturating_sub(size));
    files::text(text).context("the download is not text")
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::{Arc, Mutex};
    use std::thread;

    use super::{Command, LIMIT, Repository, Result, Upstream, download, is_revision};

    /// Starts a server that gives each connection the next of `answers`, and then closes it.
    fn serve(answers: Vec<Vec<u8>>) -> String {
        let (address, _) = record(answers);
        format!("{address}/[spec]{{3}}.json")
    }

    /// Starts a server like [`serve`] that also records the first line of each request.
    fn record(answers: Vec<Vec<u8>>) -> (String, Arc<Mutex<Vec<String>>>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("its address"));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let lines = Arc::clone(&seen);
        thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().expect("a connection");
                let mut request = [0; 4096];
                let read = stream.read(&mut request).expect("a request");
                assert!(read > 0);
                let request = String::from_utf8_lossy(&request[..read]).into_owned();
                let line = request.lines().next().unwrap_or_default();
                lines.lock().expect("no panic").push(line.to_owned());
                // A client that stops because the download is too large does not read the rest.
                _ = stream.write_all(&answer);
            }
        });
        (address, seen)
    }

    /// Reads `revision` from a server with these answers. Returns the result and the requests.
    fn read(revision: &str, answers: Vec<Vec<u8>>) -> (Result<Upstream>, Vec<String>) {
        let (address, seen) = record(answers);
        let repository = Repository {
            name: "a/b",
            files: &format!("{address}/files"),
            commits: &format!("{address}/commits"),
        };
        let upstream = repository.read(revision);
        let seen = seen.lock().expect("no panic").clone();
        (upstream, seen)
    }

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn a_tag_is_read_at_its_commit() {
        if !has_curl() {
            return;
        }
        let answers = vec![answer(200, 40, COMMIT.as_bytes()), answer(200, 2, b"{}")];
        let (upstream, seen) = read("v2187", answers);
        let upstream = upstream.expect("a spec");
        assert_eq!(upstream.text, "{}");
        assert_eq!(upstream.commit.as_deref(), Some(COMMIT));
        assert_eq!(upstream.name, "v2187");
        assert_eq!(seen[0], "GET /commits/v2187 HTTP/1.1");
        assert_eq!(
            seen[1],
            format!("GET /files/{COMMIT}/latest/openapi.spec3.json HTTP/1.1")
        );
    }

    #[test]
    fn the_commit_is_unknown_without_an_answer() {
        if !has_curl() {
            return;
        }
        for answer_of_commits in [answer(403, 4, b"busy"), answer(200, 4, b"HTML")] {
            let (upstream, seen) = read("1a2b3c4", vec![answer_of_commits, answer(200, 2, b"{}")]);
            assert_eq!(upstream.expect("a spec").commit, None);
            assert!(seen[1].contains("/files/1a2b3c4/latest/"), "{seen:?}");
        }
    }

    #[test]
    fn an_old_commit_has_the_spec_at_its_old_place() {
        if !has_curl() {
            return;
        }
        let (upstream, seen) = read(COMMIT, vec![answer(404, 0, b""), answer(200, 2, b"{}")]);
        assert_eq!(upstream.expect("a spec").commit.as_deref(), Some(COMMIT));
        assert!(seen[1].contains("/openapi/spec3.json"), "{seen:?}");

        let (upstream, _) = read(COMMIT, vec![answer(404, 0, b""), answer(404, 0, b"")]);
        let error = upstream.expect_err("no spec").to_string();
        assert!(error.contains(COMMIT) && error.contains("tags"), "{error}");
    }

    #[test]
    fn revisions_are_recognized() {
        for revision in ["v1", "v2187", "1a2b3c4", COMMIT, "master"] {
            assert!(is_revision(revision), "{revision}");
        }
        for other in ["", "v", "v1.2", "1a2b3c", "spec3.json", "HEAD~1", "1A2B3C4"] {
            assert!(!is_revision(other), "{other}");
        }
        let error = super::read("spec3.jsno").expect_err("no file").to_string();
        for way in ["`spec3.jsno`", "file", "URL", "`v2187`"] {
            assert!(error.contains(way), "{error}");
        }
    }

    /// Returns whether `curl` is installed. Without it the download tests are skipped.
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
    fn temporary_failures_are_retried() {
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
    fn the_error_is_that_of_the_last_attempt() {
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
    fn a_download_of_unknown_length_is_limited() {
        if !has_curl() {
            return;
        }
        let head = b"HTTP/1.1 200 x\r\nConnection: close\r\n\r\n";
        error(vec![[head, &vec![b' '; LIMIT + 1][..]].concat()], 0);
    }

    #[test]
    fn a_missing_curl_is_reported() {
        let error = download("no-such-curl", "http://127.0.0.1", 0).expect_err("no program");
        assert!(format!("{error:#}").contains("installed"), "{error:#}");
    }
}
