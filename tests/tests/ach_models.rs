//! Tests objects of ACH payments: parts of the subset are typed, and other parts are kept as
//! JSON.

use serde_json::{Value, json};
use stripe_financial_connections::checkout::Session;
use stripe_financial_connections::common::BillingInterval;
use stripe_financial_connections::events::EventObject;
use stripe_financial_connections::financial_connections::{Permission, Prefetch};
use stripe_financial_connections::invoice::{
    self, Invoice, InvoiceLineItemParentDetails, InvoicePayment,
};
use stripe_financial_connections::mandate::{Mandate, MandateDetails, MandatePaymentMethodDetails};
use stripe_financial_connections::payment_intent::{self, PaymentIntent, PaymentIntentStatus};
use stripe_financial_connections::payment_method::{
    AchReturnCode, PaymentMethod, PaymentMethodDetails, PaymentMethodType,
};
use stripe_financial_connections::setup_intent::{self, SetupIntent};
use stripe_financial_connections::subscription::{BillingScheduleBillUntilDetails, Subscription};
use stripe_financial_connections::webhook::Webhook;
use stripe_financial_connections::{Expandable, Timestamp};
use stripe_tests::json::assert_writes_what_it_read;
use stripe_tests::wire::{assert_sent, sent};

fn json_of(file: &str) -> Value {
    serde_json::from_str(file).expect("the file holds JSON")
}

fn card() -> Value {
    json_of(include_str!("../data/ach/card.json"))
}

fn bank_account() -> Value {
    json_of(include_str!("../data/ach/bank_account.json"))
}

fn payment_intent() -> Value {
    json_of(include_str!("../data/ach/payment_intent.json"))
}

fn setup_intent() -> Value {
    json_of(include_str!("../data/ach/setup_intent.json"))
}

fn checkout_session() -> Value {
    json_of(include_str!("../data/ach/checkout_session.json"))
}

fn invoice() -> Value {
    json_of(include_str!("../data/ach/invoice.json"))
}

fn subscription() -> Value {
    json_of(include_str!("../data/ach/subscription.json"))
}

