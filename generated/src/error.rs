//! The errors of the crate.

#[cfg(feature = "client")]
mod api;
#[cfg(feature = "client")]
mod body;
#[cfg(feature = "client")]
mod code;
mod decode;
#[cfg(feature = "client")]
mod list;
mod path;
pub(crate) mod shown;
#[cfg(feature = "client")]
mod start;
#[cfg(feature = "client")]
mod unanswered;

#[cfg(feature = "client")]
pub use api::{ApiError, ApiErrorKind};
#[cfg(feature = "client")]
pub use code::ErrorCode;
pub use decode::DecodeError;
pub(crate) use decode::Located;
#[cfg(feature = "client")]
pub use list::ListError;
#[cfg(feature = "client")]
pub(crate) use unanswered::Tried;
#[cfg(feature = "client")]
pub use unanswered::{ConnectionError, TimeoutError, TooLargeError};

/// Any error of this crate.
///
/// `Display` is one line without secrets. `source()` returns the cause, if there is one.
/// `Display` and `Debug` show at most the first 1000 bytes of each text that the server sent, and
/// 32 levels of a JSON path. The whole body can be read from the error, up to
/// `max_response_size`.
///
/// ```
/// # #[cfg(feature = "client")] {
/// use stripe_financial_connections::{ApiErrorKind, Error};
///
/// fn advice(error: &Error) -> &'static str {
///     match error {
///         Error::Api(api) if api.kind() == ApiErrorKind::RateLimit => "slow down",
///         Error::Api(_) => "read the message",
///         _ if error.is_retryable() => "try again later",
///         _ => "ask for help",
///     }
/// }
/// # }
/// ```
///
/// # Limits
///
/// The limits of a call, and the error when one is reached:
///
/// | limit, set by a method of `ClientBuilder` or by `with_…` of a call | default | error |
/// |---|---|---|
/// | `timeout` of an attempt | 80 s | `Timeout`, after all retries |
/// | `deadline` of a call | none | `Timeout`, with `is_deadline()` true |
/// | `max_retries`, and `max_retry_wait` for the sum of waits | 2, and 120 s | the error of the last attempt |
/// | `retry_budget` of a client | 500 tokens | the error of the last attempt, with `is_out_of_budget()` true |
/// | `max_response_size` | 32 MiB | `TooLarge`; for an error response `Api`, with the start of the body |
/// | pages of a list that repeat, or do not go on | | `List` |
// <this slice only>
/// | `wait` for a refresh | its argument | `Wait`, with `WaitError::Timeout` |
// </this slice only>
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Stripe answered with an error.
    #[cfg(feature = "client")]
    #[error(transparent)]
    Api(Box<ApiError>),

    /// The request or the client is invalid. Nothing was sent.
    #[cfg(feature = "client")]
    #[error("{0}")]
    Invalid(std::borrow::Cow<'static, str>),

    /// The HTTP client can't be created, for example because the system has no root certificates.
    /// Both the message and `source()` have the reason.
    #[cfg(feature = "client")]
    #[error("the HTTP client cannot be made: {}", causes(.0.as_ref()))]
    HttpClient(#[source] Box<dyn std::error::Error + Send + Sync>),

    /// There is no response, or only a part of one. It is unknown whether Stripe carried out the
    /// request. A POST can safely be repeated with the same idempotency key.
    #[cfg(feature = "client")]
    #[error(transparent)]
    Connection(Box<ConnectionError>),

    /// The response did not arrive within the time limit of an attempt
    /// ([`timeout`](crate::ClientBuilder::timeout)) or of the call
    /// ([`deadline`](crate::ClientBuilder::deadline)). As with [`Error::Connection`], it is
    /// unknown whether Stripe carried out the request.
    #[cfg(feature = "client")]
    #[error(transparent)]
    Timeout(Box<TimeoutError>),

    /// A successful response is larger than
    /// [`max_response_size`](crate::ClientBuilder::max_response_size).
    #[cfg(feature = "client")]
    #[error(transparent)]
    TooLarge(Box<TooLargeError>),

    /// The pages of a list do not lead to its end.
    #[cfg(feature = "client")]
    #[error(transparent)]
    List(#[from] Box<ListError>),

    /// JSON from Stripe, in a response or an event, does not fit its type.
    #[error(transparent)]
    Decode(Box<DecodeError>),

    // <this slice only>
    /// A refresh did not succeed.
    #[cfg(feature = "client")]
    #[error(transparent)]
    Wait(#[from] Box<crate::WaitError>),
    // </this slice only>
    /// A webhook event could not be verified.
    #[cfg(feature = "webhook")]
    #[error(transparent)]
    Webhook(#[from] crate::webhook::WebhookError),
}

impl Error {
    #[cfg(feature = "client")]
    pub(crate) fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self::Invalid(message.into())
    }
}

/// Formats an error and its causes in one line.
#[cfg(feature = "client")]
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(feature = "client")]
impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        Self::Api(Box::new(error))
    }
}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Self {
        Box::new(error).into()
    }
}

