//! Tests each path through the dialog.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::site::{Site, text};

/// Returns the last four digits of the accounts in the result of a call.
fn digits(result: &Value) -> Vec<String> {
    let accounts = result["financialConnectionsSession"]["accounts"].as_array();
    let accounts = accounts.unwrap_or_else(|| panic!("no accounts in {result}"));
    accounts
        .iter()
        .map(|account| text(account, "last4"))
        .collect()
}

#[tokio::test]
async fn accounts_are_linked_without_signing_in() {
    let Some(site) = Site::start().await else {
        return;
    };
    let session = site.session(&[]).await;
    site.link(&session).await;
    let browser = &site.browser;
    browser.click_id("agree-button").await;
    browser.click_id("featured-institution-default").await;
    // All accounts are selected at first.
    browser.click_id("failure").await;
    browser.click_id("insufficient funds").await;
    browser.click_id("select-button").await;
    browser.heading("Your accounts are linked").await;
    // Nothing is linked before the user confirms.
    let accounts = site
        .api("GET", "/v1/financial_connections/accounts", &[])
        .await;
    assert_eq!(accounts["data"], json!([]));
    browser.click_id("done-button").await;
    let result = site.result().await;
    assert_eq!(digits(&result).len(), 2, "{result}");

    let id = text(&session, "id");
    let path = format!("/v1/financial_connections/sessions/{id}");
    let session = site.api("GET", &path, &[]).await;
    let ids = |accounts: &Value| -> Vec<String> {
        let accounts = accounts.as_array().cloned().unwrap_or_default();
        let mut ids: Vec<_> = accounts.iter().map(|account| text(account, "id")).collect();
        ids.sort();
        ids
    };
    let linked = &result["financialConnectionsSession"]["accounts"];
    assert_eq!(ids(linked), ids(&session["accounts"]["data"]));
    // The focus is back on the button that opened the dialog.
    assert_eq!(browser.focused().await, "go");
    site.close().await;
}

#[tokio::test]
async fn every_way_to_sign_in_leads_to_accounts_or_to_an_error() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = &site.browser;
    let session = site.session(&[]).await;
    site.link(&session).await;
    browser.click_id("agree-button").await;

    browser.fill("search-input", "non-oauth").await;
    browser
        .until(
            "return document.querySelectorAll('.rows li').length",
            |rows| *rows == 1,
        )
        .await;
    browser
        .click_id("featured-institution-sandbox_bank_non_oauth")
        .await;
    let sign_in = async |password: &str| {
        browser.fill("password-input", password).await;
        browser.click_id("continue-button").await;
    };
    sign_in("incorrect").await;
    browser.find(".error.box").await;
    sign_in("error").await;
    browser.heading("The bank did not let you in").await;
    browser.click_id("select-another-button").await;
    browser
        .click_id("featured-institution-sandbox_bank_non_oauth")
        .await;
    // The bank asks first one question, and then another.
    sign_in("options").await;
    browser.click("input[type=radio]").await;
    browser.click_id("continue-button").await;
    browser.heading("Choose accounts").await;
    browser.click("#pane").await;

    for (word, field) in [
        ("mfa", true),
        ("confirm_mfa", false),
        ("security_question", true),
    ] {
        site.browser
            .client
            .refresh()
            .await
            .expect("the page is there");
        browser
            .until("return window.loaded", |loaded| *loaded == true)
            .await;
        site.link(&session).await;
        browser.click_id("agree-button").await;
        browser
            .click_id("featured-institution-sandbox_bank_non_oauth")
            .await;
        sign_in(word).await;
        browser
            .heading("One more step at Sandbox Bank (Non-OAuth)")
            .await;
        if field {
            browser.fill("challenge-input", "incorrect").await;
            browser.click_id("continue-button").await;
            browser.find(".error.box").await;
            browser.fill("challenge-input", "123456").await;
        }
        browser.click_id("continue-button").await;
        browser.heading("Choose accounts").await;
    }
    browser.click_id("select-button").await;
    browser.click_id("done-button").await;
    assert!(!digits(&site.result().await).is_empty());
    site.close().await;
}

