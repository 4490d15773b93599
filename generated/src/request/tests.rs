use super::*;
use crate::RawRequest;
use crate::client::test_client;
use crate::params::list;

fn post(template: &'static str) -> Request {
    Request::new(test_client(), Method::Post, template)
}

fn body(wire: &reqwest::Request) -> Option<&[u8]> {
    wire.body()?.as_bytes()
}

fn refusal(request: &Request) -> Option<String> {
    request.clone().wire().err().map(|error| match error {
        Error::Invalid(message) => message.into_owned(),
        other => panic!("{other:?}"),
    })
}

#[test]
fn invalid_requests_are_refused_before_sending() {
    let account = || Request::new(test_client(), Method::Get, "/v1/accounts/{account}");
    let accounts = || {
        Request::new(test_client(), Method::Get, "/v1/accounts").at_most_one(&[
            &["account_holder.account"],
            &["account_holder.customer", "account_holder.customer_account"],
            &["session"],
        ])
    };
    let with = |mut request: Request, params: &[(&'static str, &'static str)]| {
        params
            .iter()
            .for_each(|(name, value)| request.set(*name, *value));
        request
    };
    let holder = |names: &[&'static str]| {
        let holder = names
            .iter()
            .fold(Params::new(), |params, name| params.with(*name, "x"));
        let mut request = accounts();
        request.set("account_holder", holder);
        request
    };
    let option = |set: fn(&mut Options)| {
        let mut request = accounts();
        set(request.options());
        request
    };
    for (request, part) in [
        (account(), "needs an id for `account`"),
        (account().path("account", ""), "`` is not a `account`"),
        (account().path("account", "."), "another path"),
        (account().path("account", ".."), "another path"),
        (account().path("customer", "x"), "no `{customer}`"),
        (
            post("/v1/x").param("features", list(Vec::<Value>::new())),
            "`features` is required",
        ),
        (post("/v1/x").param("account", ""), "`account` is required"),
        (
            with(
                accounts(),
                &[("starting_after", "a"), ("ending_before", "b")],
            ),
            "can't be combined",
        ),
        (
            with(holder(&["customer"]), &[("session", "x")]),
            "only one of these parameters can be set: `account_holder[account]`; \
             `account_holder[customer]` or `account_holder[customer_account]`; `session`",
        ),
        (
            holder(&["account", "customer"]),
            "only one of these parameters can be set: `account_holder[account]`; \
             `account_holder[customer]` or `account_holder[customer_account]`; `session`",
        ),
        (
            option(|o| o.stripe_account = Some(String::new())),
            "the connected account is empty",
        ),
        (
            option(|o| o.stripe_version = Some("a\nb".into())),
            "the API version",
        ),
        (
            option(|o| o.api_key = Some(crate::client::ApiKey::new("sk\n"))),
            "the API key",
        ),
        (
            option(|o| o.headers.push(("a b".into(), "c".into()))),
            "the header `a b`",
        ),
        (
            option(|o| o.headers.push(("Stripe-Version".into(), "c".into()))),
            "its own option",
        ),
        (
            option(|o| {
                o.stripe_account = Some("acct_1".into());
                o.stripe_context = Some("ctx_1".into());
            }),
            "choose one of",
        ),
    ] {
        let refusal = refusal(&request).unwrap_or_else(|| panic!("{request:?} is not refused"));
        assert!(
            refusal.contains(part) && !refusal.contains('\n'),
            "{refusal}"
        );
    }
    for request in [
        account().path("account", "acct_1"),
        holder(&["type", "customer"]),
        holder(&["customer", "customer_account"]),
        with(accounts(), &[("session", "x"), ("ending_before", "b")]),
    ] {
        assert_eq!(refusal(&request), None);
    }
}

#[test]
fn raw_paths() {
    for (path, sound) in [
        ("/v1/payouts", true),
        ("/v1/payouts/po_123", true),
        ("/v2/core/accounts", true),
        ("v1/payouts", false),
        ("", false),
        ("/", false),
        ("/v1/", false),
        ("//evil.example/v1", false),
        ("https://evil.example/v1", false),
        ("/v1/../payouts", false),
        ("/v1/%2e%2e/payouts", false),
        ("/v1/payouts?limit=1", false),
        ("/v1/payouts#x", false),
        ("/v1/pay outs", false),
        ("/v1\\payouts", false),
        ("/v1/{payout}", false),
    ] {
        let request = Request::raw(test_client(), Method::Get, path.to_owned());
        assert_eq!(refusal(&request).is_none(), sound, "{path}");
    }
    let raw = RawRequest::new(Request::raw(
        test_client(),
        Method::Get,
        "/v1/x/{id}".to_owned(),
    ));
    assert_eq!(raw.path_param("id", "a/b?").path(), "/v1/x/a%2Fb%3F");
}

