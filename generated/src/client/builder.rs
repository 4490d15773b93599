use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::HeaderValue;

use super::{ActsFor, ApiKey, Client, Inner, origin};
use crate::retry::{Retry, Sleep, Tokens, sleep_hook, tokio_sleep};
use crate::{Error, RetryBudget};

/// Configures a [`Client`]. Its documentation lists the limits of a call.
///
/// ```no_run
/// # fn example() -> Result<(), stripe_financial_connections::Error> {
/// use std::time::Duration;
/// use stripe_financial_connections::Client;
///
/// let client = Client::builder("sk_test_123")
///     .timeout(Duration::from_secs(20))
///     .max_retries(4)
///     .app_info("budget-app", "1.2.0")
///     .build()?;
/// # Ok(()) }
/// ```
#[must_use = "a builder does nothing until `build` is called"]
#[derive(Clone)]
pub struct ClientBuilder {
    key: ApiKey,
    http: Option<reqwest::Client>,
    base_url: String,
    version: String,
    app_info: Option<String>,
    stripe_account: Option<String>,
    stripe_context: Option<String>,
    timeout: Duration,
    deadline: Option<Duration>,
    max_response_size: usize,
    retry: Retry,
    budget: RetryBudget,
    sleep: Sleep,
}

impl ClientBuilder {
    pub(super) fn new(key: ApiKey) -> Self {
        Self {
            key,
            http: None,
            base_url: "https://api.stripe.com".to_owned(),
            version: crate::API_VERSION.to_owned(),
            app_info: None,
            stripe_account: None,
            stripe_context: None,
            timeout: Duration::from_secs(80),
            deadline: None,
            max_response_size: 32 << 20,
            retry: Retry::default(),
            budget: RetryBudget::new(),
            sleep: tokio_sleep(),
        }
    }

    /// Sends requests to this address instead of `https://api.stripe.com`, for example to a proxy
    /// or a test server. If the address has a path, the paths of requests are appended to it.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Uses this HTTP client, with its proxies, certificates and connection pool. It should not
    /// follow redirects. The timeout of this builder still applies.
    ///
    /// The type is that of reqwest 0.13.
    /// [`stripe_financial_connections::reqwest`](crate::reqwest) re-exports this version, for
    /// programs that use another one.
    ///
    /// ```
    /// use stripe_financial_connections::{Client, reqwest};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let http = reqwest::Client::builder()
    ///     .redirect(reqwest::redirect::Policy::none())
    ///     .build()?;
    /// let client = Client::builder("sk_test_123").http_client(http).build()?;
    /// # Ok(()) }
    /// ```
    ///
    /// Blocking calls use this client as well, from another thread. A program that mixes async
    /// and blocking calls should therefore create a [`Client`] for each.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http = Some(client);
        self
    }

    /// Uses this API version, unless a request sets another one. The default is
    /// [`API_VERSION`](crate::API_VERSION), the version that the types are generated from.
    pub fn stripe_version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// Acts for this connected account, unless a request sets an account or a context. It can't
    /// be combined with a Stripe context.
    pub fn stripe_account(mut self, account: impl Into<String>) -> Self {
        self.stripe_account = Some(account.into());
        self
    }

    /// Acts in this Stripe context, unless a request sets an account or a context. It can't be
    /// combined with a connected account.
    pub fn stripe_context(mut self, context: impl Into<String>) -> Self {
        self.stripe_context = Some(context.into());
        self
    }

    /// Sets the time limit of each attempt, from connecting to the last byte. The default is 80
    /// s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the time limit of each call, with all its attempts and the waits between them. The
    /// call fails with [`Error::Timeout`] at the deadline, or earlier if the next attempt could
    /// only start after it; [`TimeoutError::last`](crate::TimeoutError::last) is the error of the
    /// last attempt. Each page of a list is a call of its own. There is no deadline by default;
    /// [`timeout`](Self::timeout), [`max_retries`](Self::max_retries) and
    /// [`max_retry_wait`](Self::max_retry_wait) then limit a call.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets the largest response that is read, in bytes, after decompression if the [HTTP
    /// client](Self::http_client) decompresses. The default is 32 MiB. A larger response is an
    /// [`Error::TooLarge`]; a larger error response is an [`Error::Api`] with the start of its
    /// body.
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.max_response_size = bytes;
        self
    }

    /// Sets how often a failed attempt is repeated. The default is 2. Retries also need enough
    /// tokens in the [retry budget](Self::retry_budget).
    ///
    /// Retried are connection errors, timeouts, and responses with status 409, 429, or 500 and
    /// above. The header `Stripe-Should-Retry` overrides the status.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.retry.max_retries = retries;
        self
    }

    /// Sets the largest sum of the waits between the attempts of a call. A call that would have
    /// to wait longer fails. The default is 120 s. A single wait is at most 5 s, or up to 60 s if
    /// `Retry-After` asks for it.
    pub fn max_retry_wait(mut self, wait: Duration) -> Self {
        self.retry.max_wait = wait;
        self
    }

    /// Limits the retries of all requests together. The default is [`RetryBudget::new`].
    pub fn retry_budget(mut self, budget: RetryBudget) -> Self {
        self.budget = budget;
        self
    }

    /// Adds the name and version of the application to the `User-Agent` header, as
    /// `name/version`, for Stripe's support.
    pub fn app_info(mut self, name: impl AsRef<str>, version: impl AsRef<str>) -> Self {
        self.app_info = Some(format!("{}/{}", name.as_ref(), version.as_ref()));
        self
    }

    /// Replaces tokio's timer for the waits between attempts and polls, so that tests take no
    /// time.
    ///
    /// ```
    /// # use stripe_financial_connections::Client;
    /// let client = Client::builder("sk_test_123").sleep(|_duration| std::future::ready(()));
    /// ```
    pub fn sleep<F>(mut self, sleep: impl Fn(Duration) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.sleep = sleep_hook(sleep);
        self
    }

    /// Creates the client.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the key, base URL, API version, account, context or app info can't
    /// be sent. [`Error::HttpClient`] if the HTTP client can't be created, for example on a
    /// machine without root certificates; with a base URL of `http://` none are needed.
    pub fn build(self) -> Result<Client, Error> {
        self.key.authorization()?;
        let base_url = base_url(&self.base_url)?;
        let version = header_value("the API version", &self.version)?;
        let mut user_agent = concat!(
            "stripe-financial-connections-rust/",
            env!("CARGO_PKG_VERSION")
        )
        .to_owned();
        if let Some(app_info) = &self.app_info {
            user_agent = format!("{user_agent} {app_info}");
        }
        let user_agent = header_value("the app info", &user_agent)?;
        let acts_for = match (self.stripe_account, self.stripe_context) {
            (Some(_), Some(_)) => {
                return Err(Error::invalid(
                    "a client acts for a connected account or in a Stripe context; choose one of \
                     stripe_account and stripe_context",
                ));
            }
            (Some(account), None) => {
                header_value("the connected account", &account)?;
                Some(ActsFor::Account(account))
            }
            (None, Some(context)) => {
                header_value("the Stripe context", &context)?;
                Some(ActsFor::Context(context))
            }
            (None, None) => None,
        };
        #[cfg(feature = "blocking")]
        let blocking = self.http.clone().map(crate::blocking::Blocking::with_http);
        let http = match self.http {
            Some(http) => http,
            None => http_client(&base_url)?,
        };
        let inner = Inner {
            http,
            key: self.key,
            base_url,
            version,
            user_agent,
            timeout: self.timeout,
            deadline: self.deadline,
            max_response_size: self.max_response_size,
            retry: self.retry,
            tokens: Tokens::new(self.budget),
            sleep: self.sleep,
            #[cfg(feature = "blocking")]
            blocking: blocking.unwrap_or_default(),
        };
        Ok(Client {
            inner: Arc::new(inner),
            acts_for: acts_for.map(Arc::new),
        })
    }
}

