//! Objects as Stripe answers with them.

use serde_json::{Value, json};

/// The account of Stripe's documentation, with other values in these fields.
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

/// An account with this id.
pub fn account(id: &str) -> Value {
    account_with(json!({ "id": id }))
}

/// A page of a list.
pub fn list(url: &str, data: impl IntoIterator<Item = Value>, has_more: bool) -> Value {
    let data: Vec<_> = data.into_iter().collect();
    json!({"object": "list", "url": url, "has_more": has_more, "data": data})
}
