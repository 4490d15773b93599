//! Tests the sandbox with `@stripe/stripe-js` and `@stripe/react-stripe-js` from npm, and its
//! errors for what it does not support.

use std::process::Command;

use axum::Router;
use axum::http::header;
use axum::routing::get;
use serde_json::{Value, json};
use stripe_financial_connections_sandbox::Sandbox;

use super::driver::{Browser, Options, packages};
use super::site::{Loads, Site, serve_router, text};

const LINK: [&str; 4] = [
    "agree-button",
    "featured-institution-default",
    "select-button",
    "done-button",
];

#[tokio::test]
async fn the_loader_takes_it_without_a_warning() {
    let Some(site) = Site::with(Options::default(), Loads::Loader).await else {
        return;
    };
    let session = site.session(&[]).await;
    site.link(&session).await;
    for click in LINK {
        site.browser.click_id(click).await;
    }
    let result = site.result().await;
    assert_eq!(result["financialConnectionsSession"]["id"], session["id"]);
    // The loader has added no script of Stripe's to the page, and has printed no warning.
    let scripts = "return document.querySelectorAll('script[src*=\"js.stripe.com\"]').length";
    assert_eq!(site.browser.run(scripts).await, json!(0));
    site.close().await;
}

#[tokio::test]
async fn a_page_of_react_works_as_it_is() {
    let Some(browser) = Browser::start(Options::default()).await else {
        return;
    };
    let folder = tempfile::tempdir().expect("there is room");
    let bundle = folder.path().join("app.js");
    let built = Command::new(packages().join("node_modules/.bin/esbuild"))
        .current_dir(packages())
        .args([
            "app.jsx",
            "--bundle",
            "--jsx=automatic",
            "--log-level=warning",
        ])
        .arg("--define:process.env.NODE_ENV=\"development\"")
        .arg(format!("--outfile={}", bundle.display()))
        .status();
    assert!(built.expect("npm has installed it").success());
    let script = std::fs::read_to_string(bundle).expect("it was built");

    let sandbox = Sandbox::start().await.expect("there is a free port");
    let client = stripe_financial_connections::Client::builder(sandbox.key())
        .base_url(sandbox.url())
        .build()
        .expect("the key is one");
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
    let html = format!(
        "<!doctype html><html lang=en><title>App</title><link rel=icon href=data:,>\
         <script src='{}/endive/stripe.js'></script>\
         <body data-publishable-key={} data-client-secret={}><div id=root></div>\
         <script src=/app.js></script>",
        sandbox.url(),
        sandbox.publishable_key(),
        secret.expose(),
    );
    let router = Router::new()
        .route(
            "/",
            get(async || ([(header::CONTENT_TYPE, "text/html")], html)),
        )
        .route(
            "/app.js",
            get(async || ([(header::CONTENT_TYPE, "text/javascript")], script)),
        );
    let url = serve_router(router).await;
    browser.client.goto(&url).await.expect("there is a page");
    browser.click("#go:enabled").await;
    browser.enter_dialog().await;
    for click in LINK {
        browser.click_id(click).await;
    }
    browser.leave_frame().await;
    let shown = browser
        .find("#result")
        .await
        .text()
        .await
        .expect("it is text");
    let result: Value = serde_json::from_str(&shown).expect("it is JSON");
    assert_eq!(
        result["financialConnectionsSession"]["id"],
        session.id.as_str()
    );
    let complaints = browser.console().await;
    let complaints: Vec<_> = complaints
        .iter()
        .filter(|line| !line.contains("React DevTools"))
        .collect();
    assert!(complaints.is_empty(), "{complaints:?}");
    browser.close().await;
}

