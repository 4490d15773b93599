//! A loopback HTTP server that fails as it is told to, and remembers what it was asked.
//!
//! It writes to the socket itself, since most faults are below HTTP. It runs on a thread of its
//! own, so that blocking calls can be tested against it too.

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

/// The server. It ends when it is dropped.
pub struct FaultServer {
    address: SocketAddr,
    log: Arc<Log>,
    _stop: oneshot::Sender<()>,
}

/// What was asked, in the order in which it was.
#[derive(Default)]
struct Log {
    seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
}

/// A request as it came in.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The method in capitals.
    pub method: String,
    /// The path as it was sent, escapes and all.
    pub path: String,
    /// What follows the `?`, as it was sent.
    pub query: String,
    /// Names in small letters, and their values.
    pub headers: Vec<(String, String)>,
    /// The body as it was sent.
    pub body: Vec<u8>,
    /// On which connection it came, counted from 0.
    pub connection: usize,
    /// When the last byte of it was there.
    pub at: Instant,
}

impl Seen {
    /// The value of a header, by its name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find_map(|(n, value)| (n == name).then_some(value.as_str()))
    }

    /// The parameters of the query and of the form in the body, decoded by the `url` crates.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let decode = |text| form_urlencoded::parse(text).into_owned();
        decode(self.query.as_bytes())
            .chain(decode(&self.body))
            .collect()
    }

    /// The value of a parameter.
    pub fn param(&self, name: &str) -> Option<String> {
        let mut pairs = self.pairs().into_iter();
        pairs.find_map(|(n, value)| (n == name).then_some(value))
    }
}

impl FaultServer {
    /// Answers the first request with the first answer, and so on. The last answer repeats.
    pub fn script(answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers: Vec<_> = answers.into_iter().collect();
        let asked = AtomicUsize::new(0);
        Self::start(move |_| {
            let index = asked.fetch_add(1, Ordering::Relaxed);
            answers[index.min(answers.len() - 1)].clone()
        })
    }

    /// Answers each request as the function says.
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

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.log
            .seen
            .lock()
            .expect("no test panics in here")
            .clone()
    }

    /// The last request.
    ///
    /// # Panics
    ///
    /// If there was none.
    pub fn last_seen(&self) -> Seen {
        let seen = self.log.seen.lock().expect("no test panics in here");
        seen.last().expect("a request").clone()
    }

    /// The only request.
    ///
    /// # Panics
    ///
    /// If there was none, or more than one.
    pub fn only_seen(&self) -> Seen {
        let [seen] = self.seen().try_into().expect("one request");
        seen
    }

    /// How many connections there have been.
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
        // A client that hangs up, as one whose time is over does, is no failure of the server.
        tokio::spawn(async move { converse(stream, connection, &*answer, &log).await.ok() });
    }
}

/// Answers one request after the other, until one of both sides hangs up.
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

/// The next request; `None` if the client hung up after the last one.
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

/// A line without its end; `None` at the end of the stream.
async fn line(stream: &mut BufReader<TcpStream>) -> io::Result<Option<String>> {
    let mut line = String::new();
    let read = stream.read_line(&mut line).await?;
    Ok((read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
}
