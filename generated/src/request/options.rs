use std::fmt;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, USER_AGENT};

use crate::Error;
use crate::client::{ApiKey, Client, header_value};

/// The options of a request besides its parameters. They stay the same for all pages of a list.
#[derive(Clone, Default)]
pub(crate) struct Options {
    pub(crate) idempotency_key: Option<String>,
    pub(crate) stripe_account: Option<String>,
    pub(crate) stripe_context: Option<String>,
    pub(crate) stripe_version: Option<String>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) max_retries: Option<u32>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) api_key: Option<ApiKey>,
    #[cfg(feature = "blocking")]
    pub(crate) blocking: bool,
}

/// Headers that have an option of their own, or that the client sets.
const RESERVED: [&str; 9] = [
    "authorization",
    "content-length",
    "content-type",
    "host",
    "idempotency-key",
    "stripe-account",
    "stripe-context",
    "stripe-version",
    "transfer-encoding",
];

impl Options {
    /// Returns the headers of all attempts.
    pub(super) fn headers(&self, client: &Client) -> Result<HeaderMap, Error> {
        let (account, context) = match (&self.stripe_account, &self.stripe_context) {
            (None, None) => client.acts_for(),
            (account, context) => (account.as_deref(), context.as_deref()),
        };
        let client = client.inner();
        // A POST has six headers, which the smallest table holds.
        let mut headers = HeaderMap::with_capacity(6);
        headers.insert(
            AUTHORIZATION,
            self.api_key
                .as_ref()
                .unwrap_or(&client.key)
                .authorization()?,
        );
        let version = match &self.stripe_version {
            Some(version) => header_value("the API version", version)?,
            None => client.version.clone(),
        };
        headers.insert("stripe-version", version);
        headers.insert(USER_AGENT, client.user_agent.clone());
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        match (account, context) {
            (Some(_), Some(_)) => {
                return Err(Error::invalid(
                    "a request acts for a connected account or in a Stripe context; choose one of \
                     with_stripe_account and with_stripe_context",
                ));
            }
            (Some(account), None) => {
                headers.insert(
                    "stripe-account",
                    header_value("the connected account", account)?,
                );
            }
            (None, Some(context)) => {
                headers.insert(
                    "stripe-context",
                    header_value("the Stripe context", context)?,
                );
            }
            (None, None) => {}
        }
        for (name, value) in &self.headers {
            let what = format!("the header `{}`", name.escape_debug());
            let name = HeaderName::try_from(name.as_str())
                .map_err(|_| Error::invalid(format!("{what} has an invalid name")))?;
            if RESERVED.contains(&name.as_str()) {
                return Err(Error::invalid(format!(
                    "{what} is set by the client; use its own option"
                )));
            }
            let mut value = header_value(&what, value)?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Ok(headers)
    }
}

/// Shows no secrets, and no account or context.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Options")
            .field("timeout", &self.timeout)
            .field("deadline", &self.deadline)
            .field("max_retries", &self.max_retries)
            .field("headers", &headers)
            .finish_non_exhaustive()
    }
}
