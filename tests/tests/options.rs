//! Tests what a request sends besides its parameters, and what is returned besides the value.

use std::time::Duration;

use serde_json::{Value, json};
use stripe_financial_connections::financial_connections::{AccountOwner, RefreshFeature, Session};
use stripe_financial_connections::{API_VERSION, Error, Method, Params};
use stripe_tests::client::{KEY, Waits, builder, client};
use stripe_tests::fault::{Answer, FaultServer, Seen};
use stripe_tests::json::{account, list};

const OTHER_KEY: &str = "sk_test_zyxwvutsrqponmlk";

fn one() -> FaultServer {
    FaultServer::script([Answer::ok(account("fca_1")).header("Request-Id", "req_1")])
}

fn headers<const N: usize>(seen: &Seen, names: [&str; N]) -> [Option<String>; N] {
    names.map(|name| seen.header(name).map(str::to_owned))
}

#[tokio::test]
async fn what_every_request_carries() {
    let server = one();
    let (client, _) = client(&server);
    let accounts = client.financial_connections().accounts();
    accounts.retrieve("fca_1").await.expect("a good answer");
    accounts.disconnect("fca_1").await.expect("a good answer");
    for seen in server.seen() {
        let names = [
            "authorization",
            "stripe-version",
            "stripe-account",
            "stripe-context",
        ];
        let [key, version, account, context] = headers(&seen, names);
        assert_eq!(key, Some(format!("Bearer {KEY}")));
        assert_eq!(version.as_deref(), Some(API_VERSION));
        assert_eq!((account, context), (None, None));
        let agent = seen.header("user-agent").expect("a user agent");
        assert!(
            agent.starts_with("stripe-financial-connections-rust/"),
            "{agent}"
        );
    }
}

#[tokio::test]
async fn options_of_the_client() {
    let server = one();
    let client = builder(&server, &Waits::default()).app_info("budget-app", "1.2.0");
    let client = client
        .stripe_version("2026-04-22.dahlia")
        .base_url(server.url() + "/proxy/");
    let client = client.build().expect("a client");
    let accounts = client.financial_connections().accounts();
    accounts.retrieve("fca_1").await.expect("a good answer");
    let seen = server.only_seen();
    assert_eq!(seen.path, "/proxy/v1/financial_connections/accounts/fca_1");
    assert_eq!(seen.header("stripe-version"), Some("2026-04-22.dahlia"));
    let agent = seen.header("user-agent").expect("a user agent");
    assert!(agent.ends_with(" budget-app/1.2.0"), "{agent}");
}

#[tokio::test]
async fn an_http_client_of_the_caller() {
    let server = one();
    let http = stripe_financial_connections::reqwest::Client::builder();
    let http = http.default_headers(
        [(
            "x-of".parse().expect("a name"),
            "mine".parse().expect("a value"),
        )]
        .into_iter()
        .collect(),
    );
    let client = builder(&server, &Waits::default());
    let client = client
        .http_client(http.build().expect("a client"))
        .build()
        .expect("a client");
    let accounts = client.financial_connections().accounts();
    accounts.retrieve("fca_1").await.expect("a good answer");
    assert_eq!(server.only_seen().header("x-of"), Some("mine"));
}

#[tokio::test]
async fn options_of_a_request() {
    let server = one();
    let (client, _) = client(&server);
    let accounts = client.financial_connections().accounts();
    let refresh = accounts.refresh("fca_1", [RefreshFeature::Balance]);
    let refresh = refresh
        .with_idempotency_key("once")
        .with_stripe_account("acct_1");
    let refresh = refresh
        .with_stripe_version("2026-04-22.dahlia")
        .with_api_key(OTHER_KEY);
    let refresh = refresh
        .with_header("X-Trace", "t1")
        .with_header("X-Span", "s1");
    refresh.await.expect("a good answer");
    let names = [
        "idempotency-key",
        "stripe-account",
        "stripe-version",
        "authorization",
        "x-trace",
        "x-span",
    ];
    let bearer = format!("Bearer {OTHER_KEY}");
    let values = ["once", "acct_1", "2026-04-22.dahlia", &bearer, "t1", "s1"];
    assert_eq!(
        headers(&server.only_seen(), names),
        values.map(|value| Some(value.to_owned()))
    );

    let context = accounts.retrieve("fca_1").with_stripe_context("ctx_1");
    context.await.expect("a good answer");
    let seen = server.last_seen();
    let names = ["stripe-context", "stripe-account", "idempotency-key"];
    assert_eq!(
        headers(&seen, names),
        [Some("ctx_1".to_owned()), None, None]
    );
}

