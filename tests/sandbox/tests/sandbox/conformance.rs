//! Calls every operation once. [`Http`](super::http::Http) checks the responses against the spec.

use super::billing;
use super::causes;
use super::http::{Http, id, ids};
use super::schema;

#[tokio::test]
async fn every_operation_answers_by_the_spec() {
    let http = Http::start().await;
    customers(&http).await;
    let account = sessions_and_accounts(&http).await;
    payments(&http, &account).await;
    billing::invoices(&http).await;
    billing::subscriptions(&http).await;
    billing::checkout(&http).await;
    payouts(&http).await;
    causes::all(&http).await;
    let mut types = std::collections::BTreeSet::new();
    // Every event has a type of the crate.
    assert!(!http.sandbox.events().is_empty());
    for event in all_events(&http).await {
        let r#type = event["type"].as_str().expect("it has a type").to_owned();
        let mut object = event["data"]["object"].clone();
        if r#type == "invoice.upcoming" {
            assert!(object.get("id").is_none(), "it is not there yet");
            object["id"] = "in_0".into();
        }
        schema::check_object(&object);
        assert!(schema::has_event(&r#type), "{type}");
        types.insert(r#type);
    }
    let listed: std::collections::BTreeSet<_> = events_without_a_cause().collect();
    for r#type in schema::events() {
        // One that was forgotten, or one that the documentation says nothing causes.
        assert_ne!(types.contains(r#type), listed.contains(r#type), "{type}");
    }
    for r#type in listed {
        assert!(schema::has_event(r#type), "there are no events {type}");
    }

    let checked = schema::checked();
    for (method, path) in schema::operations() {
        let name = format!("{method} {path}");
        assert!(checked.contains(&name), "{name}");
    }
}

/// Those of the table in the documentation.
fn events_without_a_cause() -> impl Iterator<Item = &'static str> {
    let table = include_str!("../../README.md")
        .split("| never emitted |")
        .nth(1);
    let table = table.expect("there is a table").split("\n\n").next();
    let rows = table.into_iter().flat_map(str::lines).skip(2);
    let names = rows.filter_map(|row| row.split('|').nth(1));
    names.flat_map(|names| names.split(',').map(|name| name.trim().trim_matches('`')))
}

/// Returns the events of the platform and of a connected account.
async fn all_events(http: &Http) -> Vec<serde_json::Value> {
    let mut events = Vec::new();
    for account in [&[][..], &[("stripe-account", "acct_1")]] {
        let mut after = String::new();
        loop {
            let form = [("limit", "100"), ("starting_after", &after)];
            let form = &form[..if after.is_empty() { 1 } else { 2 }];
            let page = http.send("GET", "/v1/events", form, account).await.body;
            let data = page["data"].as_array().expect("it is a list").clone();
            after = data.last().map(id).unwrap_or_default();
            events.extend(data);
            if page["has_more"] == false {
                break;
            }
        }
    }
    events
}

/// Tests tokens, and the external accounts made from them.
async fn payouts(http: &Http) {
    let form = [
        ("bank_account[country]", "US"),
        ("bank_account[currency]", "usd"),
        ("bank_account[account_holder_name]", "Robin Example"),
        ("bank_account[account_holder_type]", "individual"),
        ("bank_account[routing_number]", "110000000"),
        ("bank_account[account_number]", "000123456789"),
    ];
    let token = http.post("/v1/tokens", &form).await;
    assert_eq!(token["bank_account"]["last4"], "6789");
    let path = format!("/v1/tokens/{}", id(&token));
    assert_eq!(http.get(&path, &[]).await, token);

    let accounts = "/v1/accounts/acct_1/external_accounts";
    let first = http
        .post(accounts, &[("external_account", &id(&token))])
        .await;
    assert_eq!(first["default_for_currency"], true);
    assert_eq!(http.get(&path, &[]).await["used"], true);
    let again = http
        .refused("POST", accounts, &[("external_account", &id(&token))])
        .await;
    assert_eq!(again.code.as_deref(), Some("token_already_used"));

    let form = [
        ("external_account[object]", "bank_account"),
        ("external_account[country]", "US"),
        ("external_account[currency]", "usd"),
        ("external_account[routing_number]", "110000000"),
        ("external_account[account_number]", "000987654321"),
    ];
    // The spec has a token here; many programs send it under another name.
    let form: Vec<_> = form
        .iter()
        .map(|(name, value)| (name.replace("external_account", "bank_account"), *value))
        .collect();
    let form: Vec<_> = form.iter().map(|(name, value)| (&**name, *value)).collect();
    let second = http.post(accounts, &form).await;
    assert_eq!(second["default_for_currency"], false);
    let one = format!("{accounts}/{}", id(&first));
    let two = format!("{accounts}/{}", id(&second));
    let form = [
        ("default_for_currency", "true"),
        ("metadata[a]", "1"),
        ("account_holder_name", "Sam"),
    ];
    assert_eq!(http.post(&two, &form).await["account_holder_name"], "Sam");
    assert_eq!(http.get(&one, &[]).await["default_for_currency"], false);
    assert_eq!(http.refused("DELETE", &two, &[]).await.status, 400);
    assert_eq!(http.good("DELETE", &one, &[]).await["deleted"], true);
    assert_eq!(http.refused("GET", &one, &[]).await.status, 404);
    assert_eq!(ids(&http.get(accounts, &[]).await), [id(&second)]);
    let other = http.get("/v1/accounts/acct_2/external_accounts", &[]).await;
    assert!(ids(&other).is_empty(), "each account is a world of its own");
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

/// Returns an account with all data.
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

/// Tests payments and setups with a linked account.
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

/// Tests what both kinds of intents have in common.
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