#[tokio::test]
async fn institutions_open_a_window() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = &site.browser;
    let session = site.session(&[]).await;
    site.link(&session).await;
    let page = browser.client.window().await.expect("there is one");
    let to_bank = async || {
        browser.click_id("continue-button").await;
        browser.find_id("show-window-button").await;
        let windows = browser.client.windows().await.expect("there are some");
        let bank = windows.into_iter().find(|window| *window != page);
        let bank = bank.expect("a window has opened");
        browser
            .client
            .switch_to_window(bank)
            .await
            .expect("it is there");
        browser.find_id("authorize-button").await;
    };
    let back = async || {
        let end = Instant::now() + Duration::from_secs(10);
        while browser
            .client
            .windows()
            .await
            .expect("there are some")
            .len()
            > 1
        {
            assert!(Instant::now() < end, "the window stays open");
        }
        browser
            .client
            .switch_to_window(page.clone())
            .await
            .expect("it is there");
        browser.enter_dialog().await;
    };
    browser.click_id("agree-button").await;
    browser.click_id("featured-institution-default_oauth").await;
    // The user closes the window, or refuses in it.
    to_bank().await;
    browser.client.close_window().await.expect("it is open");
    back().await;
    browser.find(".error.box").await;
    to_bank().await;
    browser.click_id("deny-button").await;
    back().await;
    browser.find(".error.box").await;
    // The user cancels in the dialog.
    browser.click_id("continue-button").await;
    browser.click_id("cancel-button").await;
    browser.find(".error.box").await;
    back().await;
    to_bank().await;
    browser.click_id("authorize-button").await;
    back().await;
    browser.click_id("select-button").await;
    browser.click_id("link-another-button").await;
    // Selects accounts in the bank's window.
    browser
        .click_id("featured-institution-sandbox_bank_oauth")
        .await;
    to_bank().await;
    browser.click("label:first-of-type input").await;
    browser.click_id("authorize-button").await;
    back().await;
    browser.heading("Your accounts are linked").await;
    browser.click_id("done-button").await;
    let result = site.result().await;
    assert_eq!(digits(&result).len(), 4 + 2, "{result}");
    site.close().await;
}

#[tokio::test]
async fn institutions_that_are_down_say_so() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = &site.browser;
    let session = site.session(&[]).await;
    site.link(&session).await;
    browser.click_id("agree-button").await;
    for (id, heading, is_scheduled) in [
        ("down_scheduled", "This bank is not available", true),
        ("down_unscheduled", "This bank is not available", false),
        ("down_error", "Something went wrong", false),
    ] {
        browser
            .click_id(&format!("featured-institution-{id}"))
            .await;
        browser.heading(heading).await;
        assert_eq!(browser.is_there("time").await, is_scheduled);
        browser.click_id("select-another-button").await;
    }
    browser.click_id("featured-institution-default").await;
    browser.heading("Choose accounts").await;
    site.close().await;
}

#[tokio::test]
async fn only_accounts_that_fit_can_be_chosen() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = &site.browser;
    let cards = [("filters[account_subcategories][]", "credit_card")];
    let session = site.session(&cards).await;
    site.link(&session).await;
    browser.click_id("agree-button").await;
    browser.click_id("featured-institution-default").await;
    browser.heading("No account fits").await;
    browser.click_id("select-another-button").await;
    browser.click_id("featured-institution-bank").await;
    browser.click_id("continue-button").await;
    browser.heading("Choose accounts").await;
    assert!(
        browser
            .is_there("[data-testid='everyday checking']:disabled")
            .await
    );
    browser.click_id("select-button").await;
    // The account was linked in this dialog before.
    browser.click_id("link-another-button").await;
    browser.click_id("featured-institution-bank").await;
    browser.click_id("continue-button").await;
    browser.heading("Already linked").await;
    browser.click_id("select-another-button").await;
    site.close().await;
}

