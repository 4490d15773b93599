//! Every operation once, and its answer by the spec. [`Http`](super::http::Http) checks.

use super::http::{Http, id, ids};
use super::schema;

#[tokio::test]
async fn every_operation_answers_by_the_spec() {
    let http = Http::start().await;
    customers(&http).await;
    let account = sessions_and_accounts(&http).await;
    payments(&http, &account).await;

    let checked = schema::checked();
    for (method, path) in schema::operations() {
        let name = format!("{method} {path}");
        if !checked.contains(&name) {
            // What is in the spec and not here is not served, rather than not tested.
            let refused = http.refused(&method, path, &[]).await;
            assert_eq!(refused.code.as_deref(), Some("url_invalid"), "{name}");
            assert!(!path.starts_with("/v1/financial_connections/"), "{name}");
            assert!(!path.starts_with("/v1/customers"), "{name}");
        }
    }
}

async fn customers(http: &Http) {
    let form = [
        ("name", "Robin Example"),
        ("email", "robin@example.com"),
        ("address[country]", "US"),
        ("shipping[name]", "Robin"),
        ("shipping[address][city]", "Springfield"),
        ("metadata[a]", "1"),
        ("metadata[b]", "2"),
        ("preferred_locales[0]", "en-US"),
        ("invoice_settings[footer]", "Thanks"),
    ];
    let customer = http.post("/v1/customers", &form).await;
    assert_eq!(customer["shipping"]["address"]["city"], "Springfield");
    let path = format!("/v1/customers/{}", id(&customer));

    let form = [
        ("metadata[a]", ""),
        ("metadata[c]", "3"),
        ("shipping", ""),
        ("name", "Sam"),
    ];
    let changed = http.post(&path, &form).await;
    assert_eq!(
        changed["metadata"],
        serde_json::json!({ "b": "2", "c": "3" })
    );
    assert!(changed["shipping"].is_null());
    assert_eq!(http.get(&path, &[]).await, changed);

    let found = http
        .get("/v1/customers", &[("email", "robin@example.com")])
        .await;
    assert_eq!(ids(&found), [id(&customer)]);
    let later = [("created[gt]", "99999999999")];
    assert!(ids(&http.get("/v1/customers", &later).await).is_empty());

    let deleted = http.good("DELETE", &path, &[]).await;
    assert_eq!(deleted["deleted"], true);
    assert_eq!(http.get(&path, &[]).await, deleted);
    assert!(ids(&http.get("/v1/customers", &[]).await).is_empty());
}

/// An account with all data.
async fn sessions_and_accounts(http: &Http) -> String {
    let customer = http.customer().await;
    let form = [
        ("filters[account_subcategories][0]", "checking"),
        ("filters[account_subcategories][1]", "credit_card"),
        ("filters[countries][0]", "US"),
        ("prefetch[0]", "balances"),
        ("prefetch[1]", "ownership"),
        ("return_url", "https://example.com/back"),
    ];
    let session = http.session(&customer, &form).await;
    http.post(&format!("/_sandbox/sessions/{session}/link"), &[])
        .await;
    let path = format!("/v1/financial_connections/sessions/{session}");
    let linked = http
        .get(
            &path,
            &[("expand[]", "accounts.data.account_holder.customer")],
        )
        .await;
    let accounts = ids(&linked["accounts"]);
    assert_eq!(accounts.len(), 2, "the savings account is not allowed");
    assert_eq!(
        linked["accounts"]["data"][0]["account_holder"]["customer"]["id"],
        customer
    );

    let path = format!("/v1/financial_connections/accounts/{}", accounts[0]);
    http.post(
        &format!("{path}/subscribe"),
        &[("features[]", "transactions")],
    )
    .await;
    http.pass(2);
    http.post(
        &format!("{path}/unsubscribe"),
        &[("features[]", "transactions")],
    )
    .await;
    let account = http.get(&path, &[("expand[]", "ownership")]).await;
    assert!(account["balance"].is_object());
    let ownership = id(&account["ownership"]);
    let owners = http
        .get(&format!("{path}/owners"), &[("ownership", &ownership)])
        .await;
    assert_eq!(owners["data"], account["ownership"]["owners"]["data"]);

    let list = [
        ("session", session.as_str()),
        ("expand[]", "data.ownership"),
    ];
    let list = http.get("/v1/financial_connections/accounts", &list).await;
    assert_eq!(ids(&list), [accounts[1].clone(), accounts[0].clone()]);

    let transactions = "/v1/financial_connections/transactions";
    let list = http
        .get(transactions, &[("account", &accounts[0]), ("limit", "100")])
        .await;
    let transaction = &list["data"][7];
    let path = format!("{transactions}/{}", id(transaction));
    assert_eq!(http.get(&path, &[]).await, *transaction);

    http.pass(60);
    http.refresh(&accounts[1], &["balance"]).await;
    let path = format!("/v1/financial_connections/accounts/{}", accounts[1]);
    http.post(&format!("{path}/disconnect"), &[]).await;
    accounts[0].clone()
}

