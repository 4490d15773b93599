//! Webhooks: events that Stripe sends, verified and typed.
//!
//! Needs the feature `webhook` alone, and no HTTP client.

mod event;
mod object;
mod signature;

use std::time::Duration;

pub use event::{Event, EventData, EventId, EventRequest};
pub use object::InvalidObject;
pub(crate) use object::Origin;

use crate::{Error, Timestamp, de};

/// Age that an event may have by default: five minutes, as Stripe recommends.
const TOLERANCE: Duration = Duration::from_secs(300);

/// Why an event is not to be trusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// There is no endpoint secret to verify with, or an empty one: anyone could sign with that.
    #[error("the webhook secret is missing or empty")]
    NoSecret,

    /// The `Stripe-Signature` header has no time, or no signature of a known scheme.
    #[error("the Stripe-Signature header has no `t` or no `v1`")]
    Header,

    /// No signature is by one of the secrets. The secret is that of another endpoint, or the body
    /// was changed on its way: it has to be verified as it was received, before it is parsed.
    #[error("no signature of the event was made with the webhook secret")]
    Signature,

    /// The signature is good but old; someone may have recorded the event and sent it again.
    #[error("the event was signed {} s ago, which is too long", .age.as_secs())]
    TooOld {
        /// How long ago it was signed.
        age: Duration,
    },
}

/// Verifies events, and signs them for tests.
///
/// ```
/// use stripe_financial_connections::webhook::Webhook;
/// # use stripe_financial_connections::{Timestamp, webhook::Event};
/// # fn main() -> Result<(), stripe_financial_connections::Error> {
/// # let secret = "whsec_test";
/// # let body = r#"{"id": "evt_1", "object": "event", "created": 1, "livemode": false,
/// #   "pending_webhooks": 1, "type": "some.event", "data": {"object": {"object": "some"}}}"#;
/// # let header = Webhook::sign(body, secret, Timestamp::now());
/// let event = Webhook::verify(body, &header, secret)?;
/// println!("{} {}", event.id, event.r#type);
/// # Ok(()) }
/// ```
///
/// While a secret is being rotated, events are signed with the old one, the new one, or both:
///
/// ```no_run
/// # use stripe_financial_connections::webhook::Webhook;
/// # fn handler(body: &[u8], header: &str) -> Result<(), stripe_financial_connections::Error> {
/// let event = Webhook::new(["whsec_new", "whsec_old"]).event(body, header)?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Webhook {
    secrets: Vec<Box<str>>,
    tolerance: Duration,
}

impl Webhook {
    /// The event in a request to a webhook endpoint.
    ///
    /// Takes the body as it was received, the value of the header `Stripe-Signature`, and the
    /// secret of the endpoint (`whsec_…`). The event may be up to 300 s old.
    ///
    /// # Errors
    ///
    /// [`Error::Webhook`] if the event is not to be trusted; [`Error::Decode`] if it is from
    /// Stripe but is not an event.
    pub fn verify(
        body: impl AsRef<[u8]>,
        signature: &str,
        secret: impl AsRef<str>,
    ) -> Result<Event, Error> {
        Self::new([secret]).event(body, signature)
    }

    /// Verifies with any of several secrets.
    pub fn new(secrets: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        Self {
            secrets: secrets
                .into_iter()
                .map(|secret| secret.as_ref().into())
                .collect(),
            tolerance: TOLERANCE,
        }
    }

    /// Accepts events up to this age instead of 300 s.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// The event in a request to a webhook endpoint, as [`verify`](Self::verify).
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify).
    pub fn event(&self, body: impl AsRef<[u8]>, signature: &str) -> Result<Event, Error> {
        let body = body.as_ref();
        self.check(body, signature, Timestamp::now())?;
        Ok(de::from_slice(body)?)
    }

    /// The signature comes first: what is not from Stripe has no age.
    fn check(&self, body: &[u8], signature: &str, now: Timestamp) -> Result<(), WebhookError> {
        if self.secrets.is_empty() || self.secrets.iter().any(|secret| secret.is_empty()) {
            return Err(WebhookError::NoSecret);
        }
        let header = signature::Header::parse(signature).ok_or(WebhookError::Header)?;
        if !self.secrets.iter().any(|secret| header.is_by(secret, body)) {
            return Err(WebhookError::Signature);
        }
        let age = now
            .as_secs()
            .saturating_sub(header.time())
            .max(0)
            .unsigned_abs();
        let age = Duration::from_secs(age);
        if age > self.tolerance {
            return Err(WebhookError::TooOld { age });
        }
        Ok(())
    }

    /// The value of a `Stripe-Signature` header for a body, as Stripe makes it; for tests of an
    /// endpoint.
    pub fn sign(body: impl AsRef<[u8]>, secret: impl AsRef<str>, time: Timestamp) -> String {
        signature::sign(body.as_ref(), secret.as_ref(), time.as_secs())
    }
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook")
            .field("secrets", &self.secrets.len())
            .field("tolerance", &self.tolerance)
            .finish()
    }
}

#[cfg(test)]
mod tests;
