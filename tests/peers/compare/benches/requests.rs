//! Measures requests to a server on this machine: sequential and 32 at a time, over plain HTTP
//! and over TLS.

use std::fs;
use std::future::Future;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::Duration;

use compare::{decode::PlainAccount, sample};
use divan::Bencher;
use futures_util::future::join_all;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, USER_AGENT};
use stripe_financial_connections::{API_VERSION, Client};
use stripe_misc::financial_connections_account::RetrieveFinancialConnectionsAccount;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

const KEY: &str = "sk_test_123";
const ACCOUNT: &str = "fca_1PsXyk2eZvKYlo2Cb0000001";
const AT_A_TIME: usize = 32;

/// The size of the last request, to check that ours and the plain one are equal.
static REQUEST: AtomicUsize = AtomicUsize::new(0);

/// The environment variable with the path of the certificates.
const CERTIFICATES: &str = "COMPARE_CERTIFICATES";

static PLAIN: LazyLock<String> = LazyLock::new(|| format!("http://localhost:{}", server(None)));

static TLS: LazyLock<String> = LazyLock::new(|| {
    let folder = std::env::var_os(CERTIFICATES).expect("it is set");
    let folder = Path::new(&folder);
    let chain = CertificateDer::from_pem_file(folder.join("server.pem")).expect("it is there");
    let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).expect("it is there");
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![chain], key)
        .expect("the key is that of the certificate");
    format!(
        "https://localhost:{}",
        server(Some(Arc::new(config).into()))
    )
});

/// Starts a server on a thread of its own, which sends the same response to every request.
fn server(tls: Option<TlsAcceptor>) -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let port = listener.local_addr().expect("it is bound").port();
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
                stream.set_nodelay(true).expect("it can be");
                match tls.clone() {
                    Some(tls) => drop(tokio::spawn(async move {
                        serve(tls.accept(stream).await?, answer).await
                    })),
                    None => drop(tokio::spawn(serve(stream, answer))),
                }
            }
        })
    });
    port
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    answer: &str,
) -> std::io::Result<()> {
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
            stream.flush().await?;
            read = 0;
        }
    }
}

/// Runs this program again with a certificate that its clients trust. Clients read it when they
/// are created, from a path in the environment.
fn with_certificate() {
    let folder = tempfile::tempdir().expect("there is room");
    let write = |name: &str, text: String| {
        fs::write(folder.path().join(name), text).expect("there is room");
    };
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("there is randomness");
    let trusted = authority.self_signed(&key).expect("it can be signed");
    write("trusted.pem", trusted.pem());
    let issuer = Issuer::new(authority, key);
    let server = CertificateParams::new(["localhost".to_owned()]).expect("it is a name");
    let key = KeyPair::generate().expect("there is randomness");
    let certificate = server.signed_by(&key, &issuer).expect("it can be signed");
    write("server.pem", certificate.pem());
    write("server.key", key.serialize_pem());
    let this = std::env::current_exe().expect("it runs");
    let status = Command::new(this)
        .args(std::env::args_os().skip(1))
        .env(CERTIFICATES, folder.path())
        // All clients find their trusted certificates here.
        .env("SSL_CERT_FILE", folder.path().join("trusted.pem"))
        .status()
        .expect("it runs");
    assert!(status.success(), "{status}");
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("there is a runtime")
}

fn our_client(server: &str) -> Client {
    Client::builder(KEY)
        .base_url(server)
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
        // The same timeout as ours. By default reqwest has none, and would wait for ever.
        .timeout(Duration::from_secs(80))
        .build()
        .expect("there are certificates")
}

async fn bare(client: &reqwest::Client, server: &str) {
    let url = format!("{server}/v1/financial_connections/accounts/{ACCOUNT}");
    let answer = client.get(url).send().await.expect("it answers");
    let body = answer.bytes().await.expect("it has a body");
    let account: PlainAccount = serde_json::from_slice(&body).expect("it is an account");
    divan::black_box_drop(account);
}

fn async_stripe_client(server: &str) -> stripe::Client {
    stripe::ClientBuilder::new(KEY)
        .url(format!("{server}/"))
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
    if std::env::var_os(CERTIFICATES).is_none() {
        return with_certificate();
    }
    let length = |request: &dyn Fn()| {
        request();
        REQUEST.load(Ordering::Relaxed)
    };
    let ours_sends = length(&|| runtime().block_on(ours(&our_client(&PLAIN))));
    let bare_sends = length(&|| runtime().block_on(bare(&bare_client(), &PLAIN)));
    assert_eq!(ours_sends, bare_sends, "the same bytes are to be sent");
    divan::main();
}

/// Defines the same benchmark for each client and server.
macro_rules! compared {
    ($name:ident, $how:ident, $server:expr) => {
        mod $name {
            use super::*;

            #[divan::bench]
            fn ours(bencher: Bencher) {
                let client = our_client(&$server);
                $how(bencher, || super::ours(&client));
            }

            #[divan::bench]
            fn bare(bencher: Bencher) {
                let client = bare_client();
                $how(bencher, || super::bare(&client, &$server));
            }

            #[divan::bench]
            fn async_stripe(bencher: Bencher) {
                let client = async_stripe_client(&$server);
                $how(bencher, || super::async_stripe(&client));
            }
        }
    };
}

compared!(one_by_one, sequential, PLAIN);
compared!(at_a_time, concurrent, PLAIN);
compared!(one_by_one_tls, sequential, TLS);
compared!(at_a_time_tls, concurrent, TLS);
