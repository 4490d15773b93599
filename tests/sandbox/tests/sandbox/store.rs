//! Tests the state file.

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
