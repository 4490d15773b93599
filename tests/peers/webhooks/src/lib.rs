//! The guide's webhook samples for frameworks other than axum. The guide includes these files;
//! each is tested with a valid and an invalid signature.

pub mod actix;
pub mod lambda;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use stripe_financial_connections::Timestamp;
    use stripe_financial_connections::webhook::Webhook;

    const GUIDE: &str = include_str!("../../../../generated/src/guide/webhooks.md");
    const SECRET: &str = "whsec_test";
    const BODY: &str = r#"{"id": "evt_1", "object": "event", "type": "some.event", "created": 1,
        "livemode": false, "pending_webhooks": 1, "data": {"object": {"object": "some"}}}"#;

    fn signature() -> String {
        Webhook::sign(BODY, SECRET, Timestamp::now())
    }

    #[test]
    fn guide_shows_these_files() {
        for sample in [include_str!("actix.rs"), include_str!("lambda.rs")] {
            let (_, code) = sample.split_once("\n\n").expect("a line of documentation");
            assert!(
                GUIDE.contains(code.trim()),
                "the guide should show:\n{code}"
            );
        }
    }

    #[actix_web::test]
    async fn actix_takes_what_is_signed() {
        let webhook = actix_web::web::Data::new(Webhook::new([SECRET]));
        let app = actix_web::App::new()
            .app_data(webhook)
            .service(crate::actix::receive);
        let app = actix_web::test::init_service(app).await;
        for (header, status) in [(signature(), 200), ("t=1,v1=00".to_owned(), 400)] {
            let request = actix_web::test::TestRequest::post()
                .uri("/webhooks")
                .insert_header(("stripe-signature", header))
                .set_payload(BODY)
                .to_request();
            let answer = actix_web::test::call_service(&app, request).await;
            assert_eq!(answer.status(), status);
        }
    }

    #[tokio::test]
    async fn lambda_takes_what_is_signed() {
        let webhook = Arc::new(Webhook::new([SECRET]));
        for (header, status) in [(signature(), 200), ("t=1,v1=00".to_owned(), 400)] {
            let request = lambda_http::http::Request::post("/webhooks")
                .header("stripe-signature", header)
                .body(lambda_http::Body::from(BODY))
                .expect("it is a request");
            let answer = crate::lambda::receive(&webhook, request)
                .await
                .expect("an answer");
            assert_eq!(answer.status(), status);
        }
    }
}
