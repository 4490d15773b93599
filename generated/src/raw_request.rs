use std::borrow::Cow;

use serde::de::DeserializeOwned;

use crate::params::{Params, Value};
use crate::request::Request;
use crate::{Raw, ResponseFuture};

/// A request to an endpoint that the crate does not bind, made by
/// [`Client::raw`](crate::Client::raw).
///
/// It is checked, encoded, retried and answered like every other one. Awaiting it gives the JSON
/// of the answer.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct RawRequest(Request);

impl RawRequest {
    pub(crate) fn new(request: Request) -> Self {
        Self(request)
    }

    /// Fills `{name}` in the path with an id, as one segment of it.
    pub fn path_param(mut self, name: &str, id: impl AsRef<str>) -> Self {
        self.0.fill(name, id.as_ref());
        self
    }

    /// Sets a parameter; it replaces an earlier one of that name.
    pub fn param(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> Self {
        self.0.set(name, value);
        self
    }

    /// Sets all parameters at once.
    pub fn params(mut self, params: Params) -> Self {
        *self.0.params_mut() = params;
        self
    }

    /// Sends the parameters of a POST as JSON, as the endpoints below `/v2` want it, instead of
    /// a form.
    pub fn json(self) -> Self {
        Self(self.0.json())
    }

    /// Sends the request and reads the answer as a type of the caller's choice.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send); [`Error::Decode`](crate::Error::Decode) if the answer does not
    /// fit that type.
    pub fn send_as<T: DeserializeOwned>(self) -> ResponseFuture<T> {
        self.0.send()
    }
}

crate::macros::operation!(RawRequest -> Raw);