impl From<Box<DecodeError>> for Error {
    fn from(error: Box<DecodeError>) -> Self {
        Self::Decode(error)
    }
}

#[cfg(feature = "client")]
impl From<ListError> for Error {
    fn from(error: ListError) -> Self {
        Box::new(error).into()
    }
}

#[cfg(feature = "client")]
impl From<ConnectionError> for Error {
    fn from(error: ConnectionError) -> Self {
        Self::Connection(Box::new(error))
    }
}

#[cfg(feature = "client")]
impl From<TimeoutError> for Error {
    fn from(error: TimeoutError) -> Self {
        Self::Timeout(Box::new(error))
    }
}

#[cfg(feature = "client")]
impl Error {
    /// Returns the error that Stripe answered with, if any.
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Api(error) => Some(error),
            _ => None,
        }
    }

    /// Returns the HTTP status, if there was a response. After a deadline it is that of the last
    /// attempt.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Api(error) => Some(error.status()),
            Self::Connection(error) => error.status(),
            Self::Timeout(error) => error.last()?.status(),
            Self::TooLarge(error) => Some(error.status()),
            Self::Decode(error) => error.status(),
            _ => None,
        }
    }

    /// Returns Stripe's id of the request, if there was a response. Stripe's support asks for it.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Api(error) => error.request_id(),
            Self::Connection(error) => error.request_id(),
            Self::Timeout(error) => error.last()?.request_id(),
            Self::TooLarge(error) => error.request_id(),
            Self::Decode(error) => error.request_id(),
            _ => None,
        }
    }

    /// Returns Stripe's error code.
    pub fn code(&self) -> Option<&ErrorCode> {
        self.api().and_then(ApiError::code)
    }

    /// Returns the parameter that the error is about.
    pub fn param(&self) -> Option<&str> {
        self.api().and_then(ApiError::param)
    }

    /// Returns whether the same request may succeed later: there was no response in time, or
    /// Stripe is busy or has an internal error. The client has already used its own retries, or
    /// has no [retry budget](Self::is_out_of_budget) left.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Api(error) => error.is_retryable(),
            Self::Connection(_) | Self::Timeout(_) => true,
            _ => false,
        }
    }

    /// Returns how often the request was sent; `None` if the error is not about sending.
    pub fn attempts(&self) -> Option<u32> {
        self.tried().map(|tried| tried.attempts)
    }

    /// Returns whether a retry was left out because the client's [retry
    /// budget](crate::RetryBudget) is empty: too many requests have failed recently.
    pub fn is_out_of_budget(&self) -> bool {
        self.tried().is_some_and(|tried| tried.out_of_budget)
    }

    fn tried(&self) -> Option<&Tried> {
        match self {
            Self::Api(error) => Some(&error.tried),
            Self::Connection(error) => Some(&error.tried),
            Self::Timeout(error) => Some(&error.tried),
            Self::TooLarge(error) => Some(&error.tried),
            _ => None,
        }
    }

    pub(crate) fn with_tried(mut self, tried: Tried) -> Self {
        match &mut self {
            Self::Api(error) => error.tried = tried,
            Self::Connection(error) => error.tried = tried,
            Self::Timeout(error) => error.tried = tried,
            Self::TooLarge(error) => error.tried = tried,
            _ => {}
        }
        self
    }
}
