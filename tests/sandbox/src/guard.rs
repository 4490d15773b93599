//! Keeps the sandbox private to its machine: pages of other sites can't reach it, neither through
//! a host name that points here nor by sending forms.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::{Request, State as Shared};
use axum::http::{HeaderMap, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::api::respond;
use crate::error::{ApiError, shortened};
use crate::server::Server;

/// The largest number of connections; further ones wait.
const MAX_CONNECTIONS: usize = 512;

/// Host names of Stripe that a test browser can be told to find here. Only Stripe can serve real
/// pages with these names.
const STRIPE: [&str; 3] = ["api.stripe.com", "js.stripe.com", "hooks.stripe.com"];

/// Refuses requests that are not from this machine.
pub(crate) async fn guard(
    Shared(server): Shared<Arc<Server>>,
    request: Request,
    next: Next,
) -> Response {
    match check(request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(error) => respond(&server.setting.ids.id("req"), Err(error)),
    }
}

fn check(uri: &Uri, headers: &HeaderMap) -> Result<(), ApiError> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    // The host may be in the request's target as well as in its header.
    let hosts = text(header::HOST)
        .into_iter()
        .chain(uri.authority().map(|name| name.as_str()));
    for host in hosts {
        if !is_local(host) {
            return Err(ApiError::invalid(format!(
                "The sandbox answers to 127.0.0.1 and localhost, and not to the name '{}': a page \
                 of another site could use such a name to reach it.",
                shortened(host)
            ))
            .status(403));
        }
    }
    let origin = text(header::ORIGIN).filter(|_| is_control(uri.path()));
    // A page on another port of this machine is another origin.
    let foreign = origin.filter(|origin| {
        let host = origin.split_once("://").map(|(_, host)| host);
        host.is_none() || host != text(header::HOST)
    });
    match foreign {
        Some(origin) => Err(ApiError::invalid(format!(
            "Pages of '{}' may not control the sandbox.",
            shortened(origin)
        ))
        .status(403)),
        None => Ok(()),
    }
}

/// Returns whether a path is not part of Stripe's API.
fn is_control(path: &str) -> bool {
    path.starts_with("/_sandbox")
}

/// Returns whether a host, with or without a port, is this machine.
fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let is_loopback = name
        .parse::<std::net::IpAddr>()
        .is_ok_and(|address| address.is_loopback());
    is_loopback
        || name == "localhost"
        || name.ends_with(".localhost")
        || STRIPE.contains(&name.as_str())
}

/// A listener with a limited number of connections.
pub(crate) struct Bounded {
    listener: TcpListener,
    permits: Arc<Semaphore>,
}

impl Bounded {
    pub(crate) fn new(listener: TcpListener) -> Self {
        Self {
            listener,
            permits: Arc::new(Semaphore::new(MAX_CONNECTIONS)),
        }
    }
}

impl Listener for Bounded {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let permit = self.permits.clone().acquire_owned().await;
        let (stream, address) = Listener::accept(&mut self.listener).await;
        let connection = Connection {
            stream,
            // The semaphore is never closed.
            _permit: permit.ok(),
        };
        (connection, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

/// A connection that gives its place back when it ends.
pub(crate) struct Connection {
    stream: TcpStream,
    _permit: Option<OwnedSemaphorePermit>,
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_local() {
        for host in [
            "127.0.0.1",
            "127.0.0.1:12111",
            "localhost:1",
            "LOCALHOST",
            "app.localhost:80",
            "[::1]:80",
            "localhost.",
            "js.stripe.com",
        ] {
            assert!(is_local(host), "{host}");
        }
        for host in [
            "",
            "example.com",
            "127.0.0.1.example.com",
            "localhost.example.com:80",
            "notlocalhost",
            "192.168.0.1",
            "0.0.0.0:80",
            "[::]:80",
            "js.stripe.com.example.com",
            "evil-js.stripe.com",
        ] {
            assert!(!is_local(host), "{host}");
        }
    }
}
