//! Checks each screen with axe, in light and dark mode and as narrow as a phone. Screenshots are
//! saved below `tmp/screenshots` in the target folder.

use fantoccini::wd::WindowHandle;
use serde_json::json;

use super::driver::Options;
use super::site::{Loads, Site};

async fn screens(name: &str, options: Options) {
    let Some(site) = Site::with(options.clone(), Loads::Tag).await else {
        return;
    };
    let browser = &site.browser;
    let look = async |screen: &str| {
        let screen = format!("{name}-{screen}");
        browser.check_accessible(&screen).await;
        browser.leave_frame().await;
        if screen.ends_with("consent") {
            browser.check_accessible("the page behind it").await;
        }
        browser.screenshot(&screen).await;
        // No element is wider than the window.
        let frame = browser.find("dialog iframe").await;
        frame.enter_frame().await.expect("it is a frame");
        let wide = "return document.querySelector('#pane').scrollWidth > document.querySelector('#pane').clientWidth";
        assert_eq!(browser.run(wide).await, json!(false), "{screen}");
    };
    let session = site.session(&[]).await;
    site.link(&session).await;
    look("01-consent").await;
    browser.keys("\u{e00c}").await;
    browser.find_id("leave-button").await;
    look("02-leave").await;
    browser.click_id("stay-button").await;
    browser.click_id("agree-button").await;
    look("03-institutions").await;
    browser.fill("search-input", "no such bank").await;
    look("04-nothing-found").await;
    browser.fill("search-input", "down").await;
    browser
        .click_id("featured-institution-down_scheduled")
        .await;
    look("05-down").await;
    browser.click_id("select-another-button").await;
    browser.click_id("featured-institution-default_oauth").await;
    look("06-window").await;
    let page = browser.client.window().await.expect("there is one");
    browser.click_id("continue-button").await;
    browser.find_id("show-window-button").await;
    look("06-waiting").await;
    bank(&site, &page, name, &options).await;
    browser.find(".error.box").await;
    look("06-window-closed").await;
    browser.click("#back").await;
    browser
        .click_id("featured-institution-sandbox_bank_non_oauth")
        .await;
    look("07-sign-in").await;
    browser.fill("password-input", "incorrect").await;
    browser.click_id("continue-button").await;
    browser.find(".error.box").await;
    look("08-refused").await;
    browser.fill("password-input", "options").await;
    browser.click_id("continue-button").await;
    look("09-challenge").await;
    browser.click_id("continue-button").await;
    browser.find_id("select-button").await;
    look("10-accounts").await;
    browser.click_id("select-button").await;
    browser.find_id("done-button").await;
    look("11-linked").await;
    browser.click_id("done-button").await;
    site.result().await;

    let form = [("amount", "2000"), ("currency", "usd")];
    let intent = site.api("POST", "/v1/payment_intents", &form).await;
    site.start_call(
        "collectBankAccountForPayment",
        json!([{
            "clientSecret": intent["client_secret"],
            "params": {
                "payment_method_type": "us_bank_account",
                "payment_method_data": { "billing_details": { "name": "Robin Example" } },
            },
        }]),
    )
    .await;
    browser.enter_dialog().await;
    browser.click_id("manual-entry-link").await;
    browser.click_id("continue-button").await;
    browser.find("#field-routing_number-error").await;
    look("12-manual").await;
    browser
        .fill("manualEntry-routingNumber-input", "110000000")
        .await;
    browser
        .fill("manualEntry-accountNumber-input", "000123456789")
        .await;
    browser
        .fill("manualEntry-confirmAccountNumber-input", "000123456789")
        .await;
    browser.click_id("continue-button").await;
    browser.find_id("done-button").await;
    look("13-deposits").await;
    site.close().await;
}

/// The window of the bank, in which the user does not sign in.
async fn bank(site: &Site, page: &WindowHandle, name: &str, options: &Options) {
    let browser = &site.browser;
    let windows = browser.client.windows().await.expect("there are some");
    let bank = windows.into_iter().find(|window| window != page);
    let bank = bank.expect("a window has opened");
    let to = async |window: WindowHandle| {
        let went = browser.client.switch_to_window(window).await;
        went.expect("it is open");
    };
    to(bank).await;
    browser.emulate(options).await;
    browser.find_id("authorize-button").await;
    browser.check_accessible("the window of the bank").await;
    browser.screenshot(&format!("{name}-06-bank")).await;
    browser.click_id("deny-button").await;
    to(page.clone()).await;
    let frame = browser.find("dialog iframe").await;
    frame.enter_frame().await.expect("it is a frame");
}

#[tokio::test]
async fn light() {
    screens("light", Options::default()).await;
}

#[tokio::test]
async fn dark() {
    let options = Options {
        dark: true,
        reduced_motion: true,
        ..Options::default()
    };
    screens("dark", options).await;
}

#[tokio::test]
async fn narrow() {
    let options = Options {
        narrow: true,
        ..Options::default()
    };
    screens("narrow", options).await;
}

/// With reduced motion there are no animations.
#[tokio::test]
async fn reduced_motion_means_no_animation() {
    let options = Options {
        reduced_motion: true,
        ..Options::default()
    };
    let Some(site) = Site::with(options, Loads::Tag).await else {
        return;
    };
    let session = site.session(&[]).await;
    site.link(&session).await;
    let moving = "return [document.querySelector('.panel'), document.querySelector('.ground'), document.querySelector('button')]\
        .map((e) => getComputedStyle(e)).filter((s) => s.animationName !== 'none' || s.transitionDuration !== '0s').length";
    assert_eq!(site.browser.run(moving).await, json!(0));
    site.close().await;
}
