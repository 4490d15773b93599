//! Tests bank accounts for payments, setups and payouts.

use serde_json::{Value, json};

use super::site::{Site, text};

fn collect(intent: &Value) -> Value {
    json!([{
        "clientSecret": intent["client_secret"],
        "params": {
            "payment_method_type": "us_bank_account",
            "payment_method_data": {
                "billing_details": { "name": "Robin Example", "email": "robin@example.com" },
            },
        },
        "expand": ["payment_method"],
    }])
}

async fn payment(site: &Site) -> Value {
    let form = [("amount", "2000"), ("currency", "usd")];
    site.api("POST", "/v1/payment_intents", &form).await
}

#[tokio::test]
async fn a_payment_is_made_from_a_linked_account() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = &site.browser;
    let intent = payment(&site).await;
    site.start_call("collectBankAccountForPayment", collect(&intent))
        .await;
    browser.enter_dialog().await;
    browser.click_id("agree-button").await;
    browser.click_id("featured-institution-default").await;
    browser.click_id("success").await;
    browser.click_id("select-button").await;
    browser.click_id("done-button").await;
    let result = site.result().await;
    let collected = &result["paymentIntent"];
    assert_eq!(
        text(collected, "status"),
        "requires_confirmation",
        "{result}"
    );
    let method = &collected["payment_method"];
    assert_eq!(method["us_bank_account"]["last4"], "6789");
    assert_eq!(method["billing_details"]["name"], "Robin Example");

    let secret = json!([intent["client_secret"]]);
    let result = site
        .call("confirmUsBankAccountPayment", secret.clone())
        .await;
    assert_eq!(
        text(&result["paymentIntent"], "status"),
        "processing",
        "{result}"
    );
    site.sandbox
        .advance(std::time::Duration::from_secs(5 * 86_400));
    let result = site.call("retrievePaymentIntent", secret).await;
    assert_eq!(
        text(&result["paymentIntent"], "status"),
        "succeeded",
        "{result}"
    );
    site.close().await;
}

#[tokio::test]
async fn numbers_that_are_typed_in_are_verified_by_deposits() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = &site.browser;
    let intent = payment(&site).await;
    site.start_call("collectBankAccountForPayment", collect(&intent))
        .await;
    browser.enter_dialog().await;
    browser.click_id("manual-entry-link").await;
    let enter = async |routing: &str, number: &str, again: &str| {
        browser
            .fill("manualEntry-routingNumber-input", routing)
            .await;
        browser
            .fill("manualEntry-accountNumber-input", number)
            .await;
        browser
            .fill("manualEntry-confirmAccountNumber-input", again)
            .await;
        browser.click_id("continue-button").await;
    };
    for (routing, number, again, field) in [
        (
            "110000001",
            "000123456789",
            "000123456789",
            "routing_number",
        ),
        ("11000000", "000123456789", "000123456789", "routing_number"),
        (
            "110000000",
            "12345678901234567890",
            "12345678901234567890",
            "account_number",
        ),
        (
            "110000000",
            "000123456789",
            "000123456780",
            "confirm_account_number",
        ),
    ] {
        enter(routing, number, again).await;
        browser.find(&format!("#field-{field}-error")).await;
        // The entered text is kept.
        let kept = browser.find_id("manualEntry-routingNumber-input").await;
        assert_eq!(
            kept.prop("value").await.expect("it has one").as_deref(),
            Some(routing)
        );
    }
    enter("110000000", "000123456789", "000123456789").await;
    browser.heading("Almost there").await;
    browser.click_id("done-button").await;
    let result = site.result().await;
    assert_eq!(
        text(&result["paymentIntent"], "status"),
        "requires_confirmation",
        "{result}"
    );

    let secret = intent["client_secret"].clone();
    let result = site
        .call("confirmUsBankAccountPayment", json!([secret]))
        .await;
    let confirmed = &result["paymentIntent"];
    assert_eq!(text(confirmed, "status"), "requires_action", "{result}");
    assert_eq!(
        confirmed["next_action"]["type"],
        "verify_with_microdeposits"
    );
    let wrong = json!([secret, { "amounts": [1, 2] }]);
    let result = site.call("verifyMicrodepositsForPayment", wrong).await;
    assert_eq!(
        result["error"]["code"], "payment_method_microdeposit_verification_amounts_mismatch",
        "{result}"
    );
    let right = json!([secret, { "amounts": [32, 45] }]);
    let result = site.call("verifyMicrodepositsForPayment", right).await;
    assert_eq!(
        text(&result["paymentIntent"], "status"),
        "processing",
        "{result}"
    );
    site.close().await;
}

