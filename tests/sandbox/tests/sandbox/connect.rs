//! Tests platforms with connected accounts.

use serde_json::{Value, json};

use super::http::{Http, id, ids};

const ONE: &[(&str, &str)] = &[("stripe-account", "acct_1")];
const TWO: &[(&str, &str)] = &[("stripe-account", "acct_2")];

#[tokio::test]
async fn what_one_account_has_no_other_sees() {
    let http = Http::start().await;
    let customer = http.send("POST", "/v1/customers", &[], ONE).await;
    assert_eq!(customer.headers["stripe-account"], "acct_1");
    let customer = id(&customer.body);
    let path = format!("/v1/customers/{customer}");
    assert_eq!(http.send("GET", &path, &[], ONE).await.status, 200);
    for other in [TWO, &[]] {
        let answer = http.send("GET", &path, &[], other).await;
        assert_eq!(answer.status, 404, "{other:?}");
        let list = http.send("GET", "/v1/customers", &[], other).await.body;
        assert!(ids(&list).is_empty());
        let form = [
            ("account_holder[type]", "customer"),
            ("account_holder[customer]", &customer),
            ("permissions[]", "balances"),
        ];
        let sessions = "/v1/financial_connections/sessions";
        let answer = http.send("POST", sessions, &form, other).await;
        assert_eq!(answer.body["error"]["param"], "account_holder[customer]");
    }
    // Idempotency keys are separate for each account.
    let key = ("idempotency-key", "k1");
    let mut made = Vec::new();
    for account in [ONE[0], TWO[0]] {
        let answer = http
            .send("POST", "/v1/customers", &[], &[account, key])
            .await;
        made.push(id(&answer.body));
    }
    assert_ne!(made[0], made[1]);

    // Controls act in the account of the object.
    let form = [
        ("account_holder[type]", "customer"),
        ("account_holder[customer]", &customer),
        ("permissions[]", "balances"),
        ("prefetch[]", "balances"),
    ];
    let sessions = "/v1/financial_connections/sessions";
    let session = id(&http.send("POST", sessions, &form, ONE).await.body);
    let linked = http
        .post(&format!("/_sandbox/sessions/{session}/link"), &[])
        .await;
    let account = id(&linked["accounts"][0]);
    http.pass(1);
    let path = format!("/v1/financial_connections/accounts/{account}");
    let full = http.send("GET", &path, &[], ONE).await.body;
    assert!(full["balance"].is_object());
    assert_eq!(http.send("GET", &path, &[], &[]).await.status, 404);
    let events = http.send("GET", "/v1/events", &[], ONE).await.body;
    let events = events["data"].as_array().expect("it is a list");
    assert!(events.iter().all(|event| event["account"] == "acct_1"));
    let of_platform = http.get("/v1/events", &[]).await;
    assert!(ids(&of_platform).is_empty());
}

/// A token that the platform creates from a linked account becomes the external account of one
/// connected account.
#[tokio::test]
async fn payouts_go_to_a_linked_account() {
    let http = Http::start().await;
    let form = [
        ("bank_account[country]", "US"),
        ("bank_account[routing_number]", "110000000"),
        ("bank_account[account_number]", "000123456789"),
    ];
    let token = id(&http.post("/v1/tokens", &form).await);
    let path = "/v1/accounts/acct_1/external_accounts";
    let form = [("external_account", &*token)];
    let wrong = http.send("POST", path, &form, TWO).await;
    assert_eq!(
        wrong.status, 404,
        "it is of another account: {}",
        wrong.body
    );
    let account = http.post(path, &form).await;
    assert_eq!(account["account"], "acct_1");
    let other = "/v1/accounts/acct_2/external_accounts";
    let again = http.refused("POST", other, &form).await;
    assert_eq!(again.code.as_deref(), Some("token_already_used"));
    let unknown = http
        .refused("POST", other, &[("external_account", "btok_0")])
        .await;
    assert_eq!(unknown.code.as_deref(), Some("resource_missing"));
    let none = http.refused("POST", other, &[]).await;
    assert_eq!(none.code.as_deref(), Some("parameter_missing"));
    let nobody = http
        .refused("GET", "/v1/accounts/me/external_accounts", &[])
        .await;
    assert_eq!(
        (nobody.status, nobody.code.as_deref()),
        (403, Some("account_invalid"))
    );
}

