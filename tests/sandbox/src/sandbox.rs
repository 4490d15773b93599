//! The public type of a sandbox.

mod builder;

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use stripe_financial_connections::webhook::Event;
use stripe_financial_connections::{Client, Timestamp};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::control;
use crate::error::ApiError;
use crate::faults::Fault;
use crate::institutions::Institution;
use crate::intents::Kind;
use crate::link;
use crate::server::Server;
use crate::state::State;

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