#[test]
fn a_card_is_read_as_far_as_it_is_known() {
    let method: PaymentMethod = assert_writes_what_it_read(&card());
    assert!(matches!(method.r#type, PaymentMethodType::Unrecognized(_)));
    assert_eq!(method.r#type.as_str(), "card");
    let PaymentMethodDetails::Other(kind) = method.details() else {
        panic!("{:?}", method.details())
    };
    assert_eq!(kind, &method.r#type);
    assert_eq!(method.extra["card"], card()["card"]);
    assert_eq!(method.extra.len(), 1);
    assert_eq!(method.customer.unwrap().id(), "cus_1");
}

#[test]
fn a_bank_account_names_the_account_it_was_linked_from() {
    let method: PaymentMethod = assert_writes_what_it_read(&bank_account());
    let PaymentMethodDetails::UsBankAccount(account) = method.details() else {
        panic!("{:?}", method.details())
    };
    let linked = account.financial_connections_account.as_ref().unwrap();
    assert_eq!(linked, "fca_1");
    let blocked = account.status_details.as_ref().unwrap().blocked.as_ref();
    assert_eq!(blocked.unwrap().network_code, Some(AchReturnCode::R02));
    assert_eq!(method.extra.len(), 0);
}

#[tokio::test]
async fn from_a_payment_intent_to_the_linked_account_in_one_call() {
    let mut expanded = payment_intent();
    expanded["payment_method"] = bank_account();
    let (seen, intent) = sent(&expanded.to_string(), async |client| {
        let retrieve = client.payment_intents().retrieve("pi_1");
        retrieve.expand(["payment_method"]).await
    })
    .await;
    let pairs = [("expand[0]", "payment_method")];
    assert_sent(&seen, "GET", "/v1/payment_intents/pi_1", &pairs);
    let account = intent
        .payment_method
        .and_then(Expandable::into_object)
        .and_then(|method| method.us_bank_account?.financial_connections_account);
    assert_eq!(account.unwrap(), "fca_1");
}

#[test]
fn payment_intents() {
    let intent: PaymentIntent = assert_writes_what_it_read(&payment_intent());
    assert_eq!(intent.status, PaymentIntentStatus::RequiresAction);

    let action = intent.next_action.as_ref().unwrap();
    let payment_intent::NextActionDetails::VerifyWithMicrodeposits(deposits) = action.details()
    else {
        panic!("{action:?}")
    };
    assert_eq!(deposits.arrival_date, Timestamp::from_secs(1_780_259_200));

    let options = intent.payment_method_options.unwrap();
    let linking = options
        .us_bank_account
        .unwrap()
        .financial_connections
        .unwrap();
    let permissions = [Permission::Balances, Permission::PaymentMethod];
    assert_eq!(linking.permissions.unwrap(), permissions);
    assert_eq!(linking.prefetch.unwrap(), [Prefetch::Balances]);
    assert_eq!(options.extra["card"]["request_three_d_secure"], "automatic");

    let refused = intent.last_payment_error.unwrap().payment_method.unwrap();
    assert_eq!(refused.extra["card"]["brand"], "visa");
}

#[test]
fn references_that_leave_the_slice_are_ids_or_json() {
    let mut json = payment_intent();
    let intent: PaymentIntent = assert_writes_what_it_read(&json);
    let charge = intent.latest_charge.as_ref().unwrap();
    assert_eq!(charge.id(), "ch_1");
    let expanded: Value = charge.object().unwrap().raw().parse().unwrap();
    assert_eq!(expanded, json["latest_charge"]);
    assert_eq!(intent.on_behalf_of.as_ref().unwrap().id(), "acct_1");
    assert!(intent.on_behalf_of.unwrap().object().is_none());

    json["latest_charge"] = json!("ch_1");
    let intent: PaymentIntent = assert_writes_what_it_read(&json);
    assert_eq!(intent.latest_charge.as_ref().unwrap().id(), "ch_1");
    assert!(intent.latest_charge.unwrap().object().is_none());
}

#[test]
fn next_actions_of_other_payment_methods_are_kept() {
    let mut json = payment_intent();
    let expires_at = json!({"expires_at": 1_780_000_600, "mobile_url": "https://example.com"});
    json["next_action"] = json!({"type": "cashapp_handle_redirect", "cashapp": expires_at});
    let intent: PaymentIntent = assert_writes_what_it_read(&json);
    let action = intent.next_action.unwrap();
    assert_eq!(action.r#type.as_str(), "cashapp_handle_redirect");
    let other = payment_intent::NextActionDetails::Other(&action.r#type);
    assert_eq!(action.details(), other);
    assert_eq!(action.extra["cashapp"], expires_at);

    json["next_action"] = json!({"type": "use_stripe_sdk", "use_stripe_sdk": {"any": [1]}});
    let intent: PaymentIntent = assert_writes_what_it_read(&json);
    let sdk = intent.next_action.unwrap().use_stripe_sdk;
    assert_eq!(sdk.unwrap(), json!({"any": [1]}));
}

#[test]
fn setup_intents_and_their_mandates() {
    let mut json = setup_intent();
    let intent: SetupIntent = assert_writes_what_it_read(&json);
    let action = intent.next_action.as_ref().unwrap();
    let setup_intent::NextActionDetails::RedirectToUrl(there) = action.details() else {
        panic!("{action:?}")
    };
    let url = there.url.as_ref().unwrap();
    assert_eq!(url.expose(), "https://example.com/there");

    let mandate = intent.mandate.as_ref().unwrap().object().unwrap();
    assert!(matches!(mandate.details(), MandateDetails::MultiUse(_)));
    assert_eq!(mandate.payment_method.id(), "pm_1bank");
    let details = mandate.payment_method_details.details();
    assert!(matches!(
        details,
        MandatePaymentMethodDetails::UsBankAccount(_)
    ));

    // The details of a card are kept.
    json["mandate"]["payment_method_details"] = json!({"type": "card", "card": {}});
    let mandate: Mandate = assert_writes_what_it_read(&json["mandate"]);
    assert_eq!(mandate.payment_method_details.r#type.as_str(), "card");
    assert_eq!(mandate.payment_method_details.extra["card"], json!({}));
}

#[test]
fn checkout_sessions() {
    let session: Session = assert_writes_what_it_read(&checkout_session());
    let customer = session.customer.unwrap();
    assert_eq!(customer.id(), "cus_1");
    assert!(customer.object().unwrap().is_deleted());
    let items = session.line_items.unwrap();
    let price = items.data[0].price.as_ref().unwrap();
    assert_eq!(price["unit_amount"], 10_000);
}

#[test]
fn the_way_from_a_checkout_session_to_the_linked_account() {
    let mut json = checkout_session();
    json["payment_intent"] = payment_intent();
    json["payment_intent"]["payment_method"] = bank_account();
    let session: Session = assert_writes_what_it_read(&json);
    let account = session
        .payment_intent
        .and_then(Expandable::into_object)
        .and_then(|intent| intent.payment_method?.into_object())
        .and_then(|method| method.us_bank_account?.financial_connections_account);
    assert_eq!(account.unwrap(), "fca_1");
}

#[test]
fn invoices() {
    let invoice: Invoice = assert_writes_what_it_read(&invoice());
    let line = &invoice.lines.data[0];
    let parent = line.parent.as_ref().unwrap().details();
    let InvoiceLineItemParentDetails::SubscriptionItemDetails(item) = parent else {
        panic!("{parent:?}")
    };
    assert_eq!(item.subscription_item, "si_1");
    assert_eq!(item.subscription.as_ref().unwrap(), "sub_1");
    let payments = invoice.payments.unwrap();
    let invoice::AssociatedPaymentDetails::PaymentIntent(intent) =
        payments.data[0].payment.details()
    else {
        panic!("{payments:?}")
    };
    assert_eq!(intent.id(), "pi_1");
    let kept = invoice
        .payment_settings
        .payment_method_options
        .unwrap()
        .extra;
    assert_eq!(kept["card"], json!({"request_three_d_secure": "automatic"}));
    assert_eq!(invoice.default_tax_rates[0]["percentage"], 5.5);
}

#[test]
fn the_payment_of_an_invoice_by_a_charge() {
    let mut json = invoice()["payments"]["data"][0].clone();
    json["payment"] = json!({"type": "charge", "charge": "ch_1"});
    json["invoice"] = json!({"id": "in_1", "object": "invoice", "deleted": true});
    let payment: InvoicePayment = assert_writes_what_it_read(&json);
    let invoice::AssociatedPaymentDetails::Charge(charge) = payment.payment.details() else {
        panic!("{payment:?}")
    };
    assert_eq!(charge.id(), "ch_1");
    assert_eq!(payment.invoice.id(), "in_1");
}

#[test]
fn subscriptions() {
    let mut json = subscription();
    let subscription: Subscription = assert_writes_what_it_read(&json);
    let BillingScheduleBillUntilDetails::Duration(duration) =
        subscription.billing_schedules[0].bill_until.details()
    else {
        panic!("{:?}", subscription.billing_schedules)
    };
    assert_eq!(duration.interval, BillingInterval::Year);
    assert_eq!(subscription.application_fee_percent, Some(2.5));
    let item = &subscription.items.data[0];
    assert_eq!(item.price["unit_amount"], 10_000);
    assert_eq!(item.created, Timestamp::from_secs(1_780_000_000));

    // A subscription's invoice refers back to the subscription.
    json["latest_invoice"] = invoice();
    json["latest_invoice"]["parent"]["subscription_details"]["subscription"] = self::subscription();
    let subscription: Subscription = assert_writes_what_it_read(&json);
    let invoice = subscription.latest_invoice.unwrap().into_object().unwrap();
    let parent = invoice.parent.unwrap().subscription_details.unwrap();
    let back = parent.subscription.into_object().unwrap();
    assert_eq!(back.latest_invoice.unwrap().id(), "in_1");
}

#[test]
fn events_hold_the_objects() {
    let verified = |name: &str, object: Value| {
        let body = json!({
            "id": "evt_1", "object": "event", "api_version": "2026-05-27.dahlia", "created": 5,
            "data": {"object": object}, "livemode": false, "pending_webhooks": 1,
            "request": {"id": null, "idempotency_key": null}, "type": name,
        });
        let body = body.to_string();
        let signature = Webhook::sign(&body, "whsec_1", Timestamp::now());
        Webhook::verify(&body, &signature, "whsec_1")
            .unwrap()
            .data
            .object
    };
    let object = verified("payment_intent.succeeded", payment_intent());
    assert!(matches!(object, EventObject::PaymentIntent(intent) if intent.id == "pi_1"));
    let object = verified("setup_intent.succeeded", setup_intent());
    assert!(matches!(object, EventObject::SetupIntent(intent) if intent.id == "seti_1"));
    let object = verified("checkout.session.completed", checkout_session());
    assert!(matches!(object, EventObject::CheckoutSession(session) if session.id == "cs_test_1"));
    let object = verified("invoice.paid", invoice());
    assert!(matches!(object, EventObject::Invoice(invoice) if invoice.id == "in_1"));
    let object = verified("customer.subscription.created", subscription());
    assert!(matches!(object, EventObject::Subscription(sub) if sub.id == "sub_1"));
}
