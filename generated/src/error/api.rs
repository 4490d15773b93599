use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::body::ErrorFields;
use super::{Error, ErrorCode, Tried, shown, start};
use crate::response::Headers;
use crate::{de, retry};

/// The kinds of errors that a program may handle in different ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ApiErrorKind {
    /// The API key is missing, wrong or revoked (401).
    Authentication,
    /// An idempotency key was reused with other parameters.
    Idempotency,
    /// A parameter is wrong, or the object does not exist (400, 404 and other statuses below
    /// 500).
    InvalidRequest,
    /// The bank or card refused the payment (402), for instance for lack of funds.
    PaymentDeclined,
    /// The API key has no permission for this request (403).
    Permission,
    /// Too many requests (429).
    RateLimit,
    /// Stripe has an internal error (500 and above).
    Server,
}

/// An error response from Stripe.
///
/// `Debug` does not show the body, which can contain the client secret of a payment. `Display`
/// shows at most the first 1000 bytes of each text in the response.
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
    /// Creates the error from a response and the part of its body that was read.
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

    /// Returns the kind of the error.
    pub fn kind(&self) -> ApiErrorKind {
        self.kind
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Returns the headers of the response.
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// Returns Stripe's id of the request.
    pub fn request_id(&self) -> Option<&str> {
        self.headers.request_id()
    }

    /// Returns Stripe's type of the error, such as `invalid_request_error`.
    pub fn error_type(&self) -> Option<&str> {
        self.fields.r#type.as_deref()
    }

    /// Returns Stripe's error code.
    pub fn code(&self) -> Option<&ErrorCode> {
        self.fields.code.as_ref()
    }

    /// Returns the reason why the card or bank declined.
    pub fn decline_code(&self) -> Option<&str> {
        self.fields.decline_code.as_deref()
    }

    /// Returns the parameter that the error is about, such as `a[b]`.
    pub fn param(&self) -> Option<&str> {
        self.fields.param.as_deref()
    }

    /// Returns Stripe's message for developers, in English.
    pub fn message(&self) -> Option<&str> {
        self.fields.message.as_deref()
    }

    /// Returns the URL of Stripe's documentation of the code.
    pub fn doc_url(&self) -> Option<&str> {
        self.fields.doc_url.as_deref()
    }

    /// Returns the URL of the request in the log of Stripe's dashboard.
    pub fn request_log_url(&self) -> Option<&str> {
        self.fields.request_log_url.as_deref()
    }

    /// Returns the reason of the card network or bank, as its own code. For ACH it is the return
    /// code, such as `R01`.
    pub fn network_decline_code(&self) -> Option<&str> {
        self.fields.network_decline_code.as_deref()
    }

    /// Returns the advice of the card network, as two digits.
    pub fn network_advice_code(&self) -> Option<&str> {
        self.fields.network_advice_code.as_deref()
    }

    /// Returns Stripe's advice about a declined card, such as `try_again_later`.
    pub fn advice_code(&self) -> Option<&str> {
        self.fields.advice_code.as_deref()
    }

    /// Returns the id of the failed charge.
    pub fn charge(&self) -> Option<&str> {
        self.fields.charge.as_deref()
    }

    /// Returns the type of payment method that the error is about.
    pub fn payment_method_type(&self) -> Option<&str> {
        self.fields.payment_method_type.as_deref()
    }

    /// Returns how long to wait before another attempt, from the header `Retry-After`.
    pub fn retry_after(&self) -> Option<Duration> {
        retry::retry_after(&self.headers)
    }

    /// Returns the body as received, JSON or not. It is only the start if
    /// [`is_truncated`](Self::is_truncated) is true.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Returns whether a part of the body is missing: the connection failed, or the body is
    /// larger than [`max_response_size`](crate::ClientBuilder::max_response_size).
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// Parses the object `error` of the response as another type, for fields without an accessor,
    /// such as the payment intent that failed. The payment features have a type with all fields:
    /// that of a payment intent's last error.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] if the object does not fit the type.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let envelope: crate::Map<crate::Raw> = de::from_slice(&self.body)?;
        match envelope.get("error") {
            Some(error) => error.parse(),
            None => Ok(de::from_slice(&self.body)?),
        }
    }

    /// Returns how often the request was sent.
    pub fn attempts(&self) -> u32 {
        self.tried.attempts
    }

    /// Returns whether the same request may succeed later.
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
