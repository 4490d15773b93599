//! Tests requests that are refused before they are sent, with a message that says what to do.

use std::future::IntoFuture;
use std::time::Duration;

use futures_util::FutureExt;
use stripe_financial_connections::financial_connections::{
    Account, AccountHolderFilter, AccountHolderParams, RefreshFeature,
};
use stripe_financial_connections::{Client, Error, Method};
use stripe_tests::client::client;
use stripe_tests::fault::{Answer, FaultServer};
use stripe_tests::json::account;

const OTHER_KEY: &str = "sk_test_zyxwvutsrqponmlk";

/// Checks that a call is refused with this text, and not sent.
async fn refused<T: std::fmt::Debug>(
    says: &str,
    call: impl AsyncFnOnce(Client) -> Result<T, Error>,
) {
    let server = FaultServer::script([Answer::ok(account("fca_1"))]);
    let (client, _) = client(&server);
    let error = call(client).await.expect_err(says);
    assert!(matches!(error, Error::Invalid(_)), "{error:?}");
    let text = error.to_string();
    assert!(text.contains(says) && !text.contains('\n'), "{text}");
    assert!(!text.contains(OTHER_KEY), "{text}");
    assert!(!error.is_retryable());
    assert_eq!(server.connections(), 0, "{text}");
}

async fn retrieve(client: Client, id: &str) -> Result<Account, Error> {
    client.financial_connections().accounts().retrieve(id).await
}

async fn with_header(client: Client, name: &str, value: &str) -> Result<Account, Error> {
    let accounts = client.financial_connections().accounts();
    accounts.retrieve("fca_1").with_header(name, value).await
}

#[tokio::test]
async fn paths_that_lead_elsewhere() {
    for id in ["", ".", ".."] {
        refused("another path", async |client| retrieve(client, id).await).await;
        refused("another path", async |client| {
            client.customers().delete(id).await
        })
        .await;
    }
    for path in [
        "",
        "v1/x",
        "//x",
        "/v1/../x",
        "/v1/./x",
        "/v1//x",
        "/v1/x/",
        "/v1/x?a=b",
        "/v1/x#y",
        "/v1/%2e%2e/x",
        "/v1/a b",
        "/v1/é",
        "/v1\\x",
        "http://x/v1",
        "/v1/\r\nx",
    ] {
        refused("the path of the request is wrong", async |client| {
            client.raw(Method::Get, path).await
        })
        .await;
    }
    refused("needs an id for `x`", async |client| {
        client.raw(Method::Get, "/v1/{x}").await
    })
    .await;
    refused("no `{y}`", async |client| {
        let raw = client.raw(Method::Get, "/v1/{x}").path_param("y", "1");
        raw.path_param("x", "2").await
    })
    .await;
}

#[tokio::test]
async fn invalid_headers_are_refused() {
    refused("choose one", async |client| {
        let accounts = client.financial_connections().accounts();
        let both = accounts.retrieve("fca_1").with_stripe_account("acct_1");
        both.with_stripe_context("ctx_1").await
    })
    .await;
    for value in ["", "a\r\nb", "a\nb", "é", "a\u{0}"] {
        let accounts = |client: &Client| {
            client
                .financial_connections()
                .accounts()
                .disconnect("fca_1")
        };
        refused("connected account", async |client| {
            accounts(&client).with_stripe_account(value).await
        })
        .await;
        refused("Stripe context", async |client| {
            accounts(&client).with_stripe_context(value).await
        })
        .await;
        refused("API version", async |client| {
            accounts(&client).with_stripe_version(value).await
        })
        .await;
        refused("idempotency key", async |client| {
            accounts(&client).with_idempotency_key(value).await
        })
        .await;
        refused("`X-Trace`", async |client| {
            with_header(client, "X-Trace", value).await
        })
        .await;
    }
    refused("255", async |client| {
        let accounts = client.financial_connections().accounts();
        accounts
            .disconnect("fca_1")
            .with_idempotency_key("k".repeat(256))
            .await
    })
    .await;
    for name in ["", "a b", "a\nb", "é", "a:b"] {
        refused("has an invalid name", async |client| {
            with_header(client, name, "x").await
        })
        .await;
    }
    for name in [
        "Authorization",
        "stripe-account",
        "Stripe-Version",
        "Idempotency-Key",
        "Host",
        "Content-Length",
        "Transfer-Encoding",
        "content-type",
        "Stripe-Context",
    ] {
        refused("is set by the client", async |client| {
            with_header(client, name, "x").await
        })
        .await;
    }
}

