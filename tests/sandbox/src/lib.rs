//! A sandbox that answers like Stripe, for tests and for trying things out without an account.
//!
//! ```
//! use std::time::Duration;
//! use stripe_financial_connections::Client;
//! use stripe_financial_connections::financial_connections::{
//!     AccountHolderParams, Permission, RefreshFeature,
//! };
//! use stripe_financial_connections_sandbox::{Institution, Sandbox};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::start().await?;
//! let client = Client::builder(sandbox.key()).base_url(sandbox.url()).build()?;
//!
//! let customer = client.customers().create().await?;
//! let session = client
//!     .financial_connections()
//!     .sessions()
//!     .create(AccountHolderParams::customer(customer.id), [Permission::Balances])
//!     .await?;
//!
//! // What the user does in the browser.
//! let accounts = sandbox.link(session.id.as_str(), Institution::Bank)?;
//!
//! let accounts_api = client.financial_connections().accounts();
//! accounts_api.refresh(&*accounts[0], [RefreshFeature::Balance]).await?;
//! // A refresh takes a second; a test does not have to.
//! sandbox.advance(Duration::from_secs(1));
//! let account = accounts_api.retrieve(&*accounts[0]).await?;
//! assert!(account.balance.is_some());
//! # Ok(()) }
//! ```
//!
//! What it has beside Stripe's API:
//!
//! | | |
//! |---|---|
//! | `GET /_sandbox` | version, time and institutions |
//! | `POST /_sandbox/sessions/{id}/link` | the user links accounts: `institution`, `accounts[]` (subcategories) |
//! | `POST /_sandbox/payment_intents/{id}/link` | the same for a payment intent; also `setup_intents` |
//! | `POST /_sandbox/accounts/{id}/deactivate` | the institution no longer lets it be read; also `reactivate` |
//! | `GET /_sandbox/clock` | the time |
//! | `POST /_sandbox/clock/advance` | `seconds` pass, with all that happens in them |
//! | `POST /_sandbox/webhook` | `url` and `secret` to send events to |
//! | `GET /_sandbox/events` | events (of a `type`) and how their delivery went |
//! | `POST /_sandbox/events/{id}/resend` | sends an event again |
//! | `POST /_sandbox/faults` | makes answers fail: `status`, `delay` (seconds), `drop`, `after`, `body`, `retry_after`, `should_retry`, for `times` requests of a `method` and a `path`; `GET` lists, `DELETE` clears |
//!
//! The header `Sandbox-Fault: status=503, delay=2` makes the answer to its own request fail.
//!
//! A refresh takes a second, and another one can be asked for a minute later. Accounts that are
//! subscribed to are refreshed every day. A debit takes four days, and fails if it is of more
//! than the account has.

mod accounts;
mod api;
mod clock;
mod control;
mod customers;
mod delivery;
mod error;
mod events;
mod expand;
mod faults;
mod form;
mod idempotency;
mod ids;
mod institutions;
mod intent_params;
mod intents;
mod link;
mod ownership;
mod payment_methods;
mod range;
mod refresh;
mod routes;
mod server;
mod sessions;
mod spec;
mod state;
mod store;
mod table;
mod transactions;
mod validate;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use stripe_financial_connections::webhook::Event;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use institutions::Institution;

use error::ApiError;
use events::Endpoint;
use server::Server;
use state::State;

/// The key of every sandbox.
const KEY: &str = "sk_test_sandbox";

/// A running sandbox. It ends when this is dropped.
pub struct Sandbox {
    server: Arc<Server>,
    url: String,
    /// End with it.
    tasks: Vec<JoinHandle<()>>,
    /// Closes the connections when it is dropped.
    _stop: oneshot::Sender<Infallible>,
}

/// Sets up a [`Sandbox`].
#[must_use = "a builder does nothing until `start` is called"]
pub struct SandboxBuilder {
    address: SocketAddr,
    endpoint: Option<Endpoint>,
    file: Option<PathBuf>,
    fill: Option<(usize, usize)>,
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
            address: server::DEFAULT_ADDRESS,
            endpoint: None,
            file: None,
            fill: None,
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

