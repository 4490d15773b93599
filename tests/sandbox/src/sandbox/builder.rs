//! Configures and starts a sandbox.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use stripe_financial_connections::{Client, Timestamp};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::{KEY, PUBLISHABLE_KEY, Sandbox, SandboxBuilder};
use crate::control;
use crate::error::ApiError;
use crate::guard::Bounded;
use crate::ids::Ids;
use crate::institutions::Institution;
use crate::link;
use crate::server::{self, Server};
use crate::world::{Setting, Universe, World};

impl SandboxBuilder {
    /// Sets the port on `127.0.0.1`. By default a free one is used.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Makes the same ids and secrets in the same order in every run.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Stops the clock at this time, so that only [`Sandbox::advance`] moves it. By default the
    /// clock runs.
    pub fn clock(mut self, at: Timestamp) -> Self {
        self.clock = Some(at);
        self
    }

    /// Replaces the institutions, by default [those of Stripe's test mode](Institution::all).
    pub fn institutions(mut self, institutions: impl IntoIterator<Item = Institution>) -> Self {
        self.institutions = institutions.into_iter().collect();
        self
    }

    /// Sets the name of the business in the dialog.
    pub fn business(mut self, name: impl Into<String>) -> Self {
        self.business = name.into();
        self
    }

    /// Delays every response of the API.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Sends all events to this URL, signed with this secret (`whsec_…`).
    pub fn webhook(mut self, url: impl Into<String>, secret: impl Into<String>) -> Self {
        self.webhook = Some((url.into(), secret.into()));
        self
    }

    /// Keeps the state in this file, and starts with its content if the file exists. Every
    /// response is saved before it is sent, so that no change is lost if the process ends or is
    /// killed. The file is not flushed to the disk each time, so that a power cut can lose the last
    /// seconds. Open dialogs are not saved: their users start again.
    pub fn state(mut self, file: impl Into<PathBuf>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Starts with many sessions, each with an account, the first of which has many transactions.
    /// Used for load tests.
    pub fn fill(mut self, accounts: usize, transactions: usize) -> Self {
        self.fill = Some((accounts, transactions));
        self
    }

    /// Also listens as `https://js.stripe.com` on another port, with a self-made certificate, for
    /// pages whose Stripe.js URL can't be changed. Start the test browser with these
    /// [arguments](Sandbox::chromium_arguments).
    #[cfg(feature = "tls")]
    pub fn stand_in_for_stripe_js(mut self) -> Self {
        self.stands_in = true;
        self
    }

    /// Starts the sandbox.
    ///
    /// # Errors
    ///
    /// Returns an error if the port is not available, or the file was not written by a sandbox or
    /// is used by another one.
    pub async fn start(self) -> io::Result<Sandbox> {
        let listener =
            TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let mut universe = Universe::new(Setting {
            ids: Ids::new(self.seed),
            institutions: self.institutions,
            business: self.business,
        });
        if let Some(at) = self.clock {
            let platform = universe.world(&World::PLATFORM).map_err(refused)?;
            platform.clock.stop(at.as_secs().saturating_mul(1000));
        }
        if let Some(file) = &self.file {
            universe.keep_in(file)?;
        }
        universe.catch_up();
        universe.listener = self
            .webhook
            .map(|(url, secret)| control::listener(url, secret));
        if let Some((accounts, transactions)) = self.fill {
            let platform = universe.world(&World::PLATFORM).map_err(refused)?;
            link::fill(platform, accounts, transactions).map_err(refused)?;
        }
        let client = Client::builder(KEY).base_url(&*url).build();
        let client = client.map_err(io::Error::other)?;
        let (key, publishable_key) = (KEY.to_owned(), PUBLISHABLE_KEY.to_owned());
        let server = Server::new(key, publishable_key, self.latency, universe)?;
        let server = Arc::new(server);
        let router = server::router(&server);
        let (stop, stopped) = oneshot::channel();
        #[cfg_attr(not(feature = "tls"), expect(unused_mut))]
        let mut stops = vec![stop];
        #[cfg(feature = "tls")]
        let mut chromium_arguments = Vec::new();
        #[cfg(feature = "tls")]
        if self.stands_in {
            let (tls, arguments) = crate::tls::Tls::bind().await?;
            let (stop, stopped) = oneshot::channel();
            tokio::spawn(server::serve(router.clone(), tls, stopped));
            stops.push(stop);
            chromium_arguments.extend(arguments);
        }
        tokio::spawn(server::serve(router, Bounded::new(listener), stopped));
        let tick = tokio::spawn(server::tick(server.clone()));
        Ok(Sandbox {
            server,
            url,
            client,
            tick,
            _stop: stops,
            #[cfg(feature = "tls")]
            chromium_arguments,
        })
    }
}

fn refused(error: ApiError) -> io::Error {
    io::Error::other(error.message().to_owned())
}
