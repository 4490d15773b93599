//! Parses a page of accounts.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use stripe_financial_connections::List;
use stripe_financial_connections::financial_connections::Account;
use stripe_misc::FinancialConnectionsAccount;

/// As the client of this crate does: checks UTF-8 once, then parses.
pub fn ours(json: &[u8]) -> List<Account> {
    let text = std::str::from_utf8(json).expect("it is text");
    serde_json::from_str(text).expect("it is a page")
}

/// As the client of async-stripe does.
pub fn async_stripe(json: &[u8]) -> stripe_types::List<FinancialConnectionsAccount> {
    let text = std::str::from_utf8(json).expect("it is text");
    miniserde::json::from_str(text).expect("it is a page")
}

/// As `reqwest` parses JSON.
pub fn plain(json: &[u8]) -> PlainList {
    serde_json::from_slice(json).expect("it is a page")
}

/// The lower limit: reads every byte and keeps nothing.
pub fn scan(json: &[u8]) -> IgnoredAny {
    serde_json::from_slice(json).expect("it is JSON")
}

/// Types as a program would write them by hand.
#[derive(Deserialize)]
pub struct PlainList {
    pub data: Vec<PlainAccount>,
    pub has_more: bool,
    pub url: String,
}

#[derive(Deserialize)]
pub struct PlainAccount {
    pub account_holder: Option<AccountHolder>,
    pub account_numbers: Option<Vec<AccountNumber>>,
    pub balance: Option<Balance>,
    pub balance_refresh: Option<Refresh>,
    pub category: Category,
    pub created: i64,
    pub display_name: Option<String>,
    pub id: String,
    pub institution_name: String,
    pub last4: Option<String>,
    pub livemode: bool,
    pub object: String,
    pub ownership: Option<String>,
    pub ownership_refresh: Option<Refresh>,
    pub permissions: Option<Vec<Permission>>,
    pub status: Status,
    pub subcategory: Subcategory,
    pub subscriptions: Option<Vec<Permission>>,
    pub supported_payment_method_types: Vec<PaymentMethodType>,
    pub transaction_refresh: Option<TransactionRefresh>,
}

#[derive(Deserialize)]
pub struct AccountHolder {
    pub account: Option<String>,
    pub customer: Option<String>,
    pub customer_account: Option<String>,
    pub r#type: String,
}

#[derive(Deserialize)]
pub struct AccountNumber {
    pub expected_expiry_date: Option<i64>,
    pub identifier_type: String,
    pub status: String,
    pub supported_networks: Vec<String>,
}

#[derive(Deserialize)]
pub struct Balance {
    pub as_of: i64,
    pub cash: Option<CashBalance>,
    pub credit: Option<CreditBalance>,
    pub current: BTreeMap<String, i64>,
    pub r#type: Category,
}

#[derive(Deserialize)]
pub struct CashBalance {
    pub available: Option<BTreeMap<String, i64>>,
}

#[derive(Deserialize)]
pub struct CreditBalance {
    pub used: Option<BTreeMap<String, i64>>,
}

#[derive(Deserialize)]
pub struct Refresh {
    pub last_attempted_at: i64,
    pub next_refresh_available_at: Option<i64>,
    pub status: RefreshStatus,
}

#[derive(Deserialize)]
pub struct TransactionRefresh {
    pub id: String,
    pub last_attempted_at: i64,
    pub next_refresh_available_at: Option<i64>,
    pub status: RefreshStatus,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    Cash,
    Credit,
    Investment,
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    Balances,
    Ownership,
    PaymentMethod,
    Transactions,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Active,
    Disconnected,
    Inactive,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subcategory {
    Checking,
    CreditCard,
    LineOfCredit,
    Mortgage,
    Savings,
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethodType {
    Link,
    UsBankAccount,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshStatus {
    Failed,
    Pending,
    Succeeded,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn all_read_the_same() {
        let json = sample::page();
        let json = json.as_bytes();
        let (ours, peer, plain) = (ours(json), async_stripe(json), plain(json));
        scan(json);
        assert_eq!(ours.data.len(), sample::ACCOUNTS);
        assert_eq!(peer.data.len(), sample::ACCOUNTS);
        for ((a, b), c) in ours.data.iter().zip(&peer.data).zip(&plain.data) {
            assert_eq!(
                (a.id.as_str(), a.id.as_str()),
                (b.id.as_str(), c.id.as_str())
            );
            let amounts = [
                &b.balance.as_ref().unwrap().current["usd"],
                &c.balance.as_ref().unwrap().current["usd"],
            ];
            assert_eq!(amounts, [&a.balance.as_ref().unwrap().current["usd"]; 2]);
        }
    }
}
