//! When there is no answer, not all of one, or too much of one.

use std::fmt;
use std::time::Duration;

use super::{Error, shown};

/// What is known of a call that failed, beside its failure.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tried {
    /// How often the request was sent.
    pub(crate) attempts: u32,
    /// Whether it would have been sent again if the client's retry budget had allowed it.
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

/// There is no answer, or only a part of a good one.
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

    /// The HTTP status, if the connection failed after it came.
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// The id under which Stripe logged the request, if the connection failed after it came.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// How often the request was sent.
    pub fn attempts(&self) -> u32 {
        self.tried.attempts
    }
}

/// The answer did not come in the time that an attempt, or the whole call, had.
#[derive(Debug)]
pub struct TimeoutError {
    pub(crate) limit: Duration,
    pub(crate) is_deadline: bool,
    pub(crate) last: Option<Error>,
    pub(crate) tried: Tried,
}

impl TimeoutError {
    /// One attempt took too long.
    pub(crate) fn of_attempt(limit: Duration) -> Self {
        Self {
            limit,
            is_deadline: false,
            last: None,
            tried: Tried::default(),
        }
    }

    /// The time that there was: of the call if it had a deadline that came, otherwise of an
    /// attempt.
    pub fn limit(&self) -> Duration {
        self.limit
    }

    /// Whether the deadline of the call came, or was too near for another attempt.
    pub fn is_deadline(&self) -> bool {
        self.is_deadline
    }

    /// How often the request was sent.
    pub fn attempts(&self) -> u32 {
        self.tried.attempts
    }

    /// How the last attempt failed that did not simply take too long: what Stripe answered to it,
    /// for example.
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
                Some(status) => write!(f, ", of which the last was answered {status}")?,
                None => f.write_str(", of which the last had no complete answer")?,
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

/// A good answer was larger than the client reads. The request was carried out.
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
    /// The size that is allowed, in bytes.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The id under which Stripe logged the request.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// How often the request was sent.
    pub fn attempts(&self) -> u32 {
        self.tried.attempts
    }
}

fn of_request(id: Option<&str>) -> String {
    id.map_or_else(String::new, |id| format!(", request {}", shown::line(id)))
}
