//! The public type of a sandbox.

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

/// The keys of all sandboxes.
const KEY: &str = "sk_test_sandbox";
const PUBLISHABLE_KEY: &str = "pk_test_sandbox";

/// A running sandbox. Dropping it ends it.
pub struct Sandbox {
    server: Arc<Server>,
    url: String,
    client: Client,
    /// The task of the clock, which ends with the sandbox.
    tick: JoinHandle<()>,
    /// Dropping these closes the connections.
    _stop: Vec<oneshot::Sender<Infallible>>,
    #[cfg(feature = "tls")]
    chromium_arguments: Vec<String>,
}

/// Configures a [`Sandbox`].
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

/// The accounts that a user links, at one institution.
#[derive(Clone, Debug)]
pub struct Link {
    institution: Institution,
    accounts: Vec<String>,
}

/// An action that the sandbox refused.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Refused(String);

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        Self(error.message().to_owned())
    }
}

impl Link {
    /// Chooses all accounts at the institution that are allowed.
    pub fn at(institution: Institution) -> Self {
        Self {
            institution,
            accounts: Vec::new(),
        }
    }

    /// Chooses only these accounts, by their names or subcategories.
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
    /// Starts an empty sandbox on a free port.
    ///
    /// # Errors
    ///
    /// Returns an error if no port is available.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Creates a builder, to change the settings.
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

    /// Returns the base URL, such as `http://127.0.0.1:12111`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the secret key.
    pub fn key(&self) -> &str {
        &self.server.key
    }

    /// Returns the publishable key, for pages.
    pub fn publishable_key(&self) -> &str {
        &self.server.publishable_key
    }

    /// Returns the arguments for Chromium to use the sandbox as `https://js.stripe.com`. They are
    /// empty unless the sandbox was [configured](SandboxBuilder::stand_in_for_stripe_js) for
    /// that.
    ///
    /// Chromium then finds that host here, and trusts the certificate of this sandbox only.
    #[cfg(feature = "tls")]
    pub fn chromium_arguments(&self) -> &[String] {
        &self.chromium_arguments
    }

    /// Returns a client for the sandbox.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Returns the current time of the sandbox.
    pub fn now(&self) -> Timestamp {
        let now = self.server.with(|universe| universe.platform().now());
        Timestamp::from_secs(now)
    }

    /// Moves the clock forward, and runs everything that is scheduled in that time.
    pub fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.server.with(|universe| universe.advance(millis));
    }

    /// Completes a session as a user would, who chooses all accounts of an institution that the
    /// session allows, or [some of them](Link::accounts). Returns the ids of the accounts.
    ///
    /// # Errors
    ///
    /// Returns an error if the session does not exist or is already completed, or the institution
    /// is down or has no such account.
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

    /// Completes a session as a user would, who links an account for payouts. Returns the id of
    /// the token that `collectBankAccountToken` gives in the browser.
    ///
    /// # Errors
    ///
    /// The errors of [`link`](Self::link).
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

    /// Links an account for a payment intent or setup intent, as a user does in the browser. The
    /// intent can then be confirmed.
    ///
    /// # Errors
    ///
    /// Returns an error if the intent does not exist or can no longer be changed, or the
    /// institution is down or has no account that supports payments.
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

    /// Completes a checkout session, as a customer who links an account on Stripe's page and
    /// pays, saves the account or subscribes.
    ///
    /// # Errors
    ///
    /// Returns an error if the session does not exist or is no longer open, or the institution is
    /// down or has no account that supports payments.
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

    /// Makes an account inactive, as when its institution no longer gives access.
    ///
    /// # Errors
    ///
    /// Returns an error if the account does not exist.
    pub fn deactivate(&self, account: impl AsRef<str>) -> Result<(), Refused> {
        self.change(account.as_ref(), State::deactivate)
    }

    /// Makes an inactive account active, as when the account holder has signed in again.
    ///
    /// # Errors
    ///
    /// Returns an error if the account does not exist.
    pub fn reactivate(&self, account: impl AsRef<str>) -> Result<(), Refused> {
        self.change(account.as_ref(), State::reactivate)
    }

    fn change(&self, account: &str, change: fn(&mut State, &str)) -> Result<(), Refused> {
        self.server
            .with(|universe| control::change_account(universe, account, change))?;
        Ok(())
    }

    /// Adds a fault, which makes matching requests fail.
    ///
    /// # Errors
    ///
    /// Returns an error if there are already a thousand pending faults.
    pub fn fail(&self, fault: Fault) -> Result<(), Refused> {
        self.server
            .with(|universe| control::add_fault(universe, fault))?;
        Ok(())
    }

    /// Removes all pending faults.
    pub fn clear_faults(&self) {
        self.server.with(|universe| universe.faults.clear());
    }

    /// Sends all events from now on to this URL, signed with this secret, including those of
    /// connected accounts. Endpoints can also be created with the API.
    pub fn send_webhooks_to(&self, url: impl Into<String>, secret: impl Into<String>) {
        let listener = control::listener(url.into(), secret.into());
        self.server
            .with(|universe| universe.listener = Some(listener));
    }

    /// Lets an event of this type happen about an object, by its id, whether or not anything has
    /// caused it; the object stays as it is. For what only Stripe or a bank can cause, such as
    /// `financial_connections.account.upcoming_account_number_expiry`.
    ///
    /// # Errors
    ///
    /// If there is no such type, or no such object, or events of the type are not about such.
    pub fn emit(&self, r#type: impl AsRef<str>, object: impl AsRef<str>) -> Result<(), Refused> {
        let (r#type, object) = (r#type.as_ref(), object.as_ref());
        self.server
            .with(|universe| control::emit(universe, r#type, object))?;
        Ok(())
    }

    /// Sends an event again to all its endpoints.
    ///
    /// # Errors
    ///
    /// Returns an error if the event does not exist, or has no endpoint.
    pub fn resend(&self, event: impl AsRef<str>) -> Result<(), Refused> {
        let event = event.as_ref();
        self.server
            .with(|universe| control::resend(universe, event))?;
        Ok(())
    }

    /// Returns all events, the oldest first: those of the platform, then those of connected
    /// accounts.
    ///
    /// # Panics
    ///
    /// Panics if an event does not fit its type, which would be a bug of the sandbox.
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

    /// Returns the account with all transactions of a [filled](SandboxBuilder::fill) sandbox, and
    /// the transaction in their middle.
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
    /// response is saved before it is sent, so that no change is lost if the process ends.
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
