//! Ids as Stripe's: a prefix that tells the kind, and letters and digits.

/// A new id. Short ids, as of customers, have 14 characters after the prefix, others 24.
pub(crate) fn new(prefix: &str) -> String {
    let length = if prefix == "cus" { 14 } else { 24 };
    format!("{prefix}_{}", text(length))
}

/// The client secret of an object.
pub(crate) fn client_secret(id: &str) -> String {
    format!("{id}_secret_{}", text(24))
}

fn text(length: usize) -> String {
    std::iter::repeat_with(fastrand::alphanumeric)
        .take(length)
        .collect()
}
