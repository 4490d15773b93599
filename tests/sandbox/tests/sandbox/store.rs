//! Tests the state file.

use serde_json::{Value, json};
use stripe_financial_connections_sandbox::Sandbox;

use super::http::{Http, id};

async fn start(file: &std::path::Path) -> Http {
    Http::new(
        Sandbox::builder()
            .state(file)
            .start()
            .await
            .expect("the file is good"),
    )
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("there is a folder for such files")
}

#[tokio::test]
async fn a_sandbox_goes_on_where_the_last_one_ended() {
    let folder = folder();
    let file = folder.path().join("state.json");
    let http = start(&file).await;
    let account = http.account("bank").await;
    let path = format!("/v1/financial_connections/accounts/{account}");
    http.pass(7 * 86_400);
    let refreshed = http.refresh(&account, &["transactions", "ownership"]).await;
    http.post(&format!("{path}/refresh"), &[("features[]", "balance")])
        .await;
    let list = "/v1/financial_connections/transactions";
    let transactions = http.get(list, &[("account", &account)]).await;
    let key = [("idempotency-key", "k1")];
    let customer = http.send("POST", "/v1/customers", &[], &key).await;
    drop(http);

    let http = start(&file).await;
    assert_eq!(http.get(list, &[("account", &account)]).await, transactions);
    let transaction = id(&transactions["data"][3]);
    http.get(&format!("{list}/{transaction}"), &[]).await;
    let owners = [(
        "ownership",
        refreshed["ownership"].as_str().expect("there is one"),
    )];
    http.get(&format!("{path}/owners"), &owners).await;
    let again = http.send("POST", "/v1/customers", &[], &key).await;
    assert_eq!(again.body, customer.body);
    // A running refresh goes on, and its end is still ahead.
    http.pass(1);
    let account = http.get(&path, &[]).await;
    assert_eq!(account["balance_refresh"]["status"], "succeeded");
    assert!(http.sandbox.events().len() > 3);
}

/// Does a step of a dialog, as its frame does; status and answer.
async fn step(http: &Http, action: &str, flow: &Value, fields: Value) -> (u16, Value) {
    let mut body = json!({
        "key": http.sandbox.publishable_key(),
        "flow": flow["flow"].as_str().unwrap_or_default(),
        "entered": fields,
    });
    if action == "open" {
        body["call"] = json!("collectFinancialConnectionsAccounts");
        body["client_secret"] = fields;
    }
    let answer = http
        .request("POST", &format!("/v3/flows/{action}"))
        .header("origin", http.sandbox.url())
        .header("content-type", "application/json")
        .body(body.to_string())
        .send()
        .await
        .expect("the sandbox answers");
    let status = answer.status().as_u16();
    let body = answer.bytes().await.expect("the body arrives");
    (
        status,
        serde_json::from_slice(&body).expect("the body is JSON"),
    )
}

