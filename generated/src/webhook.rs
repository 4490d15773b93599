//! Verifies and parses webhook events from Stripe.
//!
//! Needs only the feature `webhook`, and no HTTP client.

mod date;
mod event;
mod object;
mod rewritten;
mod secret;
mod signature;
mod thin;

use std::time::Duration;

pub use event::{Event, EventData, EventId, EventRequest};
pub use object::InvalidObject;
pub(crate) use object::Origin;
#[cfg(feature = "client")]
pub use thin::RetrieveRelatedObject;
pub use thin::{EventReason, Notification, RelatedObject, ThinEvent};

use crate::{Error, Timestamp};

/// The default age limit of an event: five minutes, as Stripe recommends.
const TOLERANCE: Duration = Duration::from_secs(300);

/// The reason why an event could not be verified.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// There is no endpoint secret, or it is empty. Anyone could sign with an empty secret.
    #[error("the webhook secret is missing or empty")]
    NoSecret,

    /// A secret is not one of an endpoint, with the reason, for example that it has white space
    /// around it or is an API key.
    #[error("the webhook secret {0}")]
    Secret(&'static str),

    /// The `Stripe-Signature` header has no time or no `v1` signature, or is malformed. See
    /// [`Webhook`] for the rules.
    #[error("the Stripe-Signature header has no `t` or no `v1`, or is malformed")]
    Header,

    /// No signature was made with one of the secrets. Either the secret belongs to another
    /// endpoint, or the body was changed. Verify the body as received, before it is parsed.
    #[error(
        "the event was not signed with the webhook secret: the secret is that of another \
         endpoint, or the body is not the bytes that were received"
    )]
    Signature,

    /// The body was parsed and written again, or its white space was changed. Verify the body as
    /// received, as bytes.
    #[error(
        "the body was parsed and written again, or its white space was changed; verify the \
         bytes as they were received"
    )]
    Rewritten,

    /// The signature is valid but too old. The event may be a replay.
    #[error("the event is too old: it was signed {} s ago", .age.as_secs())]
    TooOld {
        /// The age of the signature.
        age: Duration,
    },

    /// The event is valid, but it is a thin event, without an object. [`Webhook::notification`]
    /// reads both kinds.
    #[error(
        "the event is a thin event (`v2.core.event`) without an object; read it with \
         Webhook::notification"
    )]
    Thin,
}

/// Verifies events, and signs them in tests.
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
/// While a secret is rotated, events are signed with the old one, the new one, or both:
///
/// ```no_run
/// # use stripe_financial_connections::webhook::Webhook;
/// # fn handler(body: &[u8], header: &str) -> Result<(), stripe_financial_connections::Error> {
/// let event = Webhook::new(["whsec_new", "whsec_old"]).event(body, header)?;
/// # Ok(()) }
/// ```
///
/// An endpoint that stores events first can verify the signature alone, and parse stored events
/// later with [`Event::parse`]:
///
/// ```no_run
/// # use stripe_financial_connections::webhook::Webhook;
/// # fn handler(body: &[u8], header: &str) -> Result<(), stripe_financial_connections::Error> {
/// Webhook::new(["whsec_123"]).verify_signature(body, header)?;
/// # Ok(()) }
/// ```
///
/// # How strictly the header is read
///
/// The `Stripe-Signature` header is a comma-separated list of `name=value`. It is refused
/// ([`WebhookError::Header`]) if
///
/// - a part is empty, has no name, no value, or more than one `=`; a comma at the start or end is such
///   a part;
/// - it contains white space, or anything else that is not a visible ASCII character;
/// - `t` is missing, appears twice, or is not a decimal number of 64 bits without a sign and leading
///   zeros;
/// - there is no `v1` with 64 lower-case hexadecimal digits.
///
/// Other values of `v1`, and other schemes, are ignored. A time in the future is accepted.
#[derive(Clone)]
pub struct Webhook {
    secrets: Vec<Box<str>>,
    tolerance: Duration,
}

impl Webhook {
    /// Verifies and parses the event in a request to a webhook endpoint.
    ///
    /// Takes the body as received, the value of the `Stripe-Signature` header, and the secret of
    /// the endpoint (`whsec_…`). The event may be up to 300 s old.
    ///
    /// # Errors
    ///
    /// [`Error::Webhook`] if the event can't be verified, or is a thin event; [`Error::Decode`]
    /// if the body is from Stripe but is not an event.
    pub fn verify(
        body: impl AsRef<[u8]>,
        signature: &str,
        secret: impl AsRef<str>,
    ) -> Result<Event, Error> {
        Self::new([secret]).event(body, signature)
    }

    /// Creates a verifier that accepts any of several secrets.
    pub fn new(secrets: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        Self {
            secrets: secrets
                .into_iter()
                .map(|secret| secret.as_ref().into())
                .collect(),
            tolerance: TOLERANCE,
        }
    }

    /// Sets the age limit of events. The default is 300 s.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Verifies and parses the event in a request to a webhook endpoint, like
    /// [`verify`](Self::verify).
    ///
    /// # Errors
    ///
    /// The errors of [`verify`](Self::verify).
    pub fn event(&self, body: impl AsRef<[u8]>, signature: &str) -> Result<Event, Error> {
        let body = body.as_ref();
        self.verify_signature(body, signature)?;
        Event::parse(body)
    }

    /// Verifies and parses a snapshot event or a thin event.
    ///
    /// # Errors
    ///
    /// [`Error::Webhook`] if the event can't be verified; [`Error::Decode`] if the body is from
    /// Stripe but is not an event.
    pub fn notification(
        &self,
        body: impl AsRef<[u8]>,
        signature: &str,
    ) -> Result<Notification, Error> {
        let body = body.as_ref();
        self.verify_signature(body, signature)?;
        Notification::parse(body)
    }

    /// Verifies a body without parsing it, for endpoints that store events first.
    ///
    /// # Errors
    ///
    /// A [`WebhookError`] if the body can't be verified.
    pub fn verify_signature(
        &self,
        body: impl AsRef<[u8]>,
        signature: &str,
    ) -> Result<(), WebhookError> {
        self.verify_at(body, signature, Timestamp::now())
    }

    /// Like [`verify_signature`](Self::verify_signature), with `now` as the current time, such as
    /// the time at which the body was received. It does not use the clock, so it also works on
    /// `wasm32-unknown-unknown`.
    ///
    /// # Errors
    ///
    /// The errors of [`verify_signature`](Self::verify_signature).
    pub fn verify_at(
        &self,
        body: impl AsRef<[u8]>,
        signature: &str,
        now: Timestamp,
    ) -> Result<(), WebhookError> {
        let body = body.as_ref();
        if self.secrets.is_empty() || self.secrets.iter().any(|secret| secret.is_empty()) {
            return Err(WebhookError::NoSecret);
        }
        if let Some(fault) = self.secrets.iter().find_map(|s| secret::fault(s)) {
            return Err(WebhookError::Secret(fault));
        }
        let header = signature::Header::parse(signature).ok_or(WebhookError::Header)?;
        // Checks the signature before the age: the time is only valid if it is signed.
        let is_signed = |body: &[u8]| self.secrets.iter().any(|s| header.is_by(s, body));
        if !is_signed(body) {
            return Err(if rewritten::was_rewritten(body, is_signed) {
                WebhookError::Rewritten
            } else {
                WebhookError::Signature
            });
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

    /// Returns the `Stripe-Signature` header for a body, as Stripe makes it, for tests of an
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
