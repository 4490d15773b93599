//! Links and lists accounts with `async-stripe`.

use std::error::Error;

use stripe::Client;
use stripe_misc::FinancialConnectionsSessionPermissions as Permission;
use stripe_misc::financial_connections_account::{
    ListFinancialConnectionsAccount, ListFinancialConnectionsAccountAccountHolder,
};
use stripe_misc::financial_connections_session::{
    CreateFinancialConnectionsSession, CreateFinancialConnectionsSessionAccountHolder,
    CreateFinancialConnectionsSessionAccountHolderType,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let key = std::env::var("STRIPE_SECRET_KEY")?;
    let customer = std::env::args().nth(1).ok_or("which customer?")?;
    let client = Client::new(key);

    let mut holder = CreateFinancialConnectionsSessionAccountHolder::new(
        CreateFinancialConnectionsSessionAccountHolderType::Customer,
    );
    holder.customer = Some(customer.clone());
    let permissions = [Permission::Balances, Permission::PaymentMethod];
    let session = CreateFinancialConnectionsSession::new(holder, permissions)
        .send(&client)
        .await?;
    println!(
        "{} {}",
        session.id,
        session.client_secret.unwrap_or_default()
    );

    let mut holder = ListFinancialConnectionsAccountAccountHolder::new();
    holder.customer = Some(customer);
    let accounts = ListFinancialConnectionsAccount::new()
        .account_holder(holder)
        .send(&client)
        .await?;
    for account in accounts.data {
        println!("{} {}", account.id, account.institution_name);
        for (currency, amount) in account.balance.iter().flat_map(|b| &b.current) {
            println!("  {amount} {currency}");
        }
    }
    Ok(())
}
