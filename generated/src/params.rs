//! Request parameters as data, and their encodings.

mod form;
mod json;

use std::borrow::Cow;
use std::fmt;

pub(crate) use form::{decode, encode_path_segment, form, pairs};
pub(crate) use json::json;

use crate::Timestamp;
use crate::text::Text;

/// Named parameters: those of a request, or of an object inside of it.
///
/// The builders of the bound operations fill one; [`Client::raw`](crate::Client::raw) takes one
/// for everything else.
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
    /// No parameters.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// These parameters and one more, which replaces an earlier one of that name.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> Self {
        self.set(name, value);
        self
    }

    /// Sets a parameter; it replaces an earlier one of that name.
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) {
        self.set_value(name.into(), value.into());
    }

    fn set_value(&mut self, name: Cow<'static, str>, value: Value) {
        match self.0.iter_mut().find(|(n, _)| *n == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// Asks Stripe to clear what this parameter set before.
    pub fn clear(&mut self, name: impl Into<Cow<'static, str>>) {
        self.set_value(name.into(), Value::CLEAR);
    }

    /// The parameters as a form body or query, as a request sends them: `a[b]=v`. It shows
    /// sensitive values.
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

    /// The name of a number that is none, if there is one.
    pub(crate) fn not_a_number(&self) -> Option<&str> {
        let mut params = self.0.iter();
        params.find_map(|(name, value)| value.is_not_a_number().then_some(name.as_ref()))
    }
}

/// Shows the names, not the values.
impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.0.iter().map(|(name, value)| (name, value)))
            .finish()
    }
}

/// The value of a parameter.
///
/// Made with `From` from strings, numbers, booleans, timestamps, ids, enums, parameter objects,
/// lists of those, and `serde_json::Value`. `Debug` shows its shape, not what it holds.
#[derive(Clone, PartialEq)]
pub struct Value(Kind);

#[derive(Clone, PartialEq)]
enum Kind {
    Bool(bool),
    Integer(i64),
    Number(f64),
    Text(Text),
    /// Boxed, so that a value is no larger than a text.
    Sensitive(Box<str>),
    Clear,
    List(Vec<Value>),
    Object(Params),
}

impl Value {
    /// Clears what was set before: empty in a form, null in JSON.
    pub const CLEAR: Self = Self(Kind::Clear);

    /// A text that `Debug` does not show.
    pub fn sensitive(text: impl Into<String>) -> Self {
        Self(Kind::Sensitive(text.into().into_boxed_str()))
    }

    /// Whether it is an empty text, list or object.
    pub(crate) fn is_empty(&self) -> bool {
        match &self.0 {
            Kind::Text(text) => text.as_str().is_empty(),
            Kind::Sensitive(text) => text.is_empty(),
            Kind::List(list) => list.is_empty(),
            Kind::Object(params) => params.0.is_empty(),
            _ => false,
        }
    }

    /// The texts of a list.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let items = match &self.0 {
            Kind::List(items) => items.as_slice(),
            _ => &[],
        };
        items.iter().filter_map(Self::text)
    }

    /// The text, if it is one.
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

    /// The parameter of that name, if this is an object.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        match &self.0 {
            Kind::Object(params) => params.get(name),
            _ => None,
        }
    }
}

/// A list of values.
pub(crate) fn list(items: impl IntoIterator<Item = impl Into<Value>>) -> Value {
    Value(Kind::List(items.into_iter().map(Into::into).collect()))
}

/// A list of texts.
pub(crate) fn strings(items: impl IntoIterator<Item = impl Into<String>>) -> Value {
    Value(Kind::List(
        items.into_iter().map(|item| item.into().into()).collect(),
    ))
}

/// Texts under keys of the caller's choice, such as metadata.
pub(crate) fn string_map(
    entries: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
) -> Value {
    map(entries.into_iter().map(|(key, text)| (key, text.into())))
}

/// Values under keys of the caller's choice, such as metadata.
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
    /// None clears.
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::CLEAR, Into::into)
    }
}

impl From<serde_json::Value> for Value {
    /// Null clears; a whole number beyond `i64` becomes its digits as text.
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
    fn is_as_small_as_planned() {
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
