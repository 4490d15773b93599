use std::io;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// What the server does with a request: an answer, whole or with a fault in it.
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
    /// Nothing is ever sent; the connection stays open.
    Silence,
    /// The connection ends before anything was sent.
    DropBefore,
    /// It ends after this many bytes of the body.
    DropAfter(usize),
    /// Something that is not HTTP is sent.
    Garbage,
    /// The body comes byte by byte, with this much time in between.
    Drip(Duration),
    /// The body is said to be this long, and does not come.
    Announce(u64),
    /// After the body come blanks, and never an end.
    Endless,
}

impl Answer {
    /// JSON, or what is said to be JSON, with a status.
    pub fn json(status: u16, body: impl ToString) -> Self {
        Self::new(status, "application/json", body.to_string().into_bytes())
    }

    /// JSON with the status 200.
    pub fn ok(body: impl ToString) -> Self {
        Self::json(200, body)
    }

    /// The page of a proxy, not of Stripe.
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

    /// The JSON of the body.
    ///
    /// # Panics
    ///
    /// If it is none.
    pub fn value(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }

    /// The status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// One more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Comes after this time.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Hangs up after this many bytes of the body, whose length was announced in full.
    #[must_use]
    pub fn cut_at(self, bytes: usize) -> Self {
        self.with_fault(Fault::DropAfter(bytes))
    }

    /// The body comes byte by byte, with this much time in between.
    #[must_use]
    pub fn dripping(self, pause: Duration) -> Self {
        self.with_fault(Fault::Drip(pause))
    }

    /// The body is said to be this long, and does not come.
    #[must_use]
    pub fn announcing(self, bytes: u64) -> Self {
        self.with_fault(Fault::Announce(bytes))
    }

    /// After the body come blanks, as fast as they are read, and never an end.
    #[must_use]
    pub fn endless(self) -> Self {
        self.with_fault(Fault::Endless)
    }

    fn with_fault(mut self, fault: Fault) -> Self {
        self.fault = Some(fault);
        self
    }

    /// Writes the answer. An error ends the connection, as a fault may want it to.
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