#[tokio::test]
async fn an_account_is_set_up_for_later() {
    let Some(site) = Site::start().await else {
        return;
    };
    let browser = &site.browser;
    let customer = text(
        &site
            .api("POST", "/v1/customers", &[("name", "Robin")])
            .await,
        "id",
    );
    let intent = site
        .api("POST", "/v1/setup_intents", &[("customer", &customer)])
        .await;
    site.start_call("collectBankAccountForSetup", collect(&intent))
        .await;
    browser.enter_dialog().await;
    browser.click_id("agree-button").await;
    browser.click_id("featured-institution-default").await;
    browser.click_id("select-button").await;
    browser.click_id("done-button").await;
    let result = site.result().await;
    assert_eq!(
        text(&result["setupIntent"], "status"),
        "requires_confirmation",
        "{result}"
    );
    let secret = json!([intent["client_secret"]]);
    let result = site.call("confirmUsBankAccountSetup", secret.clone()).await;
    assert_eq!(
        text(&result["setupIntent"], "status"),
        "succeeded",
        "{result}"
    );
    let result = site.call("retrieveSetupIntent", secret).await;
    assert_eq!(result["setupIntent"]["id"], intent["id"]);
    site.close().await;
}

#[tokio::test]
async fn an_account_becomes_a_token_for_payouts() {
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
    let options = json!([{ "clientSecret": session["client_secret"] }]);
    site.start_call("collectBankAccountToken", options).await;
    browser.enter_dialog().await;
    browser.click_id("agree-button").await;
    browser.click_id("featured-institution-default").await;
    browser.click_id("select-button").await;
    browser.click_id("done-button").await;
    let result = site.result().await;
    assert!(
        text(&result["token"], "id").starts_with("btok_"),
        "{result}"
    );
    assert_eq!(result["token"]["bank_account"]["last4"], "6789");
    assert_eq!(
        result["financialConnectionsSession"]["accounts"][0]["last4"],
        "6789"
    );
    site.close().await;
}

/// A request that a page may not make returns an error to the page.
#[tokio::test]
async fn errors_of_the_api_reach_the_page() {
    let Some(site) = Site::start().await else {
        return;
    };
    let intent = payment(&site).await;
    let mut nameless = collect(&intent);
    nameless[0]["params"]["payment_method_data"] = json!({ "billing_details": {} });
    let result = site.call("collectBankAccountForPayment", nameless).await;
    assert_eq!(result["error"]["code"], "parameter_missing", "{result}");

    let other = payment(&site).await;
    let (id, _) = text(&intent, "client_secret")
        .split_once("_secret_")
        .map(|(id, _)| (id.to_owned(), ()))
        .expect("it names it");
    let (_, secret) = text(&other, "client_secret")
        .split_once("_secret_")
        .map(|(_, secret)| ((), secret.to_owned()))
        .expect("it has one");
    let foreign = json!([format!("{id}_secret_{secret}")]);
    let result = site.call("retrievePaymentIntent", foreign).await;
    assert_eq!(result["error"]["type"], "invalid_request_error", "{result}");
    assert!(result.get("paymentIntent").is_none(), "{result}");
    // Confirming without a payment method returns the intent, as far as a page may see it.
    let result = site
        .call(
            "confirmUsBankAccountPayment",
            json!([intent["client_secret"]]),
        )
        .await;
    assert_eq!(result["error"]["type"], "invalid_request_error", "{result}");
    assert!(
        result["error"]["payment_intent"].get("metadata").is_none(),
        "{result}"
    );
    site.close().await;
}
