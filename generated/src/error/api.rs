use std::fmt;

use serde::de::MapAccess;

use super::ErrorCode;
use crate::de::{self, Fields, Object};
use crate::response::Headers;

/// What went wrong, in the classes that a program treats differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ApiErrorKind {
    /// The API key is missing, wrong or revoked (401).
    Authentication,
    /// The card or bank refused (402).
    Card,
    /// An idempotency key was used again with other parameters.
    Idempotency,
    /// A parameter is wrong, or the object does not exist (400, 404 and others below 500).
    InvalidRequest,
    /// The API key may not do this (403).
    Permission,
    /// Too many requests (429).
    RateLimit,
    /// Stripe failed (500 and above).
    Server,
}

/// An error that Stripe answered with.
///
/// `Debug` does not show the body: it can hold the client secret of a payment.
#[derive(thiserror::Error)]
pub struct ApiError {
    kind: ApiErrorKind,
    retryable: bool,
    status: u16,
    headers: Headers,
    fields: ErrorFields,
    body: Box<[u8]>,
}

/// The parts of the body that have an accessor.
#[derive(Default)]
struct ErrorFields {
    r#type: Option<String>,
    code: Option<ErrorCode>,
    decline_code: Option<String>,
    doc_url: Option<String>,
    message: Option<String>,
    param: Option<String>,
    request_log_url: Option<String>,
}

impl ApiError {
    pub(crate) fn new(status: u16, headers: Headers, retryable: bool, body: &[u8]) -> Self {
        let fields = de::from_slice::<Envelope>(body).map_or_else(
            // Not Stripe's own error: a proxy's page, or nothing at all.
            |_| ErrorFields::default(),
            |envelope| envelope.0,
        );
        Self {
            kind: kind(status, &fields),
            retryable,
            status,
            headers,
            fields,
            body: body.into(),
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

    /// The answer as it was received, JSON or not.
    pub fn body(&self) -> &[u8] {
        &self.body
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
        (Some("card_error"), _) | (_, 402) => ApiErrorKind::Card,
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
            write!(f, " ({})", one_line(code.as_str()))?;
        }
        if let Some(message) = self.message() {
            write!(f, ": {}", one_line(message))?;
        }
        if let Some(param) = self.param() {
            write!(f, ", parameter `{}`", one_line(param))?;
        }
        if let Some(id) = self.request_id() {
            write!(f, ", request {id}")?;
        }
        Ok(())
    }
}

/// Logs are read line by line, whatever was answered.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("kind", &self.kind)
            .field("status", &self.status)
            .field("type", &self.error_type())
            .field("code", &self.code())
            .field("param", &self.param())
            .field("message", &self.message())
            .field("request_id", &self.request_id())
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}

/// `{"error": {…}}`
struct Envelope(ErrorFields);

impl Object for Envelope {
    const NAME: &'static str = "error response";

    fn from_fields<'de, A: MapAccess<'de>>(mut fields: Fields<A>) -> Result<Self, A::Error> {
        let mut error = None;
        while let Some(name) = fields.next_name()? {
            match name.as_str() {
                "error" => fields.read(&mut error)?,
                _ => fields.skip()?,
            }
        }
        fields.required(error, "error").map(Self)
    }
}

crate::macros::object!(Envelope);

impl Object for ErrorFields {
    const NAME: &'static str = "error";

    fn from_fields<'de, A: MapAccess<'de>>(mut fields: Fields<A>) -> Result<Self, A::Error> {
        let mut error = Self::default();
        while let Some(name) = fields.next_name()? {
            match name.as_str() {
                "type" => fields.read(&mut error.r#type)?,
                "code" => fields.read(&mut error.code)?,
                "decline_code" => fields.read(&mut error.decline_code)?,
                "doc_url" => fields.read(&mut error.doc_url)?,
                "message" => fields.read(&mut error.message)?,
                "param" => fields.read(&mut error.param)?,
                "request_log_url" => fields.read(&mut error.request_log_url)?,
                _ => fields.skip()?,
            }
        }
        Ok(error)
    }
}

crate::macros::object!(ErrorFields);
