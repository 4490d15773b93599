//! Sends the calls of Stripe's documentation of Financial Connections, and reads and writes its
//! examples.
//!
//! `ach_seeds.rs` has the calls of payment resources. The result of
//! `collectFinancialConnectionsAccounts` is left out: it is an object of Stripe.js in the
//! browser, with other names, and never comes from the API.

use serde_json::{Value, json};
use stripe_financial_connections::financial_connections::{
    Account, AccountHolderParams, AccountStatus, Balance, BalanceDetails, BalanceRefresh,
    Permission, RefreshFeature, RefreshStatus, SubscribeFeature,
};
use stripe_financial_connections::{AvailableFunds, List, Timestamp};
use stripe_tests::json::{account_with, assert_writes_what_it_read, without_nulls};
use stripe_tests::wire::{assert_sent, sent};

const CUSTOMER: &str = r#"{"id": "cus_9s6XI9OFIdpjIg", "object": "customer", "created": 1,
    "livemode": false, "email": null, "shipping": null}"#;
const SESSION: &str = r#"{"id": "fcsess_1", "object": "financial_connections.session",
    "accounts": {"object": "list", "data": [], "has_more": false, "url": "/v1/x"},
    "client_secret": "fcsess_1_secret_2", "livemode": false, "permissions": ["balances"]}"#;
const ACCOUNT: &str = include_str!("../data/account.json");
const ACCOUNT_BALANCE: &str = include_str!("../data/account_balance.json");
const LIST_ACCOUNTS: &str = include_str!("../data/list_accounts.json");
const DISCONNECT: &str = include_str!("../data/disconnect_account.json");
const REFRESH: &str = include_str!("../data/refresh_account.json");
const SUBSCRIBE: &str = include_str!("../data/subscribe_account.json");
const UNSUBSCRIBE: &str = include_str!("../data/unsubscribe_account.json");

#[tokio::test]
async fn create_a_customer() {
    let (seen, customer) = sent(CUSTOMER, async |client| {
        let create = client.customers().create();
        create.email("jenny@example.com").await
    })
    .await;
    let pairs = [("email", "jenny@example.com")];
    assert_sent(&seen, "POST", "/v1/customers", &pairs);
    assert_eq!(customer.id, "cus_9s6XI9OFIdpjIg");

    let (seen, _) = sent(CUSTOMER, async |client| {
        let create = client.customers().create().email("jenny@example.com");
        create.name("Jenny Rosen & Søn").await
    })
    .await;
    let pairs = [
        ("email", "jenny@example.com"),
        ("name", "Jenny Rosen & Søn"),
    ];
    assert_sent(&seen, "POST", "/v1/customers", &pairs);
}

#[tokio::test]
async fn create_a_session() {
    let holder = || AccountHolderParams::customer("cus_9s6XI9OFIdpjIg");
    let (seen, session) = sent(SESSION, async |client| {
        let sessions = client.financial_connections().sessions();
        sessions.create(holder(), [Permission::Balances]).await
    })
    .await;
    let path = "/v1/financial_connections/sessions";
    let holder_pairs = [
        ("account_holder[type]", "customer"),
        ("account_holder[customer]", "cus_9s6XI9OFIdpjIg"),
    ];
    let [kind, customer] = holder_pairs;
    let pairs = [kind, customer, ("permissions[0]", "balances")];
    assert_sent(&seen, "POST", path, &pairs);
    let secret = session.client_secret.expect("a secret");
    assert_eq!(secret.expose(), "fcsess_1_secret_2");

    let (seen, _) = sent(SESSION, async |client| {
        let permissions = [
            Permission::Balances,
            Permission::Ownership,
            Permission::PaymentMethod,
            Permission::Transactions,
        ];
        let sessions = client.financial_connections().sessions();
        sessions.create(holder(), permissions).await
    })
    .await;
    let pairs = [
        kind,
        customer,
        ("permissions[0]", "balances"),
        ("permissions[1]", "ownership"),
        ("permissions[2]", "payment_method"),
        ("permissions[3]", "transactions"),
    ];
    assert_sent(&seen, "POST", path, &pairs);
}

#[tokio::test]
async fn list_accounts() {
    let (seen, page) = sent(LIST_ACCOUNTS, async |client| {
        let accounts = client.financial_connections().accounts();
        accounts.list().limit(3).await
    })
    .await;
    let path = "/v1/financial_connections/accounts";
    assert_sent(&seen, "GET", path, &[("limit", "3")]);
    assert_eq!(page.data[0].object, "linked_account");
    assert_eq!(page.data[0].last4.as_deref(), Some("6789"));
    assert!(!page.has_more);
}

#[tokio::test]
async fn retrieve_an_account() {
    let (seen, account) = sent(ACCOUNT, async |client| {
        let accounts = client.financial_connections().accounts();
        accounts.retrieve("fca_1MwVK82eZvKYlo2Cjw8FMxXf").await
    })
    .await;
    let path = "/v1/financial_connections/accounts/fca_1MwVK82eZvKYlo2Cjw8FMxXf";
    assert_sent(&seen, "GET", path, &[]);
    assert_eq!(account.object, "financial_connections.account");
    assert_eq!(account.created, Timestamp::from_secs(1_681_412_208));
}