/// The types of `@stripe/stripe-js` are the contract. The results of the calls are written into a
/// program that has to compile; an extra or missing field is an error.
#[tokio::test]
async fn results_are_of_the_types_that_pages_compile_with() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = &site.browser;
    let mut program = vec!["import type * as S from '@stripe/stripe-js';".to_owned()];
    let keep = |program: &mut Vec<String>, r#type: &str, result: &Value| {
        let number = program.len();
        program.push(format!("export const r{number}: S.{type} = {result:#};"));
    };

    let session = site
        .session(&[
            ("prefetch[0]", "balances"),
            ("filters[countries][0]", "US"),
            ("return_url", "https://example.com/back"),
        ])
        .await;
    site.link(&session).await;
    browser.click_id("agree-button").await;
    browser.click_id("featured-institution-bank").await;
    browser.click_id("continue-button").await;
    browser.click_id("select-button").await;
    browser.click_id("done-button").await;
    keep(
        &mut program,
        "FinancialConnectionsSessionResult",
        &site.result().await,
    );
    let session = site.session(&[]).await;
    site.link(&session).await;
    browser.click_id("close-button").await;
    browser.click_id("leave-button").await;
    keep(
        &mut program,
        "FinancialConnectionsSessionResult",
        &site.result().await,
    );

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
    let options = json!([{ "clientSecret": session["client_secret"] }]);
    site.start_call("collectBankAccountToken", options).await;
    browser.enter_dialog().await;
    for click in LINK {
        browser.click_id(click).await;
    }
    keep(
        &mut program,
        "CollectBankAccountTokenResult",
        &site.result().await,
    );

    let details = json!({ "billing_details": { "name": "Robin Example" } });
    for (path, name, r#type) in [
        ("/v1/payment_intents", "Payment", "PaymentIntentResult"),
        ("/v1/setup_intents", "Setup", "SetupIntentResult"),
    ] {
        let payment = [("amount", "2000"), ("currency", "usd")];
        let form: &[(&str, &str)] = if name == "Payment" {
            &payment
        } else {
            &[("usage", "off_session")]
        };
        let intent = site.api("POST", path, form).await;
        let secret = &intent["client_secret"];
        let collect = json!([{
            "clientSecret": secret,
            "params": { "payment_method_type": "us_bank_account", "payment_method_data": details },
        }]);
        keep(
            &mut program,
            r#type,
            &site
                .call(&format!("retrieve{name}Intent"), json!([secret]))
                .await,
        );
        site.start_call(&format!("collectBankAccountFor{name}"), collect)
            .await;
        browser.enter_dialog().await;
        browser.click_id("manual-entry-link").await;
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
        browser.click_id("done-button").await;
        keep(&mut program, r#type, &site.result().await);
        let confirm = format!("confirmUsBankAccount{name}");
        keep(
            &mut program,
            r#type,
            &site.call(&confirm, json!([secret])).await,
        );
        let verify = format!("verifyMicrodepositsFor{name}");
        keep(
            &mut program,
            r#type,
            &site
                .call(&verify, json!([secret, { "amounts": [32, 45] }]))
                .await,
        );
        // An error has its own type, with the fields of the API's error.
        let again = site
            .call(&verify, json!([secret, { "amounts": [32, 45] }]))
            .await;
        keep(&mut program, "StripeErrorType", &again["error"]["type"]);
    }
    // All functions of Stripe.js exist. Those not in the sandbox say so.
    let names = "return Object.keys(window.stripe)";
    let names = browser.run(names).await;
    let names: Vec<_> = names
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let names = names
        .iter()
        .map(|name| format!("'{name}'"))
        .collect::<Vec<_>>()
        .join(" | ");
    program.push(format!("type Missing = Exclude<keyof S.Stripe, {names}>;"));
    program.push(
        "export const complete: [Missing] extends [never] ? true : Missing = true;".to_owned(),
    );
    compile(&program.join("\n"));
    site.close().await;
}

/// Compiles a program with the packages from npm.
fn compile(program: &str) {
    let folder = tempfile::tempdir_in(packages()).expect("there is room");
    std::fs::write(folder.path().join("results.ts"), program).expect("there is room");
    let compiled = Command::new(packages().join("node_modules/.bin/tsc"))
        .current_dir(folder.path())
        .args([
            "--noEmit",
            "--strict",
            "--skipLibCheck",
            "--moduleResolution",
            "bundler",
        ])
        .args(["--module", "esnext", "--lib", "es2022,dom", "results.ts"])
        .output()
        .expect("npm has installed it");
    assert!(
        compiled.status.success(),
        "{}\n{program}",
        String::from_utf8_lossy(&compiled.stdout)
    );
}

#[tokio::test]
async fn wrong_use_is_reported_at_once() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = &site.browser;
    let thrown = async |script: &str| {
        let script = format!(
            "try {{ {script}; return null }} catch (e) {{ return {{ name: e.name, message: e.message }} }}"
        );
        let thrown = browser.run(&script).await;
        assert_eq!(thrown["name"], "IntegrationError", "{script}: {thrown}");
        text(&thrown, "message")
    };
    let secret = "sk_test_abcdefghijklmnop";
    let said = thrown(&format!("Stripe('{secret}')")).await;
    assert!(
        said.contains("secret key") && !said.contains("abcdef"),
        "{said}"
    );
    assert!(thrown("Stripe('')").await.contains("empty"));
    assert!(thrown("Stripe(undefined)").await.contains("undefined"));
    assert!(thrown("Stripe('pk_live_x')").await.contains("test key"));
    for script in [
        "stripe.collectFinancialConnectionsAccounts({ clientSecret: 'fcsess_1_secret_abcdefgh' })",
        "stripe.collectFinancialConnectionsAccounts({})",
        "stripe.collectFinancialConnectionsAccounts()",
        "stripe.retrievePaymentIntent('pi_mock_1749_x_secret_abcdefgh')",
        "stripe.retrieveSetupIntent('pi_1_secret_abcdefgh')",
    ] {
        let said = thrown(script).await;
        assert!(
            said.contains("stripe.") && !said.contains("abcdefgh"),
            "{said}"
        );
    }
    let said = thrown("stripe.confirmCardPayment('x')").await;
    assert!(
        said.contains("not in the sandbox") && said.contains("collectFinancialConnectionsAccounts"),
        "{said}"
    );
    // Elements that React creates while it renders do nothing.
    let inert = "const e = stripe.elements({}); e.update({}); return e.getElement('card')";
    assert_eq!(browser.run(inert).await, Value::Null);
    thrown("stripe.elements().create('payment')").await;
    // Called with `new`, and without it as the loader does.
    let made = "return typeof new Stripe('pk_test_x').elements + typeof Stripe.apply(undefined, ['pk_test_x']).elements";
    assert_eq!(browser.run(made).await, "functionfunction");
    site.close().await;
}

