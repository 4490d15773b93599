//! Takes an ACH payment from an account after a check of its balance: payment intent → account →
//! balance → confirm.
//!
//! `cargo run --example ach_payment`

use std::time::Duration;

use stripe_financial_connections::common::FinancialConnectionsOptionsParams;
use stripe_financial_connections::financial_connections::{Permission, Prefetch, RefreshFeature};
use stripe_financial_connections::mandate::{
    CustomerAcceptanceOnlineParams, CustomerAcceptanceParams, MandateDataParams,
};
use stripe_financial_connections::payment_intent::{
    PaymentIntent, PaymentMethodOptionsParams, PaymentMethodOptionsUsBankAccountParams,
};
use stripe_tests::stripe::Stripe;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    run(&Stripe::from_env().await?).await?;
    Ok(())
}

pub(crate) async fn run(stripe: &Stripe) -> Result<PaymentIntent> {
    let client = stripe.client();
    let customer = client.customers().create().name("Robin Example").await?;

    // Asks to link an account for the payment, with permission to read its balance.
    let linking = FinancialConnectionsOptionsParams::new()
        .permissions([Permission::PaymentMethod, Permission::Balances])
        .prefetch([Prefetch::Balances]);
    let options = PaymentMethodOptionsUsBankAccountParams::new().financial_connections(linking);
    let payment = client
        .payment_intents()
        .create(50_000, "usd")
        .customer(&customer.id)
        .payment_method_types(["us_bank_account"])
        .payment_method_options(PaymentMethodOptionsParams::new().us_bank_account(options))
        .await?;

    // Stripe.js opens the dialog in the browser. Afterwards the payment has a payment method,
    // which names the account.
    let payment = stripe.link_payment(&payment).await?;
    let method = payment
        .payment_method
        .as_ref()
        .and_then(|method| method.object());
    let account = method
        .and_then(|method| {
            method
                .us_bank_account
                .as_ref()?
                .financial_connections_account
                .as_ref()
        })
        .ok_or("the account was not linked")?;

    // The balance has been requested already; this waits for it.
    let account = client
        .financial_connections()
        .accounts()
        .refresh(account, [RefreshFeature::Balance])
        .wait(Duration::from_secs(60))
        .await?;
    let funds = account
        .balance
        .and_then(|balance| balance.available_funds(&payment.currency?))
        .ok_or("the balance is unknown")?;
    println!("{funds:?}, to pay {:?}", payment.amount);
    if Some(funds.amount()) < payment.amount {
        return Err("the account has too little money".into());
    }

    // The customer has accepted the debit on your page.
    let agreed = CustomerAcceptanceOnlineParams::new("203.0.113.7", "Mozilla/5.0");
    let mandate = MandateDataParams::new(CustomerAcceptanceParams::online(agreed));
    let payment = client
        .payment_intents()
        .confirm(&payment.id)
        .mandate_data(mandate)
        .await?;
    println!("{} is {}", payment.id, payment.status);

    // The debit takes days. The events `payment_intent.succeeded` and
    // `payment_intent.payment_failed` report its result.
    stripe.pass(Duration::from_secs(4 * 86_400));
    let payment = client.payment_intents().retrieve(&payment.id).await?;
    println!("{} is {}", payment.id, payment.status);
    Ok(payment)
}