#[test]
fn a_post_has_a_body_and_a_key_and_a_get_has_a_query() {
    let mut request = post("/v1/x").param("a", "b c");
    let wire = request.wire().expect("it is sound");
    assert_eq!(wire.url().as_str(), "https://api.stripe.com/v1/x");
    assert_eq!(body(&wire), Some(&b"a=b%20c"[..]));
    assert_eq!(
        wire.headers()["content-type"],
        "application/x-www-form-urlencoded"
    );
    assert_eq!(wire.headers()["idempotency-key"].len(), 32);
    assert_eq!(wire.headers()["stripe-version"], crate::API_VERSION);

    request.options().idempotency_key = Some("mine".into());
    request = request.json();
    let wire = request.wire().expect("it is sound");
    assert_eq!(body(&wire), Some(&br#"{"a":"b c"}"#[..]));
    assert_eq!(wire.headers()["content-type"], "application/json");
    assert_eq!(wire.headers()["idempotency-key"], "mine");
    request.options().idempotency_key = Some("x".repeat(256));
    assert!(refusal(&request).is_some());

    for method in [Method::Get, Method::Delete] {
        let wire = Request::new(test_client(), method, "/v1/x")
            .param("a", "b c")
            .wire()
            .unwrap();
        assert_eq!(wire.url().as_str(), "https://api.stripe.com/v1/x?a=b%20c");
        assert_eq!(body(&wire), None);
        assert!(!wire.headers().contains_key("idempotency-key"));
    }
}

#[test]
fn a_list_inside_of_an_object_is_asked_for_as_the_object_was() {
    let mut session = Request::new(
        test_client(),
        Method::Get,
        "/v1/financial_connections/sessions/{session}",
    )
    .path("session", "fcsess/1+")
    .list_filters(&[("/v1/financial_connections/accounts", "session")]);
    session.options().stripe_account = Some("acct_1".into());
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    for (url, path, pairs) in [
        (
            "/v1/financial_connections/accounts",
            Some("/v1/financial_connections/accounts"),
            vec![pair("session", "fcsess/1+")],
        ),
        (
            "/v1/x/fca_1/owners?ownership=fcaowns_1",
            Some("/v1/x/fca_1/owners"),
            vec![pair("ownership", "fcaowns_1")],
        ),
        ("https://api.stripe.com/v1/x", Some("/v1/x"), vec![]),
        ("https://evil.example/v1/x", None, vec![]),
        ("/v1/../x", None, vec![]),
    ] {
        let mut list = session.for_list(url);
        assert_eq!(refusal(&list).is_none(), path.is_some(), "{url}");
        if let Some(path) = path {
            assert_eq!((list.method(), list.filled_path()), (Method::Get, path));
            assert_eq!(list.pairs(), pairs);
            assert_eq!(list.wire().unwrap().headers()["stripe-account"], "acct_1");
        }
    }
}

#[test]
fn debug_shows_no_secret() {
    let mut request = post("/v1/x").param("name", Value::sensitive("Jenny Rosen"));
    request.options().api_key = Some(crate::client::ApiKey::new("sk_test_2"));
    request
        .options()
        .headers
        .push(("x-token".into(), "secret".into()));
    let debug = format!("{request:?} {:?}", request.wire().unwrap().headers());
    for secret in ["Jenny", "sk_test", "secret"] {
        assert!(!debug.contains(secret), "{debug}");
    }
}

#[test]
fn the_query_of_a_post_is_apart_from_its_body() {
    let mut request = post("/v1/cows/{cow}")
        .path("cow", "cow_1")
        .param_in_query("farm", "f&1")
        .param("name", "Elsa");
    request.set_in_query("name", "query");
    request.set_in_query("expand", vec!["a", "b"]);
    request.set_in_query("note", Value::CLEAR);
    request.add("extra[x]".to_owned(), 1.into());
    let mut again = request.clone();
    request.join_extra().unwrap();
    let wire = request.wire().unwrap();
    assert_eq!(wire.method(), reqwest::Method::POST);
    assert_eq!(wire.url().path(), "/v1/cows/cow_1");
    let query = "farm=f%261&name=query&expand[0]=a&expand[1]=b&note=";
    assert_eq!(wire.url().query(), Some(query));
    assert_eq!(body(&wire), Some(&b"name=Elsa&extra[x]=1"[..]));
    // A second attempt is the same.
    let second = request.wire().unwrap();
    assert_eq!(second.url(), wire.url());
    assert_eq!(body(&second), body(&wire));
    let key = "idempotency-key";
    assert_eq!(second.headers()[key], wire.headers()[key]);

    let mut as_json = again.clone().json();
    as_json.join_extra().unwrap();
    let wire = as_json.wire().unwrap();
    assert_eq!(wire.url().query(), Some(query));
    assert_eq!(
        body(&wire),
        Some(&br#"{"name":"Elsa","extra":{"x":1}}"#[..])
    );

    let pairs = again.pairs();
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    assert_eq!(
        pairs,
        [
            ("farm", "f&1"),
            ("name", "query"),
            ("expand[0]", "a"),
            ("expand[1]", "b"),
            ("note", ""),
            ("name", "Elsa"),
            ("extra[x]", "1")
        ]
    );
    again.add("farm".to_owned(), "f_2".into());
    let error = again
        .join_extra()
        .expect_err("it is set already")
        .to_string();
    assert!(error.contains("`farm` is set already"), "{error}");
}

#[test]
fn what_is_in_the_query_is_checked_as_the_rest() {
    let empty = post("/v1/x").param_in_query("farm", "");
    assert!(refusal(&empty).is_some_and(|said| said.contains("`farm` is required")));
    let mut infinite = post("/v1/x");
    infinite.set_in_query("share", f64::INFINITY);
    assert!(refusal(&infinite).is_some_and(|said| said.contains("`share` is not a number")));
    // All that a GET has is in its query.
    let mut get = Request::new(test_client(), Method::Get, "/v1/x").param_in_query("a", "1");
    get.set("b", "2");
    assert_eq!(get.wire().unwrap().url().query(), Some("a=1&b=2"));
}