impl std::fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let base_url = Url::parse(&self.base_url).map_or_else(|_| "..".to_owned(), |u| origin(&u));
        f.debug_struct("ClientBuilder")
            .field("base_url", &base_url)
            .finish_non_exhaustive()
    }
}

/// Creates the HTTP client, if the caller did not set one.
pub(crate) fn http_client(base_url: &Url) -> Result<reqwest::Client, Error> {
    // A redirect would turn a POST into a GET, or send the key to another host.
    let builder = || reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let client = builder().build();
    // Without root certificates, plain HTTP still works.
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    let client = match client {
        Err(_) if base_url.scheme() == "http" => builder().tls_certs_only([]).build(),
        client => client,
    };
    #[cfg(not(any(feature = "rustls", feature = "native-tls")))]
    let _ = base_url;
    client.map_err(|error| Error::HttpClient(Box::new(error)))
}

fn base_url(text: &str) -> Result<Url, Error> {
    let refused = |why: &str| Error::invalid(format!("the base URL {why}"));
    let url = Url::parse(text).map_err(|error| refused(&format!("is not a URL: {error}")))?;
    match url.scheme() {
        "http" | "https" => {}
        _ => return Err(refused("does not start with https:// or http://")),
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refused("has a query or a fragment"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused(
            "has a user name or password; set the API key instead",
        ));
    }
    Ok(url)
}

/// Converts a text to a header value. It has to be printable ASCII, and not empty.
pub(crate) fn header_value(what: &str, text: &str) -> Result<HeaderValue, Error> {
    let is_sound = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    HeaderValue::from_str(text)
        .ok()
        .filter(|_| !text.is_empty() && text.bytes().all(is_sound))
        .ok_or_else(|| {
            Error::invalid(format!(
                "{what} is empty or has characters that a header can't have"
            ))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_urls() {
        for (text, url) in [
            ("https://api.stripe.com", Some("https://api.stripe.com/")),
            ("http://127.0.0.1:8080/", Some("http://127.0.0.1:8080/")),
            (
                "https://proxy.example/stripe/",
                Some("https://proxy.example/stripe/"),
            ),
            ("api.stripe.com", None),
            ("ftp://api.stripe.com", None),
            ("https://api.stripe.com/?a=b", None),
            ("https://user@api.stripe.com", None),
            ("https://", None),
        ] {
            let made = base_url(text).ok();
            assert_eq!(made.as_ref().map(Url::as_str), url, "{text}");
        }
    }

    #[test]
    fn settings_that_cannot_be_sent_are_refused_by_build() {
        let builder = || Client::builder("sk_test_1");
        assert!(builder().build().is_ok());
        for refused in [
            Client::builder("sk_test_1\n"),
            builder().stripe_version(""),
            builder().app_info("a\r\nb", "1"),
            builder().base_url("nowhere"),
        ] {
            assert!(matches!(refused.build(), Err(Error::Invalid(_))));
        }
    }
}
