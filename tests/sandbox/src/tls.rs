//! The sandbox as `https://js.stripe.com` for test browsers: a listener with a self-made
//! certificate, which other browsers do not trust.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use base64::Engine;
use rcgen::{CertificateParams, KeyPair, PublicKeyData};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::server::TlsStream;

use crate::guard::{Bounded, Connection};

/// The host that pages load Stripe.js from.
const HOST: &str = "js.stripe.com";

/// The time limit for a TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// A listener with its certificate.
pub(crate) struct Tls {
    listener: Bounded,
    acceptor: TlsAcceptor,
    handshakes: JoinSet<Option<(TlsStream<Connection>, SocketAddr)>>,
}

impl Tls {
    /// Listens on a free port with a new certificate. Also returns the arguments for Chromium.
    pub(crate) async fn bind() -> io::Result<(Self, [String; 2])> {
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = CertificateParams::new([HOST.to_owned()])
            .and_then(|params| params.self_signed(&key))
            .map_err(io::Error::other)?;
        let private = PrivatePkcs8KeyDer::from(key.serialize_der());
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private.into())
            .map_err(io::Error::other)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let arguments = [
            format!(
                "--host-resolver-rules=MAP {HOST} {}",
                listener.local_addr()?
            ),
            format!(
                "--ignore-certificate-errors-spki-list={}",
                fingerprint(&key)
            ),
        ];
        let tls = Self {
            listener: Bounded::new(listener),
            acceptor: TlsAcceptor::from(Arc::new(config)),
            handshakes: JoinSet::new(),
        };
        Ok((tls, arguments))
    }
}

/// Returns the hash of the public key, with which Chromium trusts only this certificate.
fn fingerprint(key: &KeyPair) -> String {
    let hash = Sha256::digest(key.subject_public_key_info());
    base64::engine::general_purpose::STANDARD.encode(hash)
}

impl Listener for Tls {
    type Io = TlsStream<Connection>;
    type Addr = SocketAddr;

    /// Returns the next connection after its handshake. A slow client does not delay others.
    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            tokio::select! {
                (stream, address) = self.listener.accept() => {
                    let handshake = self.acceptor.accept(stream);
                    self.handshakes.spawn(async move {
                        let stream = tokio::time::timeout(HANDSHAKE, handshake).await.ok()?.ok()?;
                        Some((stream, address))
                    });
                }
                Some(done) = self.handshakes.join_next() => {
                    if let Ok(Some(connection)) = done {
                        return connection;
                    }
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}
