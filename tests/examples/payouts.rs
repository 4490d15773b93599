//! Links the bank account to which a connected account gets its payouts: session → token →
//! external account.
//!
//! `cargo run --example payouts`; with Stripe, set `STRIPE_CONNECTED_ACCOUNT` to the connected
//! account.

use stripe_financial_connections::bank_account::BankAccount;
use stripe_financial_connections::external_account::ExternalAccount;
use stripe_financial_connections::financial_connections::{AccountHolderParams, Permission};
use stripe_tests::stripe::Stripe;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    run(&Stripe::from_env().await?).await?;
    Ok(())
}

pub(crate) async fn run(stripe: &Stripe) -> Result<(String, BankAccount)> {
    let client = stripe.client();
    let connected = std::env::var("STRIPE_CONNECTED_ACCOUNT");
    let connected = connected.unwrap_or_else(|_| "acct_connected".to_owned());
    let session = client
        .financial_connections()
        .sessions()
        .create(
            AccountHolderParams::account(&connected),
            [Permission::PaymentMethod],
        )
        .await?;

    // Stripe.js opens the dialog in the browser. Its result is a token, which the page sends to
    // the server.
    let token = stripe.link_token(&session)?;

    // Payouts in this currency now go to this account.
    let external_accounts = client.accounts().external_accounts();
    let created = external_accounts
        .create(&connected)
        .external_account(&token)
        .default_for_currency(true)
        .await?;
    let ExternalAccount::BankAccount(created) = created else {
        return Err("this is no bank account".into());
    };
    println!("payouts go to {:?} …{}", created.bank_name, created.last4);

    let listed = external_accounts.list(&connected).await?;
    println!("it has {} of them", listed.data.len());
    Ok((token, *created))
}
