//! Request parameters and their encodings.

mod form;
mod json;

use std::borrow::Cow;
use std::fmt;

pub(crate) use form::{decode, encode_path_segment, form, pairs};
pub(crate) use json::json;

use crate::Timestamp;
use crate::text::Text;

/// Named parameters of a request, or of an object inside it.
///
/// The request builders fill one. Pass one to [`Client::raw`](crate::Client::raw) for other
/// endpoints.
///
/// ```
/// use stripe_financial_connections::Params;
///
/// let holder = Params::new().with("type", "customer").with("customer", "cus_123");
/// let params = Params::new().with("account_holder", holder);
/// ```
#[derive(Clone, PartialEq, Default)]
pub struct Params(Vec<(Cow<'static, str>, Value)>);

impl Params {
    /// Creates empty parameters.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Returns the parameters with one more, which replaces an earlier one of the same name.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> Self {
        self.set(name, value);
        self
    }

    /// Sets a parameter, and replaces an earlier one of the same name.
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) {
        self.set_value(name.into(), value.into());
    }

    fn set_value(&mut self, name: Cow<'static, str>, value: Value) {
        match self.0.iter_mut().find(|(n, _)| *n == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// Clears the value that was set at Stripe before.
    pub fn clear(&mut self, name: impl Into<Cow<'static, str>>) {
        self.set_value(name.into(), Value::CLEAR);
    }

    /// Returns the parameters as a form body or query, such as `a[b]=v`. Sensitive values are
    /// visible.
    ///
    /// ```
    /// use stripe_financial_connections::Params;
    ///
    /// let holder = Params::new().with("type", "customer");
    /// let params = Params::new().with("account_holder", holder);
    /// assert_eq!(params.to_form(), "account_holder[type]=customer");
    /// ```
    pub fn to_form(&self) -> String {
        form(self)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value)
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        let mut params = self.0.iter_mut();
        params.find_map(|(n, value)| (n == name).then_some(value))
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|(n, _)| n != name);
    }

    /// Returns the name of a parameter that is infinite or NaN, if there is one.
    pub(crate) fn not_a_number(&self) -> Option<&str> {
        let mut params = self.0.iter();
        params.find_map(|(name, value)| value.is_not_a_number().then_some(name.as_ref()))
    }
}

/// Shows names, but no values.
impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.0.iter().map(|(name, value)| (name, value)))
            .finish()
    }
}

/// The value of a parameter.
///
/// Create one with `From` from strings, numbers, booleans, timestamps, ids, enums, parameter
/// objects, lists of these, and `serde_json::Value`. `Debug` shows its structure, but no values.
#[derive(Clone, PartialEq)]
pub struct Value(Kind);

#[derive(Clone, PartialEq)]
enum Kind {
    Bool(bool),
    Integer(i64),
    Number(f64),
    Text(Text),
    /// Boxed, so that a value is not larger than a `Text`.
    Sensitive(Box<str>),
    Clear,
    List(Vec<Value>),
    Object(Params),
}

impl Value {
    /// Clears a value: empty in a form, null in JSON.
    pub const CLEAR: Self = Self(Kind::Clear);

    /// Creates a string that `Debug` does not show.
    pub fn sensitive(text: impl Into<String>) -> Self {
        Self(Kind::Sensitive(text.into().into_boxed_str()))
    }

    /// Returns whether it is an empty string, list or object.
    pub(crate) fn is_empty(&self) -> bool {
        match &self.0 {
            Kind::Text(text) => text.as_str().is_empty(),
            Kind::Sensitive(text) => text.is_empty(),
            Kind::List(list) => list.is_empty(),
            Kind::Object(params) => params.0.is_empty(),
            _ => false,
        }
    }

