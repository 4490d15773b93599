//! Tests that the sandbox refuses what Stripe refuses, and names the wrong parameter.

use super::http::{Http, id, ids, refusal};

#[tokio::test]
async fn parameters_are_checked_against_the_spec() {
    let http = Http::start().await;
    let customer = http.customer().await;
    let customer_path = format!("/v1/customers/{customer}");
    let account = http.account("bank").await;
    let refresh = format!("/v1/financial_connections/accounts/{account}/refresh");
    let sessions = "/v1/financial_connections/sessions";
    let holder = [
        ("account_holder[type]", "customer"),
        ("account_holder[customer]", &customer),
    ];
    let with = |form: &[(&'static str, &'static str)]| {
        holder
            .iter()
            .copied()
            .chain(form.iter().copied())
            .collect::<Vec<_>>()
    };
    let long = "x".repeat(257);
    for (method, path, form, code, param) in [
        (
            "POST",
            "/v1/customers",
            vec![("shoe_size", "43")],
            "parameter_unknown",
            "shoe_size",
        ),
        (
            "POST",
            "/v1/customers",
            vec![("address[moon]", "1")],
            "parameter_unknown",
            "address[moon]",
        ),
        (
            "POST",
            "/v1/customers",
            vec![("address", "here")],
            "",
            "address",
        ),
        (
            "POST",
            "/v1/customers",
            vec![("balance", "1.5")],
            "parameter_invalid_integer",
            "balance",
        ),
        (
            "POST",
            "/v1/customers",
            vec![("balance", "")],
            "parameter_invalid_empty",
            "balance",
        ),
        (
            "POST",
            "/v1/customers",
            vec![("name[first]", "R")],
            "",
            "name",
        ),
        ("POST", "/v1/customers", vec![("name", &long)], "", "name"),
        (
            "POST",
            "/v1/customers",
            vec![("tax_exempt", "often")],
            "",
            "tax_exempt",
        ),
        (
            "POST",
            "/v1/customers",
            vec![("shipping[name]", "R")],
            "parameter_missing",
            "shipping[address]",
        ),
        (
            "POST",
            "/v1/customers",
            vec![("preferred_locales[x]", "en")],
            "",
            "preferred_locales",
        ),
        (
            "POST",
            "/v1/customers",
            vec![("a", "1"), ("a[b]", "2")],
            "",
            "a[b]",
        ),
        (
            "POST",
            "/v1/customers",
            vec![("expand[]", "name")],
            "",
            "expand",
        ),
        (
            "POST",
            &customer_path,
            vec![("individual_name[x]", "1")],
            "",
            "individual_name",
        ),
        (
            "GET",
            "/v1/customers",
            vec![("limit", "0")],
            "parameter_invalid_integer",
            "limit",
        ),
        (
            "GET",
            "/v1/customers",
            vec![("limit", "101")],
            "parameter_invalid_integer",
            "limit",
        ),
        (
            "GET",
            "/v1/customers",
            vec![("limit", "ten")],
            "parameter_invalid_integer",
            "limit",
        ),
        (
            "GET",
            "/v1/customers",
            vec![("created[around]", "1")],
            "parameter_unknown",
            "created[around]",
        ),
        (
            "GET",
            "/v1/customers",
            vec![("starting_after", "cus_0")],
            "resource_missing",
            "starting_after",
        ),
        (
            "GET",
            "/v1/customers",
            vec![("starting_after", &customer), ("ending_before", &customer)],
            "parameters_exclusive",
            "starting_after",
        ),
        (
            "GET",
            &customer_path,
            vec![("expand[]", "a.b.c.d.e")],
            "",
            "expand",
        ),
        ("POST", &refresh, vec![], "parameter_missing", "features"),
        (
            "POST",
            &refresh,
            vec![("features", "balance")],
            "",
            "features",
        ),
        (
            "POST",
            &refresh,
            vec![("features[]", "weather")],
            "",
            "features[0]",
        ),
        (
            "POST",
            sessions,
            with(&[]),
            "parameter_missing",
            "permissions",
        ),
        (
            "POST",
            sessions,
            with(&[("permissions[0]", "balances"), ("prefetch[0]", "ownership")]),
            "",
            "prefetch",
        ),
        (
            "POST",
            sessions,
            with(&[("permissions[0]", "everything")]),
            "",
            "permissions[0]",
        ),
        (
            "POST",
            sessions,
            vec![("permissions[0]", "balances")],
            "parameter_missing",
            "account_holder",
        ),
        (
            "POST",
            sessions,
            vec![
                ("permissions[0]", "balances"),
                ("account_holder[customer]", &customer),
            ],
            "parameter_missing",
            "account_holder[type]",
        ),
        (
            "POST",
            sessions,
            vec![
                ("permissions[0]", "balances"),
                ("account_holder[type]", "customer"),
            ],
            "parameter_missing",
            "account_holder[customer]",
        ),
        (
            "POST",
            sessions,
            with(&[
                ("permissions[0]", "balances"),
                ("account_holder[account]", "acct_1"),
            ]),
            "parameters_exclusive",
            "account_holder[account]",
        ),
        (
            "POST",
            sessions,
            vec![
                ("permissions[0]", "balances"),
                ("account_holder[type]", "customer"),
                ("account_holder[customer]", "cus_0"),
            ],
            "resource_missing",
            "account_holder[customer]",
        ),
        (
            "GET",
            "/v1/financial_connections/accounts",
            vec![
                ("account_holder[customer]", &customer),
                ("account_holder[account]", "acct_1"),
            ],
            "parameters_exclusive",
            "account_holder[account]",
        ),
        (
            "GET",
            "/v1/financial_connections/accounts",
            vec![("session", "fcsess_0")],
            "resource_missing",
            "session",
        ),
        (
            "GET",
            "/v1/financial_connections/transactions",
            vec![],
            "parameter_missing",
            "account",
        ),
        (
            "GET",
            "/v1/financial_connections/transactions",
            vec![("account", &account)],
            "financial_connections_no_successful_transaction_refresh",
            "account",
        ),
    ] {
        let refused = http.refused(method, path, &form).await;
        assert_eq!(
            refused,
            refusal(400, code, param),
            "{method} {path} {form:?}"
        );
    }
    assert_eq!(
        ids(&http.get("/v1/customers", &[]).await).len(),
        2,
        "nothing was created"
    );
}

