//! Links a customer's bank accounts: customer → session → browser → accounts.
//!
//! `cargo run --example link_account`

use stripe_financial_connections::financial_connections::{
    Account, AccountHolderFilter, AccountHolderParams, Permission,
};
use stripe_tests::stripe::Stripe;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    run(&Stripe::from_env().await?).await?;
    Ok(())
}

pub(crate) async fn run(stripe: &Stripe) -> Result<Vec<Account>> {
    let client = stripe.client();

    // With the email address, a user of Link gets through the dialog faster.
    let customer = client
        .customers()
        .create()
        .name("Robin Example")
        .email("robin@example.com")
        .await?;

    let connections = client.financial_connections();
    let session = connections
        .sessions()
        .create(
            AccountHolderParams::customer(&customer.id),
            [Permission::Balances, Permission::PaymentMethod],
        )
        .await?;

    // Stripe.js opens the dialog in the browser, with the client secret of the session.
    stripe.link(&session).await?;

    // Lists the customer's accounts from this session and all others.
    let mut accounts = connections
        .accounts()
        .list()
        .account_holder(AccountHolderFilter::customer(&customer.id))
        .limit(100)
        .stream();
    let mut linked = Vec::new();
    while let Some(account) = accounts.try_next().await? {
        println!(
            "{} {}: {} •••• {}, {}",
            account.id,
            account.institution_name,
            account.display_name.as_deref().unwrap_or("no name"),
            account.last4.as_deref().unwrap_or("????"),
            account.status,
        );
        linked.push(account);
    }
    Ok(linked)
}
