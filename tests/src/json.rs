//! Objects as Stripe sends them.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Returns the account of Stripe's documentation, with these fields replaced.
pub fn account_with(fields: Value) -> Value {
    let documented = include_str!("../data/account.json");
    let mut account: Value = serde_json::from_str(documented).expect("the file holds JSON");
    let Value::Object(fields) = fields else {
        panic!("fields are those of an object")
    };
    for (name, value) in fields {
        account[name] = value;
    }
    account
}

/// Returns an account with this id.
pub fn account(id: &str) -> Value {
    account_with(json!({ "id": id }))
}

/// Returns a page of a list.
pub fn list(url: &str, data: impl IntoIterator<Item = Value>, has_more: bool) -> Value {
    let data: Vec<_> = data.into_iter().collect();
    json!({"object": "list", "url": url, "has_more": has_more, "data": data})
}

/// Removes null entries. In Stripe's API, null and missing mean the same, and both are read as
/// `None`.
pub fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(fields.map(|(name, v)| (name, without_nulls(v))).collect())
        }
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

/// Reads a value and writes it again. The result has to equal the input.
///
/// # Panics
///
/// Panics if it does not.
pub fn assert_writes_what_it_read<T: DeserializeOwned + Serialize>(json: &Value) -> T {
    let value: T = serde_json::from_str(&json.to_string()).expect("the example fits its type");
    let written = serde_json::to_value(&value).expect("a type that can be written");
    assert_eq!(without_nulls(written), without_nulls(json.clone()));
    value
}
