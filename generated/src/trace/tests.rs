use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::{Client, Method};

/// Records all spans, events and their fields.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Visit for Log {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        *self.0.lock().expect("nobody panicked") += &format!("{field}={value:?} ");
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata
            .target()
            .starts_with("stripe_financial_connections")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        *self.0.lock().expect("nobody panicked") += &format!("{}: ", span.metadata().name());
        span.record(&mut self.clone());
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[test]
fn spans_name_the_route_and_hold_no_secret() {
    let log = Log::default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    // No server listens on this port, so all attempts fail.
    let client = Client::builder("sk_test_secret")
        .base_url("http://127.0.0.1:1")
        .max_retries(1)
        .sleep(|_| std::future::ready(()))
        .build()
        .expect("it can be made");
    let request = client
        .raw(Method::Post, "/v1/customers/{customer}")
        .path_param("customer", "cus_secret")
        .param("email", "secret@example.com");
    tracing::subscriber::with_default(log.clone(), || {
        runtime
            .expect("it starts")
            .block_on(request.send())
            .expect_err("nothing listens");
    });
    let log = log.0.lock().expect("nobody panicked").clone();
    for part in [
        r#"stripe.request: method="POST" route="/v1/customers/{customer}" "#,
        "stripe.attempt: attempt=1 ",
        "delay_ms=500 ",
        "stripe.attempt: attempt=2 ",
    ] {
        assert!(log.contains(part), "{log}");
    }
    assert!(!log.contains("secret"), "{log}");
}
