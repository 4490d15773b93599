//! Sends the calls of Stripe's documentation about linking accounts during a payment.

use stripe_financial_connections::Client;
use stripe_financial_connections::common::FinancialConnectionsOptionsParams;
use stripe_financial_connections::financial_connections::{
    AccountHolderParams, Permission, Prefetch,
};
use stripe_financial_connections::invoice::BillingPaymentMethodType;
use stripe_financial_connections::payment_method::PaymentMethodType;
use stripe_financial_connections::{checkout, invoice, payment_intent, setup_intent, subscription};
use stripe_tests::wire::{assert_sent, sent};

const PAYMENT_INTENT: &str = include_str!("../data/ach/payment_intent.json");
const SETUP_INTENT: &str = include_str!("../data/ach/setup_intent.json");
const CHECKOUT_SESSION: &str = include_str!("../data/ach/checkout_session.json");
const INVOICE: &str = include_str!("../data/ach/invoice.json");
const SUBSCRIPTION: &str = include_str!("../data/ach/subscription.json");

const CUSTOMER: &str = "cus_9s6XI9OFIdpjIg";
const PERMISSIONS: [Permission; 2] = [Permission::Balances, Permission::PaymentMethod];

/// The customer, the payment method type and the permissions, which most calls have.
const PAYMENT: [(&str, &str); 4] = [
    ("customer", CUSTOMER),
    ("payment_method_types[0]", "us_bank_account"),
    (
        "payment_method_options[us_bank_account][financial_connections][permissions][0]",
        "balances",
    ),
    (
        "payment_method_options[us_bank_account][financial_connections][permissions][1]",
        "payment_method",
    ),
];

/// The same for calls in which the payment follows later.
const BILLING: [(&str, &str); 4] = [
    ("customer", CUSTOMER),
    (
        "payment_settings[payment_method_types][0]",
        "us_bank_account",
    ),
    (
        "payment_settings[payment_method_options][us_bank_account][financial_connections][permissions][0]",
        "balances",
    ),
    (
        "payment_settings[payment_method_options][us_bank_account][financial_connections][permissions][1]",
        "payment_method",
    ),
];

fn payment_options(
    linking: FinancialConnectionsOptionsParams,
) -> payment_intent::PaymentMethodOptionsParams {
    let options = payment_intent::PaymentMethodOptionsUsBankAccountParams::new();
    payment_intent::PaymentMethodOptionsParams::new()
        .us_bank_account(options.financial_connections(linking))
}

fn setup_options(
    linking: FinancialConnectionsOptionsParams,
) -> setup_intent::PaymentMethodOptionsParams {
    let options = setup_intent::PaymentMethodOptionsUsBankAccountParams::new();
    setup_intent::PaymentMethodOptionsParams::new()
        .us_bank_account(options.financial_connections(linking))
}

fn checkout_options(
    linking: FinancialConnectionsOptionsParams,
) -> checkout::PaymentMethodOptionsParams {
    let options = checkout::PaymentMethodOptionsUsBankAccountParams::new();
    checkout::PaymentMethodOptionsParams::new()
        .us_bank_account(options.financial_connections(linking))
}

fn invoice_options(
    linking: FinancialConnectionsOptionsParams,
) -> invoice::PaymentMethodOptionsParams {
    let options = invoice::PaymentMethodOptionsUsBankAccountParams::new();
    invoice::PaymentMethodOptionsParams::new()
        .us_bank_account(options.financial_connections(linking))
}

fn subscription_options(
    linking: FinancialConnectionsOptionsParams,
) -> subscription::PaymentMethodOptionsParams {
    let options = invoice::PaymentMethodOptionsUsBankAccountParams::new();
    subscription::PaymentMethodOptionsParams::new()
        .us_bank_account(options.financial_connections(linking))
}

#[tokio::test]
async fn create_a_payment_intent() {
    let (seen, intent) = sent(PAYMENT_INTENT, async |client| {
        let linking = FinancialConnectionsOptionsParams::new().permissions(PERMISSIONS);
        client
            .payment_intents()
            .create(20_000, "usd")
            .customer(CUSTOMER)
            .payment_method_types(["us_bank_account"])
            .payment_method_options(payment_options(linking))
            .await
    })
    .await;
    let amount = [("amount", "20000"), ("currency", "usd")];
    let pairs = [&amount[..], &PAYMENT].concat();
    assert_sent(&seen, "POST", "/v1/payment_intents", &pairs);
    assert_eq!(intent.amount, Some(20_000));
    assert_eq!(intent.client_secret.unwrap().expose(), "pi_1_secret_2");
}

#[tokio::test]
async fn create_a_payment_intent_that_prefetches_balances() {
    let (seen, _) = sent(PAYMENT_INTENT, async |client| {
        let linking = FinancialConnectionsOptionsParams::new()
            .prefetch([Prefetch::Balances])
            .permissions([Permission::PaymentMethod, Permission::Balances]);
        client
            .payment_intents()
            .create(20_000, "usd")
            .payment_method_types(["us_bank_account"])
            .payment_method_options(payment_options(linking))
            .await
    })
    .await;
    let pairs = [
        ("amount", "20000"),
        ("currency", "usd"),
        ("payment_method_types[0]", "us_bank_account"),
        (
            "payment_method_options[us_bank_account][financial_connections][prefetch][0]",
            "balances",
        ),
        (
            "payment_method_options[us_bank_account][financial_connections][permissions][0]",
            "payment_method",
        ),
        (
            "payment_method_options[us_bank_account][financial_connections][permissions][1]",
            "balances",
        ),
    ];
    assert_sent(&seen, "POST", "/v1/payment_intents", &pairs);
}

