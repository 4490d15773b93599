//! Tests the sandbox's own page.

use serde_json::{Value, json};

use super::driver::{Browser, Options};
use super::site::{Loads, Site};

/// Text that would run a script if it were read as HTML.
const EVIL: &str = "<img src=x onerror=\"window.evil=1\"><script>window.evil=1</script>";

async fn open(site: &Site) -> &Browser {
    let browser = &site.browser;
    browser
        .client
        .goto(site.sandbox.url())
        .await
        .expect("there is a page");
    let shown = "return document.getElementById('now').dateTime";
    browser
        .until(shown, |time| {
            time.as_str().is_some_and(|time| !time.is_empty())
        })
        .await;
    browser
}

/// Links an account, with all of its data.
async fn linked(site: &Site) {
    let session = site
        .session(&[
            ("prefetch[0]", "balances"),
            ("prefetch[1]", "ownership"),
            ("prefetch[2]", "transactions"),
        ])
        .await;
    let id = session["id"].as_str().unwrap_or_default();
    let path = format!("/_sandbox/sessions/{id}/link");
    site.api("POST", &path, &[("institution", "bank")]).await;
    site.sandbox.advance(std::time::Duration::from_secs(2));
}

async fn screens(name: &str, options: Options) {
    let Some(site) = Site::with(options.clone(), Loads::Tag).await else {
        return;
    };
    let browser = open(&site).await;
    let keep = async |what: &str| {
        let name = format!("{name}-page-{what}");
        browser.screenshot_whole(&name, &options).await;
    };
    browser.check_accessible("the empty page").await;
    keep("1-empty").await;
    linked(&site).await;
    site.api("GET", "/v1/customers/cus_unknown", &[]).await;
    browser.find("article.account").await;
    browser
        .until(
            "return document.querySelectorAll('#requests tr').length",
            |rows| rows.as_u64() > Some(3),
        )
        .await;
    browser.check_accessible("the page").await;
    keep("2-accounts").await;
    let wide = "return document.documentElement.scrollWidth > innerWidth";
    assert_eq!(browser.run(wide).await, json!(false));
    browser.click_id("account-details").await;
    browser.find("dialog[open] .owners li").await;
    browser.check_accessible("an account").await;
    browser.screenshot(&format!("{name}-page-3-account")).await;
    site.close().await;
}

#[tokio::test]
async fn light() {
    screens("light", Options::default()).await;
}

#[tokio::test]
async fn dark() {
    let options = Options {
        dark: true,
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

#[tokio::test]
async fn the_page_updates_itself() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = open(&site).await;
    let text = "return document.querySelector('main').innerText";
    linked(&site).await;
    browser
        .until(text, |text| {
            let text = text.as_str().unwrap_or_default();
            [
                "Everyday Checking",
                "$1,250.00",
                "financial_connections.account.created",
                "POST /v1/customers",
            ]
            .iter()
            .all(|part| text.contains(part))
        })
        .await;
    // The page shows the error of a request next to it.
    site.api("GET", "/v1/customers/cus_unknown", &[]).await;
    browser
        .until(text, |text| {
            text.as_str()
                .is_some_and(|text| text.contains("No such customer"))
        })
        .await;
    site.close().await;
}

#[tokio::test]
async fn the_buttons_of_the_page_work() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = open(&site).await;
    browser.click_id("link-button").await;
    browser.enter_dialog().await;
    for click in [
        "agree-button",
        "featured-institution-default",
        "select-button",
        "done-button",
    ] {
        browser.click_id(click).await;
    }
    browser.leave_frame().await;
    let cards = "return document.querySelectorAll('article.account').length";
    browser.until(cards, |cards| *cards == 4).await;
    let notice = "return document.getElementById('notice').textContent";
    browser
        .until(notice, |text| text == "4 accounts were linked.")
        .await;

    let clock = "return Date.parse(document.getElementById('now').dateTime)";
    let before = browser.run(clock).await.as_i64().unwrap_or_default();
    browser.click("[data-seconds='86400']").await;
    browser
        .until(clock, |now| now.as_i64() >= Some(before + 86_400_000))
        .await;

    browser.click("article.account .foot .secondary").await;
    browser.find("article.account .status.bad").await;
    browser.click("[data-key^=reactivate]").await;
    browser
        .until(
            "return document.querySelectorAll('article.account .status.bad').length",
            |bad| *bad == 0,
        )
        .await;

    browser.click("#fault button").await;
    let waiting = "return document.getElementById('faults').textContent";
    browser
        .until(waiting, |text| text == "One is waiting.")
        .await;
    let failed = site.api("GET", "/v1/customers", &[]).await;
    assert!(failed["error"].is_object(), "{failed}");
    browser
        .until(waiting, |text| text == "None is waiting.")
        .await;

    // Sends an event again, if there is an endpoint.
    browser.click("#events button").await;
    browser.click_id("resend-button").await;
    browser
        .until(notice, |text| {
            text.as_str()
                .is_some_and(|text| text.contains("webhook") || text.contains("endpoint"))
        })
        .await;
    site.close().await;
}

#[tokio::test]
async fn names_are_shown_as_text() {
    let Some(site) = Site::start().await else {
        return;
    };
    let form = [("name", EVIL), ("email", "evil@example.com")];
    let customer = site.api("POST", "/v1/customers", &form).await;
    let customer = customer["id"].as_str().unwrap_or_default();
    let session = site
        .session_of(
            customer,
            &[
                ("permissions[0]", "ownership"),
                ("prefetch[0]", "ownership"),
            ],
        )
        .await;
    let path = format!(
        "/_sandbox/sessions/{}/link",
        session["id"].as_str().unwrap_or_default()
    );
    site.api("POST", &path, &[("institution", "bank")]).await;
    site.sandbox.advance(std::time::Duration::from_secs(2));
    site.api(
        "GET",
        "/v1/customers/%3Cimg%20src=x%20onerror=window.evil=1%3E",
        &[],
    )
    .await;
    let browser = open(&site).await;
    browser.click_id("account-details").await;
    let owners = browser.find("dialog[open] .owners").await;
    let shown = owners.text().await.expect("it is text");
    assert!(shown.contains(EVIL), "{shown}");
    assert_eq!(browser.run("return window.evil ?? null").await, Value::Null);
    site.close().await;
}

/// Other sites can't show the page in a frame, and it loads nothing from other origins.
#[tokio::test]
async fn the_page_can_not_be_framed_and_loads_nothing_else() {
    let Some(site) = Site::start().await else {
        return;
    };
    let answer = site
        .http
        .get(site.sandbox.url())
        .header("accept", "text/html")
        .send()
        .await
        .expect("it answers");
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .expect("it is text")
        .to_owned();
    assert!(
        policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"),
        "{policy}"
    );
    let browser = open(&site).await;
    let elsewhere = "return performance.getEntriesByType('resource').map((e) => e.name).filter((name) => !name.startsWith(location.origin))";
    assert_eq!(browser.run(elsewhere).await, json!([]));
    site.close().await;
}
