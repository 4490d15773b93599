//! The client, with the settings that all requests share.

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
/// Create one client and reuse it: it holds the connections. Clones share them.
///
/// ```no_run
/// # async fn example() -> Result<(), stripe_financial_connections::Error> {
/// use stripe_financial_connections::Client;
///
/// let client = Client::new("sk_test_123")?;
/// # Ok(()) }
/// ```
///
/// # Limits
///
/// Every call is bounded, whatever the server does:
///
/// | limit | default | how to change it |
/// |---|---|---|
/// | time of one attempt | 80 s | [`timeout`](ClientBuilder::timeout), `with_timeout` |
/// | time of a call with all attempts and waits | none | [`deadline`](ClientBuilder::deadline), `with_deadline` |
/// | number of retries | 2 | [`max_retries`](ClientBuilder::max_retries), `with_max_retries` |
/// | retries of all calls together | 500 tokens, of which a failure takes 14 | [`retry_budget`](ClientBuilder::retry_budget) |
/// | time of the waits between attempts | 120 s | [`max_retry_wait`](ClientBuilder::max_retry_wait) |
/// | size of a response | 32 MiB | [`max_response_size`](ClientBuilder::max_response_size) |
/// | pages of a list | until a page repeats an earlier one | |
/// | time of a wait for a refresh | the argument of `wait` | |
///
/// With the defaults, a call takes at most 360 s.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
    acts_for: Option<Arc<ActsFor>>,
}

/// The account or context that requests act for by default.
pub(crate) enum ActsFor {
    Account(String),
    Context(String),
}

/// The data that all clones of a client share.
pub(crate) struct Inner {
    pub(crate) http: reqwest::Client,
    pub(crate) key: ApiKey,
    /// A `/` at the end of the path makes no difference.
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
    /// Creates a client with the default settings.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the key is empty or has a character that no API key has, such as a
    /// line break at its end.
    pub fn new(key: impl Into<String>) -> Result<Self, Error> {
        Self::builder(key).build()
    }

    /// Creates a builder, to change the settings of the client.
    pub fn builder(key: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(ApiKey::new(key))
    }

    /// Creates a request to any endpoint, for operations that the crate has no method for.
    ///
    /// The path starts with `/`. Pass ids with `path_param`, which escapes them.
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

    /// Returns a client that acts for a connected account. A request can still set another
    /// account or context. The new client shares connections, limits and the retry budget with
    /// this one, so a platform can create one for each request.
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

    /// Returns a client that acts in a Stripe context, like
    /// [`with_stripe_account`](Self::with_stripe_account).
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

    /// Returns the connected account and the Stripe context; at most one of them is set.
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

/// Returns scheme, host and port of a URL. The rest of it may contain secrets.
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

/// One client for all tests, because loading the certificates is slow in a debug build.
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
    fn futures_and_clients_are_send_and_sync() {
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
