//! A loopback HTTP server with configurable faults, which records its requests.
//!
//! It writes to the socket directly, since most faults are below HTTP. It runs on a thread of its
//! own, so that blocking calls can be tested as well.

mod answer;

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::oneshot;

pub use answer::Answer;

/// The server. Dropping it ends it.
pub struct FaultServer {
    address: SocketAddr,
    log: Arc<Log>,
    _stop: oneshot::Sender<()>,
}

/// The requests, in the order of their arrival.
#[derive(Default)]
struct Log {
    seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
}

/// A received request.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The method in upper case.
    pub method: String,
    /// The path as sent, with its escapes.
    pub path: String,
    /// The query as sent, without `?`.
    pub query: String,
    /// The headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as sent.
    pub body: Vec<u8>,
    /// The number of its connection, from 0.
    pub connection: usize,
    /// The time of its last byte.
    pub at: Instant,
}

impl Seen {
    /// Returns the value of a header; `name` is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find_map(|(n, value)| (n == name).then_some(value.as_str()))
    }

    /// Returns the parameters of query and form, decoded by the `url` crates.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let decode = |text| form_urlencoded::parse(text).into_owned();
        decode(self.query.as_bytes())
            .chain(decode(&self.body))
            .collect()
    }

    /// Returns the value of a parameter.
    pub fn param(&self, name: &str) -> Option<String> {
        let mut pairs = self.pairs().into_iter();
        pairs.find_map(|(n, value)| (n == name).then_some(value))
    }
}

impl FaultServer {
    /// Starts a server that answers the first request with the first answer, and so on. The last
    /// answer repeats.
    pub fn script(answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers: Vec<_> = answers.into_iter().collect();
        let asked = AtomicUsize::new(0);
        Self::start(move |_| {
            let index = asked.fetch_add(1, Ordering::Relaxed);
            answers[index.min(answers.len() - 1)].clone()
        })
    }

    /// Starts a server that calls a function for each request.
    pub fn start(answer: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Self {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port");
        let address = listener.local_addr().expect("a bound port");
        listener.set_nonblocking(true).expect("a socket for tokio");
        let log = Arc::new(Log::default());
        let (stop, stopped) = oneshot::channel();
        let (answer, seen) = (Arc::new(answer), log.clone());
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        thread::spawn(move || {
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).expect("a socket for tokio");
                tokio::select! {
                    _ = stopped => {}
                    () = accept(listener, answer, seen) => {}
                }
            });
        });
        Self {
            address,
            log,
            _stop: stop,
        }
    }

    /// Returns its URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns all requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.log
            .seen
            .lock()
            .expect("no test panics in here")
            .clone()
    }

    /// Returns the last request.
    ///
    /// # Panics
    ///
    /// Panics if there was none.
    pub fn last_seen(&self) -> Seen {
        let seen = self.log.seen.lock().expect("no test panics in here");
        seen.last().expect("a request").clone()
    }

    /// Returns the only request.
    ///
    /// # Panics
    ///
    /// Panics if there was none, or more than one.
    pub fn only_seen(&self) -> Seen {
        let [seen] = self.seen().try_into().expect("one request");
        seen
    }

    /// Returns the number of connections so far.
    pub fn connections(&self) -> usize {
        self.log.connections.load(Ordering::Relaxed)
    }
}

async fn accept<F>(listener: TcpListener, answer: Arc<F>, log: Arc<Log>)
where
    F: Fn(&Seen) -> Answer + Send + Sync + 'static,
{
    while let Ok((stream, _)) = listener.accept().await {
        let connection = log.connections.fetch_add(1, Ordering::Relaxed);
        let (answer, log) = (answer.clone(), log.clone());
        // A client may close its connection, for example after a timeout; this is not an error.
        tokio::spawn(async move { converse(stream, connection, &*answer, &log).await.ok() });
    }
}

/// Answers requests until one of the sides closes the connection.
async fn converse(
    stream: TcpStream,
    connection: usize,
    answer: &(impl Fn(&Seen) -> Answer + Sync),
    log: &Log,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    while let Some(seen) = read(&mut stream, connection).await? {
        let answer = answer(&seen);
        log.seen.lock().expect("no test panics in here").push(seen);
        answer.write(stream.get_mut()).await?;
    }
    Ok(())
}

/// Reads the next request; `None` if the client has closed the connection.
async fn read(stream: &mut BufReader<TcpStream>, connection: usize) -> io::Result<Option<Seen>> {
    let Some(first) = line(stream).await? else {
        return Ok(None);
    };
    let mut words = first.split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (path, query) = (path.to_owned(), query.to_owned());
    let mut headers = Vec::new();
    while let Some(line) = line(stream).await?
        && !line.is_empty()
    {
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.and_then(|(_, length)| length.parse().ok());
    let mut body = vec![0; length.unwrap_or_default()];
    stream.read_exact(&mut body).await?;
    Ok(Some(Seen {
        method,
        path,
        query,
        headers,
        body,
        connection,
        at: Instant::now(),
    }))
}

/// Reads a line without its end; `None` at the end of the stream.
async fn line(stream: &mut BufReader<TcpStream>) -> io::Result<Option<String>> {
    let mut line = String::new();
    let read = stream.read_line(&mut line).await?;
    Ok((read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
}