#[tokio::test]
async fn only_the_requested_permissions_are_listed() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = &site.browser;
    let session = site.session(&[("permissions[0]", "transactions")]).await;
    site.link(&session).await;
    let asked = "return [...document.querySelectorAll('[data-permission]')].map((e) => e.dataset.permission)";
    assert_eq!(browser.run(asked).await, json!(["transactions"]));
    browser.click_id("agree-button").await;
    browser.click_id("featured-institution-default").await;
    browser.click_id("select-button").await;
    browser.click_id("done-button").await;
    let result = site.result().await;
    let account = &result["financialConnectionsSession"]["accounts"][0];
    assert_eq!(account["permissions"], json!(["transactions"]));
    for hidden in [
        "balance",
        "balance_refresh",
        "ownership",
        "ownership_refresh",
    ] {
        assert_eq!(account[hidden], Value::Null, "{hidden}");
    }
    assert_eq!(account["supported_payment_method_types"], json!([]));
    site.close().await;
}

/// With a code sent to the email address of saved accounts, the user does not sign in again.
#[tokio::test]
async fn saved_accounts_are_linked_again_by_a_code() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = &site.browser;
    let session = site.session(&[]).await;
    site.link(&session).await;
    browser.click_id("agree-button").await;
    browser.click_id("featured-institution-bank").await;
    browser.click_id("continue-button").await;
    browser.click_id("travel card").await;
    browser.click_id("select-button").await;
    browser.fill("link-email-input", "robin").await;
    browser.click_id("link-save-button").await;
    browser.find("#field-email-error").await;
    browser.fill("link-email-input", "robin@example.com").await;
    browser.click_id("link-save-button").await;
    browser.heading("Your accounts are linked").await;
    browser.find(".note[role=status]").await;
    browser.click_id("done-button").await;
    assert_eq!(digits(&site.result().await).len(), 2);

    // Another customer with the same email address, or the same customer later.
    let session = site.session(&[]).await;
    site.link(&session).await;
    browser.click_id("agree-button").await;
    browser.heading("Welcome back").await;
    browser.fill("code-input", "222222").await;
    browser.click_id("continue-button").await;
    browser.find("#field-code-error").await;
    browser.check_accessible("returning").await;
    browser.screenshot("returning").await;
    browser.fill("code-input", "111111").await;
    browser.click_id("continue-button").await;
    browser.heading("Choose accounts").await;
    browser.click_id("select-button").await;
    // Saved accounts do not have to be used.
    browser.click_id("link-another-button").await;
    browser.click_id("featured-institution-default").await;
    browser.click_id("select-button").await;
    browser.click_id("done-button").await;
    let result = site.result().await;
    assert_eq!(digits(&result).len(), 2 + 4, "{result}");
    assert_eq!(
        result["financialConnectionsSession"]["accounts"][0]["institution_name"],
        "Sandbox Bank"
    );
    site.close().await;
}

/// In the API version of the sandbox, a connected account links one account for payouts.
#[tokio::test]
async fn the_holder_decides_what_can_be_chosen() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = &site.browser;
    let session = site
        .api(
            "POST",
            "/v1/financial_connections/sessions",
            &[
                ("account_holder[type]", "account"),
                ("account_holder[account]", "acct_1032D82eZvKYlo2C"),
                ("permissions[0]", "payment_method"),
            ],
        )
        .await;
    site.link(&session).await;
    browser.click_id("agree-button").await;
    browser.click_id("featured-institution-bank").await;
    browser.click_id("continue-button").await;
    browser.heading("Choose an account").await;
    assert!(
        browser
            .is_there("[data-testid='travel card']:disabled")
            .await
    );
    browser.click_id("rainy day savings").await;
    let pressed = "return document.querySelectorAll('[aria-pressed=true]').length";
    assert_eq!(browser.run(pressed).await, json!(1));
    browser.click_id("select-button").await;
    assert!(
        !browser
            .is_there("[data-testid='link-another-button']")
            .await
    );
    browser.click_id("done-button").await;
    assert_eq!(digits(&site.result().await), ["4321"]);
    site.close().await;
}