#[tokio::test]
async fn what_does_not_exist_is_missing() {
    let http = Http::start().await;
    for (method, path, param) in [
        ("GET", "/v1/customers/cus_0", "id"),
        ("POST", "/v1/customers/cus_0", "id"),
        ("DELETE", "/v1/customers/cus_0", "id"),
        ("GET", "/v1/customers/cus_0/payment_methods", "customer"),
        ("GET", "/v1/payment_methods/pm_0", "payment_method"),
        ("GET", "/v1/financial_connections/accounts/fca_0", "account"),
        (
            "POST",
            "/v1/financial_connections/accounts/fca_0/disconnect",
            "account",
        ),
        (
            "GET",
            "/v1/financial_connections/sessions/fcsess_0",
            "session",
        ),
        (
            "GET",
            "/v1/financial_connections/transactions/fctxn_0",
            "transaction",
        ),
        ("GET", "/v1/payment_intents/pi_0", "intent"),
        ("POST", "/_sandbox/accounts/fca_0/deactivate", "account"),
    ] {
        let refused = http.refused(method, path, &[]).await;
        assert_eq!(
            refused,
            refusal(404, "resource_missing", param),
            "{method} {path}"
        );
    }
    for (method, path) in [
        ("GET", "/v1/nothing"),
        ("PUT", "/v1/customers"),
        ("POST", "/"),
    ] {
        let refused = http.refused(method, path, &[]).await;
        assert_eq!(refused, refusal(404, "url_invalid", ""), "{method} {path}");
    }
}

