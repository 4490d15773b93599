//! Webhooks: events that Stripe sends, verified and typed.
//!
//! Needs the feature `webhook` alone, and no HTTP client.

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

/// Age that an event may have by default: five minutes, as Stripe recommends.
const TOLERANCE: Duration = Duration::from_secs(300);

/// Why an event is not to be trusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// There is no endpoint secret to verify with, or an empty one: anyone could sign with that.
    #[error("the webhook secret is missing or empty")]
    NoSecret,

    /// A secret is not that of an endpoint, and what is wrong with it: white space around it, or
    /// an API key in its place.
    #[error("the webhook secret {0}")]
    Secret(&'static str),

    /// The `Stripe-Signature` header has no time, or no signature of a known scheme, or is not
    /// written as Stripe writes it; [`Webhook`] says how strictly it is read.
    #[error("the Stripe-Signature header has no `t` or no `v1`, or is not as Stripe writes it")]
    Header,

    /// No signature is by one of the secrets. The secret is that of another endpoint, or the body
    /// was changed on its way: it has to be verified as it was received, before it is parsed.
    #[error(
        "no signature of the event was made with the webhook secret: it is that of another \
         endpoint, or the body is not the bytes that were received"
    )]
    Signature,

    /// The event is good but for its bytes: it was parsed and written again, or its white space
    /// was changed. Verify the body as it was received; a web framework gives it as bytes.
    #[error(
        "the event was parsed and written again, or its white space was changed; verify the \
         bytes of the body as they were received"
    )]
    Rewritten,

    /// The signature is good but old; someone may have recorded the event and sent it again.
    #[error("the event was signed {} s ago, which is too long", .age.as_secs())]
    TooOld {
        /// How long ago it was signed.
        age: Duration,
    },

    /// The event is good but is a thin one, which carries no object.
    /// [`Webhook::notification`] reads both kinds.
    #[error(
        "the event is a thin one (`v2.core.event`), which has no object; read it by \
         Webhook::notification"
    )]
    Thin,
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
///
/// An endpoint that stores events first verifies the signature alone, and reads what it stored
/// later by [`Event::parse`]:
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
/// The `Stripe-Signature` header is a list of `name=value` with commas in between. It is refused
/// as a whole ([`WebhookError::Header`]) if
///
/// - a part is empty, has no name, no value, or more than one `=`; so also with a comma at either
///   end;
/// - there is white space anywhere, or anything else that is not a visible ASCII character;
/// - there is no `t` or more than one, or it is not a plain decimal number: digits without a sign
///   and without zeros in front, that fit 64 bits;
/// - there is no `v1` of 64 hexadecimal digits in small letters.
///
/// A `v1` that is not of that form counts as none, and other schemes than `v1` are ignored. A
/// time in the future is no error.
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
    /// [`Error::Webhook`] if the event is not to be trusted, or is a thin one; [`Error::Decode`]
    /// if it is from Stripe but is not an event.
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
        self.verify_signature(body, signature)?;
        Event::parse(body)
    }

    /// The event in a request to a webhook endpoint, be it a snapshot event or a thin one.
    ///
    /// # Errors
    ///
    /// [`Error::Webhook`] if the event is not to be trusted; [`Error::Decode`] if it is from
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

    /// Verifies a body without reading it, for who stores it first. Needs no JSON in it.
    ///
    /// # Errors
    ///
    /// A [`WebhookError`] if the body is not to be trusted.
    pub fn verify_signature(
        &self,
        body: impl AsRef<[u8]>,
        signature: &str,
    ) -> Result<(), WebhookError> {
        self.verify_at(body, signature, Timestamp::now())
    }

    /// [`verify_signature`](Self::verify_signature) as of another time than now: when the body
    /// was received, if it is verified later. It asks no clock, so it works on
    /// `wasm32-unknown-unknown` as well.
    ///
    /// # Errors
    ///
    /// As [`verify_signature`](Self::verify_signature).
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
        // The signature comes first: what is not from Stripe has no age.
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