#[tokio::test]
async fn retries_and_time_of_a_request() {
    let server = FaultServer::script([Answer::json(500, "{}")]);
    let (patient, waits) = client(&server);
    let accounts = patient.financial_connections().accounts();
    for (retries, requests) in [(0, 1), (1, 3), (5, 9)] {
        let retrieve = accounts.retrieve("fca_1").with_max_retries(retries);
        retrieve.await.expect_err("broken");
        assert_eq!(server.seen().len(), requests);
    }
    assert_eq!(waits.all().len(), 6);

    let server = FaultServer::script([Answer::silence()]);
    let (client, _) = client(&server);
    let retrieve = client.financial_connections().accounts().retrieve("fca_1");
    let time = Duration::from_millis(50);
    let retrieve = retrieve.with_max_retries(0).with_timeout(time);
    let error = retrieve.await.expect_err("silence");
    assert!(
        matches!(&error, Error::Timeout(after) if after.limit() == time && after.attempts() == 1),
        "{error:?}"
    );
}

#[tokio::test]
async fn the_answer_and_what_came_around_it() {
    let server = FaultServer::script([Answer::json(201, account("fca_1"))
        .header("Request-Id", "req_1")
        .header("Idempotent-Replayed", "true")]);
    let (client, _) = client(&server);
    let accounts = client.financial_connections().accounts();
    let response = accounts.disconnect("fca_1").send_with_response();
    let response = response.await.expect("a good answer");
    assert_eq!(
        (response.status, response.request_id()),
        (201, Some("req_1"))
    );
    assert_eq!(response.headers.get("idempotent-replayed"), Some("true"));
    assert_eq!(response.headers.get("IDEMPOTENT-REPLAYED"), Some("true"));
    assert_eq!(response.value.id, "fca_1");
}

#[tokio::test]
async fn ids_stay_one_segment_of_the_path() {
    let server = one();
    let (client, _) = client(&server);
    let accounts = client.financial_connections().accounts();
    for (id, segment) in [
        ("a/b", "a%2Fb"),
        ("a?b=c", "a%3Fb%3Dc"),
        ("a#b", "a%23b"),
        ("../accounts", "..%2Faccounts"),
        ("%2e%2e", "%252e%252e"),
        ("a b", "a%20b"),
        ("é\\", "%C3%A9%5C"),
        ("{account}", "%7Baccount%7D"),
    ] {
        accounts.retrieve(id).await.expect(id);
        let seen = server.last_seen();
        let path = format!("/v1/financial_connections/accounts/{segment}");
        assert_eq!((seen.path, seen.query), (path, String::new()));
    }
}

#[tokio::test]
async fn a_request_shows_what_it_will_send() {
    let server = one();
    let (client, _) = client(&server);
    let accounts = client.financial_connections().accounts();
    let refresh = accounts
        .refresh("fca/1", [RefreshFeature::Balance])
        .expand(["ownership"]);
    assert_eq!(refresh.method(), Method::Post);
    let (path, pairs) = (refresh.path().to_owned(), refresh.pairs());
    refresh.await.expect("a good answer");
    let seen = server.only_seen();
    assert_eq!((seen.path.clone(), seen.pairs()), (path, pairs));
}