#[tokio::test]
async fn disconnect_an_account() {
    let (seen, account) = sent(DISCONNECT, async |client| {
        let accounts = client.financial_connections().accounts();
        accounts.disconnect("fca_1MwVK82eZvKYlo2Cjw8FMxXf").await
    })
    .await;
    let path = "/v1/financial_connections/accounts/fca_1MwVK82eZvKYlo2Cjw8FMxXf/disconnect";
    assert_sent(&seen, "POST", path, &[]);
    assert_eq!(account.status, AccountStatus::Disconnected);
}

#[tokio::test]
async fn refresh_an_account() {
    let (seen, account) = sent(REFRESH, async |client| {
        let accounts = client.financial_connections().accounts();
        let id = "fca_1MwVK82eZvKYlo2Cjw8FMxXf";
        accounts.refresh(id, [RefreshFeature::Balance]).await
    })
    .await;
    let path = "/v1/financial_connections/accounts/fca_1MwVK82eZvKYlo2Cjw8FMxXf/refresh";
    assert_sent(&seen, "POST", path, &[("features[0]", "balance")]);
    // A status that the spec does not have.
    assert!(matches!(account.status, AccountStatus::Unrecognized(_)));
    assert_eq!(account.status.as_str(), "pending");
    let refresh = account.balance_refresh.expect("a refresh");
    assert_eq!(refresh.status, RefreshStatus::Pending);
    assert_eq!(refresh.next_refresh_available_at, None);
}

#[tokio::test]
async fn subscribe_to_an_account_and_back() {
    let (seen, account) = sent(SUBSCRIBE, async |client| {
        let accounts = client.financial_connections().accounts();
        let id = "fca_1NQay62eZvKYlo2C8dflHjWB";
        accounts
            .subscribe(id, [SubscribeFeature::Transactions])
            .await
    })
    .await;
    let path = "/v1/financial_connections/accounts/fca_1NQay62eZvKYlo2C8dflHjWB/subscribe";
    assert_sent(&seen, "POST", path, &[("features[0]", "transactions")]);
    assert_eq!(
        account.subscriptions,
        Some(vec![SubscribeFeature::Transactions])
    );
    let refresh = account.transaction_refresh.expect("a refresh");
    assert_eq!(refresh.id, "fctxnref_OD10iHSd7eaheDkeabbQfnJ7");

    let (seen, account) = sent(UNSUBSCRIBE, async |client| {
        let accounts = client.financial_connections().accounts();
        let id = "fca_1NQayH2eZvKYlo2CMBkU6Y9s";
        accounts
            .unsubscribe(id, [SubscribeFeature::Transactions])
            .await
    })
    .await;
    let path = "/v1/financial_connections/accounts/fca_1NQayH2eZvKYlo2CMBkU6Y9s/unsubscribe";
    assert_sent(&seen, "POST", path, &[("features[0]", "transactions")]);
    assert_eq!(account.subscriptions, Some(vec![]));
}

#[test]
fn examples_are_written_as_they_were_read() {
    for example in [ACCOUNT, DISCONNECT, REFRESH, SUBSCRIBE, UNSUBSCRIBE] {
        let json = serde_json::from_str(example).expect("JSON");
        assert_writes_what_it_read::<Account>(&json);
    }
    let json = serde_json::from_str(LIST_ACCOUNTS).expect("JSON");
    let page: List<Account> = assert_writes_what_it_read(&json);
    assert_eq!(page.data.len(), 1);
}

#[test]
fn the_example_with_a_balance() {
    // The example leaves out the other fields of an account, so these are taken from the example
    // of the account.
    let part: Value = serde_json::from_str(ACCOUNT_BALANCE).expect("JSON");
    assert_writes_what_it_read::<Balance>(&part["balance"]);
    assert_writes_what_it_read::<BalanceRefresh>(&part["balance_refresh"]);
    let account: Account = assert_writes_what_it_read(&account_with(part));
    let balance = account.balance.expect("a balance");
    assert!(matches!(balance.details(), BalanceDetails::Cash(_)));
    assert_eq!(
        balance.available_funds("usd"),
        Some(AvailableFunds::Available(6000))
    );
    assert_eq!(balance.current["usd"], 6000);
}

#[test]
fn missing_and_null_fields_are_read_as_none() {
    let with_nulls: Value = serde_json::from_str(ACCOUNT).expect("JSON");
    let without = without_nulls(with_nulls.clone());
    assert_ne!(with_nulls, without);
    let read = |json: &Value| serde_json::from_str::<Account>(&json.to_string()).expect("fits");
    assert_eq!(read(&with_nulls), read(&without));
    // Fields that are null in Stripe's responses are written as null.
    let written = serde_json::to_value(read(&without)).expect("can be written");
    assert_eq!(written["balance"], json!(null));
}
