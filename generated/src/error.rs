//! What can go wrong.

#[cfg(feature = "client")]
mod api;
#[cfg(feature = "client")]
mod code;
mod decode;
mod path;

#[cfg(feature = "client")]
pub use api::{ApiError, ApiErrorKind};
#[cfg(feature = "client")]
pub use code::ErrorCode;
pub use decode::DecodeError;
pub(crate) use decode::Located;

/// Any failure of this crate.
///
/// `Display` is one line and holds no secrets; `source()` leads to the cause where there is one.
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

    /// There is no answer, or only a part of one. Whether Stripe carried the request out is
    /// unknown; a POST repeated with the same idempotency key is safe.
    #[cfg(feature = "client")]
    #[error("no complete answer from Stripe")]
    Connection(#[source] Box<dyn std::error::Error + Send + Sync>),

    /// The answer did not come in time. As with [`Error::Connection`], the outcome is unknown.
    #[cfg(feature = "client")]
    #[error("no answer from Stripe within {} s", .0.as_secs_f64())]
    Timeout(std::time::Duration),

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
impl Error {
    /// What Stripe answered, if it answered with an error.
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Api(error) => Some(error),
            _ => None,
        }
    }

    /// The HTTP status, if there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Api(error) => Some(error.status()),
            Self::Decode(error) => error.status(),
            _ => None,
        }
    }

    /// The id under which Stripe logged the request, if there was an answer. Its support asks
    /// for it.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Api(error) => error.request_id(),
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
    /// it is busy or broken. The client has then used up its own retries.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Api(error) => error.is_retryable(),
            Self::Connection(_) | Self::Timeout(_) => true,
            _ => false,
        }
    }
}
