//! Macros for the common parts of generated types, so that each type needs one line.

/// Implements `Deserialize` for an [`Object`](crate::de::Object).
macro_rules! object {
    ($name:ident) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::de::object(deserializer)
            }
        }
    };
}
pub(crate) use object;

/// Implements [`Resource`](crate::Resource) for an object with a field `id`.
macro_rules! resource {
    ($name:ident, $id:ty) => {
        impl $crate::Resource for $name {
            type Id = $id;

            fn id(&self) -> &$id {
                &self.id
            }
        }
    };
}
pub(crate) use resource;

/// Implements the newtype of an id, around its [`Text`](crate::text::Text).
macro_rules! id {
    ($name:ident) => {
        impl $name {
            /// Creates an id from text, without checking it.
            pub fn new(id: impl AsRef<str>) -> Self {
                Self($crate::text::Text::new(id.as_ref()))
            }

            /// Returns the id as text.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        $crate::macros::text_traits!($name);

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(self.as_str(), f)
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self($crate::text::Text::new(id))
            }
        }

        impl From<&String> for $name {
            fn from(id: &String) -> Self {
                Self($crate::text::Text::new(id))
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id.into())
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.into()
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                self.as_str()
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        #[cfg(feature = "client")]
        impl From<$name> for $crate::params::Value {
            fn from(id: $name) -> Self {
                id.0.into()
            }
        }
    };
}
pub(crate) use id;

/// Implements the common parts of an open enum, besides its variants, `as_str` and `From<&str>`.
macro_rules! open_enum {
    ($name:ident) => {
        $crate::macros::text_traits!($name);

        impl From<String> for $name {
            fn from(value: String) -> Self {
                Self::from(value.as_str())
            }
        }

        #[cfg(feature = "client")]
        impl From<$name> for $crate::params::Value {
            fn from(value: $name) -> Self {
                Self::from(value.as_str())
            }
        }
    };
}
pub(crate) use open_enum;

/// Implements the common parts of ids and open enums, which are read from and written as strings.
macro_rules! text_traits {
    ($name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::de::text(deserializer)
            }
        }
    };
}
pub(crate) use text_traits;

/// Implements the conversion of a parameter object, a newtype over
/// [`Params`](crate::params::Params), to a value.
#[cfg(feature = "client")]
macro_rules! params {
    ($name:ident) => {
        impl From<$name> for $crate::params::Value {
            fn from(params: $name) -> Self {
                Self::from(params.0)
            }
        }
    };
}
#[cfg(feature = "client")]
pub(crate) use params;

/// Implements the request builder of an operation, a newtype over
/// [`Request`](crate::request::Request): its options and the methods that send it. The methods
/// are inlined, so that unused ones produce no code.
#[cfg(feature = "client")]
macro_rules! operation {
    ($name:ident -> $output:ty) => {
        $crate::macros::request_options!($name);

        impl $name {
            /// Sends the request. Awaiting the builder does the same.
            ///
            /// # Errors
            ///
            /// Every kind of [`Error`](crate::Error) except those of webhooks.
            #[inline]
            pub fn send(self) -> $crate::ResponseFuture<$output> {
                self.0.send()
            }

            /// Sends the request, and returns status, headers, request id and body besides the
            /// value.
            ///
            /// # Errors
            ///
            /// The errors of [`send`](Self::send).
            #[inline]
            pub fn send_with_response(self) -> $crate::ResponseFuture<$crate::Response<$output>> {
                self.0.send_with_response()
            }

            /// Sends the request, and blocks the thread until the response has arrived.
            ///
            /// # Errors
            ///
            /// The errors of [`send`](Self::send).
            #[cfg(feature = "blocking")]
            #[inline]
            pub fn send_blocking(self) -> Result<$output, $crate::Error> {
                self.0.wait($crate::request::Request::send)
            }

            /// Like [`send_with_response`](Self::send_with_response), but blocking the thread.
            ///
            /// # Errors
            ///
            /// The errors of [`send`](Self::send).
            #[cfg(feature = "blocking")]
            #[inline]
            pub fn send_blocking_with_response(
                self,
            ) -> Result<$crate::Response<$output>, $crate::Error> {
                self.0.wait($crate::request::Request::send_with_response)
            }
        }

        impl std::future::IntoFuture for $name {
            type Output = Result<$output, $crate::Error>;
            type IntoFuture = $crate::ResponseFuture<$output>;

            #[inline]
            fn into_future(self) -> Self::IntoFuture {
                self.0.send()
            }
        }
    };
}
#[cfg(feature = "client")]
pub(crate) use operation;

