//! Links and lists accounts with an HTTP client, serde, and handwritten types.

use std::collections::BTreeMap;
use std::error::Error;

use serde::Deserialize;

const API: &str = "https://api.stripe.com";

#[derive(Deserialize)]
struct Session {
    id: String,
    client_secret: String,
}

#[derive(Deserialize)]
struct List<T> {
    data: Vec<T>,
}

#[derive(Deserialize)]
struct Account {
    id: String,
    institution_name: String,
    balance: Option<Balance>,
}

#[derive(Deserialize)]
struct Balance {
    current: BTreeMap<String, i64>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let key = std::env::var("STRIPE_SECRET_KEY")?;
    let customer = std::env::args().nth(1).ok_or("which customer?")?;
    let client = reqwest::Client::new();

    let body = format!(
        "account_holder[type]=customer&account_holder[customer]={customer}\
         &permissions[0]=balances&permissions[1]=payment_method"
    );
    let answer = client
        .post(format!("{API}/v1/financial_connections/sessions"))
        .bearer_auth(&key)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
        .send()
        .await?
        .error_for_status()?;
    let session: Session = serde_json::from_slice(&answer.bytes().await?)?;
    println!("{} {}", session.id, session.client_secret);

    let answer = client
        .get(format!(
            "{API}/v1/financial_connections/accounts?account_holder[customer]={customer}"
        ))
        .bearer_auth(&key)
        .send()
        .await?
        .error_for_status()?;
    let accounts: List<Account> = serde_json::from_slice(&answer.bytes().await?)?;
    for account in accounts.data {
        println!("{} {}", account.id, account.institution_name);
        for (currency, amount) in account.balance.iter().flat_map(|b| &b.current) {
            println!("  {amount} {currency}");
        }
    }
    Ok(())
}
