//! A sandbox as a program has it in its hands.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use stripe_financial_connections::webhook::Event;
use stripe_financial_connections::{Client, Timestamp};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::control;
use crate::error::ApiError;
use crate::faults::Fault;
use crate::guard::Bounded;
use crate::ids::Ids;
use crate::institutions::Institution;
use crate::intents::Kind;
use crate::link;
use crate::server::{self, Server};
use crate::state::State;
use crate::world::{Setting, Universe, World};

/// The keys of every sandbox.
const KEY: &str = "sk_test_sandbox";
const PUBLISHABLE_KEY: &str = "pk_test_sandbox";

/// A running sandbox. It ends when this is dropped.
pub struct Sandbox {
    server: Arc<Server>,
    url: String,
    client: Client,
    /// Ends with it.
    tick: JoinHandle<()>,
    /// Close the connections when they are dropped.
    _stop: Vec<oneshot::Sender<Infallible>>,
    #[cfg(feature = "tls")]
    chromium_arguments: Vec<String>,
}

/// Sets up a [`Sandbox`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `start` is called"]
pub struct SandboxBuilder {
    port: u16,
    seed: Option<u64>,
    clock: Option<Timestamp>,
    institutions: Vec<Institution>,
    business: String,
    latency: Duration,
    /// URL and secret.
    webhook: Option<(String, String)>,
    file: Option<PathBuf>,
    fill: Option<(usize, usize)>,
    #[cfg(feature = "tls")]
    stands_in: bool,
}

/// What a user links: accounts at an institution.
#[derive(Clone, Debug)]
pub struct Link {
    institution: Institution,
    accounts: Vec<String>,
}

/// What a sandbox refused to do.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Refused(String);

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        Self(error.message().to_owned())
    }
}

impl Link {
    /// All accounts at the institution that can be chosen.
    pub fn at(institution: Institution) -> Self {
        Self {
            institution,
            accounts: Vec::new(),
        }
    }

    /// Only these accounts, by their names or subcategories.
    pub fn accounts(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.accounts = names.into_iter().map(Into::into).collect();
        self
    }
}

impl From<Institution> for Link {
    fn from(institution: Institution) -> Self {
        Self::at(institution)
    }
}

