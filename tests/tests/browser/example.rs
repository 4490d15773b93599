//! Tests the example application, from the first click to an account with a balance.

use stripe_financial_connections_sandbox::Sandbox;
use tokio::net::TcpListener;

use super::driver::{Browser, Options};

#[path = "../../examples/linked_accounts/app.rs"]
mod app;

#[tokio::test]
async fn a_customer_links_accounts_and_disconnects_one() {
    let Some(browser) = Browser::start(Options::default()).await else {
        return;
    };
    let sandbox = Sandbox::start().await.expect("there is a free port");
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("there is a free port");
    let url = format!("http://{}", listener.local_addr().expect("it has one"));
    let secret = "whsec_test";
    sandbox.send_webhooks_to(format!("{url}/webhooks"), secret);
    let stripe_js = format!("{}/endive/stripe.js", sandbox.url());
    let app = app::App::new(
        sandbox.client().clone(),
        sandbox.publishable_key(),
        &stripe_js,
        secret,
    );
    let router = app.await.expect("the sandbox answers").router();
    tokio::spawn(async move { axum::serve(listener, router).await });

    browser.client.goto(&url).await.expect("there is a page");
    browser.check_accessible("the empty application").await;
    browser.click("#link").await;
    browser.enter_dialog().await;
    browser.click_id("agree-button").await;
    browser.click_id("featured-institution-bank").await;
    browser.click_id("continue-button").await;
    browser.click_id("select-button").await;
    browser.click_id("link-not-now-button").await;
    browser.click_id("done-button").await;
    browser.leave_frame().await;
    // The balances appear without a reload, because events report them.
    let text = "return document.body.innerText";
    browser
        .until(text, |text| {
            let text = text.as_str().unwrap_or_default();
            [
                "$1,200.50",
                "Robin Example and Sam Sandbox",
                "GREEN GROCER",
                "account.refreshed_balance",
                "in 2 accounts",
            ]
            .iter()
            .all(|part| text.contains(part))
        })
        .await;
    browser.check_accessible("the application").await;
    // The screenshot in the README is made from this one.
    let picture = browser.screenshot("example").await;
    if std::env::var_os("UPDATE_SCREENSHOT").is_some() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/linked_accounts");
        let kept = std::path::Path::new(folder).join("screenshot.png");
        std::fs::copy(picture, kept).expect("there is room");
    }
    let cards = "return document.querySelectorAll('.card').length";
    assert_eq!(browser.run(cards).await, 3);
    browser.click(".card .quiet").await;
    browser.until(cards, |cards| *cards == 2).await;
    browser
        .until(text, |text| {
            text.as_str()
                .is_some_and(|text| text.contains("account.disconnected"))
        })
        .await;
    let console = browser.console().await;
    assert!(console.is_empty(), "{console:?}");
    browser.close().await;
}
