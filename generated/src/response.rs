use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;
use sync_wrapper::SyncWrapper;

use crate::request::Request;
use crate::{Error, de};

/// The value of a response with its status, headers and body.
// <this slice only>
///
/// ```no_run
/// # async fn example(client: stripe_financial_connections::Client) -> Result<(), stripe_financial_connections::Error> {
/// let accounts = client.financial_connections().accounts();
/// let answer = accounts.retrieve("fca_123").send_with_response().await?;
/// println!("{:?} {}", answer.request_id(), answer.value.id);
/// // A field that this version of the crate does not know.
/// let all: serde_json::Value = answer.parse()?;
/// println!("{}", all["a_new_field"]);
/// # Ok(()) }
/// ```
// </this slice only>
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Response<T> {
    /// The parsed response.
    pub value: T,
    /// The HTTP status, 200 to 299.
    pub status: u16,
    /// The headers.
    pub headers: Headers,
    pub(crate) body: Bytes,
}

impl<T> Response<T> {
    /// Returns Stripe's id of the request.
    pub fn request_id(&self) -> Option<&str> {
        self.headers.request_id()
    }

    /// Returns the body as received.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Parses the body again as another type, for fields that [`value`](Self::value) does not
    /// have, such as new or preview fields.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] if the body does not fit the type.
    pub fn parse<U: DeserializeOwned>(&self) -> Result<U, Error> {
        Ok(de::from_slice(&self.body)?)
    }
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("value", &self.value)
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish()
    }
}

/// The headers of a response.
///
/// `Debug` shows the values of harmless headers only, because others may contain idempotency keys
/// or cookies.
#[derive(Clone, PartialEq, Default)]
pub struct Headers(HeaderMap);

/// Headers whose values `Debug` shows.
const SHOWN: [&str; 9] = [
    "content-length",
    "content-type",
    "date",
    "idempotent-replayed",
    "request-id",
    "retry-after",
    "stripe-rate-limited-reason",
    "stripe-should-retry",
    "stripe-version",
];

impl Headers {
    pub(crate) fn new(headers: HeaderMap) -> Self {
        Self(headers)
    }

    /// Returns the value of a header; the case of its name does not matter. `None` if it is
    /// missing or not text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str().ok()
    }

    /// Returns all headers whose values are text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
    }

    pub(crate) fn request_id(&self) -> Option<&str> {
        self.get("request-id")
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (name, value) in &self.0 {
            if SHOWN.contains(&name.as_str()) {
                map.entry(&name.as_str(), value);
            } else {
                map.entry(&name.as_str(), &format_args!(".."));
            }
        }
        map.finish()
    }
}

/// A successful response, not yet parsed, with its request.
pub(crate) struct Reply {
    pub(crate) request: Request,
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Bytes,
}

/// A request that is being sent. Sending begins when the future is first polled. Dropping it
/// cancels the request.
#[must_use = "a request does nothing until it is awaited"]
pub struct ResponseFuture<T> {
    reply: SyncWrapper<ReplyFuture>,
    /// The only part of a request that is compiled per type.
    decode: fn(Reply) -> Result<T, Error>,
}

pub(crate) type ReplyFuture = Pin<Box<dyn Future<Output = Result<Reply, Error>> + Send>>;

impl<T> ResponseFuture<T> {
    pub(crate) fn new(reply: ReplyFuture, decode: fn(Reply) -> Result<T, Error>) -> Self {
        Self {
            reply: SyncWrapper::new(reply),
            decode,
        }
    }

    #[cfg(feature = "blocking")]
    pub(crate) fn wait(self, blocking: &crate::blocking::Blocking) -> Result<T, Error> {
        (self.decode)(blocking.run(self.reply.into_inner())??)
    }
}

impl<T> Future for ResponseFuture<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let reply = ready!(self.reply.get_mut().as_mut().poll(cx))?;
        Poll::Ready((self.decode)(reply))
    }
}

impl<T> fmt::Debug for ResponseFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