impl Sandbox {
    /// Starts an empty sandbox on a free port of this machine.
    ///
    /// # Errors
    ///
    /// If there is no port to listen on.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// A sandbox to be set up.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder {
            port: 0,
            seed: None,
            clock: None,
            institutions: Institution::all(),
            business: "Sandbox Business".to_owned(),
            latency: Duration::ZERO,
            webhook: None,
            file: None,
            fill: None,
            #[cfg(feature = "tls")]
            stands_in: false,
        }
    }

    /// The base URL, such as `http://127.0.0.1:12111`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The secret key.
    pub fn key(&self) -> &str {
        &self.server.key
    }

    /// The publishable key, for the page.
    pub fn publishable_key(&self) -> &str {
        &self.server.publishable_key
    }

    /// What to start Chromium with, so that it takes the sandbox for `https://js.stripe.com`; empty
    /// unless the sandbox was [set up](SandboxBuilder::stand_in_for_stripe_js) for that.
    ///
    /// Chromium then finds that host here, and trusts the certificate of this sandbox alone.
    #[cfg(feature = "tls")]
    pub fn chromium_arguments(&self) -> &[String] {
        &self.chromium_arguments
    }

    /// A client that talks to it.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The time in the sandbox.
    pub fn now(&self) -> Timestamp {
        let now = self.server.with(|universe| universe.platform().now());
        Timestamp::from_secs(now)
    }

    /// Lets time pass, with all that happens in it.
    pub fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.server.with(|universe| universe.advance(millis));
    }

    /// Completes a session as a user would, who chooses all accounts of an institution that the
    /// session allows, or [those that are named](Link::accounts). The ids of the accounts.
    ///
    /// # Errors
    ///
    /// If there is no such session, or it was completed before, or the institution is down or has
    /// no such account.
    pub fn link(
        &self,
        session: impl AsRef<str>,
        link: impl Into<Link>,
    ) -> Result<Vec<String>, Refused> {
        let (session, link) = (session.as_ref(), link.into());
        let linked = self.server.with(|universe| {
            control::link_session(universe, session, &link.institution, &link.accounts)
        })?;
        let accounts = linked["accounts"].as_array().into_iter().flatten();
        let ids = accounts.filter_map(|account| account["id"].as_str());
        Ok(ids.map(str::to_owned).collect())
    }

    /// Completes a session as a user would, who links an account that payouts can go to. The id of
    /// the token that `collectBankAccountToken` gives in the browser.
    ///
    /// # Errors
    ///
    /// As [`link`](Self::link).
    pub fn link_token(
        &self,
        session: impl AsRef<str>,
        link: impl Into<Link>,
    ) -> Result<String, Refused> {
        let (session, link) = (session.as_ref(), link.into());
        let token = self.server.with(|universe| {
            control::link_token(universe, session, &link.institution, &link.accounts)
        })?;
        Ok(token["id"].as_str().unwrap_or_default().to_owned())
    }

    /// Links an account for a payment intent or setup intent, as the user does in the browser; it
    /// can then be confirmed.
    ///
    /// # Errors
    ///
    /// If there is no such intent, or it has gone too far, or the institution is down or has no
    /// account that can be paid from.
    pub fn link_intent(
        &self,
        intent: impl AsRef<str>,
        link: impl Into<Link>,
    ) -> Result<(), Refused> {
        let (intent, link) = (intent.as_ref(), link.into());
        let kind = Kind::of(intent);
        self.server.with(|universe| {
            control::link_intent(universe, kind, intent, &link.institution, &link.accounts)
        })?;
        Ok(())
    }

    /// Completes a checkout session, as a customer does who links an account on Stripe's page and
    /// pays, sets up or subscribes with it.
    ///
    /// # Errors
    ///
    /// If there is no such session, or it is no longer open, or the institution is down or has no
    /// account that can be paid from.
    pub fn complete_checkout(
        &self,
        session: impl AsRef<str>,
        link: impl Into<Link>,
    ) -> Result<(), Refused> {
        let (session, link) = (session.as_ref(), link.into());
        self.server.with(|universe| {
            control::complete_checkout(universe, session, &link.institution, &link.accounts)
        })?;
        Ok(())
    }

    /// Makes an account inactive: its institution no longer lets it be read.
    ///
    /// # Errors
    ///
    /// If there is no such account.
    pub fn deactivate(&self, account: impl AsRef<str>) -> Result<(), Refused> {
        self.change(account.as_ref(), State::deactivate)
    }

    /// Makes an inactive account active again, as when the holder has signed in at the
    /// institution once more.
    ///
    /// # Errors
    ///
    /// If there is no such account.
    pub fn reactivate(&self, account: impl AsRef<str>) -> Result<(), Refused> {
        self.change(account.as_ref(), State::reactivate)
    }

    fn change(&self, account: &str, change: fn(&mut State, &str)) -> Result<(), Refused> {
        self.server
            .with(|universe| control::change_account(universe, account, change))?;
        Ok(())
    }

    /// Makes the answers to requests fail that a fault is for.
    ///
    /// # Errors
    ///
    /// If a thousand faults wait for their requests already.
    pub fn fail(&self, fault: Fault) -> Result<(), Refused> {
        self.server
            .with(|universe| control::add_fault(universe, fault))?;
        Ok(())
    }

    /// Takes back all faults that still wait for their requests.
    pub fn clear_faults(&self) {
        self.server.with(|universe| universe.faults.clear());
    }

    /// Sends all events to this URL from now on, signed with this secret, those of connected
    /// accounts among them. Endpoints can be made by the API as well.
    pub fn send_webhooks_to(&self, url: impl Into<String>, secret: impl Into<String>) {
        let listener = control::listener(url.into(), secret.into());
        self.server
            .with(|universe| universe.listener = Some(listener));
    }

    /// Sends an event once more to all endpoints that it goes to.
    ///
    /// # Errors
    ///
    /// If there is no such event, or nowhere to send it to.
    pub fn resend(&self, event: impl AsRef<str>) -> Result<(), Refused> {
        let event = event.as_ref();
        self.server
            .with(|universe| control::resend(universe, event))?;
        Ok(())
    }

    /// All that has happened, the first first; first all of the platform, then of connected
    /// accounts.
    ///
    /// # Panics
    ///
    /// If an event is not of its type, which would be a fault of the sandbox.
    pub fn events(&self) -> Vec<Event> {
        let events: Vec<_> = self.server.with(|universe| {
            let events = universe.worlds().flat_map(|(world, state)| {
                let events = state.events.rows().iter();
                events.map(|event| event.json(world.account()))
            });
            events.collect()
        });
        let parsed = events.into_iter().map(serde_json::from_value);
        parsed
            .collect::<Result<_, _>>()
            .expect("events are of their type")
    }

    /// The account that has all the transactions of a [filled](SandboxBuilder::fill) sandbox, and
    /// the transaction in the middle of them.
    pub fn filled(&self) -> Option<(String, String)> {
        self.server
            .with(|universe| link::filled(universe.platform()))
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("url", &self.url).finish()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.tick.abort();
        self.server.end();
    }
}

impl SandboxBuilder {
    /// Listens on this port instead of a free one. It is one of `127.0.0.1` in any case.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Makes the same ids and secrets in the same order whenever the same is done.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Lets the clock stand still at this time; only [`Sandbox::advance`] moves it. Without it,
    /// time passes as everywhere.
    pub fn clock(mut self, at: Timestamp) -> Self {
        self.clock = Some(at);
        self
    }

    /// Has these institutions instead of [those of Stripe's test mode](Institution::all).
    pub fn institutions(mut self, institutions: impl IntoIterator<Item = Institution>) -> Self {
        self.institutions = institutions.into_iter().collect();
        self
    }

    /// The name under which the dialog asks users to link their accounts.
    pub fn business(mut self, name: impl Into<String>) -> Self {
        self.business = name.into();
        self
    }

    /// Holds back every answer of the API for this long.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Sends all events to this URL, signed with this secret (`whsec_…`).
    pub fn webhook(mut self, url: impl Into<String>, secret: impl Into<String>) -> Self {
        self.webhook = Some((url.into(), secret.into()));
        self
    }

    /// Starts with the state in this file, if there is one, and keeps it there: what was answered
    /// is in the file, whenever and however the process ends.
    pub fn state(mut self, file: impl Into<PathBuf>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Starts with many sessions, each with an account, the first of them with many transactions;
    /// for tests of load.
    pub fn fill(mut self, accounts: usize, transactions: usize) -> Self {
        self.fill = Some((accounts, transactions));
        self
    }

    /// Also listens, on a port of its own, as `https://js.stripe.com`, with a certificate that it
    /// makes for itself: for pages that load Stripe.js from there and cannot be changed. The test
    /// browser is told by [arguments](Sandbox::chromium_arguments).
    #[cfg(feature = "tls")]
    pub fn stand_in_for_stripe_js(mut self) -> Self {
        self.stands_in = true;
        self
    }

    /// Starts it.
    ///
    /// # Errors
    ///
    /// If the port cannot be listened on, or the file is not one that a sandbox has written, or
    /// another sandbox has it.
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
