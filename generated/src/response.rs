use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use reqwest::header::HeaderMap;

use crate::Error;
use crate::request::Request;

/// The value of an answer together with what came around it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Response<T> {
    /// What Stripe answered.
    pub value: T,
    /// The HTTP status, 200 to 299.
    pub status: u16,
    /// The headers.
    pub headers: Headers,
}

impl<T> Response<T> {
    /// The id under which Stripe logged the request.
    pub fn request_id(&self) -> Option<&str> {
        self.headers.request_id()
    }
}

/// The headers of an answer.
#[derive(Clone, PartialEq, Default)]
pub struct Headers(HeaderMap);

impl Headers {
    pub(crate) fn new(headers: HeaderMap) -> Self {
        Self(headers)
    }

    /// The value of a header, whatever the case of its name; `None` if it is not text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str().ok()
    }

    /// All headers whose values are text.
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
        self.0.fmt(f)
    }
}

/// An answer with a good status, not yet read as a type, and the request that it is for.
pub(crate) struct Reply {
    pub(crate) request: Request,
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Bytes,
}

/// A request under way. It is sent once this is first polled, and dropped with it.
#[must_use = "a request does nothing until it is awaited"]
pub struct ResponseFuture<T> {
    reply: ReplyFuture,
    /// The only part of a request that is compiled per type.
    decode: fn(Reply) -> Result<T, Error>,
}

pub(crate) type ReplyFuture = Pin<Box<dyn Future<Output = Result<Reply, Error>> + Send>>;

impl<T> ResponseFuture<T> {
    pub(crate) fn new(reply: ReplyFuture, decode: fn(Reply) -> Result<T, Error>) -> Self {
        Self { reply, decode }
    }

    #[cfg(feature = "blocking")]
    pub(crate) fn wait(self, blocking: &crate::blocking::Blocking) -> Result<T, Error> {
        (self.decode)(blocking.run(self.reply)??)
    }
}

impl<T> Future for ResponseFuture<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let reply = ready!(self.reply.as_mut().poll(cx))?;
        Poll::Ready((self.decode)(reply))
    }
}

impl<T> fmt::Debug for ResponseFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
