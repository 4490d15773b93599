//! What can go wrong.

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

/// Any failure of this crate.
///
/// `Display` is one line and holds no secrets; `source()` leads to the cause where there is one.
/// Neither `Display` nor `Debug` is long, whatever was answered: of each text they show its first
/// 1000 bytes, of a JSON path 32 levels. The body stays reachable in full, up to
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
/// # Bounds
///
/// What bounds a call, and the error when it is reached:
///
/// | bound, set by methods of `ClientBuilder` and `with_…` of a call | default | error |
/// |---|---|---|
/// | `timeout` of an attempt | 80 s | `Timeout`, after `max_retries` more attempts |
/// | `deadline` of a call | none | `Timeout`, of which `is_deadline` is true |
/// | `max_retries`, and `max_retry_wait` for all waits between attempts | 2, and 120 s | what the last attempt came to |
/// | `retry_budget` of a client | 500 tokens | what the last attempt came to; `is_out_of_budget` is true |
/// | `max_response_size` | 32 MiB | `TooLarge`; of an error answer, `Api` with the start of the body |
/// | a list whose pages lead back, or nowhere | | `List` |
// <this slice only>
/// | `wait` for a refresh | as given | `Wait`, which says that it was time |
// </this slice only>
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Stripe answered with an error.
    #[cfg(feature = "client")]
    #[error(transparent)]
    Api(Box<ApiError>),

    /// The request or client was refused before anything was sent, since it cannot work.
    #[cfg(feature = "client")]
    #[error("{0}")]
    Invalid(std::borrow::Cow<'static, str>),

    /// There is no HTTP client to send with: the system has no certificates of authorities, for
    /// example. The reason is in the message as well as in `source()`.
    #[cfg(feature = "client")]
    #[error("the HTTP client cannot be made: {}", causes(.0.as_ref()))]
    HttpClient(#[source] Box<dyn std::error::Error + Send + Sync>),

    /// There is no answer, or only a part of a good one. Whether Stripe carried the request out
    /// is unknown; a POST repeated with the same idempotency key is safe.
    #[cfg(feature = "client")]
    #[error(transparent)]
    Connection(Box<ConnectionError>),

    /// The answer did not come in the time that an attempt has
    /// ([`timeout`](crate::ClientBuilder::timeout)) or the call
    /// ([`deadline`](crate::ClientBuilder::deadline)). As with [`Error::Connection`], the outcome
    /// is unknown.
    #[cfg(feature = "client")]
    #[error(transparent)]
    Timeout(Box<TimeoutError>),

    /// A good answer is larger than the client reads
    /// ([`max_response_size`](crate::ClientBuilder::max_response_size)).
    #[cfg(feature = "client")]
    #[error(transparent)]
    TooLarge(Box<TooLargeError>),

    /// The pages of a list do not lead to its end.
    #[cfg(feature = "client")]
    #[error(transparent)]
    List(#[from] Box<ListError>),

    /// JSON from Stripe, an answer or an event, does not fit its type.
    #[error(transparent)]
    Decode(Box<DecodeError>),

    // <this slice only>
    /// A refresh did not come to a good end.
    #[cfg(feature = "client")]
    #[error(transparent)]
    Wait(#[from] Box<crate::WaitError>),
    // </this slice only>
    /// An event is not to be trusted.
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

/// An error with those that caused it, in one line.
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
    /// What Stripe answered, if it answered with an error.
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Api(error) => Some(error),
            _ => None,
        }
    }

    /// The HTTP status, if there was an answer; after a deadline that of the last one.
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

    /// The id under which Stripe logged the request, if there was an answer. Its support asks
    /// for it.
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

    /// Stripe's code for what went wrong.
    pub fn code(&self) -> Option<&ErrorCode> {
        self.api().and_then(ApiError::code)
    }

    /// The parameter that Stripe complains about.
    pub fn param(&self) -> Option<&str> {
        self.api().and_then(ApiError::param)
    }

    /// Whether the same request may succeed later: nobody answered in time, or Stripe says that
    /// it is busy or broken. The client has then used up its own retries, or its
    /// [retry budget](Self::is_out_of_budget).
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Api(error) => error.is_retryable(),
            Self::Connection(_) | Self::Timeout(_) => true,
            _ => false,
        }
    }

    /// How often the request was sent; `None` if the error is not about sending one.
    pub fn attempts(&self) -> Option<u32> {
        self.tried().map(|tried| tried.attempts)
    }

    /// Whether the request would have been sent again if the client's
    /// [retry budget](crate::RetryBudget) had not been empty: too many requests have failed lately.
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
