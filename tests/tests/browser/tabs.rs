//! Tests concurrent calls: twice in a page, in two tabs, and across a reload.

use serde_json::json;

use super::site::Site;

const WAY: [&str; 3] = [
    "agree-button",
    "featured-institution-default",
    "select-button",
];

#[tokio::test]
async fn a_second_call_waits_for_the_first() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = &site.browser;
    let session = site.session(&[]).await;
    site.link(&session).await;
    browser.leave_frame().await;
    let script = "const done = arguments[1]; stripe.collectFinancialConnectionsAccounts(\
        { clientSecret: arguments[0] }).then(done)";
    let arguments = vec![session["client_secret"].clone()];
    let second = browser.client.execute_async(script, arguments).await;
    let second = second.expect("it resolves");
    assert_eq!(second["error"]["type"], "invalid_request_error");
    let frames = "return document.querySelectorAll('iframe').length";
    assert_eq!(browser.run(frames).await, json!(1));
    // The first call goes on; afterwards another one can be made.
    browser.enter_dialog().await;
    for click in WAY {
        browser.click_id(click).await;
    }
    browser.click_id("done-button").await;
    assert!(site.result().await["error"].is_null());
    let next = site.session(&[]).await;
    site.link(&next).await;
    browser.click_id("close-button").await;
    browser.click_id("leave-button").await;
    assert_eq!(
        site.result().await["financialConnectionsSession"]["id"],
        next["id"]
    );
    site.close().await;
}

#[tokio::test]
async fn of_two_tabs_the_first_to_end_has_the_session() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = &site.browser;
    let session = site.session(&[]).await;
    site.link(&session).await;
    let first = browser.client.window().await.expect("there is one");
    for click in WAY {
        browser.click_id(click).await;
    }
    browser.find_id("done-button").await;
    let second = browser
        .client
        .new_window(true)
        .await
        .expect("it opens")
        .handle;
    browser
        .client
        .switch_to_window(second.clone())
        .await
        .expect("it is there");
    site.open().await;
    site.link(&session).await;
    for click in WAY {
        browser.click_id(click).await;
    }
    browser.click_id("done-button").await;
    assert!(site.result().await["error"].is_null());
    // The dialog and the page of the other tab report it.
    browser
        .client
        .switch_to_window(first)
        .await
        .expect("it is there");
    browser.enter_dialog().await;
    browser.click_id("done-button").await;
    browser.click_id("close-error-button").await;
    let result = site.result().await;
    let message = result["error"]["message"].as_str().unwrap_or_default();
    assert!(message.contains("already been used"), "{result}");
    let accounts = site
        .api("GET", "/v1/financial_connections/accounts", &[])
        .await;
    assert_eq!(accounts["data"].as_array().map(Vec::len), Some(4));
    site.close().await;
}

#[tokio::test]
async fn a_page_can_be_loaded_again_in_the_middle() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = &site.browser;
    let session = site.session(&[]).await;
    site.link(&session).await;
    for click in WAY {
        browser.click_id(click).await;
    }
    browser.find_id("done-button").await;
    browser.leave_frame().await;
    site.open().await;
    let accounts = site
        .api("GET", "/v1/financial_connections/accounts", &[])
        .await;
    assert_eq!(accounts["data"], json!([]), "nothing was finished");
    site.link(&session).await;
    for click in WAY {
        browser.click_id(click).await;
    }
    browser.click_id("done-button").await;
    let result = site.result().await;
    let accounts = result["financialConnectionsSession"]["accounts"].as_array();
    assert_eq!(accounts.map(Vec::len), Some(4), "{result}");
    site.close().await;
}
