use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::HeaderValue;

use super::{ActsFor, ApiKey, Client, Inner, origin};
use crate::retry::{Retry, Sleep, Tokens, sleep_hook, tokio_sleep};
use crate::{Error, RetryBudget};

/// Sets up a [`Client`]; what limits its calls is listed there.
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

    /// Sends to this address instead of `https://api.stripe.com`: a proxy or a test server. A
    /// path in it is kept before that of the request.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Uses this HTTP client, with its proxies, certificates and connection pool. It should not
    /// follow redirects. The timeout of this builder still applies.
    ///
    /// It is a client of reqwest 0.13; [`stripe_financial_connections::reqwest`](crate::reqwest)
    /// is the crate that fits, whichever other version a program has.
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
    /// A blocking call uses it too, from another thread: where async and blocking calls are mixed
    /// in one program, give each a client of its own.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http = Some(client);
        self
    }

    /// Asks for this API version unless a request asks for another one. The default,
    /// [`API_VERSION`](crate::API_VERSION), is the one that the types are made for.
    pub fn stripe_version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// Acts for this connected account unless a request has an account or a context of its own.
    /// Not together with a Stripe context.
    pub fn stripe_account(mut self, account: impl Into<String>) -> Self {
        self.stripe_account = Some(account.into());
        self
    }

    /// Acts in this Stripe context unless a request has an account or a context of its own. Not
    /// together with a connected account.
    pub fn stripe_context(mut self, context: impl Into<String>) -> Self {
        self.stripe_context = Some(context.into());
        self
    }

    /// Gives each attempt this long, from connecting to the last byte. 80 s by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Gives each call this long: all of its attempts, and the waits between them. At the
    /// deadline, or as soon as it is too near for another attempt, the call fails with
    /// [`Error::Timeout`], which says what the last attempt came to. Of a list, each page is a
    /// call. Without it, which is the default, [`timeout`](Self::timeout),
    /// [`max_retries`](Self::max_retries) and [`max_retry_wait`](Self::max_retry_wait) bound a call.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Reads answers up to this many bytes, after decompression if the
    /// [HTTP client](Self::http_client) does that. 32 MiB by default. A larger one is
    /// [`Error::TooLarge`]; of an error the start is kept.
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.max_response_size = bytes;
        self
    }

    /// Repeats a failed attempt at most this many times, as long as the
    /// [retry budget](Self::retry_budget) lasts. 2 by default.
    ///
    /// Repeated are failed connections, timeouts, and answers that say the request may succeed
    /// later (409, 429, 500 and above, or as the header `Stripe-Should-Retry` says).
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.retry.max_retries = retries;
        self
    }

    /// Gives up on a request rather than to wait longer than this in all between its attempts.
    /// 120 s by default. A single wait is at most 5 s, or what `Retry-After` asks for up to 60 s.
    pub fn max_retry_wait(mut self, wait: Duration) -> Self {
        self.retry.max_wait = wait;
        self
    }

    /// Limits the retries of all requests together, by default as [`RetryBudget::new`] says.
    pub fn retry_budget(mut self, budget: RetryBudget) -> Self {
        self.budget = budget;
        self
    }

    /// Names the application in the `User-Agent`, as `name/version`, for Stripe's support.
    pub fn app_info(mut self, name: impl AsRef<str>, version: impl AsRef<str>) -> Self {
        self.app_info = Some(format!("{}/{}", name.as_ref(), version.as_ref()));
        self
    }

    /// Waits with this function between attempts and polls instead of tokio's timer; for tests
    /// that take no time.
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

    /// The client.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the key, the base URL, the API version, the account, the context or
    /// the app info cannot be sent; [`Error::HttpClient`] if the HTTP client cannot be made, as on
    /// a machine without certificates of authorities. A base URL with `http://` needs none.
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

/// The HTTP client of who brings none.
pub(crate) fn http_client(base_url: &Url) -> Result<reqwest::Client, Error> {
    // A redirect would turn a POST into a GET, or carry the key elsewhere.
    let builder = || reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let client = builder().build();
    // A machine without certificates can still talk to one that needs none.
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
    let url = Url::parse(text).map_err(|error| refused(&format!("is not one: {error}")))?;
    match url.scheme() {
        "http" | "https" => {}
        _ => return Err(refused("starts with neither https:// nor http://")),
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refused("has a query or a fragment"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused(
            "holds a user name or password; the API key authenticates",
        ));
    }
    Ok(url)
}

/// Text that goes into a header: not empty, printable ASCII.
pub(crate) fn header_value(what: &str, text: &str) -> Result<HeaderValue, Error> {
    let is_sound = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    HeaderValue::from_str(text)
        .ok()
        .filter(|_| !text.is_empty() && text.bytes().all(is_sound))
        .ok_or_else(|| {
            Error::invalid(format!(
                "{what} is empty or holds characters that a header cannot have"
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
    fn what_cannot_be_sent_is_refused_when_the_client_is_made() {
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