#[tokio::test]
async fn permissions_and_times_are_kept_to() {
    let http = Http::start().await;
    let customer = http.customer().await;
    let form = [
        ("account_holder[type]", "customer"),
        ("account_holder[customer]", &customer),
        ("permissions[0]", "balances"),
    ];
    let session = id(&http.post("/v1/financial_connections/sessions", &form).await);
    let linked = http
        .post(&format!("/_sandbox/sessions/{session}/link"), &[])
        .await;
    let account = id(&linked["accounts"][0]);
    let path = format!("/v1/financial_connections/accounts/{account}");
    let (refresh, subscribe) = (format!("{path}/refresh"), format!("{path}/subscribe"));

    for feature in ["ownership", "transactions"] {
        let refused = http
            .refused("POST", &refresh, &[("features[]", feature)])
            .await;
        assert_eq!(refused, refusal(400, "", "features"), "{feature}");
    }
    let refused = http
        .refused("POST", &subscribe, &[("features[]", "transactions")])
        .await;
    assert_eq!(refused, refusal(400, "", "features"));
    let transactions = "/v1/financial_connections/transactions";
    let refused = http
        .refused("GET", transactions, &[("account", &account)])
        .await;
    assert_eq!(refused, refusal(400, "", "account"));
    let owners = [("ownership", "fcaowns_0")];
    let refused = http
        .refused("GET", &format!("{path}/owners"), &owners)
        .await;
    assert_eq!(refused, refusal(400, "", "account"));

    // A pending refresh, one that is too early, and one that is not.
    let balance = [("features[]", "balance")];
    http.post(&refresh, &balance).await;
    assert_eq!(
        http.refused("POST", &refresh, &balance).await,
        refusal(400, "", "features")
    );
    http.pass(2);
    assert_eq!(
        http.refused("POST", &refresh, &balance).await,
        refusal(400, "", "features")
    );
    http.pass(60);
    http.post(&refresh, &balance).await;

    let twice = http
        .refused("POST", &format!("/_sandbox/sessions/{session}/link"), &[])
        .await;
    assert_eq!(twice, refusal(400, "", ""));
}

#[tokio::test]
async fn a_payment_asks_for_what_it_needs() {
    let http = Http::start().await;
    let options = "payment_method_options[us_bank_account][financial_connections]";
    let (permissions, prefetch) = (
        format!("{options}[permissions]"),
        format!("{options}[prefetch]"),
    );
    let (permission, prefetched) = (format!("{permissions}[0]"), format!("{prefetch}[0]"));
    let account = http.account("bank").await;
    let bank = "payment_method_data[us_bank_account]";
    let linked = format!("{bank}[financial_connections_account]");
    let usd = ("currency", "usd");
    for (form, code, param) in [
        (vec![usd], "parameter_missing", "amount"),
        (vec![("amount", "2000")], "parameter_missing", "currency"),
        (vec![("amount", "1"), usd], "amount_too_small", "amount"),
        (
            vec![("amount", "2000"), usd, (&*permission, "balances")],
            "",
            &permissions,
        ),
        (
            vec![
                ("amount", "2000"),
                usd,
                (&permission, "payment_method"),
                (&prefetched, "balances"),
            ],
            "",
            &prefetch,
        ),
        (
            vec![("amount", "2000"), usd, ("payment_method", "pm_0")],
            "resource_missing",
            "payment_method",
        ),
        (
            vec![
                ("amount", "2000"),
                usd,
                ("payment_method_data[type]", "us_bank_account"),
                (&linked, "fca_0"),
            ],
            "resource_missing",
            &linked,
        ),
        (
            vec![("amount", "2000"), usd, (&linked, &account)],
            "parameter_missing",
            "payment_method_data[type]",
        ),
    ] {
        let refused = http.refused("POST", "/v1/payment_intents", &form).await;
        assert_eq!(refused, refusal(400, code, param), "{form:?}");
    }
    assert!(ids(&http.get("/v1/payment_intents", &[]).await).is_empty());
}
