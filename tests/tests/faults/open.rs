//! Tests that parameters and fields without a type can be sent and read.

use serde_json::{Value, json};
use stripe_financial_connections::financial_connections::{
    Account, AccountHolderParams, Permission, RefreshFeature,
};
use stripe_financial_connections::{Client, Error, Method, Params};
use stripe_tests::client::{Waits, builder, client};
use stripe_tests::fault::{Answer, FaultServer, Seen};
use stripe_tests::json::{account, account_with, list};

fn one() -> FaultServer {
    FaultServer::script([Answer::ok(account("fca_1")).header("Request-Id", "req_1")])
}

fn pairs(seen: &Seen) -> String {
    let pairs = seen.pairs().into_iter();
    let pairs: Vec<_> = pairs
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

#[tokio::test]
async fn one_more_parameter() {
    let server = one();
    let (client, _) = client(&server);
    let accounts = client.financial_connections().accounts();
    let refresh = accounts.refresh("fca_1", [RefreshFeature::Balance]);
    let refresh = refresh
        .with_param("preview[depth]", 3)
        .expand(["ownership"])
        .with_param("features[1]", "inferred")
        .with_param("preview[on]", true);
    let shown: Vec<_> = refresh.pairs();
    refresh.await.expect("a good answer");
    let seen = server.last_seen();
    assert_eq!(seen.pairs(), shown);
    assert_eq!(
        pairs(&seen),
        "features[0]=balance&features[1]=inferred&expand[0]=ownership&preview[depth]=3&preview[on]=true"
    );

    let retrieve = accounts.retrieve("fca_1").with_param("a b", "c&d");
    retrieve.await.expect("a good answer");
    assert_eq!(server.last_seen().query, "a%20b=c%26d");

    let raw = client.raw(Method::Post, "/v2/things").param("a", 1).json();
    let raw = raw.with_param("b[c]", "x").with_param("d[]", 5);
    raw.await.expect("a good answer");
    let body: Value = serde_json::from_slice(&server.last_seen().body).expect("JSON");
    assert_eq!(body, json!({"a": 1, "b": {"c": "x"}, "d": [5]}));
}

#[tokio::test]
async fn one_more_parameter_goes_with_every_page() {
    let page = |id: &str, more| Answer::ok(list("/v1/x", [account(id)], more));
    let server = FaultServer::script([page("fca_1", true), page("fca_2", false)]);
    let (client, _) = client(&server);
    let list = client.financial_connections().accounts().list().limit(1);
    let mut stream = list.with_param("preview", "on").stream();
    while stream.try_next().await.expect("good pages").is_some() {}
    let sent: Vec<_> = server.seen().iter().map(pairs).collect();
    assert_eq!(
        sent,
        [
            "limit=1&preview=on",
            "limit=1&preview=on&starting_after=fca_1"
        ]
    );
}

#[tokio::test]
async fn a_typed_parameter_is_not_overwritten() {
    let server = one();
    let (client, _) = client(&server);
    let accounts = client.financial_connections().accounts();
    for name in [
        "features",
        "features[0]",
        "features[x]",
        "expand[0]",
        "expand[0][x]",
    ] {
        let refresh = accounts.refresh("fca_1", [RefreshFeature::Balance]);
        // In any order of the two calls.
        let refresh = refresh.with_param(name, "x").expand(["ownership"]);
        let error = refresh.await.expect_err(name);
        assert!(matches!(error, Error::Invalid(_)), "{error:?}");
        assert!(
            error
                .to_string()
                .contains(&format!("`{name}` is set already")),
            "{error}"
        );
    }
    for name in ["", "[a]", "a[", "a[b", "a]b"] {
        let error = accounts.retrieve("fca_1").with_param(name, "x").await;
        let error = error.expect_err(name).to_string();
        assert!(error.contains("is not the name of a parameter"), "{error}");
    }
    let twice = accounts
        .retrieve("fca_1")
        .with_param("a", 1)
        .with_param("a", 2);
    assert!(matches!(twice.await, Err(Error::Invalid(_))));
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn infinite_numbers_and_nan_are_refused() {
    let server = one();
    let (client, _) = client(&server);
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let nested = Params::new().with("inner", vec![1.5, number]);
        let raw = || client.raw(Method::Post, "/v1/x");
        for raw in [
            raw().param("rate", number),
            raw().param("rate", nested).json(),
        ] {
            let error = raw.await.expect_err("not a number").to_string();
            assert!(error.contains("`rate` is not a number"), "{error}");
        }
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn the_body_behind_an_answer() {
    let future = account_with(json!({"a_field_of_the_future": {"x": [1]}}));
    let server = FaultServer::script([
        Answer::ok(&future),
        Answer::ok(list("/v1/x", [future.clone()], false)),
    ]);
    let (client, _) = client(&server);
    let accounts = client.financial_connections().accounts();
    let answer = accounts.retrieve("fca_1").send_with_response();
    let answer = answer.await.expect("a good answer");
    assert_eq!(answer.body(), future.to_string().as_bytes());
    let all: Value = answer.parse().expect("JSON");
    assert_eq!(all["a_field_of_the_future"]["x"][0], 1);
    let page = accounts.list().send_with_response().await.expect("a page");
    let all: Value = page.parse().expect("JSON");
    assert_eq!(all["data"][0], future);
    assert!(format!("{page:?}").contains("bytes"));
}

#[tokio::test]
async fn the_account_that_a_client_acts_for() {
    let server = one();
    let waits = Waits::default();
    let own = builder(&server, &waits).build().expect("a client");
    let base = builder(&server, &waits).stripe_account("acct_base");
    let base = base.build().expect("a client");
    let context = builder(&server, &waits).stripe_context("ctx_base");
    let context = context.build().expect("a client");
    let seller = own.with_stripe_account("acct_1");
    for (client, account, context) in [
        (&own, None, None),
        (&base, Some("acct_base"), None),
        (&context, None, Some("ctx_base")),
        (&seller, Some("acct_1"), None),
        (&base.with_stripe_account("acct_2"), Some("acct_2"), None),
        (&base.with_stripe_context("ctx_2"), None, Some("ctx_2")),
        (&context.with_stripe_account("acct_2"), Some("acct_2"), None),
    ] {
        let retrieve = || client.financial_connections().accounts().retrieve("fca_1");
        let sent = async |call: stripe_financial_connections::ResponseFuture<_>| {
            let _: stripe_financial_connections::financial_connections::Account =
                call.await.expect("a good answer");
            let seen = server.last_seen();
            let header = |name| seen.header(name).map(str::to_owned);
            (header("stripe-account"), header("stripe-context"))
        };
        let text = |text: Option<&str>| text.map(str::to_owned);
        assert_eq!(
            sent(retrieve().send()).await,
            (text(account), text(context))
        );
        let other = sent(retrieve().with_stripe_account("acct_9").send()).await;
        assert_eq!(other, (text(Some("acct_9")), None));
        let other = sent(retrieve().with_stripe_context("ctx_9").send()).await;
        assert_eq!(other, (None, text(Some("ctx_9"))));
    }
    // All clones of a client share connections; three clients were built.
    assert!(server.connections() <= 3, "{}", server.connections());

    let both = builder(&server, &waits)
        .stripe_account("a")
        .stripe_context("c");
    assert!(matches!(both.build(), Err(Error::Invalid(_))));
    for account in ["", "acct_1\n"] {
        let built = builder(&server, &waits).stripe_account(account).build();
        assert!(matches!(built, Err(Error::Invalid(_))));
        let customers = own.with_stripe_account(account);
        let error = customers.customers().retrieve("cus_1").await;
        assert!(matches!(error, Err(Error::Invalid(_))));
    }
}

#[tokio::test]
async fn what_is_expanded_in_a_list() {
    let page = || Answer::ok(list("/v1/x", [account("fca_1")], false));
    let server = FaultServer::script([page()]);
    let (client, _) = client(&server);
    let accounts = client.financial_connections().accounts();
    let list = accounts
        .list()
        .expand([Account::EXPAND_OWNERSHIP, "data.account_holder.customer"]);
    list.await.expect("a page");
    assert_eq!(
        pairs(&server.last_seen()),
        "expand[0]=data.ownership&expand[1]=data.account_holder.customer"
    );
}

/// The list in a session, as Stripe returns it if the request expands fields of its items.
#[tokio::test]
async fn what_is_expanded_in_a_list_inside_of_an_object() {
    let session = json!({
        "id": "fcsess_1", "object": "financial_connections.session", "permissions": [],
        "client_secret": "x", "livemode": false,
        "accounts": list("/v1/financial_connections/accounts?a%5B%5D=1&a%5B%5D=2+3", [account("fca_1")], true),
    });
    let last = || Answer::ok(list("/v1/x", [account("fca_2")], false));
    for (expand, sent) in [
        (vec![], ""),
        (vec!["accounts.data.ownership"], "&expand[0]=data.ownership"),
        (
            vec![
                "account_holder.customer",
                "accounts.data.account_holder.customer",
            ],
            "&expand[0]=data.account_holder.customer",
        ),
        (vec!["accounts"], ""),
        (vec!["some_accounts.data.ownership"], ""),
    ] {
        let server = FaultServer::script([Answer::ok(&session), last()]);
        let (client, _) = client(&server);
        let sessions = client.financial_connections().sessions();
        let holder = AccountHolderParams::customer("cus_1");
        let create = sessions
            .create(holder, [Permission::Balances])
            .expand(expand);
        let mut accounts = create.await.expect("a session").accounts.stream();
        while accounts.try_next().await.expect("good pages").is_some() {}
        let seen = server.last_seen();
        // All pairs of the URL, unchanged and in order.
        assert!(
            seen.query.starts_with("a%5B%5D=1&a%5B%5D=2+3&"),
            "{}",
            seen.query
        );
        let rest = pairs(&seen).replace("a[]=1&a[]=2 3", "");
        assert_eq!(rest, format!("{sent}&starting_after=fca_1"));
    }
}

#[tokio::test]
async fn a_post_without_parameters_has_a_length() {
    let server = one();
    let (client, _) = client(&server);
    let accounts = client.financial_connections().accounts();
    accounts.disconnect("fca_1").await.expect("a good answer");
    let seen = server.last_seen();
    assert_eq!(seen.header("content-length"), Some("0"));
    assert_eq!((seen.header("content-type"), seen.body.len()), (None, 0));
    accounts.retrieve("fca_1").await.expect("a good answer");
    assert_eq!(server.last_seen().header("content-length"), None);
}

#[tokio::test]
async fn an_id_with_a_line_break_is_refused() {
    let server = one();
    let (client, _): (Client, _) = client(&server);
    for id in ["fca_1\n", "\tfca_1", "fca\u{0}", "fca_1\r\nfca_2"] {
        let retrieve = client.financial_connections().accounts().retrieve(id);
        let error = retrieve.await.expect_err(id).to_string();
        assert!(
            error.contains("trim it") && !error.contains("fca"),
            "{error}"
        );
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn what_an_error_carries() {
    let declined = json!({"error": {
        "type": "card_error", "code": "card_declined", "message": "No.",
        "advice_code": "try_again_later", "network_decline_code": "R01",
        "network_advice_code": "02", "charge": "ch_1", "payment_method_type": "us_bank_account",
        "source": {"id": "src_1"},
    }});
    let server = FaultServer::script([Answer::json(402, declined)]);
    let (client, _) = client(&server);
    let error = client.customers().retrieve("cus_1").await;
    let error = error.expect_err("declined");
    let api = error.api().expect("an answer");
    assert_eq!(api.advice_code(), Some("try_again_later"));
    assert_eq!(api.network_decline_code(), Some("R01"));
    assert_eq!(api.network_advice_code(), Some("02"));
    assert_eq!(api.charge(), Some("ch_1"));
    assert_eq!(api.payment_method_type(), Some("us_bank_account"));
    let all: Value = api.parse().expect("the error object");
    assert_eq!(all["source"]["id"], "src_1");
    let typed: stripe_financial_connections::common::AttemptError =
        api.parse().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(typed.charge.as_deref(), Some("ch_1"));
}
