//! Objects for unit tests. They are complete, valid and always the same; a test changes the
//! fields that it needs.
//!
//! ```
//! use stripe_financial_connections_sandbox::fixtures;
//!
//! let mut account = fixtures::account();
//! account.last4 = Some("0001".to_owned().into());
//! let event = fixtures::event("financial_connections.account.created", &account);
//! assert_eq!(event.r#type.as_str(), "financial_connections.account.created");
//! ```
//!
//! They are what a sandbox answers with, in the shape that the spec gives them, so that the crate
//! reads them and an update of the spec keeps them right.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use stripe_financial_connections::webhook::Event;
use stripe_financial_connections::{
    bank_account, checkout, customer, financial_connections, invoice, mandate, payment_intent,
    payment_method, setup_intent, subscription, token,
};

use crate::accounts;
use crate::api::Call;
use crate::billing::{checkout as checkout_sessions, invoices, subscriptions};
use crate::customers;
use crate::error::ApiError;
use crate::expand;
use crate::external_accounts;
use crate::ids::Ids;
use crate::institutions::Institution;
use crate::intents::Kind;
use crate::link;
use crate::ownership;
use crate::refresh;
use crate::sessions;
use crate::shape;
use crate::spec::SPEC;
use crate::state::State;
use crate::table::Row;
use crate::tokens;
use crate::transactions;
use crate::world::Setting;

/// The time of all objects, in Unix seconds.
const TIME: i64 = 1_767_225_600;

macro_rules! fixtures {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $schema:literal,)*) => {
        $(
            $(#[$doc])*
            pub fn $name() -> $type {
                object($schema)
            }
        )*

        #[cfg(test)]
        const SCHEMAS: &[(&str, fn())] = &[$(($schema, || drop($name()))),*];
    };
}

fixtures! {
    /// An active account with all permissions, whose balance and ownership were refreshed.
    account: financial_connections::Account = "financial_connections.account",
    /// The owner of an [`account()`].
    account_owner: financial_connections::AccountOwner = "financial_connections.account_owner",
    /// The ownership of an [`account()`].
    account_ownership: financial_connections::AccountOwnership =
        "financial_connections.account_ownership",
    /// A completed session.
    session: financial_connections::Session = "financial_connections.session",
    /// A posted transaction of an [`account()`].
    transaction: financial_connections::Transaction = "financial_connections.transaction",
    /// A customer.
    customer: customer::Customer = "customer",
    /// The payment method of a linked account.
    payment_method: payment_method::PaymentMethod = "payment_method",
    /// A successful payment by a debit.
    payment_intent: payment_intent::PaymentIntent = "payment_intent",
    /// A successful setup.
    setup_intent: setup_intent::SetupIntent = "setup_intent",
    /// A customer's agreement to debits.
    mandate: mandate::Mandate = "mandate",
    /// A completed checkout session.
    checkout_session: checkout::Session = "checkout.session",
    /// An open invoice with one line.
    invoice: invoice::Invoice = "invoice",
    /// The line of an [`invoice()`].
    invoice_line_item: invoice::InvoiceLineItem = "line_item",
    /// An active subscription with one item.
    subscription: subscription::Subscription = "subscription",
    /// The item of a [`subscription()`].
    subscription_item: subscription::SubscriptionItem = "subscription_item",
    /// The token of a bank account.
    token: token::Token = "token",
    /// A bank account to which a connected account gets its payouts.
    bank_account: bank_account::BankAccount = "bank_account",
}

