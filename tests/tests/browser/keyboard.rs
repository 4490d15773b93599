//! Tests the dialog with the keyboard only.

use serde_json::json;

use super::site::Site;

const TAB: &str = "\u{e004}";
const SHIFT_TAB: &str = "\u{e008}\u{e004}\u{e008}";
const ENTER: &str = "\u{e007}";
const SPACE: &str = " ";
const ESCAPE: &str = "\u{e00c}";

#[tokio::test]
async fn accounts_are_linked_by_keyboard() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = &site.browser;
    let session = site.session(&[]).await;
    let next = json!(["collectFinancialConnectionsAccounts", { "clientSecret": session["client_secret"] }]);
    browser
        .run_with(
            "window.next = arguments[0]; document.getElementById('go').focus()",
            vec![next],
        )
        .await;
    browser.keys(ENTER).await;
    browser.enter_dialog().await;

    // The heading has the focus, so that a screen reader reads it.
    assert_eq!(browser.focused().await, "H1");
    let to = async |id: &str| {
        for _ in 0..40 {
            if browser.focused().await == id {
                return;
            }
            browser.keys(TAB).await;
        }
        panic!("Tab does not come to {id}");
    };
    to("agree-button").await;
    browser.keys(ENTER).await;
    browser.heading("Choose your bank").await;
    to("search-input").await;
    browser.keys("sandbox bank (non").await;
    to("featured-institution-sandbox_bank_non_oauth").await;
    browser.keys(SPACE).await;
    browser.heading("Sign in to Sandbox Bank (Non-OAuth)").await;
    // The first field has the focus. Enter in a field submits the form.
    assert_eq!(browser.focused().await, "username-input");
    browser.keys(ENTER).await;
    browser.heading("Choose accounts").await;
    to("travel card").await;
    browser.keys(SPACE).await;
    let pressed = "return document.activeElement.getAttribute('aria-pressed')";
    assert_eq!(browser.run(pressed).await, json!("false"));
    to("select-button").await;
    browser.keys(ENTER).await;
    browser.heading("Your accounts are linked").await;
    to("done-button").await;
    browser.keys(ENTER).await;
    let result = site.result().await;
    let accounts = result["financialConnectionsSession"]["accounts"].as_array();
    assert_eq!(accounts.map(Vec::len), Some(2), "{result}");
    assert_eq!(browser.focused().await, "go");
    site.close().await;
}

#[tokio::test]
async fn the_focus_stays_inside() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = &site.browser;
    let session = site.session(&[]).await;
    site.link(&session).await;
    for keys in [TAB, SHIFT_TAB] {
        let mut seen = Vec::new();
        for _ in 0..12 {
            browser.keys(keys).await;
            seen.push(browser.focused().await);
            // In the page, the frame has the focus.
            browser.leave_frame().await;
            assert_eq!(
                browser.run("return document.activeElement.tagName").await,
                json!("IFRAME")
            );
            let frame = browser.find("dialog iframe").await;
            frame.enter_frame().await.expect("it is a frame");
        }
        for id in ["close-button", "agree-button"] {
            assert!(seen.iter().any(|seen| seen == id), "{seen:?}");
        }
        assert!(!seen.iter().any(|seen| seen == "BODY"), "{seen:?}");
    }
    // The focus stays within the question.
    browser.keys(ESCAPE).await;
    browser.find_id("stay-button").await;
    for _ in 0..5 {
        browser.keys(TAB).await;
        let focused = browser.focused().await;
        assert!(
            ["stay-button", "leave-button"].contains(&focused.as_str()),
            "{focused}"
        );
    }
    site.close().await;
}

/// Roles and names tell a screen reader what the dialog is.
#[tokio::test]
async fn roles_and_names_are_there() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = &site.browser;
    let session = site.session(&[]).await;
    site.link(&session).await;
    browser.leave_frame().await;
    let dialog = browser.find("dialog").await;
    let label = dialog.attr("aria-label").await.expect("it is there");
    assert_eq!(label.as_deref(), Some("Link your bank account"));
    // The page behind the dialog can't be reached.
    let reached = "const e = document.getElementById('other'); e.focus(); return document.activeElement === e";
    assert_eq!(browser.run(reached).await, json!(false));
    browser.enter_dialog().await;
    browser.keys(ESCAPE).await;
    let question = browser.find("[role=alertdialog]").await;
    let labelled = question.attr("aria-labelledby").await.expect("it is there");
    assert!(
        browser
            .is_there(&format!("#{}", labelled.expect("it has a name")))
            .await
    );
    site.close().await;
}