#[tokio::test]
async fn raw_requests() {
    let payout = json!({"id": "po_1", "object": "payout", "amount": 5});
    let server = FaultServer::script([Answer::ok(&payout)]);
    let (client, _) = client(&server);
    let get = client
        .raw(Method::Get, "/v1/payouts/{payout}")
        .path_param("payout", "po/1");
    let raw = get
        .param("expand", vec!["destination"])
        .await
        .expect("a good answer");
    assert_eq!(raw.parse::<Value>().expect("JSON"), payout);

    let address = Params::new().with("city", "Oslo");
    let params = Params::new().with("address", address).with("amount", 5);
    let post = client
        .raw(Method::Post, "/v1/things")
        .params(params.clone());
    let typed: Value = post.send_as().await.expect("a good answer");
    assert_eq!(typed, payout);

    let post = client.raw(Method::Post, "/v2/things").params(params).json();
    post.with_stripe_account("acct_1")
        .await
        .expect("a good answer");
    let delete = client
        .raw(Method::Delete, "/v1/things/{thing}")
        .path_param("thing", "x");
    delete.param("force", true).await.expect("a good answer");

    let [get, form, json, delete] = server.seen().try_into().expect("four requests");
    assert_eq!(
        (&*get.path, &*get.query),
        ("/v1/payouts/po%2F1", "expand[0]=destination")
    );
    assert_eq!(form.param("address[city]").as_deref(), Some("Oslo"));
    assert!(form.header("idempotency-key").is_some());
    assert_eq!(json.header("content-type"), Some("application/json"));
    assert_eq!(json.header("stripe-account"), Some("acct_1"));
    let body: Value = serde_json::from_slice(&json.body).expect("JSON");
    assert_eq!(body, json!({"address": {"city": "Oslo"}, "amount": 5}));
    assert_eq!((&*delete.method, &*delete.query), ("DELETE", "force=true"));
    assert!(delete.body.is_empty() && delete.header("idempotency-key").is_none());
}

#[tokio::test]
async fn clearing_and_leaving_out() {
    let customer = json!({
        "id": "cus_1", "object": "customer", "created": 1, "livemode": false,
        "email": null, "shipping": null,
    });
    let server = FaultServer::script([Answer::ok(customer)]);
    let (client, _) = client(&server);
    let update = client
        .customers()
        .update("cus_1")
        .clear_address()
        .clear_metadata();
    let update = update
        .preferred_locales(Vec::<String>::new())
        .description("");
    update.await.expect("a good answer");
    let pairs = server.only_seen().pairs();
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    assert_eq!(
        pairs,
        [("address", ""), ("metadata", ""), ("description", "")]
    );
}

#[tokio::test]
async fn a_deleted_customer_is_not_an_error() {
    let deleted = json!({"id": "cus_1", "object": "customer", "deleted": true});
    let server = FaultServer::script([Answer::ok(deleted)]);
    let (client, _) = client(&server);
    let customer = client
        .customers()
        .retrieve("cus_1")
        .await
        .expect("a good answer");
    assert!(customer.is_deleted() && customer.present().is_none());
    let deleted = client
        .customers()
        .delete("cus_1")
        .await
        .expect("a good answer");
    assert!(deleted.deleted);
    assert_eq!(server.seen()[1].method, "DELETE");
}

#[tokio::test]
async fn nothing_secret_or_personal_is_shown() {
    let owner = json!({
        "id": "fcaown_1", "object": "financial_connections.account_owner", "name": "Jenny Rosen",
        "email": "jenny@example.com", "phone": "555-0100", "raw_address": "1 Main Street",
        "ownership": "fcaowns_1", "refreshed_at": null,
    });
    let session = json!({
        "id": "fcsess_1", "object": "financial_connections.session", "permissions": [],
        "accounts": list("/v1/x", [], false), "client_secret": "fcsess_1_secret", "livemode": false,
    });
    let owner: AccountOwner = serde_json::from_value(owner).expect("an owner");
    let session: Session = serde_json::from_value(session).expect("a session");
    assert_eq!(owner.name.expose(), "Jenny Rosen");
    let server = one();
    let client = builder(&server, &Waits::default());
    let texts = format!("{client:?} {:?}", client.clone().build().expect("a client"));
    let client = client.build().expect("a client");
    let create = client
        .customers()
        .create()
        .name("Jenny Rosen")
        .email("jenny@example.com");
    let create = create
        .phone("555-0100")
        .with_api_key(OTHER_KEY)
        .with_header("X-Token", "s3cr3t");
    let texts = format!(
        "{texts} {owner:?} {session:?} {create:?} {:?}",
        create.clone().send()
    );
    for secret in [
        KEY,
        OTHER_KEY,
        "Jenny",
        "jenny@",
        "555-0100",
        "Main Street",
        "fcsess_1_secret",
        "s3cr3t",
    ] {
        assert!(!texts.contains(secret), "{secret} in {texts}");
    }
}