#[tokio::test]
async fn invalid_keys_are_refused() {
    for key in [
        "",
        &format!("{OTHER_KEY}\n"),
        &format!(" {OTHER_KEY}"),
        "sk_tést",
    ] {
        refused("API key", async |client| {
            let accounts = client.financial_connections().accounts();
            accounts.retrieve("fca_1").with_api_key(key).await
        })
        .await;
        let error = Client::new(key).expect_err("a bad key");
        assert!(matches!(error, Error::Invalid(_)), "{error:?}");
        assert!(!format!("{error} {error:?}").contains(OTHER_KEY));
    }
}

#[tokio::test]
async fn parameters_that_stripe_refuses() {
    refused("`permissions`", async |client| {
        let sessions = client.financial_connections().sessions();
        sessions
            .create(AccountHolderParams::customer("cus_1"), [])
            .await
    })
    .await;
    refused("`features`", async |client| {
        let accounts = client.financial_connections().accounts();
        accounts.refresh("fca_1", []).await
    })
    .await;
    refused("`account`", async |client| {
        client.financial_connections().transactions().list("").await
    })
    .await;
    refused("`ownership`", async |client| {
        let owners = client.financial_connections().accounts().owners();
        owners.list("fca_1", "").await
    })
    .await;
    refused("can't be combined", async |client| {
        let list = client.financial_connections().accounts().list();
        list.starting_after("fca_1").ending_before("fca_2").await
    })
    .await;
    refused("can't be combined", async |client| {
        let list = client.customers().list();
        let mut stream = list.starting_after("cus_1").ending_before("cus_2").stream();
        stream.try_next().await
    })
    .await;
    for holder in [
        AccountHolderFilter::customer("cus_1"),
        AccountHolderFilter::account("acct_1"),
        AccountHolderFilter::customer_account("acct_2"),
    ] {
        refused("only one of these parameters", async |client| {
            let list = client.financial_connections().accounts().list();
            list.account_holder(holder).session("fcsess_1").await
        })
        .await;
    }
    // The types do not let one name two holders; an extra parameter does.
    refused("only one of these parameters", async |client| {
        let list = client.financial_connections().accounts().list();
        list.account_holder(AccountHolderFilter::customer("cus_1"))
            .with_param("account_holder[account]", "acct_1")
            .await
    })
    .await;
}

#[test]
fn requests_outside_of_tokio_are_refused() {
    fn refused<T>(call: impl IntoFuture<Output = Result<T, Error>>) {
        let error = call.into_future().now_or_never().map(|result| result.err());
        let Some(Some(Error::Invalid(text))) = error else {
            panic!("{error:?}")
        };
        assert!(text.contains("outside of a tokio runtime"), "{text}");
    }
    let server = FaultServer::script([Answer::ok(account("fca_1"))]);
    let (client, _) = client(&server);
    let accounts = client.financial_connections().accounts();
    refused(accounts.retrieve("fca_1"));
    refused(accounts.retrieve("fca_1").send_with_response());
    refused(accounts.list());
    refused(accounts.list().stream().try_next());
    refused(accounts.disconnect("fca_1"));
    refused(client.raw(Method::Get, "/v1/x"));
    let refresh = accounts.refresh("fca_1", [RefreshFeature::Balance]);
    refused(refresh.wait(Duration::from_secs(1)));
    assert_eq!(server.connections(), 0);
    // Blocking calls have a runtime of their own.
    assert!(accounts.retrieve("fca_1").send_blocking().is_ok());
}
