//! Passes secrets in by every public way, and searches for them in every output.

use std::fmt::{Debug, Display};
use std::io;
use std::sync::{Arc, Mutex};

use serde_json::json;
use stripe_financial_connections::financial_connections::RefreshFeature;
use stripe_financial_connections::webhook::Webhook;
use stripe_financial_connections::{Client, Error, Method, Params, Timestamp, Value};
use stripe_tests::client::{Waits, builder};
use stripe_tests::fault::{Answer, FaultServer};
use stripe_tests::json::{account, list};
use tracing_subscriber::fmt::format::FmtSpan;

/// The text that every secret contains.
const MARK: &str = "Xm4rk3dX";

/// All outputs.
#[derive(Clone, Default)]
struct Out(Arc<Mutex<Vec<u8>>>);

impl io::Write for Out {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").extend(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Out {
    fn debug(&self, value: &impl Debug) {
        self.text(format!("{value:?} {value:#?}"));
    }

    fn text(&self, text: impl Display) {
        let mut out = self.0.lock().expect("no panic");
        out.extend(format!("{text}\n").bytes());
    }

    fn result<T: Debug>(&self, result: Result<T, Error>) {
        match result {
            Ok(value) => self.debug(&value),
            Err(error) => {
                self.debug(&error);
                self.text(&error);
                let mut source = std::error::Error::source(&error);
                while let Some(error) = source {
                    self.debug(&error);
                    self.text(error);
                    source = error.source();
                }
            }
        }
    }

    fn check(&self, what: &str) {
        let text = self.0.lock().expect("no panic").clone();
        let text = String::from_utf8(text).expect("text");
        let line = text.lines().find(|line| line.contains(MARK));
        assert_eq!(line, None, "{what}");
        assert!(!text.is_empty(), "{what}");
    }
}

fn marked(prefix: &str) -> String {
    format!("{prefix}{MARK}")
}

/// The responses of the server, which contain secrets as well.
fn answers() -> Vec<Answer> {
    let with_cookies = |answer: Answer| {
        answer
            .header("Set-Cookie", &marked("session="))
            .header("Authorization", &marked("Bearer "))
            .header("Idempotency-Key", &marked("key-"))
            .header("X-Of-A-Proxy", &marked("token "))
            .header("Location", &marked("https://proxy.example/?token="))
            .header("Request-Id", "req_1")
    };
    let secret = json!({"payment_intent": {"client_secret": marked("pi_1_secret_")}});
    let message = format!("Keys such as {} are wrong.", marked("sk_live_"));
    let bank = json!({"error": {"message": message, "type": "x"}});
    let page = format!("<html><b>down, mail {}@example.com</b>", MARK);
    [
        Answer::ok(account("fca_1")),
        Answer::ok(json!({"id": 5, "client_secret": marked("")})),
        Answer::ok(json!({"created": marked("")})),
        Answer::json(402, json!({"error": secret})),
        Answer::json(401, bank),
        Answer::json(400, json!({"name": marked("Jenny ")})),
        Answer::json(502, page),
        Answer::json(302, ""),
        Answer::ok(account("fca_1")).cut_at(30),
        Answer::json(402, json!({"error": secret})).cut_at(50),
        Answer::drop_before(),
        Answer::garbage(),
    ]
    .map(with_cookies)
    .into()
}

fn secret_client(server: &FaultServer) -> Client {
    let client = builder(server, &Waits::default()).base_url(format!(
        "{}/{}",
        server.url(),
        marked("token-")
    ));
    client.max_retries(1).build().expect("a client")
}

#[tokio::test]
async fn nothing_secret_comes_out_of_a_call() {
    for answer in answers() {
        let out = Out::default();
        let writer = out.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        let guard = tracing::subscriber::set_default(subscriber);
        let what = format!("{answer:?}");
        let server = FaultServer::script([answer]);
        let client = secret_client(&server);
        out.debug(&client);
        out.debug(&client.financial_connections());
        out.debug(&client.financial_connections().accounts());
        let seller = client.with_stripe_account(marked("acct_"));
        out.debug(&seller);

        let customers = seller.customers();
        let create = customers
            .create()
            .name(marked("Jenny "))
            .email(marked("jenny@"))
            .description(marked(""))
            .metadata([(marked("key"), marked("value"))].map(|(_, value)| ("order", value)))
            .with_param("preview[x]", marked(""))
            .with_idempotency_key(marked("key-"))
            .with_header("X-Token", marked(""))
            .with_api_key(marked("sk_test_"));
        out.debug(&create);
        let call = create.send_with_response();
        out.debug(&call);
        match call.await {
            Ok(answer) => out.debug(&answer),
            Err(error) => out.result::<()>(Err(error)),
        }
        let accounts = client.financial_connections().accounts();
        let refresh = accounts.refresh(marked("fca_"), [RefreshFeature::Balance]);
        out.debug(&refresh);
        out.result(refresh.send_with_response().await);
        out.result(accounts.list().send_with_response().await);
        let stream = accounts.list().starting_after(marked("fca_")).stream();
        out.debug(&stream);

        let raw = client
            .raw(Method::Post, format!("/v1/things/{}", marked("thing_")))
            .param("name", marked(""))
            .param("numbers", vec![marked("000123")])
            .params(Params::new().with("account_number", marked("000")))
            .with_idempotency_key(marked("key-"))
            .with_stripe_context(marked("ctx_"));
        out.debug(&raw);
        out.result(raw.clone().send_with_response().await);
        out.result(raw.json().await);
        let get = client.raw(Method::Get, "/v1/{thing}");
        let get = get.path_param("thing", marked("")).param("q", marked(""));
        out.debug(&get);
        out.result(get.await);
        drop(guard);
        out.check(&what);
    }
}

