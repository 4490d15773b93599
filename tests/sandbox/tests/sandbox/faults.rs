//! Tests faults on request.

use std::time::{Duration, Instant};

use stripe_financial_connections::{ApiErrorKind, Client, Error};

use super::http::{Http, ids, refusal};

const HEADER: &str = "sandbox-fault";

#[tokio::test]
async fn a_header_makes_its_own_answer_fail() {
    let http = Http::start().await;
    for (fault, status, code) in [
        ("status=503", 503, None),
        ("status=409", 409, Some("lock_timeout")),
        (
            "status=429, retry_after=3, should_retry=false",
            429,
            Some("rate_limit"),
        ),
        ("status=402", 402, Some("card_declined")),
    ] {
        let answer = http
            .send("POST", "/v1/customers", &[], &[(HEADER, fault)])
            .await;
        assert_eq!(
            (answer.status, answer.body["error"]["code"].as_str()),
            (status, code),
            "{fault}"
        );
        assert_eq!(answer.headers.contains_key("retry-after"), status == 429);
        assert_eq!(
            answer.headers.contains_key("stripe-should-retry"),
            status == 429
        );
    }
    assert!(
        ids(&http.get("/v1/customers", &[]).await).is_empty(),
        "nothing was carried out"
    );
    let after = [(HEADER, "status=500, after")];
    assert_eq!(
        http.send("POST", "/v1/customers", &[], &after).await.status,
        500
    );
    assert_eq!(
        ids(&http.get("/v1/customers", &[]).await).len(),
        1,
        "it was carried out"
    );

    let start = Instant::now();
    let slow = http
        .send("GET", "/v1/customers", &[], &[(HEADER, "delay=0.3")])
        .await;
    assert_eq!(slow.status, 200);
    assert!(start.elapsed() >= Duration::from_millis(300));

    for wrong in [
        "status=200",
        "status=x",
        "delay=-1",
        "delay=NaN",
        "mood=bad",
    ] {
        assert_eq!(
            http.send("GET", "/v1/customers", &[], &[(HEADER, wrong)])
                .await
                .status,
            400,
            "{wrong}"
        );
    }
    let dropped = http
        .request("GET", "/v1/customers")
        .header(HEADER, "drop")
        .send()
        .await;
    assert!(dropped.is_err(), "there is no answer");
}

#[tokio::test]
async fn faults_are_for_the_requests_they_name() {
    let http = Http::start().await;
    let faults = "/_sandbox/faults";
    let form = [
        ("status", "502"),
        ("body", "<h1>Bad gateway</h1>"),
        ("times", "2"),
        ("path", "/v1/cust"),
        ("method", "get"),
    ];
    http.post(faults, &form).await;
    assert_eq!(http.get(faults, &[]).await["data"][0]["times"], 2);
    http.customer().await;
    for _ in 0..2 {
        let answer = http
            .request("GET", "/v1/customers")
            .send()
            .await
            .expect("it answers");
        assert_eq!(answer.status(), 502);
        assert_eq!(
            answer.text().await.expect("it has a body"),
            "<h1>Bad gateway</h1>"
        );
    }
    http.get("/v1/customers", &[]).await;

    http.post(faults, &[("status", "500"), ("times", "1000")])
        .await;
    http.good("DELETE", faults, &[]).await;
    http.get("/v1/customers", &[]).await;
    let refused = http.refused("POST", faults, &[("status", "99")]).await;
    assert_eq!(refused, refusal(400, "", "status"));
}

/// A client keeps its guarantees under faults.
#[tokio::test]
async fn a_client_survives_an_answer_that_was_lost() {
    let http = Http::start().await;
    let client = Client::builder(http.sandbox.key())
        .base_url(http.sandbox.url())
        .sleep(|_| std::future::ready(()))
        .build()
        .expect("it is a client");
    http.post(
        "/_sandbox/faults",
        &[("drop", "true"), ("after", "true"), ("times", "2")],
    )
    .await;
    client
        .customers()
        .create()
        .await
        .expect("the third attempt is answered");
    assert_eq!(
        ids(&http.get("/v1/customers", &[]).await).len(),
        1,
        "and it happened once"
    );

    http.post("/_sandbox/faults", &[("status", "429"), ("times", "3")])
        .await;
    let error = client
        .customers()
        .list()
        .await
        .expect_err("all attempts fail");
    assert_eq!(
        error.api().map(|api| api.kind()),
        Some(ApiErrorKind::RateLimit)
    );
    http.post("/_sandbox/faults", &[("drop", "true"), ("times", "3")])
        .await;
    let error = client.customers().list().await.expect_err("nobody answers");
    assert!(matches!(error, Error::Connection(_)), "{error:?}");
}