/// The URL names the release, which the loader compares with its own.
#[tokio::test]
async fn every_address_has_its_version() {
    let Some(site) = Site::start().await else {
        return;
    };
    for (path, version) in [
        ("/v3", json!(3)),
        ("/v3/", json!(3)),
        ("/v3/stripe.js", json!(3)),
        ("/stripe.js", json!("endive")),
        (
            "/endive/stripe.js?advancedFraudSignals=false",
            json!("endive"),
        ),
        ("/dahlia/stripe.js", json!("dahlia")),
    ] {
        let script = "const [source, done] = arguments; delete window.Stripe;\
            const script = document.createElement('script'); script.src = source;\
            script.onload = () => done(window.Stripe.version); document.head.append(script);";
        let source = json!(format!("{}{path}", site.sandbox.url()));
        let found = site
            .browser
            .client
            .execute_async(script, vec![source])
            .await;
        assert_eq!(found.expect("it loads"), version, "{path}");
    }
    let missing = site
        .http
        .get(format!("{}/UPPER/stripe.js", site.sandbox.url()));
    let missing = missing.send().await.expect("it answers");
    assert_eq!(missing.status().as_u16(), 404);
    site.close().await;
}

/// The client secret is unknown, of another account, already used, or too old.
#[tokio::test]
async fn client_secrets_work_once_and_where_they_belong() {
    let Some(site) = Site::start().await else {
        return;
    };
    let collect = "collectFinancialConnectionsAccounts";
    let session = site.session(&[]).await;
    let secret = text(&session, "client_secret");
    assert!(!secret.contains(&text(&session, "id")[7..]), "{session}");
    let link = json!([{ "clientSecret": secret }]);
    let refused = async |arguments: Value| {
        let result = site.call(collect, arguments).await;
        assert_eq!(result["error"]["type"], "invalid_request_error", "{result}");
        text(&result["error"], "message")
    };
    let unknown = "fcsess_client_secret_aaaaaaaaaaaaaaaaaaaaaaaa";
    refused(json!([{ "clientSecret": unknown }])).await;
    // A secret of another account.
    let key = site.sandbox.publishable_key();
    let other =
        format!("window.stripe = Stripe('{key}', {{ stripeAccount: 'acct_1032D82eZvKYlo2C' }})");
    let mine = format!("window.stripe = Stripe('{key}')");
    site.browser
        .run(&format!("window.kept = window.stripe; {other}"))
        .await;
    let call = "const done = arguments[1]; window.stripe.collectFinancialConnectionsAccounts(arguments[0]).then(done)";
    let result = site
        .browser
        .client
        .execute_async(call, vec![link[0].clone()])
        .await;
    let result = result.expect("it resolves");
    assert_eq!(result["error"]["type"], "invalid_request_error", "{result}");
    site.browser.run(&mine).await;
    // A key of another sandbox.
    site.browser
        .run("window.stripe = Stripe('pk_test_another')")
        .await;
    let result = site
        .browser
        .client
        .execute_async(call, vec![link[0].clone()])
        .await;
    let result = result.expect("it resolves");
    assert!(
        text(&result["error"], "message").contains("Invalid API Key"),
        "{result}"
    );
    // A used secret.
    site.link(&session).await;
    for click in LINK {
        site.browser.click_id(click).await;
    }
    site.result().await;
    assert!(refused(link).await.contains("already been used"));
    // An old secret.
    let session = site.session(&[]).await;
    site.sandbox
        .advance(std::time::Duration::from_secs(8 * 86_400));
    let old = json!([{ "clientSecret": session["client_secret"] }]);
    assert!(refused(old).await.contains("expired"));
    site.close().await;
}
