//! Values of examples in the spec.

use serde_json::Value;

/// A value of an example.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Example {
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Example>),
    Object(Vec<(String, Example)>),
}

impl Example {
    /// Converts JSON. `None` for null.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Null => return None,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(number.to_string()),
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(items) => Self::List(items.iter().filter_map(Self::of).collect()),
            Value::Object(entries) => Self::Object(
                entries
                    .iter()
                    .filter_map(|(key, value)| Some((key.clone(), Self::of(value)?)))
                    .collect(),
            ),
        })
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn entries(&self) -> &[(String, Example)] {
        match self {
            Self::Object(entries) => entries,
            _ => &[],
        }
    }

    /// Returns the entry of an object.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let mut entries = self.entries().iter();
        entries.find_map(|(name, value)| (name == key).then_some(value))
    }
}
