//! Tests that no request can crash the sandbox.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::http::{Http, ids};

async fn connect(http: &Http) -> TcpStream {
    let address = http.sandbox.url().trim_start_matches("http://");
    TcpStream::connect(address)
        .await
        .expect("the sandbox listens")
}

/// Sends bytes, and returns the response until the sandbox closes the connection.
async fn raw(http: &Http, bytes: &[u8]) -> String {
    let mut stream = connect(http).await;
    // The sandbox may close the connection before everything is sent.
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn is_up(http: &Http) {
    http.get("/v1/customers", &[]).await;
}

#[tokio::test]
async fn garbage_bodies() {
    let http = Http::start().await;
    let garbage: Vec<u8> = (0..=255).cycle().take(10_000).collect();
    let brackets = format!("a{}=1", "[".repeat(100_000));
    let many = "a[]=1&".repeat(100_000);
    for (kind, body) in [
        ("application/x-www-form-urlencoded", garbage.clone()),
        ("application/x-www-form-urlencoded", brackets.into_bytes()),
        ("application/x-www-form-urlencoded", many.into_bytes()),
        ("application/x-www-form-urlencoded", b"%ff%fe=%00".to_vec()),
        ("application/json", b"{\"name\": \"Robin\"}".to_vec()),
        ("multipart/form-data", garbage),
    ] {
        let request = http
            .request("POST", "/v1/customers")
            .header("content-type", kind);
        let answer = request.body(body).send().await.expect("it answers");
        assert_eq!(answer.status(), 400, "{kind}");
        let body = answer.bytes().await.expect("it has a body");
        let body = serde_json::from_slice(&body).expect("the error is JSON");
        super::schema::check_error(&body);
    }
    is_up(&http).await;
}

#[tokio::test]
async fn a_body_of_10_mb() {
    let http = Http::start().await;
    let body = vec![b'a'; 10 << 20];
    // The sandbox answers before it has read the whole body, so the client may see a broken
    // connection.
    let answer = http
        .request("POST", "/v1/customers")
        .body(body.clone())
        .send()
        .await;
    if let Ok(answer) = answer {
        assert_eq!(answer.status(), 413);
    }
    // The same without a length.
    let mut chunked =
        b"POST /v1/customers HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\
        content-type: application/x-www-form-urlencoded\r\n\r\na00000\r\n"
            .to_vec();
    chunked.extend(body);
    chunked.extend(b"\r\n0\r\n\r\n");
    let answer = raw(&http, &chunked).await;
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 413"),
        "{answer}"
    );
    is_up(&http).await;
}

#[tokio::test]
async fn clients_that_send_slowly_or_nothing() {
    let http = Http::start().await;
    let mut open = Vec::new();
    for start in [
        "",
        "POST /v1/cus",
        "POST /v1/customers HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\na=",
    ] {
        for _ in 0..50 {
            let mut stream = connect(&http).await;
            stream
                .write_all(start.as_bytes())
                .await
                .expect("it is open");
            open.push(stream);
        }
    }
    let answer = tokio::time::timeout(Duration::from_secs(5), is_up(&http)).await;
    assert!(answer.is_ok(), "the others are answered");
}

#[tokio::test]
async fn what_is_no_request() {
    let http = Http::start().await;
    let long = format!(
        "GET /{} HTTP/1.1\r\nhost: localhost\r\n\r\n",
        "a".repeat(1 << 20)
    );
    for (bytes, status) in [
        ("hello\r\n\r\n", "400"),
        ("GET / HTTP/9.9\r\n\r\n", "400"),
        (
            "GET /v1/customers/%FF%FE HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
            "400",
        ),
        (&long, "414"),
    ] {
        let answer = raw(&http, bytes.as_bytes()).await;
        let name: String = bytes.chars().take(40).collect();
        assert!(
            answer.starts_with("HTTP/1.1 4"),
            "{name}: {status}, not {answer}"
        );
    }
    is_up(&http).await;
}

#[tokio::test]
async fn controls_refuse_what_they_do_not_know() {
    let http = Http::start().await;
    let customer = http.customer().await;
    let session = http.session(&customer, &[]).await;
    let link = format!("/_sandbox/sessions/{session}/link");
    for (path, form) in [
        (link.as_str(), [("institution", "moon")]),
        (&link, [("accounts[]", "mortgage")]),
        (&link, [("user", "1")]),
        ("/_sandbox/clock/advance", [("seconds", "-1")]),
        ("/_sandbox/clock/advance", [("seconds", "1e300")]),
        ("/_sandbox/clock/advance", [("minutes", "1")]),
        ("/_sandbox/webhook", [("url", "http://localhost")]),
    ] {
        assert_eq!(
            http.refused("POST", path, &form).await.status,
            400,
            "{path} {form:?}"
        );
    }
    assert_eq!(
        http.refused("POST", "/_sandbox/events/evt_0/resend", &[])
            .await
            .status,
        404
    );
    let events = http.get("/v1/events", &[]).await;
    let path = format!("/_sandbox/events/{}/resend", ids(&events)[0]);
    assert_eq!(http.refused("POST", &path, &[]).await.status, 400);
    http.post(&link, &[]).await;
}
