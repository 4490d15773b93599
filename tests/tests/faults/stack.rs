//! Tests that reading needs little stack even without optimization, because servers read events
//! on threads with small stacks.

use std::thread;

use serde_json::{Value, json};
use stripe_financial_connections::events::EventObject;
use stripe_financial_connections::webhook::Event;

/// The stack for reading, and for the thread itself.
const STACK: usize = 64 << 10;
const THREAD: usize = 8 << 10;

fn json_of(file: &str) -> Value {
    serde_json::from_str(file).expect("the file holds JSON")
}

/// The objects of the subset, as deep as Stripe sends them in events.
fn objects() -> Vec<Value> {
    let bank_account = json_of(include_str!("../../data/ach/bank_account.json"));
    let mut intent = json_of(include_str!("../../data/ach/payment_intent.json"));
    let mut setup = json_of(include_str!("../../data/ach/setup_intent.json"));
    let mut invoice = json_of(include_str!("../../data/ach/invoice.json"));
    let error = |of: &str, object: &Value| json!({"type": "invalid_request_error", of: object, "payment_method": bank_account});
    let failed_intent = error("payment_intent", &intent);
    let failed_setup = error("setup_intent", &setup);
    invoice["last_finalization_error"] = failed_intent.clone();
    intent["last_payment_error"] = failed_intent;
    setup["last_setup_error"] = failed_setup;
    vec![
        bank_account,
        intent,
        setup,
        invoice,
        json_of(include_str!("../../data/ach/checkout_session.json")),
        json_of(include_str!("../../data/ach/subscription.json")),
        json_of(include_str!("../../data/account.json")),
    ]
}

fn event(object: &Value) -> String {
    let event = json!({
        "id": "evt_1", "object": "event", "created": 1, "livemode": false, "pending_webhooks": 1,
        "type": "some.event", "data": {"object": object},
    });
    event.to_string()
}

/// Reads an event with this stack. A stack overflow ends the process.
fn read(json: String) {
    let thread = thread::Builder::new().stack_size(STACK + THREAD);
    let reading = thread.spawn(move || {
        let event: Box<Event> = serde_json::from_str(&json).expect("an event");
        let object = &event.data.object;
        assert!(!matches!(object, EventObject::Invalid(_)), "{object:?}");
    });
    reading.expect("a thread").join().expect("it is read");
}

#[test]
fn any_event_is_read_in_little_stack() {
    for object in objects() {
        read(event(&object));
    }
}

/// Large nested objects are boxed. The rest is many small fields: an invoice has 78, a Checkout
/// Session 68.
#[test]
fn models_are_small() {
    use stripe_financial_connections::*;
    let sizes = [
        size_of::<common::AttemptError>(),
        size_of::<customer::Customer>(),
        size_of::<financial_connections::Account>(),
        size_of::<financial_connections::Session>(),
        size_of::<financial_connections::Transaction>(),
        size_of::<payment_intent::PaymentIntent>(),
        size_of::<payment_method::PaymentMethod>(),
        size_of::<setup_intent::SetupIntent>(),
        size_of::<subscription::Subscription>(),
    ];
    let largest = [
        size_of::<checkout::Session>(),
        size_of::<invoice::Invoice>(),
        size_of::<invoice::UpcomingInvoice>(),
    ];
    assert!(sizes.iter().all(|size| *size <= 1024), "{sizes:?}");
    assert!(largest.iter().all(|size| *size <= 1600), "{largest:?}");
}