#[tokio::test]
async fn endpoints_are_made_by_the_api() {
    let http = Http::start().await;
    let path = "/v1/webhook_endpoints";
    let form = [
        ("url", "http://127.0.0.1:1/hook"),
        ("enabled_events[]", "customer.created"),
        ("metadata[a]", "1"),
    ];
    let made = http.post(path, &form).await;
    assert!(
        made["secret"]
            .as_str()
            .is_some_and(|secret| secret.starts_with("whsec_"))
    );
    let one = format!("{path}/{}", id(&made));
    let shown = http.get(&one, &[]).await;
    assert!(shown.get("secret").is_none(), "it is shown once");
    assert_eq!(
        http.post(&one, &[("disabled", "true")]).await["status"],
        "disabled"
    );
    assert_eq!(ids(&http.get(path, &[]).await), [id(&made)]);
    http.customer().await;
    let reports = |http: &Http| {
        let url = format!("{}/_sandbox/events", http.sandbox.url());
        async move { reqwest::get(url).await.unwrap().text().await.unwrap() }
    };
    let all: Value = serde_json::from_str(&reports(&http).await).expect("it is JSON");
    assert_eq!(all["data"][0]["deliveries"], json!([]), "it is disabled");

    let form = [("disabled", "false")];
    http.post(&one, &form).await;
    http.customer().await;
    let all: Value = serde_json::from_str(&reports(&http).await).expect("it is JSON");
    let delivery = &all["data"][0]["deliveries"][0];
    assert_eq!(delivery["endpoint"], id(&made));

    // Only endpoints for connected accounts get their events.
    let form = [
        ("url", "http://127.0.0.1:1/connect"),
        ("enabled_events[]", "*"),
        ("connect", "true"),
    ];
    let connect = id(&http.post(path, &form).await);
    http.send("POST", "/v1/customers", &[], ONE).await;
    let all: Value = serde_json::from_str(&reports(&http).await).expect("it is JSON");
    let events = all["data"].as_array().expect("it is a list");
    let event = events
        .iter()
        .find(|event| event["event"]["account"] == "acct_1");
    let deliveries = event.expect("it has happened")["deliveries"].clone();
    let to: Vec<_> = deliveries
        .as_array()
        .into_iter()
        .flatten()
        .map(|delivery| delivery["endpoint"].clone())
        .collect();
    assert_eq!(to, [json!(connect)]);

    http.good("DELETE", &one, &[]).await;
    assert_eq!(http.refused("GET", &one, &[]).await.status, 404);
    for (form, param) in [
        (vec![("enabled_events[]", "*")], "url"),
        (vec![("url", "http://localhost")], "enabled_events"),
        (vec![("url", "here"), ("enabled_events[]", "*")], "url"),
        (
            vec![
                ("url", "http://localhost"),
                ("enabled_events[]", "All of them"),
            ],
            "enabled_events",
        ),
    ] {
        let refused = http.refused("POST", path, &form).await;
        assert_eq!(refused.param.as_deref(), Some(param), "{form:?}");
    }
}

#[tokio::test]
async fn events_are_listed_by_what_they_are() {
    let http = Http::start().await;
    let customer = http.customer().await;
    http.post(&format!("/v1/customers/{customer}"), &[("name", "Sam")])
        .await;
    let all = http.get("/v1/events", &[]).await;
    assert_eq!(ids(&all).len(), 2);
    let updated = &all["data"][0];
    assert_eq!(updated["type"], "customer.updated");
    let path = format!("/v1/events/{}", id(updated));
    assert_eq!(http.get(&path, &[]).await, *updated);
    for (form, count) in [
        ([("type", "customer.created")], 1),
        ([("type", "customer.*")], 2),
        ([("types[]", "customer.updated")], 1),
        ([("created[lt]", "1")], 0),
        ([("delivery_success", "false")], 0),
    ] {
        let list = http.get("/v1/events", &form).await;
        assert_eq!(ids(&list).len(), count, "{form:?}");
    }
    assert_eq!(
        http.refused("GET", "/v1/events/evt_0", &[]).await.status,
        404
    );
}