/// Payments and setups of an account that is linked.
async fn payments(http: &Http, account: &str) {
    let customer = http.customer().await;
    let mandate = ("mandate_data[customer_acceptance][type]", "offline");
    let form = [
        ("customer", customer.as_str()),
        ("payment_method_types[]", "us_bank_account"),
        ("payment_method_data[type]", "us_bank_account"),
        (
            "payment_method_data[us_bank_account][financial_connections_account]",
            account,
        ),
        ("confirm", "true"),
        mandate,
    ];
    let setup = http.post("/v1/setup_intents", &form).await;
    assert_eq!(setup["status"], "succeeded");
    let method = setup["payment_method"].as_str().expect("it has one");

    let methods = http
        .get(&format!("/v1/customers/{customer}/payment_methods"), &[])
        .await;
    assert_eq!(ids(&methods), [method]);
    let path = format!("/v1/customers/{customer}/payment_methods/{method}");
    let bank = &http.get(&path, &[]).await["us_bank_account"];
    assert_eq!(bank["financial_connections_account"], account);
    http.get(
        &format!("/v1/payment_methods/{method}"),
        &[("expand[]", "customer")],
    )
    .await;

    let form = [
        ("amount", "2000"),
        ("currency", "usd"),
        ("customer", &customer),
    ];
    let payment = id(&http.post("/v1/payment_intents", &form).await);
    let path = format!("/v1/payment_intents/{payment}");
    http.post(&path, &[("description", "An order")]).await;
    http.post(&format!("{path}/confirm"), &[("payment_method", method)])
        .await;
    http.pass(4 * 86_400);
    let paid = http.get(&path, &[("expand[]", "payment_method")]).await;
    assert_eq!(paid["status"], "succeeded");
    assert_eq!(id(&paid["payment_method"]), method);
    assert_eq!(ids(&http.get("/v1/payment_intents", &[]).await), [payment]);
    assert_eq!(ids(&http.get("/v1/setup_intents", &[]).await), [id(&setup)]);

    for kind in ["payment_intents", "setup_intents"] {
        intents(http, kind).await;
    }
}

/// What both kinds of intents have in common.
async fn intents(http: &Http, kind: &str) {
    let path = format!("/v1/{kind}");
    let unexpected_state = format!("{}_unexpected_state", kind.trim_end_matches('s'));
    let mandate = ("mandate_data[customer_acceptance][type]", "offline");
    let payment = kind == "payment_intents";
    let amount: &[_] = if payment {
        &[("amount", "2000"), ("currency", "usd")]
    } else {
        &[]
    };

    let bank = "payment_method_data[us_bank_account]";
    let (routing, number) = (
        format!("{bank}[routing_number]"),
        format!("{bank}[account_number]"),
    );
    let mut form = vec![
        ("payment_method_data[type]", "us_bank_account"),
        ("payment_method_data[billing_details][name]", "Robin"),
        (&routing, "110000000"),
        (&number, "000123456789"),
        ("confirm", "true"),
        mandate,
    ];
    form.extend(amount);
    let intent = http.post(&path, &form).await;
    assert_eq!(intent["next_action"]["type"], "verify_with_microdeposits");
    let one = format!("{path}/{}", id(&intent));
    let verify = format!("{one}/verify_microdeposits");
    let wrong = [("amounts[]", "1"), ("amounts[]", "2")];
    assert_eq!(
        http.refused("POST", &verify, &wrong).await.param.as_deref(),
        Some("amounts")
    );
    let amounts = [("amounts[]", "45"), ("amounts[]", "32")];
    let verified = http.post(&verify, &amounts).await;
    assert_eq!(
        verified["status"],
        if payment { "processing" } else { "succeeded" }
    );
    for late in ["cancel", "confirm", "verify_microdeposits"] {
        let refused = http.refused("POST", &format!("{one}/{late}"), &[]).await;
        assert_eq!(refused.code.as_deref(), Some(&*unexpected_state), "{late}");
    }

    let one = format!("{path}/{}", id(&http.post(&path, amount).await));
    http.post(&one, &[("description", "For later")]).await;
    let link = one.replacen("/v1", "/_sandbox", 1) + "/link";
    http.post(&link, &[]).await;
    http.post(&format!("{one}/confirm"), &[mandate]).await;
    http.get(&one, &[]).await;

    let one = format!("{path}/{}", id(&http.post(&path, amount).await));
    let canceled = http.post(&format!("{one}/cancel"), &[]).await;
    assert_eq!(canceled["status"], "canceled");
}
