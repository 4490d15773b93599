//! Tests hostile pages, and that secrets stay secret.

use serde_json::{Value, json};

use super::driver::{Browser, Options};
use super::site::{Site, serve, text};

/// Returns a page that shows the dialog without a call, and sends it messages.
fn hostile(sandbox: &str, claimed: &str) -> String {
    let frame = format!("{sandbox}/v3/linked-accounts-inner-sandbox.html#id=x&origin={claimed}");
    format!(
        "<!doctype html><title>Hostile</title><iframe name=x width=600 height=700 src='{frame}'></iframe>\
         <script>window.heard = []; addEventListener('message', (event) => heard.push(event.data));\
         window.say = (message) => frames[0].postMessage(message, '*');</script>"
    )
}

#[tokio::test]
async fn a_hostile_page_gets_nothing_of_the_dialog() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = &site.browser;
    let session = site.session(&[]).await;
    let policy = "default-src * 'unsafe-inline'";
    // The page claims to be the application: it gets no messages of the dialog, and its own
    // messages are ignored.
    let page = serve(hostile(site.sandbox.url(), &site.url), policy.to_owned()).await;
    browser.client.goto(&page).await.expect("there is a page");
    let request = json!({
        "key": site.sandbox.publishable_key(),
        "call": "collectFinancialConnectionsAccounts",
        "client_secret": session["client_secret"],
        "params": {},
    });
    let messages = [
        json!({ "frame": "x", "type": "open", "request": request }),
        json!({ "frame": "x", "type": "leave" }),
        json!({ "type": "open" }),
        json!("open"),
        Value::Null,
    ];
    let loaded = "return frames.length === 1";
    browser.until(loaded, |loaded| *loaded == true).await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    for message in messages {
        browser.run_with("say(arguments[0])", vec![message]).await;
    }
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(browser.run("return heard").await, json!([]));
    let frame = browser.find("iframe").await;
    frame.enter_frame().await.expect("it is a frame");
    assert!(
        !browser.is_there("[data-testid=agree-button]").await,
        "it was opened"
    );
    // With its own origin, it is like any other page: without a client secret nothing opens, and
    // a wrong secret is an error.
    browser.leave_frame().await;
    let page = serve(
        hostile(site.sandbox.url(), "{{}}").replace("{{}}", "null"),
        policy.to_owned(),
    )
    .await;
    browser.client.goto(&page).await.expect("there is a page");
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(browser.run("return heard").await, json!([]));
    let _ = browser.console().await;
    browser.client.clone().close().await.expect("it ends");
}

/// A frame of another origin in the application's page claims that the user is done.
#[tokio::test]
async fn results_come_from_the_dialog_alone() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = &site.browser;
    let session = site.session(&[]).await;
    site.link(&session).await;
    browser.leave_frame().await;
    let forged = "const frame = document.querySelector('dialog iframe').name;\
        const message = { frame, type: 'done', result: { financialConnectionsSession: { id: 'x', accounts: [{ id: 'fca_forged' }] } } };\
        window.postMessage(message, '*');\
        window.dispatchEvent(new MessageEvent('message', { data: message, origin: new URL(document.scripts[0].src).origin, source: window }));";
    browser.run(forged).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(browser.run("return window.result").await, Value::Null);
    browser.enter_dialog().await;
    browser.click_id("close-button").await;
    browser.click_id("leave-button").await;
    assert_eq!(
        site.result().await["financialConnectionsSession"]["accounts"],
        json!([])
    );
    site.close().await;
}

#[tokio::test]
async fn secrets_are_in_no_address_and_in_no_page() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = &site.browser;
    let session = site.session(&[]).await;
    let secret = text(&session, "client_secret");
    let check = async || {
        let addresses = "return performance.getEntries().map((e) => e.name).concat(location.href, [...document.querySelectorAll('iframe')].map((f) => f.src))";
        let addresses = browser.run(addresses).await.to_string();
        assert!(!addresses.contains(&secret[21..]), "{addresses}");
        let source = browser.client.source().await.expect("there is a page");
        assert!(
            !source.contains(site.sandbox.key()),
            "the secret key is in a page"
        );
    };
    site.link(&session).await;
    check().await;
    for click in [
        "agree-button",
        "featured-institution-default",
        "select-button",
    ] {
        browser.click_id(click).await;
        check().await;
    }
    browser.click_id("done-button").await;
    site.result().await;
    check().await;
    // The sandbox's own page does not show them in its requests either.
    let shown = site
        .http
        .get(format!("{}/_sandbox/page", site.sandbox.url()))
        .send()
        .await;
    let shown = shown.expect("it answers").text().await.expect("it is text");
    assert!(!shown.contains(&secret), "{shown}");
    assert!(!shown.contains(site.sandbox.key()), "{shown}");
    site.close().await;
}

/// Other pages can't use the endpoints of the sandbox's frames.
#[tokio::test]
async fn requests_of_other_origins_are_refused() {
    let Some(site) = Site::start().await else {
        return;
    };
    let session = site.session(&[]).await;
    let body = json!({
        "key": site.sandbox.publishable_key(),
        "call": "collectFinancialConnectionsAccounts",
        "client_secret": session["client_secret"],
    });
    for path in ["/v3/flows/open", "/v3/calls"] {
        for origin in [Some("https://example.com"), Some("null"), None] {
            let mut request = site.http.post(format!("{}{path}", site.sandbox.url()));
            if let Some(origin) = origin {
                request = request.header("origin", origin);
            }
            let answer = request
                .body(body.to_string())
                .send()
                .await
                .expect("it answers");
            assert_eq!(answer.status().as_u16(), 403, "{path} {origin:?}");
        }
    }
    site.close().await;
}

/// A page whose policy excludes the sandbox is told which directive to add.
#[tokio::test]
async fn a_policy_that_is_too_strict_is_named() {
    let Some(browser) = Browser::start(Options::default()).await else {
        return;
    };
    let sandbox = stripe_financial_connections_sandbox::Sandbox::start().await;
    let sandbox = sandbox.expect("there is a free port");
    let html = format!(
        "<!doctype html><title>Shop</title><script src='{}/stripe.js'></script>",
        sandbox.url()
    );
    let policy = format!("default-src 'none'; script-src {}", sandbox.url());
    let page = serve(html, policy).await;
    browser.client.goto(&page).await.expect("there is a page");
    let script = "const done = arguments[1]; Stripe(arguments[0]).collectFinancialConnectionsAccounts(\
        { clientSecret: 'fcsess_client_secret_aaaaaaaaaaaaaaaaaaaaaaaa' }).then(done)";
    let result = browser
        .client
        .execute_async(script, vec![json!(sandbox.publishable_key())])
        .await;
    let result = result.expect("it resolves");
    assert_eq!(result["error"]["type"], "api_connection_error");
    let said = text(&result["error"], "message");
    assert!(
        said.contains("frame-src") && said.contains(sandbox.url()),
        "{said}"
    );
    assert!(!browser.is_there("dialog").await);
    browser.close().await;
}
