//! Reads the owners of an account, to compare them with the name that a customer gave.
//!
//! `cargo run --example ownership`

use std::time::Duration;

use stripe_financial_connections::financial_connections::{
    AccountHolderParams, Permission, RefreshFeature,
};
use stripe_tests::stripe::Stripe;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    run(&Stripe::from_env().await?).await?;
    Ok(())
}

pub(crate) async fn run(stripe: &Stripe) -> Result<Vec<String>> {
    let connections = stripe.client().financial_connections();
    let customer = stripe
        .client()
        .customers()
        .create()
        .name("Robin Example")
        .await?;
    let session = connections
        .sessions()
        .create(
            AccountHolderParams::customer(&customer.id),
            [Permission::Ownership],
        )
        .await?;
    let account = stripe.link(&session).await?.swap_remove(0);

    let account = connections
        .accounts()
        .refresh(&account.id, [RefreshFeature::Ownership])
        .wait(Duration::from_secs(60))
        .await?;
    // Each successful refresh creates a new ownership, whose id is needed to list the owners.
    let ownership = account.ownership.ok_or("there is no ownership")?;

    let mut owners = connections
        .accounts()
        .owners()
        .list(&account.id, ownership.id().as_str())
        .stream();
    let mut names = Vec::new();
    while let Some(owner) = owners.try_next().await? {
        // Names are personal data: `Debug` hides them, and `expose` returns them.
        let name = owner.name.expose();
        println!("{} owned by {name}", account.id);
        names.push(name.clone());
    }
    if !names.contains(&"Robin Example".to_owned()) {
        println!("{} is not the customer's", account.id);
    }
    Ok(names)
}
