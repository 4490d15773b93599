//! Tests how accounts change over time.

use serde_json::{Value, json};

use super::http::{Http, id, ids};
use super::schema;

const TRANSACTIONS: &str = "/v1/financial_connections/transactions";

fn path(account: &str) -> String {
    format!("/v1/financial_connections/accounts/{account}")
}

/// Returns the types of all events, the oldest first.
fn happened(http: &Http) -> Vec<String> {
    let events = http.sandbox.events().into_iter();
    events
        .map(|event| event.r#type.as_str().to_owned())
        .collect()
}

#[tokio::test]
async fn a_refresh_goes_from_pending_to_its_end() {
    let http = Http::start().await;
    let account = http.account("bank").await;
    let refreshed = http
        .post(
            &format!("{}/refresh", path(&account)),
            &[("features[]", "balance")],
        )
        .await;
    let refresh = &refreshed["balance_refresh"];
    assert_eq!(
        (&refresh["status"], &refresh["next_refresh_available_at"]),
        (&json!("pending"), &Value::Null)
    );
    assert!(refreshed["balance"].is_null());

    // A refresh also ends without a request, as the clock runs.
    tokio::time::sleep(std::time::Duration::from_millis(1_300)).await;
    assert_eq!(
        happened(&http).last().map(String::as_str),
        Some("financial_connections.account.refreshed_balance")
    );
    let account = http.get(&path(&account), &[]).await;
    let refresh = &account["balance_refresh"];
    assert_eq!(refresh["status"], "succeeded");
    assert!(refresh["next_refresh_available_at"].as_i64() > refresh["last_attempted_at"].as_i64());
    assert!(account["balance"]["cash"]["available"]["usd"].is_i64());
}

#[tokio::test]
async fn institutions_differ() {
    let http = Http::start().await;
    let failing = http.account("refresh_fails").await;
    let failed = http
        .refresh(&failing, &["balance", "ownership", "transactions"])
        .await;
    for feature in ["balance", "ownership", "transaction"] {
        assert_eq!(failed[format!("{feature}_refresh")]["status"], "failed");
    }
    assert_eq!(
        (&failed["balance"], &failed["ownership"]),
        (&Value::Null, &Value::Null)
    );

    let account = http.account("no_available_balance").await;
    let balance = &http.refresh(&account, &["balance"]).await["balance"];
    assert!(balance["cash"]["available"].is_null() && balance["current"]["usd"].is_i64());

    let account = http.account("goes_inactive").await;
    http.refresh(&account, &["balance"]).await;
    http.pass(60);
    let inactive = http.get(&path(&account), &[]).await;
    assert_eq!(inactive["status"], "inactive");
    assert!(inactive["balance_refresh"]["next_refresh_available_at"].is_null());
    let refused = http
        .refused(
            "POST",
            &format!("{}/refresh", path(&account)),
            &[("features[]", "balance")],
        )
        .await;
    assert_eq!(
        refused.code.as_deref(),
        Some("financial_connections_account_inactive")
    );
    http.post(&format!("/_sandbox/accounts/{account}/reactivate"), &[])
        .await;
    assert_eq!(
        http.refresh(&account, &["balance"]).await["status"],
        "active"
    );

    let customer = http.customer().await;
    let session = http.session(&customer, &[]).await;
    http.post(&format!("/_sandbox/sessions/{session}/link"), &[])
        .await;
    let all = http
        .get(
            "/v1/financial_connections/accounts",
            &[("session", &session)],
        )
        .await;
    let kinds: Vec<_> = all["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|account| &account["subcategory"])
        .collect();
    assert_eq!(kinds, ["credit_card", "savings", "checking"]);
    let card = http.refresh(&ids(&all)[0], &["balance"]).await;
    assert!(card["balance"]["credit"]["used"]["usd"].as_i64() < Some(0));
}

#[tokio::test]
async fn prefetch_starts_with_the_link() {
    let http = Http::start().await;
    let customer = http.customer().await;
    let prefetch = [("prefetch[]", "balances"), ("prefetch[]", "transactions")];
    let session = http.session(&customer, &prefetch).await;
    let linked = http
        .post(&format!("/_sandbox/sessions/{session}/link"), &[])
        .await;
    let account = &linked["accounts"][0];
    assert_eq!(account["balance_refresh"]["status"], "pending");
    assert_eq!(account["transaction_refresh"]["status"], "pending");
    assert!(account["ownership_refresh"].is_null());
}

#[tokio::test]
async fn a_disconnected_account_tells_nothing() {
    let http = Http::start().await;
    let account = http.account("bank").await;
    http.post(
        &format!("{}/subscribe", path(&account)),
        &[("features[]", "transactions")],
    )
    .await;
    let full = http.refresh(&account, &["balance", "ownership"]).await;
    assert!(full["balance"].is_object() && full["ownership"].is_string());
    let transaction = ids(&http.get(TRANSACTIONS, &[("account", &account)]).await).swap_remove(0);

    let gone = http
        .post(&format!("{}/disconnect", path(&account)), &[])
        .await;
    assert_eq!(gone["status"], "disconnected");
    for field in [
        "balance",
        "balance_refresh",
        "ownership",
        "ownership_refresh",
        "transaction_refresh",
    ] {
        assert!(gone[field].is_null(), "{field}");
    }
    assert_eq!(
        (&gone["permissions"], &gone["subscriptions"]),
        (&json!([]), &json!([]))
    );
    let transaction = format!("{TRANSACTIONS}/{transaction}");
    assert_eq!(http.refused("GET", &transaction, &[]).await.status, 404);

    // A disconnected account has no further events.
    let before = happened(&http).len();
    http.post(&format!("{}/disconnect", path(&account)), &[])
        .await;
    http.pass(10 * 86_400);
    assert_eq!(happened(&http).len(), before);
}

#[tokio::test]
async fn a_subscribed_account_is_refreshed_every_day() {
    let http = Http::start().await;
    let account = http.account("bank").await;
    let subscribe = format!("{}/subscribe", path(&account));
    let features = [("features[]", "transactions")];
    let subscribed = http.post(&subscribe, &features).await;
    assert_eq!(subscribed["subscriptions"], json!(["transactions"]));
    // A second subscription changes nothing.
    http.post(&subscribe, &features).await;
    let refreshes = |http: &Http| {
        let all = happened(http).into_iter();
        all.filter(|r#type| r#type.ends_with("refreshed_transactions"))
            .count()
    };
    http.pass(3 * 86_400 + 1);
    assert_eq!(refreshes(&http), 4);
    http.post(&format!("{}/unsubscribe", path(&account)), &features)
        .await;
    http.pass(3 * 86_400);
    assert_eq!(refreshes(&http), 4);
}

#[tokio::test]
async fn transactions_since_a_refresh_are_the_new_and_the_changed() {
    let http = Http::start().await;
    let account = http.account("bank").await;
    let list = |filter: Vec<(&'static str, String)>| {
        let (http, account) = (&http, &account);
        async move {
            let mut form = vec![("account", account.as_str()), ("limit", "100")];
            form.extend(filter.iter().map(|(name, value)| (*name, value.as_str())));
            http.get(TRANSACTIONS, &form).await["data"]
                .as_array()
                .unwrap()
                .clone()
        }
    };
    let first = http.refresh(&account, &["transactions"]).await;
    let first = id(&first["transaction_refresh"]);
    let known = list(vec![]).await;
    let old: Vec<_> = known.iter().map(id).collect();
    assert!(old.len() > 50);
    assert!(
        list(vec![("transaction_refresh[after]", first.clone())])
            .await
            .is_empty()
    );

    http.pass(4 * 86_400);
    http.refresh(&account, &["transactions"]).await;
    let since = list(vec![("transaction_refresh[after]", first.clone())]).await;
    assert!(
        since
            .iter()
            .any(|transaction| !old.contains(&id(transaction)))
    );
    for transaction in &since {
        assert_ne!(transaction["transaction_refresh"], first);
        if old.contains(&id(transaction)) {
            let was = known
                .iter()
                .find(|was| was["id"] == transaction["id"])
                .unwrap();
            assert_eq!(was["status"], "pending");
            assert_ne!(transaction["status"], "pending");
        }
    }

    let all = list(vec![]).await;
    let time = |transaction: &Value| transaction["transacted_at"].as_i64().unwrap();
    assert!(all.is_sorted_by_key(|transaction| -time(transaction)));
    let middle = time(&all[30]);
    let at = |filter| list(vec![(filter, middle.to_string())]);
    let exact = at("transacted_at").await;
    assert!(!exact.is_empty() && exact.iter().all(|transaction| time(transaction) == middle));
    assert!(
        at("transacted_at[gt]")
            .await
            .iter()
            .all(|transaction| time(transaction) > middle)
    );
    assert!(
        at("transacted_at[lte]")
            .await
            .iter()
            .all(|transaction| time(transaction) <= middle)
    );
    assert_eq!(
        at("transacted_at[gte]").await.len(),
        at("transacted_at[gt]").await.len() + exact.len()
    );
}

#[tokio::test]
async fn pages_are_stable_both_ways() {
    let http = Http::start().await;
    for _ in 0..7 {
        http.customer().await;
    }
    let page = |cursor: Option<(&'static str, String)>| {
        let http = &http;
        async move {
            let mut form = vec![("limit", "3")];
            form.extend(cursor.iter().map(|(name, id)| (*name, id.as_str())));
            let page = http.get("/v1/customers", &form).await;
            (ids(&page), page["has_more"] == true)
        }
    };
    let all = ids(&http.get("/v1/customers", &[]).await);
    let mut seen = Vec::new();
    let (mut ids, mut more) = page(None).await;
    while more {
        // New items come before the first page, and do not move other pages.
        http.customer().await;
        seen.extend(ids);
        (ids, more) = page(Some(("starting_after", seen[seen.len() - 1].clone()))).await;
    }
    seen.extend(ids);
    assert_eq!(seen, all);

    let mut back = vec![all[6].clone()];
    while back.len() < 7 {
        let (before, more) = page(Some(("ending_before", back[0].clone()))).await;
        assert!(more, "there are the new ones, too");
        back.splice(..0, before);
    }
    assert_eq!(back, all);
}

#[tokio::test]
async fn a_payment_takes_what_the_account_has() {
    let http = Http::start().await;
    let mut statuses = Vec::new();
    for amount in ["100000", "200000"] {
        let form = [
            ("amount", amount),
            ("currency", "usd"),
            (
                "payment_method_options[us_bank_account][financial_connections][permissions][]",
                "payment_method",
            ),
            (
                "payment_method_options[us_bank_account][financial_connections][permissions][]",
                "balances",
            ),
            (
                "payment_method_options[us_bank_account][financial_connections][prefetch][]",
                "balances",
            ),
        ];
        let payment = id(&http.post("/v1/payment_intents", &form).await);
        let confirm = format!("/v1/payment_intents/{payment}/confirm");
        let mandate = [("mandate_data[customer_acceptance][type]", "offline")];
        let early = http.refused("POST", &confirm, &mandate).await;
        assert_eq!(early.param.as_deref(), Some("payment_method"));
        let linked = http
            .post(&format!("/_sandbox/payment_intents/{payment}/link"), &[])
            .await;
        assert_eq!(linked["status"], "requires_confirmation");
        let unsigned = http.refused("POST", &confirm, &[]).await;
        assert_eq!(unsigned.param.as_deref(), Some("mandate_data"));
        http.post(&confirm, &mandate).await;
        http.pass(4 * 86_400);
        let paid = http
            .get(&format!("/v1/payment_intents/{payment}"), &[])
            .await;
        statuses.push((
            paid["status"].clone(),
            paid["last_payment_error"]["code"].clone(),
        ));
    }
    assert_eq!(
        statuses,
        [
            (json!("succeeded"), Value::Null),
            (
                json!("requires_payment_method"),
                json!("insufficient_funds")
            ),
        ]
    );
}

#[tokio::test]
async fn events_are_of_the_spec() {
    let http = Http::start().await;
    let account = http.account("goes_inactive").await;
    http.refresh(&account, &["balance", "ownership", "transactions"])
        .await;
    http.pass(61);
    http.post(&format!("/_sandbox/accounts/{account}/reactivate"), &[])
        .await;
    http.post(&format!("{}/disconnect", path(&account)), &[])
        .await;
    let customer = http.customer().await;
    http.post(&format!("/v1/customers/{customer}"), &[("name", "Sam")])
        .await;
    http.good("DELETE", &format!("/v1/customers/{customer}"), &[])
        .await;

    let listed = http.get("/_sandbox/events", &[]).await;
    let events = listed["data"].as_array().unwrap();
    let mut types: Vec<_> = events
        .iter()
        .map(|report| report["event"]["type"].as_str().unwrap())
        .collect();
    for report in events {
        let event = &report["event"];
        assert!(
            schema::has_event(event["type"].as_str().unwrap()),
            "{}",
            event["type"]
        );
        assert!(schema::check_object(&event["data"]["object"]));
    }
    types.sort_unstable();
    types.dedup();
    let account = "financial_connections.account";
    let expected = [
        "customer.created".to_owned(),
        "customer.deleted".to_owned(),
        "customer.updated".to_owned(),
        format!("{account}.created"),
        format!("{account}.deactivated"),
        format!("{account}.disconnected"),
        format!("{account}.reactivated"),
        format!("{account}.refreshed_balance"),
        format!("{account}.refreshed_ownership"),
        format!("{account}.refreshed_transactions"),
    ];
    assert_eq!(types, expected);
    let updated = http
        .get("/_sandbox/events", &[("type", "customer.updated")])
        .await;
    let previous = &updated["data"][0]["event"]["data"]["previous_attributes"];
    assert_eq!(*previous, json!({ "name": "Robin Example" }));
}
