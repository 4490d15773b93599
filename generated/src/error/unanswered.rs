//! Errors without a complete response.

use std::fmt;
use std::time::Duration;

use super::{Error, shown};

/// What is known about the attempts of a failed call.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tried {
    /// How often the request was sent.
    pub(crate) attempts: u32,
    /// Whether a retry was left out because the client's retry budget is empty.
    pub(crate) out_of_budget: bool,
}

impl fmt::Display for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.out_of_budget {
            f.write_str(", not retried: the retry budget is empty")?;
        }
        Ok(())
    }
}

/// There is no response, or only a part of one.
#[derive(Debug, thiserror::Error)]
#[error("no complete answer from Stripe{request}{tried}", request = of_request(self.request_id()))]
pub struct ConnectionError {
    pub(crate) source: Box<dyn std::error::Error + Send + Sync>,
    pub(crate) status: Option<u16>,
    pub(crate) request_id: Option<String>,
    pub(crate) tried: Tried,
}

impl ConnectionError {
    pub(crate) fn new(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            source: source.into(),
            status: None,
            request_id: None,
            tried: Tried::default(),
        }
    }

    /// Returns the HTTP status, if the connection failed after it arrived.
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// Returns Stripe's id of the request, if the connection failed after it arrived.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Returns how often the request was sent.
    pub fn attempts(&self) -> u32 {
        self.tried.attempts
    }
}

/// The response did not arrive within the time limit of an attempt or of the call.
#[derive(Debug)]
pub struct TimeoutError {
    pub(crate) limit: Duration,
    pub(crate) is_deadline: bool,
    pub(crate) last: Option<Error>,
    pub(crate) tried: Tried,
}

impl TimeoutError {
    /// Creates the error of one attempt.
    pub(crate) fn of_attempt(limit: Duration) -> Self {
        Self {
            limit,
            is_deadline: false,
            last: None,
            tried: Tried::default(),
        }
    }

    /// Returns the time limit that was reached: that of the call if
    /// [`is_deadline`](Self::is_deadline) is true, otherwise that of an attempt.
    pub fn limit(&self) -> Duration {
        self.limit
    }

    /// Returns whether the deadline of the call was reached, or was too close for another
    /// attempt.
    pub fn is_deadline(&self) -> bool {
        self.is_deadline
    }

    /// Returns how often the request was sent.
    pub fn attempts(&self) -> u32 {
        self.tried.attempts
    }

    /// Returns the error of the last attempt that failed for another reason than time, such as an
    /// error response.
    pub fn last(&self) -> Option<&Error> {
        self.last.as_ref()
    }
}

impl fmt::Display for TimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let attempts = self.tried.attempts;
        let s = if attempts == 1 { "" } else { "s" };
        write!(
            f,
            "no answer from Stripe within {} s, after {attempts} attempt{s}",
            self.limit.as_secs_f64()
        )?;
        if let Some(last) = &self.last {
            match last.status() {
                Some(status) => write!(f, "; the last had the status {status}")?,
                None => f.write_str("; the last had no complete answer")?,
            }
        }
        f.write_str(&of_request(self.last().and_then(Error::request_id)))?;
        self.tried.fmt(f)
    }
}

impl std::error::Error for TimeoutError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.last.as_ref().map(|last| last as _)
    }
}

/// A successful response is larger than the limit. Stripe carried out the request.
#[derive(Clone, Debug, thiserror::Error)]
#[error(
    "the answer is larger than {limit} bytes{request}; ClientBuilder::max_response_size raises the limit",
    request = of_request(self.request_id())
)]
pub struct TooLargeError {
    pub(crate) limit: usize,
    pub(crate) status: u16,
    pub(crate) request_id: Option<String>,
    pub(crate) tried: Tried,
}

impl TooLargeError {
    /// Returns the limit, in bytes.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Returns Stripe's id of the request.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Returns how often the request was sent.
    pub fn attempts(&self) -> u32 {
        self.tried.attempts
    }
}

fn of_request(id: Option<&str>) -> String {
    id.map_or_else(String::new, |id| format!(", request {}", shown::line(id)))
}