#[tokio::test]
async fn create_a_setup_intent() {
    let (seen, intent) = sent(SETUP_INTENT, async |client| {
        let linking = FinancialConnectionsOptionsParams::new().permissions(PERMISSIONS);
        client
            .setup_intents()
            .create()
            .customer(CUSTOMER)
            .payment_method_types(["us_bank_account"])
            .payment_method_options(setup_options(linking))
            .await
    })
    .await;
    assert_sent(&seen, "POST", "/v1/setup_intents", &PAYMENT);
    assert_eq!(intent.payment_method_types, ["us_bank_account"]);
}

#[tokio::test]
async fn create_a_checkout_session() {
    let (seen, session) = sent(CHECKOUT_SESSION, async |client| {
        let linking = FinancialConnectionsOptionsParams::new().permissions(PERMISSIONS);
        client
            .checkout()
            .sessions()
            .create()
            .customer(CUSTOMER)
            .payment_method_types([PaymentMethodType::UsBankAccount])
            .payment_method_options(checkout_options(linking))
            .await
    })
    .await;
    assert_sent(&seen, "POST", "/v1/checkout/sessions", &PAYMENT);
    assert_eq!(session.payment_intent.unwrap().id(), "pi_1");
}

#[tokio::test]
async fn create_an_invoice() {
    let (seen, invoice) = sent(INVOICE, async |client| {
        let linking = FinancialConnectionsOptionsParams::new().permissions(PERMISSIONS);
        let settings = invoice::PaymentSettingsParams::new()
            .payment_method_types([BillingPaymentMethodType::UsBankAccount])
            .payment_method_options(invoice_options(linking));
        let create = client.invoices().create().customer(CUSTOMER);
        create.payment_settings(settings).await
    })
    .await;
    assert_sent(&seen, "POST", "/v1/invoices", &BILLING);
    let options = invoice.payment_settings.payment_method_options.unwrap();
    let linking = options.us_bank_account.unwrap().financial_connections;
    assert_eq!(linking.unwrap().permissions, Some(PERMISSIONS.into()));
}

#[tokio::test]
async fn create_a_subscription() {
    let (seen, subscription) = sent(SUBSCRIPTION, async |client| {
        let linking = FinancialConnectionsOptionsParams::new().permissions(PERMISSIONS);
        let settings = subscription::PaymentSettingsParams::new()
            .payment_method_types([BillingPaymentMethodType::UsBankAccount])
            .payment_method_options(subscription_options(linking));
        let create = client.subscriptions().create().customer(CUSTOMER);
        create.payment_settings(settings).await
    })
    .await;
    assert_sent(&seen, "POST", "/v1/subscriptions", &BILLING);
    assert_eq!(subscription.latest_invoice.unwrap().id(), "in_1");
}

/// All six ways to link an account take permissions and prefetch as the same type.
#[test]
fn permissions_and_prefetch_are_one_type() {
    fn lists(pairs: Vec<(String, String)>) -> Vec<(String, String)> {
        let of_list = |name: &str| {
            let mut parts = name.rsplit('[').skip(1);
            let list = parts.next().unwrap_or_default().trim_end_matches(']');
            ["permissions", "prefetch"]
                .contains(&list)
                .then(|| list.to_owned())
        };
        let pairs = pairs.into_iter();
        pairs
            .filter_map(|(name, value)| Some((of_list(&name)?, value)))
            .collect()
    }
    let client = Client::new("sk_test_123").unwrap();
    let (permissions, prefetch) = (PERMISSIONS, [Prefetch::Balances, Prefetch::Transactions]);
    let linking = || {
        let options = FinancialConnectionsOptionsParams::new();
        let options = options.permissions(permissions.clone());
        options.prefetch(prefetch.clone())
    };
    let holder = AccountHolderParams::customer(CUSTOMER);
    let sessions = client.financial_connections().sessions();
    let session = sessions.create(holder, permissions.clone());
    let session = session.prefetch(prefetch.clone());
    let payment = client.payment_intents().create(20_000, "usd");
    let payment = payment.payment_method_options(payment_options(linking()));
    let setup = client.setup_intents().create();
    let setup = setup.payment_method_options(setup_options(linking()));
    let options = checkout_options(linking());
    let checkout = client.checkout().sessions().create();
    let checkout = checkout.payment_method_options(options);
    let settings = invoice::PaymentSettingsParams::new();
    let settings = settings.payment_method_options(invoice_options(linking()));
    let invoice = client.invoices().create().payment_settings(settings);
    let settings = subscription::PaymentSettingsParams::new();
    let settings = settings.payment_method_options(subscription_options(linking()));
    let subscription = client.subscriptions().create().payment_settings(settings);

    let expected = [
        ("permissions", "balances"),
        ("permissions", "payment_method"),
        ("prefetch", "balances"),
        ("prefetch", "transactions"),
    ];
    let expected = expected.map(|(list, value)| (list.to_owned(), value.to_owned()));
    for pairs in [
        session.pairs(),
        payment.pairs(),
        setup.pairs(),
        checkout.pairs(),
        invoice.pairs(),
        subscription.pairs(),
    ] {
        assert_eq!(lists(pairs), expected);
    }
}
