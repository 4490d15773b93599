//! What one call sends.

use stripe_financial_connections::{Client, Error};

use crate::client::{KEY, client};
use crate::fault::{Answer, FaultServer, Seen};

/// Sends one request and returns what was sent, and what came back.
///
/// # Panics
///
/// If the answer is not what the request expects.
pub async fn sent<T>(
    answer: &str,
    send: impl AsyncFnOnce(Client) -> Result<T, Error>,
) -> (Seen, T) {
    let server = FaultServer::script([Answer::ok(answer)]);
    let value = send(client(&server).0).await.expect("a good answer");
    (server.only_seen(), value)
}

/// That a request is what curl would have sent, but for lists: `a[0]` here, `a[]` there, which
/// are the same to Stripe.
///
/// # Panics
///
/// If it is another one.
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