/// Creates an event of a type about an object.
///
/// # Panics
///
/// Panics if the object can't be written as JSON.
pub fn event(r#type: impl AsRef<str>, object: &impl Serialize) -> Event {
    let body = event_body(r#type, object);
    serde_json::from_str(&body).expect("it is an event")
}

/// Creates the body of the request that an endpoint gets for an event. Sign it with
/// [`Webhook::sign`](stripe_financial_connections::webhook::Webhook::sign).
///
/// # Panics
///
/// Panics if the object can't be written as JSON.
pub fn event_body(r#type: impl AsRef<str>, object: &impl Serialize) -> String {
    let object = serde_json::to_value(object).expect("it can be written");
    let event = json!({
        "id": "evt_00000000000000000000fixt",
        "object": "event",
        "api_version": SPEC.version,
        "created": TIME,
        "data": { "object": object },
        "livemode": false,
        "pending_webhooks": 1,
        "request": { "id": null, "idempotency_key": null },
        "type": r#type.as_ref(),
    });
    event.to_string()
}

/// Returns the object of a schema.
fn object<T: DeserializeOwned>(schema: &str) -> T {
    let object = OBJECTS.get(schema).cloned().unwrap_or_default();
    let object = shape::object(schema, &object);
    serde_json::from_value(object).expect("an object of a sandbox is of its type")
}

/// The objects by the names of their schemas.
static OBJECTS: LazyLock<BTreeMap<&'static str, Value>> =
    LazyLock::new(|| objects().expect("what is done here is possible"));

/// Makes one object of each schema.
fn objects() -> Result<BTreeMap<&'static str, Value>, ApiError> {
    let setting = Setting {
        ids: Ids::new(Some(0)),
        institutions: Institution::all(),
        ..Setting::default()
    };
    let mut state = State::new(setting.into());
    state.clock.stop(TIME * 1000);
    state.catch_up();
    let state = &mut state;

    let form = json!({ "name": "Robin Example", "email": "robin@example.com" });
    let customer = customers::create(state, &Call::within(form))?;
    let form = json!({
        "account_holder": { "type": "customer", "customer": customer["id"] },
        "permissions": ["balances", "ownership", "payment_method", "transactions"],
        "prefetch": ["balances", "ownership", "transactions"],
    });
    let session = sessions::create(state, &Call::within(form))?;
    let session = Call::of([("session", text(&session, "id"))]);
    let bank = Institution::test();
    let chosen = ["Success".to_owned()];
    let accounts = link::session(state, session.id("session"), &bank, &chosen)?;
    state.advance(refresh::DURATION);
    let account = Call::of([("account", accounts[0].clone())]);
    let account_json = accounts::retrieve(state, &account)?;
    let ownership = state.ownerships.rows()[0].json();
    let mut owners = account.clone();
    owners.params = json!({ "ownership": state.ownerships.rows()[0].id() });
    let owner = ownership::list(state, &owners)?["data"][0].clone();
    let mut list = account.clone();
    list.params = json!({ "account": accounts[0], "limit": 10 });
    let transaction = transactions::list(state, &list)?["data"][4].clone();

    let setup = pay_by_link(
        state,
        Kind::Setup,
        json!({ "customer": customer["id"] }),
        &bank,
    )?;
    let method = state
        .object(&text(&setup, "payment_method"))
        .unwrap_or_default();
    let form = json!({ "amount": 5_000, "currency": "usd", "customer": customer["id"] });
    let payment = pay_by_link(state, Kind::Payment, form, &bank)?;
    let form = json!({
        "mode": "payment",
        "success_url": "https://example.com/done",
        "line_items": [{ "quantity": 1, "price_data": PRICE.clone() }],
    });
    let checkout = checkout_sessions::create(state, &Call::within(form))?;
    let checkout = text(&checkout, "id");
    checkout_sessions::complete(state, &checkout, &bank, &chosen)?;
    let form = json!({ "customer": customer["id"] });
    let mut invoice = invoices::create(state, &Call::within(form))?;
    let line = json!({ "id": "ii_1", "amount": 2_500, "description": "Work" });
    invoices::add_line(state, &mut invoice, &line);
    let mut invoice = invoices::open(state, invoice)?;
    let mut price = PRICE.clone();
    price["recurring"] = json!({ "interval": "month" });
    let form = json!({
        "customer": customer["id"],
        "default_payment_method": method["id"],
        "items": [{ "price_data": price }],
    });
    let subscription = subscriptions::create(state, &Call::within(form))?;
    let token = tokens::of_account(state, &accounts[0]);
    let mut payout = Call::of([("account", "acct_1".to_owned())]);
    payout.params = json!({ "external_account": token["id"] });
    let bank_account = external_accounts::create(state, &payout)?;
    state.advance(4 * 86_400_000);

    expand::strip(&mut invoice, &[]);
    let mut checkout = state.object(&checkout).unwrap_or_default();
    expand::strip(&mut checkout, &[]);
    let payment = state.object(&text(&payment, "id")).unwrap_or_default();
    let mandate = state.mandates.rows()[0].0.clone();
    Ok(BTreeMap::from([
        ("bank_account", bank_account),
        ("checkout.session", checkout),
        ("customer", customer),
        ("financial_connections.account", account_json),
        ("financial_connections.account_owner", owner),
        ("financial_connections.account_ownership", ownership),
        (
            "financial_connections.session",
            sessions::retrieve(state, &session)?,
        ),
        ("financial_connections.transaction", transaction),
        ("line_item", invoice["lines"]["data"][0].clone()),
        ("invoice", invoice),
        ("mandate", mandate),
        ("payment_intent", payment),
        ("payment_method", method),
        ("setup_intent", setup),
        (
            "subscription_item",
            subscription["items"]["data"][0].clone(),
        ),
        ("subscription", subscription),
        ("token", token),
    ]))
}

static PRICE: LazyLock<Value> = LazyLock::new(|| {
    json!({
        "currency": "usd",
        "unit_amount": 2_000,
        "product_data": { "name": "Book" },
    })
});

/// Confirms an intent with a linked account.
fn pay_by_link(
    state: &mut State,
    kind: Kind,
    form: Value,
    bank: &Institution,
) -> Result<Value, ApiError> {
    let intent = kind.create(state, &Call::within(form))?;
    let intent = kind.link(state, &text(&intent, "id"), bank, &["Success".to_owned()])?;
    let mandate = json!({ "mandate_data": { "customer_acceptance": { "type": "online" } } });
    kind.confirmed(state, intent, &mandate)
}

fn text(object: &Value, name: &str) -> String {
    object[name].as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_complete_and_there() {
        for (schema, make) in SCHEMAS {
            assert!(OBJECTS.contains_key(schema), "{schema}");
            make();
            // The sandbox itself fills in every field.
            let object = &OBJECTS[schema];
            let shaped = shape::object(schema, object);
            for (name, value) in shaped.as_object().into_iter().flatten() {
                let known = object.get(name);
                assert!(
                    known.is_some() || value.is_null(),
                    "{schema}: {name} is only of the spec: {value}"
                );
            }
            for (name, _) in object.as_object().into_iter().flatten() {
                assert!(
                    shaped.get(name).is_some(),
                    "{schema}: {name} is not of the spec"
                );
            }
        }
        let account = account();
        assert!(account.balance.is_some() && account.ownership.is_some());
        assert_eq!(account, super::account(), "always the same");
    }
}
