//! Tests keys, API versions and idempotency.

use super::http::{Http, ids};

#[tokio::test]
async fn keys_and_versions_are_checked() {
    let http = Http::start().await;
    let url = format!("{}/v1/customers", http.sandbox.url());
    let client = reqwest::Client::new();
    for (authorization, status) in [
        (None, 401),
        (Some("Bearer sk_test_other"), 401),
        (Some("Bearer pk_test_sandbox"), 403),
        (Some("Bearer sk_live_abc"), 401),
        (Some("Bearer rk_live_abc"), 401),
        (Some("Basic !"), 401),
        (Some("Digest x"), 401),
        (Some("Bearer sk_test_sandbox"), 200),
        (Some("Basic c2tfdGVzdF9zYW5kYm94Og=="), 200),
    ] {
        let mut request = client.get(&url);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let answer = request.send().await.expect("the sandbox answers");
        assert_eq!(answer.status(), status, "{authorization:?}");
        let text = answer.text().await.expect("it has a body");
        assert!(
            !text.contains("sk_test_other"),
            "a key is not repeated: {text}"
        );
    }
    for (headers, status) in [
        ([("stripe-version", "2026-05-27.dahlia")], 200),
        ([("stripe-version", "2011-01-01")], 400),
        ([("stripe-account", "acct_1")], 200),
        ([("stripe-account", "someone")], 403),
        ([("stripe-account", "acct_../1")], 403),
        ([("stripe-context", "acct_1")], 400),
    ] {
        let answer = http.send("GET", "/v1/customers", &[], &headers).await;
        assert_eq!(answer.status, status, "{headers:?}");
        assert_eq!(answer.headers["stripe-version"], "2026-05-27.dahlia");
        assert!(answer.headers.contains_key("request-id"));
    }
}

#[tokio::test]
async fn a_request_with_the_same_key_happens_once() {
    let http = Http::start().await;
    let key = [("idempotency-key", "k1")];
    let first = http
        .send("POST", "/v1/customers", &[("name", "R")], &key)
        .await;
    let again = http
        .send("POST", "/v1/customers", &[("name", "R")], &key)
        .await;
    assert_eq!(first.body, again.body);
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(
        again.headers["original-request"],
        first.headers["request-id"]
    );
    assert!(!first.headers.contains_key("idempotent-replayed"));
    assert_eq!(ids(&http.get("/v1/customers", &[]).await).len(), 1);

    for (path, form) in [
        ("/v1/customers", [("name", "S")]),
        ("/v1/payment_methods", [("name", "R")]),
    ] {
        let other = http.send("POST", path, &form, &key).await;
        assert_eq!(
            (other.status, &other.body["error"]["type"]),
            (400, &"idempotency_error".into())
        );
    }

    // An error of the execution is replayed as well; an error of the parameters is not stored.
    let account = http.account("bank").await;
    let path = format!("/v1/financial_connections/accounts/{account}/refresh");
    let key = [("idempotency-key", "k2")];
    let wrong = http
        .send("POST", &path, &[("features[]", "weather")], &key)
        .await;
    assert_eq!(wrong.status, 400);
    let good = http
        .send("POST", &path, &[("features[]", "balance")], &key)
        .await;
    assert_eq!(good.status, 200);

    // A key can be used again after a day.
    http.pass(86_400);
    let late = http
        .send(
            "POST",
            "/v1/customers",
            &[("name", "S")],
            &[("idempotency-key", "k1")],
        )
        .await;
    assert_eq!(late.status, 200);
}
