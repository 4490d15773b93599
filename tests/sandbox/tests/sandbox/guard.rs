//! Tests that pages of other sites can't reach the sandbox.

use super::http::Http;

#[tokio::test]
async fn only_names_of_this_machine_are_answered() {
    let http = Http::start().await;
    let url = http.sandbox.url();
    let port = url.rsplit(':').next().expect("it has a port");
    let client = reqwest::Client::new();
    for (host, status) in [
        ("127.0.0.1".to_owned(), 200),
        (format!("localhost:{port}"), 200),
        (format!("bank.localhost:{port}"), 200),
        ("evil.example".to_owned(), 403),
        (format!("rebound.evil.example:{port}"), 403),
        ("0.0.0.0".to_owned(), 403),
    ] {
        for path in ["/v1/customers", "/_sandbox"] {
            let answer = client
                .get(format!("{url}{path}"))
                .header("host", &host)
                .bearer_auth(http.sandbox.key())
                .send()
                .await
                .expect("it answers");
            assert_eq!(answer.status(), status, "{host} {path}");
        }
    }
}

#[tokio::test]
async fn foreign_pages_control_nothing() {
    let http = Http::start().await;
    let before = http.sandbox.now();
    let advance = [("seconds", "86400")];
    for origin in [
        "https://evil.example",
        "null",
        "http://localhost.evil.example",
        "file://",
        "http://localhost:3000",
    ] {
        let headers = [("origin", origin)];
        let answer = http
            .send("POST", "/_sandbox/clock/advance", &advance, &headers)
            .await;
        assert_eq!(answer.status, 403, "{origin}");
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
    }
    assert!(http.sandbox.now().as_secs() - before.as_secs() < 60);
    let headers = [("origin", http.sandbox.url())];
    let answer = http
        .send("POST", "/_sandbox/clock/advance", &advance, &headers)
        .await;
    assert_eq!(answer.status, 200, "its own page may");
}

#[tokio::test]
async fn a_live_key_is_refused_with_advice_and_not_repeated() {
    let http = Http::start().await;
    for key in ["sk_live_51abc", "rk_live_51abc"] {
        let headers = [("authorization", &*format!("Bearer {key}"))];
        let client = reqwest::Client::new();
        let request = client.get(format!("{}/v1/customers", http.sandbox.url()));
        let answer = request
            .header(headers[0].0, headers[0].1)
            .send()
            .await
            .expect("it answers");
        assert_eq!(answer.status(), 401);
        let text = answer.text().await.expect("it has a body");
        assert!(
            text.contains("test key") && !text.contains("51abc"),
            "{text}"
        );
    }
}
