//! The state in a file.

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
    // What was under way goes on, and the time is still ahead.
    http.pass(1);
    let account = http.get(&path, &[]).await;
    assert_eq!(account["balance_refresh"]["status"], "succeeded");
    assert!(http.sandbox.events().len() > 3);
}

#[tokio::test]
async fn the_file_is_whole_at_any_time() {
    let folder = folder();
    let file = folder.path().join("state.json");
    let http = start(&file).await;
    for _ in 0..30 {
        http.customer().await;
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        if let Ok(text) = std::fs::read_to_string(&file) {
            serde_json::from_str::<serde_json::Value>(&text).expect("the file is whole");
        }
    }
    assert!(file.exists(), "it is written while the sandbox runs");
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
