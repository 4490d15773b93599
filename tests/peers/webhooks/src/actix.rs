//! Webhooks with actix-web.

use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, post};
use stripe_financial_connections::webhook::Webhook;

#[post("/webhooks")]
pub async fn receive(webhook: Data<Webhook>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let signature = request.headers().get("stripe-signature");
    let signature = signature.and_then(|value| value.to_str().ok());
    match webhook.event(&body, signature.unwrap_or_default()) {
        Ok(event) => {
            // In production, put the event into a queue.
            println!("{} {}", event.id, event.r#type);
            HttpResponse::Ok().finish()
        }
        Err(error) => {
            eprintln!("webhook refused: {error}");
            HttpResponse::BadRequest().finish()
        }
    }
}