/// A user whose dialog ends with the process starts again; what they have saved is still there.
#[tokio::test]
async fn a_dialog_that_ended_with_the_process_can_be_started_again() {
    let folder = folder();
    let file = folder.path().join("state.json");
    let http = start(&file).await;
    let form = [("email", "robin@example.com")];
    let customer = id(&http.post("/v1/customers", &form).await);
    let session = http.session(&customer, &[]).await;
    let path = format!("/v1/financial_connections/sessions/{session}");
    let secret = http.get(&path, &[]).await["client_secret"].clone();
    let (_, flow) = step(&http, "open", &Value::Null, secret.clone()).await;
    assert_eq!(flow["first"]["step"], "consent", "{flow}");
    let good = async |http: &Http, action: &str, flow: &Value, fields: Value, next: &str| {
        let (status, answer) = step(http, action, flow, fields).await;
        assert_eq!((status, &answer["step"]), (200, &json!(next)), "{answer}");
        answer
    };
    good(&http, "agree", &flow, json!({}), "institutions").await;
    let bank = json!({ "institution": "test" });
    let shown = good(&http, "choose", &flow, bank, "accounts").await;
    let chosen = json!({ "accounts": [shown["accounts"][0]["id"]] });
    good(&http, "select", &flow, chosen.clone(), "linked").await;
    let email = json!({ "email": "robin@example.com" });
    let saved = good(&http, "save", &flow, email, "linked").await;
    assert_eq!(saved["saved"], "robin@example.com");
    drop(http);

    let http = start(&file).await;
    let (status, answer) = step(&http, "complete", &flow, json!({})).await;
    assert_eq!(status, 404, "{answer}");
    let accounts = http.get(&path, &[]).await["accounts"].clone();
    assert!(
        super::http::ids(&accounts).is_empty(),
        "nothing is half done"
    );
    let (_, flow) = step(&http, "open", &Value::Null, secret).await;
    good(&http, "agree", &flow, json!({}), "returning").await;
    good(
        &http,
        "unlock",
        &flow,
        json!({ "code": "111111" }),
        "accounts",
    )
    .await;
    good(&http, "select", &flow, chosen, "linked").await;
    let (_, done) = step(&http, "complete", &flow, json!({})).await;
    let linked = &done["result"]["financialConnectionsSession"]["accounts"];
    assert_eq!(linked.as_array().map(Vec::len), Some(1), "{done}");
}

#[tokio::test]
async fn only_one_sandbox_has_a_file() {
    let folder = folder();
    let file = folder.path().join("state.json");
    let _first = start(&file).await;
    let Err(error) = Sandbox::builder().state(&file).start().await else {
        panic!("the file is taken");
    };
    assert!(error.to_string().contains("another sandbox"), "{error}");
}

/// A killed process leaves an incomplete line.
#[tokio::test]
async fn what_was_not_answered_is_whole_or_not_there() {
    let folder = folder();
    let file = folder.path().join("state.json");
    let http = start(&file).await;
    let before = std::fs::read(&file).expect("it is there").len();
    let customer = http.customer().await;
    drop(http);
    let whole = std::fs::read(&file).expect("it is there");
    assert!(whole.len() > before + 100, "it is written at once");
    let step = (whole.len() - before) / 8;
    for cut in (before..whole.len()).step_by(step).chain([whole.len() - 1]) {
        std::fs::write(&file, &whole[..cut]).expect("the folder is there");
        let http = start(&file).await;
        let list = http.get("/v1/customers", &[]).await;
        assert!(super::http::ids(&list).is_empty(), "{cut}");
        let events = http.get("/v1/events", &[]).await;
        assert!(super::http::ids(&events).is_empty(), "{cut}");
    }
    std::fs::write(&file, &whole).expect("the folder is there");
    let http = start(&file).await;
    http.get(&format!("/v1/customers/{customer}"), &[]).await;
    let events = http.get("/v1/events", &[]).await;
    assert_eq!(super::http::ids(&events).len(), 1);
}

#[tokio::test]
async fn damage_in_the_middle_is_told() {
    let folder = folder();
    let file = folder.path().join("state.json");
    let http = start(&file).await;
    http.customer().await;
    drop(http);
    let text = std::fs::read_to_string(&file).expect("it is there");
    let damaged = text.replacen("[{", "[{{", 1);
    std::fs::write(&file, damaged).expect("the folder is there");
    let Err(error) = Sandbox::builder().state(&file).start().await else {
        panic!("it is damaged");
    };
    assert!(error.to_string().contains("line 2"), "{error}");
}

#[tokio::test]
async fn a_file_of_something_else_is_refused() {
    let folder = folder();
    let file = folder.path().join("notes.txt");
    std::fs::write(&file, "not a state").expect("the folder is there");
    let Err(error) = Sandbox::builder().state(&file).start().await else {
        panic!("it is not a state");
    };
    assert!(error.to_string().contains("notes.txt"), "{error}");
    assert_eq!(
        std::fs::read_to_string(&file).expect("it is there"),
        "not a state"
    );
}
