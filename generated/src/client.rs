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
use crate::retry::{Retry, Sleep};
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
#[derive(Clone)]
pub struct Client(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) http: reqwest::Client,
    pub(crate) key: ApiKey,
    /// A slash at the end of its path says nothing.
    pub(crate) base_url: Url,
    pub(crate) version: HeaderValue,
    pub(crate) user_agent: HeaderValue,
    pub(crate) timeout: Duration,
    pub(crate) retry: Retry,
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

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.0.base_url.as_str())
            .field("version", &self.0.version)
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
    fn what_is_sent_and_awaited_can_move_between_threads() {
        fn check<T: Send + 'static>() {}
        fn check_value<T: Send + 'static>(_: fn(RefreshAccount) -> T) {}
        check::<Client>();
        check::<Error>();
        check::<RefreshAccount>();
        check::<ResponseFuture<Account>>();
        check::<ListStream<Account>>();
        check_value(|refresh| refresh.wait(Duration::ZERO));
    }
}
