//! Reads all transactions of an account, and later only new ones.
//!
//! `cargo run --example transactions`

use std::time::Duration;

use stripe_financial_connections::financial_connections::{
    AccountHolderParams, AccountId, Permission, RefreshFeature, SubscribeFeature, Transaction,
    TransactionRefreshFilter, TransactionRefreshId,
};
use stripe_financial_connections::{Client, Error};
use stripe_tests::stripe::Stripe;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    run(&Stripe::from_env().await?).await?;
    Ok(())
}

pub(crate) async fn run(stripe: &Stripe) -> Result<(Vec<Transaction>, Vec<Transaction>)> {
    let client = stripe.client();
    let connections = client.financial_connections();
    let customer = client.customers().create().await?;
    let session = connections
        .sessions()
        .create(
            AccountHolderParams::customer(&customer.id),
            [Permission::Transactions],
        )
        .await?;
    let account = stripe.link(&session).await?.swap_remove(0);

    // A subscription refreshes the transactions now, and then every day.
    connections
        .accounts()
        .subscribe(&account.id, [SubscribeFeature::Transactions])
        .await?;
    // The first refresh is already running; this waits for it.
    let account = connections
        .accounts()
        .refresh(&account.id, [RefreshFeature::Transactions])
        .wait(Duration::from_secs(60))
        .await?;
    let all = read(client, &account.id, None).await?;
    println!("{} transactions at first", all.len());

    // Store the id of the refresh, to continue from there.
    let seen = account
        .transaction_refresh
        .ok_or("there was no refresh")?
        .id;

    // Two days later. A real program does this when it receives the event
    // `refreshed_transactions`.
    stripe.pass(Duration::from_secs(2 * 86_400 + 1));
    let new = read(client, &account.id, Some(seen)).await?;
    for transaction in &new {
        let (amount, status) = (transaction.amount, &transaction.status);
        println!("{amount} cents, {status}: {}", transaction.description);
    }
    Ok((all, new))
}

/// Reads the transactions that are new or changed since a refresh; all of them without one.
async fn read(
    client: &Client,
    account: &AccountId,
    since: Option<TransactionRefreshId>,
) -> std::result::Result<Vec<Transaction>, Error> {
    let mut list = client
        .financial_connections()
        .transactions()
        .list(account.as_str())
        .limit(100);
    if let Some(refresh) = since {
        list = list.transaction_refresh(TransactionRefreshFilter::new(refresh));
    }
    let mut stream = list.stream();
    let mut transactions = Vec::new();
    while let Some(transaction) = stream.try_next().await? {
        transactions.push(transaction);
    }
    Ok(transactions)
}
