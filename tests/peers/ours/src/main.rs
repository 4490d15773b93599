//! Links and lists accounts with this crate.

use std::error::Error;

use stripe_financial_connections::Client;
use stripe_financial_connections::financial_connections::{
    AccountHolderFilter, AccountHolderParams, Permission,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let key = std::env::var("STRIPE_SECRET_KEY")?;
    let customer = std::env::args().nth(1).ok_or("which customer?")?;
    let client = Client::new(key)?;
    let connections = client.financial_connections();

    let holder = AccountHolderParams::customer(&customer);
    let permissions = [Permission::Balances, Permission::PaymentMethod];
    let session = connections.sessions().create(holder, permissions).await?;
    let secret = session.client_secret.ok_or("no secret")?;
    println!("{} {}", session.id, secret.expose());

    let holder = AccountHolderFilter::customer(&customer);
    let accounts = connections.accounts().list().account_holder(holder).await?;
    for account in accounts.data {
        println!("{} {}", account.id, account.institution_name);
        for (currency, amount) in account.balance.iter().flat_map(|b| &b.current) {
            println!("  {amount} {currency}");
        }
    }
    Ok(())
}
