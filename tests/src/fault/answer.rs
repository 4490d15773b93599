use std::io::{self, Write};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// What the server does with a request: a response, complete or with a fault.
#[derive(Clone, Debug)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    delay: Duration,
    fault: Option<Fault>,
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    /// Sends nothing, and keeps the connection open.
    Silence,
    /// Closes the connection without sending anything.
    DropBefore,
    /// Closes the connection after this many bytes of the body.
    DropAfter(usize),
    /// Sends something that is not HTTP.
    Garbage,
    /// Sends the body byte by byte, with this time in between.
    Drip(Duration),
    /// Announces a body of this length, but does not send it.
    Announce(u64),
    /// Sends blanks after the body, without an end.
    Endless,
}

impl Answer {
    /// Answers with this status and JSON. The body may also be invalid JSON.
    pub fn json(status: u16, body: impl ToString) -> Self {
        Self::new(status, "application/json", body.to_string().into_bytes())
    }

    /// Answers with status 200 and JSON.
    pub fn ok(body: impl ToString) -> Self {
        Self::json(200, body)
    }

    /// Answers with a proxy's HTML page.
    pub fn html(status: u16) -> Self {
        let body = format!("<html><body><h1>{status} Bad Gateway</h1></body></html>");
        Self::new(status, "text/html", body.into_bytes())
    }

    /// Never answers.
    pub fn silence() -> Self {
        Self::ok("").with_fault(Fault::Silence)
    }

    /// Hangs up instead of answering.
    pub fn drop_before() -> Self {
        Self::ok("").with_fault(Fault::DropBefore)
    }

    /// Answers with something that is not HTTP.
    pub fn garbage() -> Self {
        Self::ok("").with_fault(Fault::Garbage)
    }

    fn new(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body,
            delay: Duration::ZERO,
            fault: None,
        }
    }

    /// Returns the JSON of the body.
    ///
    /// # Panics
    ///
    /// Panics if the body is not JSON.
    pub fn value(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }

    /// Returns the status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Compresses the body with gzip.
    #[must_use]
    pub fn gzipped(mut self) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&self.body).expect("memory accepts it");
        self.body = encoder.finish().expect("memory accepts it");
        self.header("content-encoding", "gzip")
    }

    /// Delays the response.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Closes the connection after this many bytes of the body. Its whole length was announced.
    #[must_use]
    pub fn cut_at(self, bytes: usize) -> Self {
        self.with_fault(Fault::DropAfter(bytes))
    }

    /// Sends the body byte by byte, with this time in between.
    #[must_use]
    pub fn dripping(self, pause: Duration) -> Self {
        self.with_fault(Fault::Drip(pause))
    }

    /// Announces a body of this length, but does not send it.
    #[must_use]
    pub fn announcing(self, bytes: u64) -> Self {
        self.with_fault(Fault::Announce(bytes))
    }

    /// Sends blanks after the body, as fast as they are read, without an end.
    #[must_use]
    pub fn endless(self) -> Self {
        self.with_fault(Fault::Endless)
    }

    fn with_fault(mut self, fault: Fault) -> Self {
        self.fault = Some(fault);
        self
    }

    /// Writes the response. An error closes the connection, as some faults require.
    pub(super) async fn write(&self, stream: &mut TcpStream) -> io::Result<()> {
        tokio::time::sleep(self.delay).await;
        match self.fault {
            None => {
                let mut all = self.head(self.length());
                all.extend(&self.body);
                stream.write_all(&all).await
            }
            Some(Fault::Silence) => std::future::pending().await,
            Some(Fault::DropBefore) => hang_up(),
            Some(Fault::Garbage) => {
                stream.write_all(b"\x16\x03\x01 not HTTP\r\n\r\n").await?;
                hang_up()
            }
            Some(Fault::Announce(bytes)) => {
                let length = ("content-length", bytes.to_string());
                stream.write_all(&self.head(length)).await?;
                std::future::pending().await
            }
            Some(Fault::Endless) => {
                let chunked = ("transfer-encoding", "chunked".to_owned());
                stream.write_all(&self.head(chunked)).await?;
                let blanks = vec![b' '; 1 << 16];
                let mut chunk = self.body.clone();
                loop {
                    if !chunk.is_empty() {
                        let size = format!("{:x}\r\n", chunk.len());
                        stream.write_all(size.as_bytes()).await?;
                        stream.write_all(&chunk).await?;
                        stream.write_all(b"\r\n").await?;
                    }
                    chunk.clone_from(&blanks);
                }
            }
            Some(Fault::DropAfter(bytes)) => {
                stream.write_all(&self.head(self.length())).await?;
                stream.write_all(&self.body[..bytes]).await?;
                hang_up()
            }
            Some(Fault::Drip(pause)) => {
                stream.write_all(&self.head(self.length())).await?;
                for byte in &self.body {
                    stream.write_all(&[*byte]).await?;
                    tokio::time::sleep(pause).await;
                }
                Ok(())
            }
        }
    }

    fn length(&self) -> (&'static str, String) {
        ("content-length", self.body.len().to_string())
    }

    fn head(&self, (name, value): (&str, String)) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} -\r\n", self.status);
        let framing = (name.to_owned(), value);
        for (name, value) in self.headers.iter().chain([&framing]) {
            head.extend([name, ": ", value, "\r\n"]);
        }
        (head + "\r\n").into_bytes()
    }
}

fn hang_up() -> io::Result<()> {
    Err(io::ErrorKind::ConnectionAborted.into())
}
