//! Webhooks with AWS Lambda.

use lambda_http::{Body, Error, Request, Response};
use stripe_financial_connections::webhook::Webhook;

// In `main`, once: let webhook = Webhook::new([secret]);
// lambda_http::run(service_fn(|request| receive(&webhook, request))).await
pub async fn receive(webhook: &Webhook, request: Request) -> Result<Response<Body>, Error> {
    let signature = request.headers().get("stripe-signature");
    let signature = signature.and_then(|value| value.to_str().ok());
    // The body as received: lambda_http has already decoded base64.
    let status = match webhook.event(request.body(), signature.unwrap_or_default()) {
        Ok(event) => {
            // In production, put the event into a queue.
            println!("{} {}", event.id, event.r#type);
            200
        }
        Err(error) => {
            eprintln!("webhook refused: {error}");
            400
        }
    };
    Ok(Response::builder().status(status).body(Body::Empty)?)
}
