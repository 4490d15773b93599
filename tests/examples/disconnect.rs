//! Disconnects an account, as its holder may request at any time.
//!
//! `cargo run --example disconnect`

use std::time::Duration;

use stripe_financial_connections::financial_connections::{
    Account, AccountHolderParams, AccountStatus, Permission, Prefetch, RefreshFeature,
};
use stripe_financial_connections::{Error, ErrorCode};
use stripe_tests::stripe::Stripe;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    run(&Stripe::from_env().await?).await?;
    Ok(())
}

pub(crate) async fn run(stripe: &Stripe) -> Result<(Account, Error)> {
    let connections = stripe.client().financial_connections();
    let customer = stripe.client().customers().create().await?;
    let session = connections
        .sessions()
        .create(
            AccountHolderParams::customer(&customer.id),
            [Permission::Balances],
        )
        // Fetches balances as soon as the accounts are linked.
        .prefetch([Prefetch::Balances])
        .await?;
    let account = stripe.link(&session).await?.swap_remove(0);
    stripe.pass(Duration::from_secs(2));

    let account = connections.accounts().disconnect(&account.id).await?;
    // The account still exists, but its data can no longer be read.
    assert_eq!(account.status, AccountStatus::Disconnected);
    assert_eq!(account.balance, None);
    println!("{} is {}", account.id, account.status);

    // The account holder would have to link it again.
    let refused = connections
        .accounts()
        .refresh(&account.id, [RefreshFeature::Balance])
        .await
        .expect_err("there is no access");
    if refused.code() == Some(&ErrorCode::FinancialConnectionsAccountInactive) {
        println!("{refused}");
    }
    Ok((account, refused))
}
