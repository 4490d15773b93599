use std::borrow::Cow;

use serde::de::DeserializeOwned;

use crate::params::{Params, Value};
use crate::request::Request;
use crate::{Raw, ResponseFuture};

/// A request to an endpoint that the crate has no method for, created by
/// [`Client::raw`](crate::Client::raw).
///
/// It is checked, encoded and retried like every other request. Awaiting it returns the JSON of
/// the response.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct RawRequest(Request);

impl RawRequest {
    pub(crate) fn new(request: Request) -> Self {
        Self(request)
    }

    /// Replaces `{name}` in the path by an id, which is escaped.
    pub fn path_param(mut self, name: &str, id: impl AsRef<str>) -> Self {
        self.0.fill(name, id.as_ref());
        self
    }

    /// Sets a parameter, and replaces an earlier one of the same name.
    pub fn param(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> Self {
        self.0.set(name, value);
        self
    }

    /// Sets a parameter of the query, for the rare POST that has some there and the others in its
    /// body. Of a GET or DELETE, every parameter is in the query.
    pub fn query_param(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Value>,
    ) -> Self {
        self.0.set_in_query(name, value);
        self
    }

    /// Sets all parameters at once.
    pub fn params(mut self, params: Params) -> Self {
        *self.0.params_mut() = params;
        self
    }

    /// Sends the parameters of a POST as JSON instead of a form, as the endpoints below `/v2`
    /// require.
    pub fn json(self) -> Self {
        Self(self.0.json())
    }

    /// Sends the request, and parses the response as a type.
    ///
    /// # Errors
    ///
    /// The errors of [`send`](Self::send); [`Error::Decode`](crate::Error::Decode) if the
    /// response does not fit the type.
    pub fn send_as<T: DeserializeOwned>(self) -> ResponseFuture<T> {
        self.0.send()
    }
}

crate::macros::operation!(RawRequest -> Raw);