#[tokio::test]
async fn nothing_secret_comes_out_of_a_refusal() {
    let server = FaultServer::script([Answer::ok(list("/v1/x", [], false))]);
    let client = secret_client(&server);
    let out = Out::default();
    for path in [
        format!("/v1/x?token={MARK}"),
        format!("v1/{MARK}"),
        format!("/v1/{MARK}/../x"),
        format!("/v1/{MARK} x"),
        format!("https://{MARK}@example.com/v1"),
    ] {
        out.result(client.raw(Method::Get, path).await);
    }
    let accounts = client.financial_connections().accounts();
    let retrieve = |id: String| accounts.retrieve(id);
    out.result(retrieve(marked("fca_\n")).await);
    for value in [marked("a\n"), marked("é")] {
        out.result(retrieve("fca_1".to_owned()).with_api_key(&value).await);
        out.result(
            retrieve("fca_1".to_owned())
                .with_header("X-Token", &value)
                .await,
        );
        out.result(
            retrieve("fca_1".to_owned())
                .with_stripe_account(&value)
                .await,
        );
        out.result(
            accounts
                .disconnect("fca_1")
                .with_idempotency_key(&value)
                .await,
        );
        out.result(
            client
                .with_stripe_context(&value)
                .customers()
                .retrieve("c")
                .await,
        );
        out.result(Client::new(&value));
        out.result(Client::builder("sk_test_1").stripe_version(&value).build());
        out.result(Client::builder("sk_test_1").app_info(&value, "1").build());
    }
    for url in [
        format!("https://user:{MARK}@api.example.com"),
        format!("https://api.example.com/?token={MARK}"),
        format!("https://api.example.com/#{MARK}"),
        format!("ftp://{MARK}/"),
        format!("/{MARK}"),
    ] {
        let builder = Client::builder("sk_test_1").base_url(url);
        out.debug(&builder);
        out.result(builder.build());
    }
    let builder = Client::builder(marked("sk_test_")).stripe_account(marked("acct_"));
    out.debug(
        &builder
            .app_info(MARK, "1")
            .base_url(format!("https://x.example/{MARK}")),
    );
    let values = [
        Value::from(MARK),
        Value::sensitive(MARK),
        Value::from(vec![MARK]),
        Params::new().with("a", MARK).into(),
        json!({"a": [MARK]}).into(),
    ];
    out.debug(&values);
    out.check("a refusal");
    assert_eq!(server.connections(), 0);
}

#[test]
fn nothing_secret_comes_out_of_a_webhook() {
    let out = Out::default();
    let secret = marked("whsec_");
    let object = json!({"object": "customer", "id": "cus_1", "created": MARK, "name": MARK});
    let event = json!({
        "id": "evt_1", "object": "event", "created": 1, "livemode": false, "pending_webhooks": 1,
        "type": "customer.created", "data": {"object": object},
    });
    let numbers = json!({"account_number": marked("000"), "routing_number": marked("110")});
    for body in [
        event.to_string(),
        numbers.to_string(),
        marked("{"),
        marked(""),
    ] {
        let header = Webhook::sign(&body, &secret, Timestamp::now());
        let old = Webhook::sign(&body, &secret, Timestamp::from_secs(5));
        let webhook = Webhook::new([&secret]);
        out.debug(&webhook);
        out.result(webhook.event(&body, &header));
        out.result(webhook.event(&body, &old));
        out.result(webhook.event(&body, &marked("t=1,v1=")));
        out.result(webhook.event(body.clone() + " ", &header));
        out.result(Webhook::verify(&body, &header, marked("sk_test_")));
        out.result(Webhook::verify(&body, &header, format!("{secret}\n")));
    }
    out.check("a webhook");
}
