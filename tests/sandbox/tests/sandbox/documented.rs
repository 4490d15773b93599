//! Tests errors that Stripe's documentation describes.

use super::http::{Http, Refusal, id, refusal};

const ACCOUNTS: &str = "/v1/financial_connections/accounts";

async fn refused(http: &Http, path: &str, form: &[(&str, &str)]) -> Refusal {
    let method = if path.ends_with("accounts") {
        "GET"
    } else {
        "POST"
    };
    http.refused(method, path, form).await
}

/// "This request will raise an error if more than one of account_holder[account],
/// account_holder[customer], or session is specified."
#[tokio::test]
async fn accounts_are_listed_by_one_thing() {
    let http = Http::start().await;
    let customer = http.customer().await;
    let session = http.session(&customer, &[]).await;
    http.post(&format!("/_sandbox/sessions/{session}/link"), &[])
        .await;
    let by_account = ("account_holder[account]", "acct_1");
    let by_customer = ("account_holder[customer]", &*customer);
    let by_session = ("session", &*session);
    for form in [
        vec![by_account, by_customer],
        vec![by_account, by_session],
        vec![by_customer, by_session],
        vec![by_account, by_customer, by_session],
    ] {
        assert_eq!(
            refused(&http, ACCOUNTS, &form).await,
            refusal(400, "parameters_exclusive", form[0].0),
            "{form:?}"
        );
    }
    for form in [by_customer, by_session] {
        let list = http.get(ACCOUNTS, &[form]).await;
        assert_eq!(list["data"].as_array().map(Vec::len), Some(3), "{form:?}");
    }
}

/// "Returns an Account object if a valid identifier was provided, and raises an error otherwise",
/// for each operation on an account.
#[tokio::test]
async fn an_identifier_has_to_be_valid() {
    let http = Http::start().await;
    let missing = |param| refusal(404, "resource_missing", param);
    let path = format!("{ACCOUNTS}/fca_0");
    assert_eq!(http.refused("GET", &path, &[]).await, missing("account"));
    let feature = [("features[]", "transactions")];
    for (operation, form) in [
        ("disconnect", &[][..]),
        ("refresh", &feature[..]),
        ("subscribe", &feature[..]),
        ("unsubscribe", &feature[..]),
    ] {
        let path = format!("{path}/{operation}");
        assert_eq!(
            refused(&http, &path, form).await,
            missing("account"),
            "{operation}"
        );
    }
}

/// "… and if you have sufficient permissions to that account."
#[tokio::test]
async fn permissions_have_to_be_sufficient() {
    let http = Http::start().await;
    let customer = http.customer().await;
    let form = [
        ("account_holder[type]", "customer"),
        ("account_holder[customer]", &*customer),
        ("permissions[]", "payment_method"),
    ];
    let session = id(&http.post("/v1/financial_connections/sessions", &form).await);
    let linked = http
        .post(&format!("/_sandbox/sessions/{session}/link"), &[])
        .await;
    let path = format!("{ACCOUNTS}/{}", id(&linked["accounts"][0]));
    for feature in ["balance", "ownership", "transactions"] {
        let path = format!("{path}/refresh");
        let form = [("features[]", feature)];
        assert_eq!(
            refused(&http, &path, &form).await,
            refusal(400, "", "features"),
            "{feature}"
        );
    }
    let form = [("features[]", "transactions")];
    assert_eq!(
        refused(&http, &format!("{path}/subscribe"), &form).await,
        refusal(400, "", "features")
    );
}

/// "You must request at least one permission."
#[tokio::test]
async fn a_session_asks_for_something() {
    let http = Http::start().await;
    let customer = http.customer().await;
    let form = [
        ("account_holder[type]", "customer"),
        ("account_holder[customer]", &*customer),
    ];
    assert_eq!(
        refused(&http, "/v1/financial_connections/sessions", &form).await,
        refusal(400, "parameter_missing", "permissions")
    );
}

/// "Refreshes aren't allowed on inactive accounts", while one is pending, or before
/// `next_refresh_available_at`.
#[tokio::test]
async fn refreshes_have_their_time() {
    let http = Http::start().await;
    let account = http.account("bank").await;
    let path = format!("{ACCOUNTS}/{account}");
    let refresh = format!("{path}/refresh");
    let form = [("features[]", "balance")];
    let pending = http.post(&refresh, &form).await;
    assert!(pending["balance_refresh"]["next_refresh_available_at"].is_null());
    assert_eq!(
        refused(&http, &refresh, &form).await,
        refusal(400, "", "features"),
        "it is pending"
    );
    http.pass(1);
    let done = http.get(&path, &[]).await;
    let next = done["balance_refresh"]["next_refresh_available_at"].as_i64();
    assert!(next > Some(http.sandbox.now().as_secs()));
    assert_eq!(
        refused(&http, &refresh, &form).await,
        refusal(400, "", "features"),
        "it is too early"
    );
    http.pass(60);
    http.sandbox.deactivate(&account).expect("it is there");
    assert_eq!(
        refused(&http, &refresh, &form).await,
        refusal(400, "financial_connections_account_inactive", "features")
    );
    let inactive = http.get(&path, &[]).await;
    assert!(inactive["balance_refresh"]["next_refresh_available_at"].is_null());
    http.sandbox.reactivate(&account).expect("it is there");
    http.post(&refresh, &form).await;
}
