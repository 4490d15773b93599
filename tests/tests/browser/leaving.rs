//! Tests leaving at each step: the dialog asks once, and then nothing is linked.

use serde_json::json;

use super::site::{Site, text};

/// The clicks that lead to each step.
const STEPS: [(&str, &[&str]); 6] = [
    ("consent", &[]),
    ("institutions", &["agree-button"]),
    (
        "sign in",
        &[
            "agree-button",
            "featured-institution-sandbox_bank_non_oauth",
        ],
    ),
    (
        "window",
        &["agree-button", "featured-institution-default_oauth"],
    ),
    (
        "accounts",
        &["agree-button", "featured-institution-default"],
    ),
    (
        "outage",
        &["agree-button", "featured-institution-down_scheduled"],
    ),
];

#[tokio::test]
async fn leaving_asks_once_and_links_nothing() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = &site.browser;
    let session = site.session(&[]).await;
    let none = json!([]);
    for (step, clicks) in STEPS {
        for way in [
            "escape twice",
            "escape and the button",
            "the close button",
            "staying first",
        ] {
            // A session that the user left can be used again.
            site.link(&session).await;
            for click in clicks {
                browser.click_id(click).await;
            }
            match way {
                "escape twice" => {
                    browser.keys("\u{e00c}").await;
                    browser.find_id("leave-button").await;
                    browser.keys("\u{e00c}").await;
                }
                "escape and the button" => {
                    browser.keys("\u{e00c}").await;
                    browser.click_id("leave-button").await;
                }
                "the close button" => {
                    browser.click_id("close-button").await;
                    browser.click_id("leave-button").await;
                }
                _ => {
                    let before = browser.focused().await;
                    browser.keys("\u{e00c}").await;
                    browser.click_id("stay-button").await;
                    assert_eq!(browser.focused().await, before, "the focus is given back");
                    browser.click_id("close-button").await;
                    browser.click_id("leave-button").await;
                }
            }
            let result = site.result().await;
            let left = &result["financialConnectionsSession"];
            assert_eq!(left["accounts"], none, "{step}, {way}: {result}");
            assert_eq!(left["id"], session["id"]);
            assert!(result.get("error").is_none(), "{result}");
            assert_eq!(browser.focused().await, "go");
        }
    }
    let accounts = site
        .api("GET", "/v1/financial_connections/accounts", &[])
        .await;
    assert_eq!(accounts["data"], none);
    site.close().await;
}

/// The user leaves while signing in: at a question of the bank, or while its window is open.
#[tokio::test]
async fn leaving_while_signing_in_links_nothing() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = &site.browser;
    let session = site.session(&[]).await;
    let leave = async || {
        browser.click_id("close-button").await;
        browser.click_id("leave-button").await;
        let result = site.result().await;
        assert_eq!(result["financialConnectionsSession"]["accounts"], json!([]));
    };
    site.link(&session).await;
    browser.click_id("agree-button").await;
    browser
        .click_id("featured-institution-sandbox_bank_non_oauth")
        .await;
    browser.fill("password-input", "mfa").await;
    browser.click_id("continue-button").await;
    browser.find_id("challenge-input").await;
    leave().await;

    site.link(&session).await;
    browser.click_id("agree-button").await;
    browser.click_id("featured-institution-default_oauth").await;
    let page = browser.client.window().await.expect("there is one");
    browser.click_id("continue-button").await;
    browser.find_id("show-window-button").await;
    browser
        .client
        .switch_to_window(page)
        .await
        .expect("it is there");
    browser.enter_dialog().await;
    leave().await;
    // The bank's window is closed with the dialog.
    let end = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while browser.client.windows().await.expect("there is one").len() > 1 {
        assert!(std::time::Instant::now() < end, "the window stays open");
    }
    site.close().await;
}

#[tokio::test]
async fn leaving_at_the_end_is_being_done() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = &site.browser;
    let session = site.session(&[]).await;
    site.link(&session).await;
    for click in [
        "agree-button",
        "featured-institution-default",
        "select-button",
    ] {
        browser.click_id(click).await;
    }
    browser.find_id("done-button").await;
    browser.keys("\u{e00c}").await;
    let result = site.result().await;
    let accounts = result["financialConnectionsSession"]["accounts"].as_array();
    assert_eq!(accounts.map(Vec::len), Some(4), "{result}");
    site.close().await;
}

/// The intent still requires a payment method.
#[tokio::test]
async fn leaving_a_payment_is_no_error() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = &site.browser;
    let intent = site
        .api(
            "POST",
            "/v1/payment_intents",
            &[("amount", "2000"), ("currency", "usd")],
        )
        .await;
    let details = json!({ "billing_details": { "name": "Robin Example" } });
    site.start_call(
        "collectBankAccountForPayment",
        json!([{
            "clientSecret": intent["client_secret"],
            "params": { "payment_method_type": "us_bank_account", "payment_method_data": details },
        }]),
    )
    .await;
    browser.enter_dialog().await;
    browser.click_id("close-button").await;
    browser.click_id("leave-button").await;
    let result = site.result().await;
    let left = &result["paymentIntent"];
    assert_eq!(text(left, "status"), "requires_payment_method");
    assert!(left["payment_method"].is_null());
    assert!(result.get("error").is_none(), "{result}");
    site.close().await;
}
