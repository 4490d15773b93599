//! Requests to a server on this machine, over plain HTTP: one after the other, and 32 at a time.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use compare::{decode::PlainAccount, sample};
use divan::Bencher;
use futures_util::future::join_all;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, USER_AGENT};
use stripe_financial_connections::{API_VERSION, Client};
use stripe_misc::financial_connections_account::RetrieveFinancialConnectionsAccount;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

const KEY: &str = "sk_test_123";
const ACCOUNT: &str = "fca_1PsXyk2eZvKYlo2Cb0000001";
const AT_A_TIME: usize = 32;

/// How long the last request was: ours and the bare one have to be the same.
static REQUEST: AtomicUsize = AtomicUsize::new(0);

/// A server on a thread of its own that gives the same answer to every request.
static SERVER: LazyLock<SocketAddr> = LazyLock::new(|| {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = listener.local_addr().expect("it is bound");
    listener.set_nonblocking(true).expect("it can be");
    thread::spawn(move || {
        runtime().block_on(async {
            let listener = TcpListener::from_std(listener).expect("it listens");
            let json = sample::account(1);
            let answer: &'static str = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nrequest-id: req_1\r\n\
                 content-length: {}\r\n\r\n{json}",
                json.len()
            )
            .leak();
            loop {
                let (stream, _) = listener.accept().await.expect("it accepts");
                tokio::spawn(serve(stream, answer));
            }
        })
    });
    address
});

async fn serve(mut stream: TcpStream, answer: &str) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut request = vec![0; 4096];
    let mut read = 0;
    loop {
        match stream.read(&mut request[read..]).await? {
            0 => return Ok(()),
            more => read += more,
        }
        if request[..read].ends_with(b"\r\n\r\n") {
            REQUEST.store(read, Ordering::Relaxed);
            stream.write_all(answer.as_bytes()).await?;
            read = 0;
        }
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("there is a runtime")
}

fn our_client() -> Client {
    Client::builder(KEY)
        .base_url(format!("http://{}", *SERVER))
        .build()
        .expect("the key is good")
}

async fn ours(client: &Client) {
    let accounts = client.financial_connections().accounts();
    accounts.retrieve(ACCOUNT).await.expect("it answers");
}

fn bare_client() -> reqwest::Client {
    let mut headers = HeaderMap::new();
    headers.insert(
        AUTHORIZATION,
        HeaderValue::from_str(&format!("Bearer {KEY}")).expect("it is text"),
    );
    headers.insert("stripe-version", HeaderValue::from_static(API_VERSION));
    headers.insert(
        USER_AGENT,
        HeaderValue::from_static("stripe-financial-connections-rust/0.1.0"),
    );
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    reqwest::Client::builder()
        .default_headers(headers)
        // As long as ours: without one, a server that says nothing holds a program for ever.
        .timeout(Duration::from_secs(80))
        .build()
        .expect("there are certificates")
}

async fn bare(client: &reqwest::Client) {
    let url = format!(
        "http://{}/v1/financial_connections/accounts/{ACCOUNT}",
        *SERVER
    );
    let answer = client.get(url).send().await.expect("it answers");
    let body = answer.bytes().await.expect("it has a body");
    let account: PlainAccount = serde_json::from_slice(&body).expect("it is an account");
    divan::black_box_drop(account);
}

fn async_stripe_client() -> stripe::Client {
    stripe::ClientBuilder::new(KEY)
        .url(format!("http://{}/", *SERVER))
        .build()
        .expect("the key is good")
}

async fn async_stripe(client: &stripe::Client) {
    let request = RetrieveFinancialConnectionsAccount::new(ACCOUNT);
    request.send(client).await.expect("it answers");
}

fn sequential<F: Future<Output = ()>>(bencher: Bencher, mut request: impl FnMut() -> F) {
    let runtime = runtime();
    bencher.bench_local(|| runtime.block_on(request()));
}

fn concurrent<F: Future<Output = ()>>(bencher: Bencher, mut request: impl FnMut() -> F) {
    let runtime = runtime();
    bencher.bench_local(|| {
        let requests: Vec<F> = (0..AT_A_TIME).map(|_| request()).collect();
        runtime.block_on(join_all(requests))
    });
}

fn main() {
    let length = |request: &dyn Fn()| {
        request();
        REQUEST.load(Ordering::Relaxed)
    };
    let ours_sends = length(&|| runtime().block_on(ours(&our_client())));
    let bare_sends = length(&|| runtime().block_on(bare(&bare_client())));
    assert_eq!(ours_sends, bare_sends, "the same bytes are to be sent");
    divan::main();
}

mod one_by_one {
    use super::*;

    #[divan::bench]
    fn ours(bencher: Bencher) {
        let client = our_client();
        sequential(bencher, || super::ours(&client));
    }

    #[divan::bench]
    fn bare(bencher: Bencher) {
        let client = bare_client();
        sequential(bencher, || super::bare(&client));
    }

    #[divan::bench]
    fn async_stripe(bencher: Bencher) {
        let client = async_stripe_client();
        sequential(bencher, || super::async_stripe(&client));
    }
}

mod at_a_time {
    use super::*;

    #[divan::bench]
    fn ours(bencher: Bencher) {
        let client = our_client();
        concurrent(bencher, || super::ours(&client));
    }

    #[divan::bench]
    fn bare(bencher: Bencher) {
        let client = bare_client();
        concurrent(bencher, || super::bare(&client));
    }

    #[divan::bench]
    fn async_stripe(bencher: Bencher) {
        let client = async_stripe_client();
        concurrent(bencher, || super::async_stripe(&client));
    }
}
