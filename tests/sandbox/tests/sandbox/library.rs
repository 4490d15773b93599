//! Tests the sandbox as a library.

use std::time::{Duration, Instant};

use stripe_financial_connections::Timestamp;
use stripe_financial_connections::financial_connections::{AccountHolderParams, Permission};
use stripe_financial_connections_sandbox::{
    BankAccount, Fault, Institution, Link, Sandbox, blocking,
};

/// Creates a customer and a session with the crate.
async fn session(sandbox: &Sandbox) -> String {
    let client = sandbox.client();
    let customer = client.customers().create().await.expect("it answers");
    let session = client
        .financial_connections()
        .sessions()
        .create(
            AccountHolderParams::customer(customer.id),
            [Permission::Balances],
        )
        .await
        .expect("it answers");
    session.id.to_string()
}

#[tokio::test]
async fn several_run_side_by_side_and_end_when_dropped() {
    let first = Sandbox::start().await.expect("there is a free port");
    let second = Sandbox::start().await.expect("there is a free port");
    assert_ne!(first.url(), second.url());
    session(&first).await;
    assert_eq!(first.events().len(), 1);
    assert!(second.events().is_empty());

    let url = first.url().to_owned();
    drop(first);
    assert!(reqwest::get(&url).await.is_err(), "nobody listens");
    session(&second).await;
}

#[tokio::test]
async fn a_seed_makes_the_same_ids() {
    let ids = async |seed| {
        let sandbox = Sandbox::builder().seed(seed).start().await;
        session(&sandbox.expect("there is a free port")).await
    };
    assert_eq!(ids(7).await, ids(7).await);
    assert_ne!(ids(7).await, ids(8).await);
}

#[tokio::test]
async fn the_clock_stands_still_if_it_is_told() {
    let at = Timestamp::from_secs(1_700_000_000);
    let sandbox = Sandbox::builder().clock(at).start().await;
    let sandbox = sandbox.expect("there is a free port");
    let session = session(&sandbox).await;
    let accounts = sandbox
        .link(session, Institution::bank())
        .expect("it is new");
    let api = sandbox.client().financial_connections().accounts();
    let refresh = [stripe_financial_connections::financial_connections::RefreshFeature::Balance];
    api.refresh(&*accounts[0], refresh)
        .await
        .expect("it answers");
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert_eq!(sandbox.now(), at);
    let account = api.retrieve(&*accounts[0]).await.expect("it answers");
    assert!(account.balance.is_none() && account.created == at);
    sandbox.advance(Duration::from_secs(1));
    let account = api.retrieve(&*accounts[0]).await.expect("it answers");
    assert!(account.balance.is_some());
    assert_eq!(sandbox.now().as_secs(), at.as_secs() + 1);
}

#[tokio::test]
async fn institutions_of_a_test_s_own() {
    let bank = Institution::new(
        "village",
        "Village Bank",
        [
            BankAccount::checking("Daily", "000000001111", 12_345),
            BankAccount::savings("Later", "000000002222", 5),
            BankAccount::credit_card("Card", "000000003333", 700),
        ],
    );
    let sandbox = Sandbox::builder()
        .institutions([bank.clone()])
        .start()
        .await;
    let sandbox = sandbox.expect("there is a free port");
    let link = Link::at(bank).accounts(["Daily", "credit_card"]);
    let accounts = sandbox
        .link(session(&sandbox).await, link)
        .expect("it is new");
    let api = sandbox.client().financial_connections().accounts();
    let mut last4 = Vec::new();
    for account in &accounts {
        let account = api.retrieve(&**account).await.expect("it answers");
        assert_eq!(account.institution_name.to_string(), "Village Bank");
        last4.push(account.last4.expect("it has a number").to_string());
    }
    assert_eq!(last4, ["1111", "3333"]);
    let error = sandbox
        .link("fcsess_0", Institution::bank())
        .expect_err("there is no such session");
    assert!(error.to_string().contains("fcsess_0"), "{error}");
    let down = session(&sandbox).await;
    sandbox
        .link(down, Institution::down_error())
        .expect_err("it is down");
}

#[tokio::test]
async fn latency_and_faults() {
    let sandbox = Sandbox::builder()
        .latency(Duration::from_millis(60))
        .start()
        .await
        .expect("there is a free port");
    let start = Instant::now();
    session(&sandbox).await;
    assert!(start.elapsed() >= Duration::from_millis(120), "two answers");
    let fault = Fault::status(402).on("POST", "/v1/customers");
    sandbox.fail(fault).expect("there is room");
    let customers = sandbox.client().customers();
    let error = customers.create().await.expect_err("it was asked to fail");
    assert_eq!(error.status(), Some(402));
    customers.create().await.expect("it was for one request");
    sandbox
        .fail(Fault::status(402).times(99))
        .expect("there is room");
    sandbox.clear_faults();
    customers.create().await.expect("there is no fault");
}

#[test]
fn it_can_be_used_without_async() {
    let sandbox = blocking::Sandbox::start().expect("there is a free port");
    let client = sandbox.client().clone();
    let customer = client.customers().create().send_blocking();
    let customer = customer.expect("it answers");
    let sessions = client.financial_connections().sessions();
    let holder = AccountHolderParams::customer(&customer.id);
    let session = sessions
        .create(holder, [Permission::Balances])
        .send_blocking()
        .expect("it answers");
    let accounts = sandbox
        .link(&session.id, Institution::bank())
        .expect("it is new");
    assert_eq!(accounts.len(), 3);
    drop(sandbox);
    // Another test's sandbox may use the port by now, but it does not have this customer.
    let gone = client.customers().retrieve(&customer.id);
    // What listens there may never answer.
    let gone = gone
        .with_max_retries(0)
        .with_timeout(Duration::from_secs(1));
    let gone = gone.send_blocking();
    gone.expect_err("the sandbox has ended");
}
