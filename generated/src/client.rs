//! The client: what all requests have in common.

mod builder;
mod key;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use builder::ClientBuilder;
pub(crate) use builder::header_value;
#[cfg(feature = "blocking")]
pub(crate) use builder::http_client;
pub(crate) use key::ApiKey;

use reqwest::Url;
use reqwest::header::HeaderValue;

use crate::request::Request;
use crate::retry::{Retry, Sleep, Tokens};
use crate::{Error, Method, RawRequest};

/// Sends requests to Stripe.
///
/// Make one and keep it: it holds the connections, and a clone shares them.
///
/// ```no_run
/// # async fn example() -> Result<(), stripe_financial_connections::Error> {
/// use stripe_financial_connections::Client;
///
/// let client = Client::new("sk_test_123")?;
/// # Ok(()) }
/// ```
///
/// # Bounds
///
/// Whatever a server does, a call is bounded:
///
/// | what | by default | to change it |
/// |---|---|---|
/// | an attempt | 80 s | [`timeout`](ClientBuilder::timeout), `with_timeout` |
/// | a call: all attempts, and the waits between them | none | [`deadline`](ClientBuilder::deadline), `with_deadline` |
/// | attempts beside the first | 2 | [`max_retries`](ClientBuilder::max_retries), `with_max_retries` |
/// | retries of all calls together | a budget of 500 tokens, 14 for a failure | [`retry_budget`](ClientBuilder::retry_budget) |
/// | waits between the attempts of a call | 120 s | [`max_retry_wait`](ClientBuilder::max_retry_wait) |
/// | an answer | 32 MiB | [`max_response_size`](ClientBuilder::max_response_size) |
/// | a list | until a page leads back to one before it | |
/// | a wait for a refresh | what `wait` is given | |
///
/// So a call lasts 360 s at most by default, and less with a deadline.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
    acts_for: Option<Arc<ActsFor>>,
}

/// For whom requests act unless they say otherwise.
pub(crate) enum ActsFor {
    Account(String),
    Context(String),
}

/// What a client shares with its clones.
pub(crate) struct Inner {
    pub(crate) http: reqwest::Client,
    pub(crate) key: ApiKey,
    /// A slash at the end of its path says nothing.
    pub(crate) base_url: Url,
    pub(crate) version: HeaderValue,
    pub(crate) user_agent: HeaderValue,
    pub(crate) timeout: Duration,
    pub(crate) deadline: Option<Duration>,
    pub(crate) max_response_size: usize,
    pub(crate) retry: Retry,
    pub(crate) tokens: Tokens,
    pub(crate) sleep: Sleep,
    #[cfg(feature = "blocking")]
    pub(crate) blocking: crate::blocking::Blocking,
}

impl Client {
    /// A client with the defaults of [`Client::builder`].
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the key is empty or holds characters that no key has, such as a
    /// line break at its end.
    pub fn new(key: impl Into<String>) -> Result<Self, Error> {
        Self::builder(key).build()
    }

    /// A client to be set up further.
    pub fn builder(key: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(ApiKey::new(key))
    }

    /// A request to any endpoint, for what the crate does not bind.
    ///
    /// The path starts with `/`; ids go in by name, so that they stay one segment of it.
    ///
    /// ```no_run
    /// # async fn example(client: stripe_financial_connections::Client) -> Result<(), stripe_financial_connections::Error> {
    /// use stripe_financial_connections::Method;
    ///
    /// let payout = client
    ///     .raw(Method::Get, "/v1/payouts/{payout}")
    ///     .path_param("payout", "po_123")
    ///     .await?;
    /// let payout: serde_json::Value = payout.parse()?;
    /// # Ok(()) }
    /// ```
    pub fn raw(&self, method: Method, path: impl Into<String>) -> RawRequest {
        RawRequest::new(Request::raw(self, method, path.into()))
    }

    /// A client for a connected account: its requests act for this account unless they have an
    /// account or a context of their own. It shares connections, limits and the retry budget with
    /// this one, so that one can be made for each request of a platform.
    // <this slice only>
    ///
    /// ```no_run
    /// # async fn example(client: stripe_financial_connections::Client) -> Result<(), stripe_financial_connections::Error> {
    /// let seller = client.with_stripe_account("acct_123");
    /// let account = seller.financial_connections().accounts().retrieve("fca_123").await?;
    /// # Ok(()) }
    /// ```
    // </this slice only>
    #[must_use]
    pub fn with_stripe_account(&self, account: impl Into<String>) -> Self {
        self.acting_for(ActsFor::Account(account.into()))
    }

    /// A client for a Stripe context, as [`with_stripe_account`](Self::with_stripe_account).
    #[must_use]
    pub fn with_stripe_context(&self, context: impl Into<String>) -> Self {
        self.acting_for(ActsFor::Context(context.into()))
    }

    fn acting_for(&self, acts_for: ActsFor) -> Self {
        Self {
            inner: self.inner.clone(),
            acts_for: Some(Arc::new(acts_for)),
        }
    }

    /// The connected account and the Stripe context, of which there is one at most.
    pub(crate) fn acts_for(&self) -> (Option<&str>, Option<&str>) {
        match self.acts_for.as_deref() {
            None => (None, None),
            Some(ActsFor::Account(account)) => (Some(account), None),
            Some(ActsFor::Context(context)) => (None, Some(context)),
        }
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.inner
    }
}

/// The scheme, host and port of a URL; the rest of it may hold secrets.
fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &origin(&self.inner.base_url))
            .field("version", &self.inner.version)
            .finish_non_exhaustive()
    }
}

/// One for all tests: to read the certificates takes long in a debug build.
#[cfg(test)]
pub(crate) fn test_client() -> &'static Client {
    static CLIENT: std::sync::LazyLock<Client> =
        std::sync::LazyLock::new(|| Client::new("sk_test_1").expect("the key is good"));
    &CLIENT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::financial_connections::{Account, RefreshAccount};
    use crate::{ListStream, ResponseFuture};

    #[test]
    fn what_is_sent_and_awaited_can_be_anywhere() {
        fn check<T: Send + Sync + 'static>() {}
        fn check_value<T: Send + Sync + 'static>(_: fn(RefreshAccount) -> T) {}
        fn check_page<T: Send + Sync>(_: fn(&'static crate::List<Account>) -> T) {}
        fn check_next<T: Send + Sync>(_: fn(&'static mut ListStream<Account>) -> T) {}
        check::<Client>();
        check::<Error>();
        check::<RefreshAccount>();
        check::<ResponseFuture<Account>>();
        check::<ListStream<Account>>();
        check_value(|refresh| refresh.wait(Duration::ZERO));
        check_page(|list| list.next_page());
        check_next(|stream| stream.try_next());
    }
}