/// Implements the `with_*` options of a request, and its inspection.
#[cfg(feature = "client")]
macro_rules! request_options {
    ($name:ident) => {
        impl $name {
            /// Sets the idempotency key instead of a random one. A request that another process
            /// repeats with the same key is carried out once. At most 255 characters. Only POST
            /// requests send it.
            pub fn with_idempotency_key(mut self, key: impl Into<String>) -> Self {
                self.0.options().idempotency_key = Some(key.into());
                self
            }

            /// Acts for this connected account instead of the client's. It can't be combined with
            /// a Stripe context.
            pub fn with_stripe_account(mut self, account: impl Into<String>) -> Self {
                self.0.options().stripe_account = Some(account.into());
                self
            }

            /// Acts in this Stripe context instead of the client's. It can't be combined with a
            /// connected account.
            pub fn with_stripe_context(mut self, context: impl Into<String>) -> Self {
                self.0.options().stripe_context = Some(context.into());
                self
            }

            /// Uses this API version. The types are generated from the default version, and
            /// responses of another one may not fit them.
            pub fn with_stripe_version(mut self, version: impl Into<String>) -> Self {
                self.0.options().stripe_version = Some(version.into());
                self
            }

            /// Sets the time limit of each attempt, from connecting to the last byte.
            pub fn with_timeout(mut self, timeout: std::time::Duration) -> Self {
                self.0.options().timeout = Some(timeout);
                self
            }

            /// Sets the time limit of the whole call, with all attempts and the waits between
            /// them. At the deadline it fails with [`Error::Timeout`](crate::Error::Timeout).
            /// Each page of a list is a call of its own.
            pub fn with_deadline(mut self, deadline: std::time::Duration) -> Self {
                self.0.options().deadline = Some(deadline);
                self
            }

            /// Sets how often a failed attempt is repeated.
            pub fn with_max_retries(mut self, retries: u32) -> Self {
                self.0.options().max_retries = Some(retries);
                self
            }

            /// Adds a header. Headers that the client sets itself are refused.
            pub fn with_header(
                mut self,
                name: impl Into<String>,
                value: impl Into<String>,
            ) -> Self {
                self.0.options().headers.push((name.into(), value.into()));
                self
            }

            /// Adds a parameter by its form name, such as `a`, `a[b]` or `a[0]`; use it for
            /// parameters without a setter, such as previews. It is sent after the other
            /// parameters: in the body of a POST, in the query of all else. A parameter that is
            /// already set is refused when the request is sent.
            pub fn with_param(
                mut self,
                name: impl Into<String>,
                value: impl Into<$crate::Value>,
            ) -> Self {
                self.0.add(name.into(), value.into());
                self
            }

            /// Uses this API key instead of the client's.
            pub fn with_api_key(mut self, key: impl Into<String>) -> Self {
                self.0.options().api_key = Some($crate::client::ApiKey::new(key));
                self
            }

            /// Returns the HTTP method.
            pub fn method(&self) -> $crate::Method {
                self.0.method()
            }

            /// Returns the path with its ids, without the query.
            pub fn path(&self) -> &str {
                self.0.filled_path()
            }

            /// Returns the parameters as they will be sent, decoded, such as `("a[b]", "v")`.
            /// Sensitive values are visible.
            pub fn pairs(&self) -> Vec<(String, String)> {
                self.0.pairs()
            }
        }

        impl From<$name> for $crate::request::Request {
            fn from(operation: $name) -> Self {
                operation.0
            }
        }
    };
}
#[cfg(feature = "client")]
pub(crate) use request_options;

/// Implements an operation that returns pages of a list.
#[cfg(feature = "client")]
macro_rules! list_operation {
    ($name:ident -> $item:ty) => {
        $crate::macros::request_options!($name);

        impl $name {
            /// Requests one page. Awaiting the builder does the same.
            ///
            /// # Errors
            ///
            /// Every kind of [`Error`](crate::Error) except those of webhooks.
            #[inline]
            pub fn send(self) -> $crate::ResponseFuture<$crate::List<$item>> {
                self.0.send_list()
            }

            /// Requests one page, and returns status, headers, request id and body besides it.
            ///
            /// # Errors
            ///
            /// The errors of [`send`](Self::send).
            #[inline]
            pub fn send_with_response(
                self,
            ) -> $crate::ResponseFuture<$crate::Response<$crate::List<$item>>> {
                self.0.send_list_with_response()
            }

            /// Returns a stream of all items. Pages are requested as needed. With `ending_before`
            /// the stream goes backwards.
            pub fn stream(self) -> $crate::ListStream<$item> {
                $crate::ListStream::new(self.0)
            }

            /// Requests one page, and blocks the thread until it has arrived.
            ///
            /// # Errors
            ///
            /// The errors of [`send`](Self::send).
            #[cfg(feature = "blocking")]
            #[inline]
            pub fn send_blocking(self) -> Result<$crate::List<$item>, $crate::Error> {
                self.0.wait($crate::request::Request::send_list)
            }

            /// Like [`stream`](Self::stream), but an iterator that blocks the thread for each
            /// page.
            #[cfg(feature = "blocking")]
            pub fn iter_blocking(self) -> $crate::ListIter<$item> {
                $crate::ListIter::new(self.0)
            }
        }

        impl std::future::IntoFuture for $name {
            type Output = Result<$crate::List<$item>, $crate::Error>;
            type IntoFuture = $crate::ResponseFuture<$crate::List<$item>>;

            #[inline]
            fn into_future(self) -> Self::IntoFuture {
                self.0.send_list()
            }
        }
    };
}
#[cfg(feature = "client")]
pub(crate) use list_operation;