    /// Returns the strings of a list.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let items = match &self.0 {
            Kind::List(items) => items.as_slice(),
            _ => &[],
        };
        items.iter().filter_map(Self::text)
    }

    /// Returns the string, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.0 {
            Kind::Text(text) => Some(text.as_str()),
            _ => None,
        }
    }

    pub(crate) fn object_mut(&mut self) -> Option<&mut Params> {
        match &mut self.0 {
            Kind::Object(params) => Some(params),
            _ => None,
        }
    }

    pub(crate) fn list_mut(&mut self) -> Option<&mut Vec<Self>> {
        match &mut self.0 {
            Kind::List(items) => Some(items),
            _ => None,
        }
    }

    fn is_not_a_number(&self) -> bool {
        match &self.0 {
            Kind::Number(number) => !number.is_finite(),
            Kind::List(items) => items.iter().any(Self::is_not_a_number),
            Kind::Object(params) => params.not_a_number().is_some(),
            _ => false,
        }
    }

    /// Returns the parameter of this name, if this is an object.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        match &self.0 {
            Kind::Object(params) => params.get(name),
            _ => None,
        }
    }
}

/// Creates a list of values.
pub(crate) fn list(items: impl IntoIterator<Item = impl Into<Value>>) -> Value {
    Value(Kind::List(items.into_iter().map(Into::into).collect()))
}

/// Creates a list of strings.
pub(crate) fn strings(items: impl IntoIterator<Item = impl Into<String>>) -> Value {
    Value(Kind::List(
        items.into_iter().map(|item| item.into().into()).collect(),
    ))
}

/// Creates an object of strings with arbitrary keys, such as metadata.
pub(crate) fn string_map(
    entries: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
) -> Value {
    map(entries.into_iter().map(|(key, text)| (key, text.into())))
}

/// Creates an object of values with arbitrary keys.
pub(crate) fn map(
    entries: impl IntoIterator<Item = (impl Into<String>, impl Into<Value>)>,
) -> Value {
    let mut params = Params::new();
    for (key, value) in entries {
        params.set_value(Cow::Owned(key.into()), value.into());
    }
    params.into()
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Bool(value) => value.fmt(f),
            Kind::Integer(_) | Kind::Number(_) | Kind::Text(_) => f.write_str(".."),
            Kind::Sensitive(_) => f.write_str("Sensitive(..)"),
            Kind::Clear => f.write_str("Clear"),
            Kind::List(list) => list.fmt(f),
            Kind::Object(params) => params.fmt(f),
        }
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        Self(Kind::Text(text))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self(Kind::Text(text.into()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self(Kind::Text(text.into()))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self(Kind::Bool(value))
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self(Kind::Integer(value))
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self(Kind::Integer(value.into()))
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self(Kind::Integer(value.into()))
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self(Kind::Number(value))
    }
}

impl From<Timestamp> for Value {
    fn from(time: Timestamp) -> Self {
        Self(Kind::Integer(time.as_secs()))
    }
}

impl From<Params> for Value {
    fn from(params: Params) -> Self {
        Self(Kind::Object(params))
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        list(items)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    /// `None` clears.
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::CLEAR, Into::into)
    }
}

impl From<serde_json::Value> for Value {
    /// JSON null clears. An integer outside of `i64` becomes a string of its digits.
    fn from(value: serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match value {
            Json::Null => Self::CLEAR,
            Json::Bool(value) => value.into(),
            Json::Number(number) => match (number.as_i64(), number.is_u64(), number.as_f64()) {
                (Some(integer), _, _) => integer.into(),
                (None, false, Some(float)) => float.into(),
                _ => number.to_string().into(),
            },
            Json::String(text) => text.into(),
            Json::Array(items) => list(items),
            Json::Object(entries) => map(entries),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_the_expected_size() {
        assert_eq!(size_of::<Value>(), size_of::<Text>());
    }

    #[test]
    fn the_last_value_of_a_name_counts() {
        let mut params = Params::new().with("limit", 3).with("expand", "x");
        params.set("limit", 5);
        assert_eq!(params, Params::new().with("limit", 5).with("expand", "x"));
        params.clear("limit");
        assert_eq!(params.get("limit"), Some(&Value::CLEAR));
        params.remove("limit");
        assert_eq!(params.get("limit"), None);
    }

    #[test]
    fn debug_shows_no_values() {
        let params = Params::new()
            .with("name", Value::sensitive("Jenny Rosen"))
            .with("limit", 3)
            .with("list", vec!["a", "b"]);
        assert_eq!(
            format!("{params:?}"),
            r#"{"name": Sensitive(..), "limit": .., "list": [.., ..]}"#
        );
    }
}
