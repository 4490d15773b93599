//! Refreshes balances, waits for them, and reads the amount to compare with a debit.
//!
//! `cargo run --example balances`

use std::time::Duration;

use stripe_financial_connections::AvailableFunds;
use stripe_financial_connections::financial_connections::{
    AccountHolderParams, BalanceDetails, Permission, RefreshFeature,
};
use stripe_tests::stripe::Stripe;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    run(&Stripe::from_env().await?).await?;
    Ok(())
}

pub(crate) async fn run(stripe: &Stripe) -> Result<Vec<Option<AvailableFunds>>> {
    let connections = stripe.client().financial_connections();
    let customer = stripe.client().customers().create().await?;
    let session = connections
        .sessions()
        .create(
            AccountHolderParams::customer(&customer.id),
            [Permission::Balances],
        )
        .await?;

    let mut funds = Vec::new();
    for account in stripe.link(&session).await? {
        // Requests a refresh, and polls until it has ended.
        let account = connections
            .accounts()
            .refresh(&account.id, [RefreshFeature::Balance])
            .wait(Duration::from_secs(60))
            .await?;

        let name = account.display_name.as_deref().unwrap_or("account");
        let Some(balance) = &account.balance else {
            println!("{name}: the institution tells no balance");
            continue;
        };
        match balance.details() {
            BalanceDetails::Cash(_) => {
                // If the institution does not report the available balance, this is the current
                // one.
                let available = balance.available_funds("usd");
                println!("{name}: {available:?} cents, as of {}", balance.as_of);
            }
            BalanceDetails::Credit(_) => {
                println!("{name}: {:?} cents used", balance.used_credit("usd"));
            }
            other => println!("{name}: {other:?}"),
        }
        funds.push(balance.available_funds("usd"));
    }
    Ok(funds)
}
