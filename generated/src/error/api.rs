use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::body::ErrorFields;
use super::{Error, ErrorCode, Tried, shown, start};
use crate::response::Headers;
use crate::{de, retry};

/// What went wrong, in the classes that a program treats differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ApiErrorKind {
    /// The API key is missing, wrong or revoked (401).
    Authentication,
    /// An idempotency key was used again with other parameters.
    Idempotency,
    /// A parameter is wrong, or the object does not exist (400, 404 and others below 500).
    InvalidRequest,
    /// The bank or card refused the payment (402), for instance for lack of funds.
    PaymentDeclined,
    /// The API key may not do this (403).
    Permission,
    /// Too many requests (429).
    RateLimit,
    /// Stripe failed (500 and above).
    Server,
}

/// An error that Stripe answered with.
///
/// `Debug` does not show the body: it can hold the client secret of a payment. `Display` shows of
/// each text that was answered at most its first 1000 bytes.
pub struct ApiError {
    kind: ApiErrorKind,
    retryable: bool,
    status: u16,
    headers: Headers,
    fields: ErrorFields,
    body: Bytes,
    truncated: bool,
    pub(super) tried: Tried,
}

impl std::error::Error for ApiError {}

impl ApiError {
    /// The error of an answer, of whose body this much came.
    pub(crate) fn new(
        status: u16,
        headers: Headers,
        retryable: bool,
        body: Bytes,
        truncated: bool,
    ) -> Self {
        let fields = ErrorFields::read(&body);
        Self {
            kind: kind(status, &fields),
            retryable,
            status,
            headers,
            fields,
            body,
            truncated,
            tried: Tried::default(),
        }
    }

    /// The class of the error.
    pub fn kind(&self) -> ApiErrorKind {
        self.kind
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The headers of the answer.
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The id under which Stripe logged the request.
    pub fn request_id(&self) -> Option<&str> {
        self.headers.request_id()
    }

    /// Stripe's own class of the error, such as `invalid_request_error`.
    pub fn error_type(&self) -> Option<&str> {
        self.fields.r#type.as_deref()
    }

    /// Stripe's code for what went wrong.
    pub fn code(&self) -> Option<&ErrorCode> {
        self.fields.code.as_ref()
    }

    /// Why the card or bank refused.
    pub fn decline_code(&self) -> Option<&str> {
        self.fields.decline_code.as_deref()
    }

    /// The parameter that Stripe complains about, as `a[b]`.
    pub fn param(&self) -> Option<&str> {
        self.fields.param.as_deref()
    }

    /// What Stripe says about it, in English and for developers.
    pub fn message(&self) -> Option<&str> {
        self.fields.message.as_deref()
    }

    /// Where Stripe documents the code.
    pub fn doc_url(&self) -> Option<&str> {
        self.fields.doc_url.as_deref()
    }

    /// The request in the log of Stripe's dashboard.
    pub fn request_log_url(&self) -> Option<&str> {
        self.fields.request_log_url.as_deref()
    }

    /// What the network of the card or bank gave as the reason, in its own code; for ACH the
    /// return code, such as `R01`.
    pub fn network_decline_code(&self) -> Option<&str> {
        self.fields.network_decline_code.as_deref()
    }

    /// What the network of the card advises, as two digits.
    pub fn network_advice_code(&self) -> Option<&str> {
        self.fields.network_advice_code.as_deref()
    }

    /// What to do about a declined card, such as `try_again_later`.
    pub fn advice_code(&self) -> Option<&str> {
        self.fields.advice_code.as_deref()
    }

    /// The id of the charge that failed.
    pub fn charge(&self) -> Option<&str> {
        self.fields.charge.as_deref()
    }

    /// The kind of payment method that the error is about.
    pub fn payment_method_type(&self) -> Option<&str> {
        self.fields.payment_method_type.as_deref()
    }

    /// How long Stripe asks to wait before another attempt, by the header `Retry-After`.
    pub fn retry_after(&self) -> Option<Duration> {
        retry::retry_after(&self.headers)
    }

    /// The answer as it was received, JSON or not; its start if it [was cut](Self::is_truncated).
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Whether the body ended before its end, or is larger than the client reads
    /// ([`max_response_size`](crate::ClientBuilder::max_response_size)).
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// Reads the object `error` of the answer as a type of the caller's choice, for what has no
    /// accessor: the payment intent that failed, for example. The features of payments have a
    /// type with all of its fields, that of the last error of a payment intent.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] if it does not fit that type.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let envelope: crate::Map<crate::Raw> = de::from_slice(&self.body)?;
        match envelope.get("error") {
            Some(error) => error.parse(),
            None => Ok(de::from_slice(&self.body)?),
        }
    }

    /// How often the request was sent.
    pub fn attempts(&self) -> u32 {
        self.tried.attempts
    }

    /// Whether Stripe would take the same request later.
    pub fn is_retryable(&self) -> bool {
        self.retryable
    }
}

fn kind(status: u16, fields: &ErrorFields) -> ApiErrorKind {
    match (fields.r#type.as_deref(), status) {
        (Some("idempotency_error"), _) => ApiErrorKind::Idempotency,
        (_, 401) => ApiErrorKind::Authentication,
        (Some("card_error"), _) | (_, 402) => ApiErrorKind::PaymentDeclined,
        (_, 403) => ApiErrorKind::Permission,
        (_, 429) => ApiErrorKind::RateLimit,
        _ if fields.code == Some(ErrorCode::RateLimit) => ApiErrorKind::RateLimit,
        (Some("api_error"), _) | (_, 500..) => ApiErrorKind::Server,
        _ => ApiErrorKind::InvalidRequest,
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stripe answered {}", self.status)?;
        if let Some(code) = self.code() {
            write!(f, " ({})", shown::line(code.as_str()))?;
        }
        let message = self.message().map(shown::line);
        if let Some(message) = message.or_else(|| start::start_of_body(&self.body)) {
            write!(f, ": {message}")?;
        }
        if let Some(param) = self.param().filter(|param| !param.is_empty()) {
            write!(f, ", parameter `{}`", shown::line(param))?;
        }
        if let Some(id) = self.request_id() {
            write!(f, ", request {}", shown::line(id))?;
        }
        self.tried.fmt(f)
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("kind", &self.kind)
            .field("status", &self.status)
            .field("type", &self.error_type().map(shown::line))
            .field("code", &self.code().map(|code| shown::line(code.as_str())))
            .field("param", &self.param().map(shown::line))
            .field("message", &self.message().map(shown::line))
            .field("request_id", &self.request_id().map(shown::line))
            .field("attempts", &self.tried.attempts)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}