    /// Lets time pass, with all that happens in it.
    pub fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.server.with(|state| state.advance(millis));
    }

    /// Completes a session as a user would who chooses all accounts of the institution that the
    /// session allows. The ids of the accounts.
    ///
    /// # Errors
    ///
    /// If there is no such session, or it was completed before, or the institution has no account
    /// that it allows.
    pub fn link(
        &self,
        session: impl AsRef<str>,
        institution: Institution,
    ) -> Result<Vec<String>, Refused> {
        let link = |state: &mut State| {
            state.changed = true;
            link::session(state, session.as_ref(), institution, &[])
        };
        Ok(self.server.with(link)?)
    }

    /// Links an account of the institution for a payment intent or setup intent, as the user does
    /// in the browser; it can then be confirmed.
    ///
    /// # Errors
    ///
    /// If there is no such intent, or it has gone too far, or asks for what it cannot have.
    pub fn link_intent(
        &self,
        intent: impl AsRef<str>,
        institution: Institution,
    ) -> Result<(), Refused> {
        let intent = intent.as_ref();
        let kind = if intent.starts_with("seti_") {
            intents::Kind::Setup
        } else {
            intents::Kind::Payment
        };
        self.server.with(|state| {
            state.changed = true;
            kind.link(state, intent, institution, &[])
        })?;
        Ok(())
    }

    /// Sends events to this URL from now on, signed with this secret.
    pub fn send_webhooks_to(&self, url: impl Into<String>, secret: impl Into<String>) {
        let endpoint = Endpoint {
            url: url.into(),
            secret: secret.into(),
        };
        self.server.with(|state| state.endpoint = Some(endpoint));
    }

    /// The account that has all the transactions of a [filled](SandboxBuilder::fill) sandbox, and
    /// the transaction in the middle of them.
    pub fn filled(&self) -> Option<(String, String)> {
        self.server.with(|state| link::filled(state))
    }

    /// All that has happened, the first first.
    pub fn events(&self) -> Vec<Event> {
        let events: Vec<_> = self.server.with(|state| {
            state
                .events
                .rows()
                .iter()
                .map(events::Event::json)
                .collect()
        });
        let parsed = events.into_iter().map(serde_json::from_value);
        parsed
            .collect::<Result<_, _>>()
            .expect("events are of their type")
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
        if let Err(error) = self.server.save() {
            eprintln!("sandbox: the state was not saved: {error}");
        }
    }
}

impl SandboxBuilder {
    /// Listens on this address instead of a free port of this machine. Whoever can reach it can
    /// use the sandbox.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Sends events to this URL, signed with this secret (`whsec_…`).
    pub fn webhook(mut self, url: impl Into<String>, secret: impl Into<String>) -> Self {
        self.endpoint = Some(Endpoint {
            url: url.into(),
            secret: secret.into(),
        });
        self
    }

    /// Starts with the state in this file, if there is one, and keeps it there.
    pub fn state(mut self, file: impl Into<PathBuf>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Starts with many accounts, the first with many transactions; for tests of load.
    pub fn fill(mut self, accounts: usize, transactions: usize) -> Self {
        self.fill = Some((accounts, transactions));
        self
    }

    /// Starts it.
    ///
    /// # Errors
    ///
    /// If the address cannot be listened on, or the file is not one that a sandbox has written.
    pub async fn start(self) -> io::Result<Sandbox> {
        let mut state = match &self.file {
            Some(file) => store::load(file)?,
            None => State::default(),
        };
        state.endpoint = self.endpoint;
        state.catch_up();
        if let Some((accounts, transactions)) = self.fill {
            link::fill(&mut state, accounts, transactions);
        }
        let listener = TcpListener::bind(self.address).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let server = Arc::new(Server::new(KEY.to_owned(), state, self.file)?);
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(server::serve(server.clone(), listener, stopped));
        let tasks = vec![
            tokio::spawn(server::tick(server.clone())),
            tokio::spawn(server::keep(server.clone())),
        ];
        Ok(Sandbox {
            server,
            url,
            tasks,
            _stop: stop,
        })
    }
}
