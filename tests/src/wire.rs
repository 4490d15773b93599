//! Checks what a single call sends.

use stripe_financial_connections::{Client, Error};

use crate::client::{KEY, client};
use crate::fault::{Answer, FaultServer, Seen};

/// Sends a request. Returns what the server received, and the response.
///
/// # Panics
///
/// Panics if the response does not fit the request.
pub async fn sent<T>(
    answer: &str,
    send: impl AsyncFnOnce(Client) -> Result<T, Error>,
) -> (Seen, T) {
    let server = FaultServer::script([Answer::ok(answer)]);
    let value = send(client(&server).0).await.expect("a good answer");
    (server.only_seen(), value)
}

/// Checks that a request equals curl's, except for lists: `a[0]` here, `a[]` there, which Stripe
/// treats alike.
///
/// # Panics
///
/// Panics if the request differs.
pub fn assert_sent(seen: &Seen, method: &str, path: &str, pairs: &[(&str, &str)]) {
    assert_eq!((&*seen.method, &*seen.path), (method, path));
    let sent = seen.pairs();
    let sent: Vec<_> = sent.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(sent, pairs);
    let in_query = method == "GET" && !pairs.is_empty();
    assert_eq!(!seen.query.is_empty(), in_query);
    let has_body = method == "POST" && !pairs.is_empty();
    assert_eq!(
        seen.header("content-type"),
        has_body.then_some("application/x-www-form-urlencoded")
    );
    assert_eq!(
        seen.header("authorization"),
        Some(&*format!("Bearer {KEY}"))
    );
}
