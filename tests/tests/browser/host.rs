//! Tests a page that always loads Stripe.js from `js.stripe.com`. The browser resolves that host
//! to the sandbox.

use serde_json::json;
use stripe_financial_connections_sandbox::Sandbox;

use super::driver::{Browser, Options};
use super::site::{serve, text};

#[tokio::test]
async fn the_sandbox_stands_in_for_the_host_of_stripe() {
    let sandbox = Sandbox::builder().stand_in_for_stripe_js();
    let sandbox = sandbox.start().await.expect("there is a free port");
    let options = Options {
        arguments: sandbox.chromium_arguments().to_vec(),
        ..Options::default()
    };
    let Some(browser) = Browser::start(options).await else {
        return;
    };
    // The page as in production, with the content security policy that Stripe requires.
    let html = "<!doctype html><html lang=en><title>Shop</title><link rel=icon href=data:,>\
        <script type=module src=/loader.js></script><body data-key=pk_test_sandbox><button id=go>Link</button>";
    let policy = "default-src 'none'; img-src data:; script-src 'self' https://js.stripe.com; \
        frame-src https://js.stripe.com https://hooks.stripe.com; connect-src https://api.stripe.com";
    let page = serve(html.to_owned(), policy.to_owned()).await;
    browser.client.goto(&page).await.expect("there is a page");
    browser
        .until("return window.loaded", |loaded| *loaded == true)
        .await;
    // The loader of stripe-js has added the script tag of js.stripe.com to the page.
    let source = "return document.querySelector('script[src*=stripe]').src";
    let source = browser.run(source).await;
    assert!(
        source
            .as_str()
            .is_some_and(|source| source.starts_with("https://js.stripe.com/")),
        "{source}"
    );

    let client = sandbox.client();
    let customer = client.customers().create().await.expect("it is made");
    let session = client
        .financial_connections()
        .sessions()
        .create(
            stripe_financial_connections::financial_connections::AccountHolderParams::customer(
                &customer.id,
            ),
            [stripe_financial_connections::financial_connections::Permission::Balances],
        )
        .await
        .expect("it is made");
    let secret = session.client_secret.expect("it has one");
    let next = json!(["collectFinancialConnectionsAccounts", { "clientSecret": secret.expose() }]);
    browser
        .run_with("window.next = arguments[0]", vec![next])
        .await;
    browser.click("#go").await;
    let frame = browser
        .find("iframe[src^='https://js.stripe.com/v3/linked-accounts-inner']")
        .await;
    frame.enter_frame().await.expect("it is a frame");
    for click in [
        "agree-button",
        "featured-institution-default",
        "select-button",
        "done-button",
    ] {
        browser.click_id(click).await;
    }
    browser.leave_frame().await;
    let result = browser
        .until("return window.result ?? null", |result| !result.is_null())
        .await;
    let result = &result["financialConnectionsSession"];
    assert_eq!(text(result, "id"), session.id.as_str());
    assert!(browser.console().await.is_empty());
    browser.close().await;
}
