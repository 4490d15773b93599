//! Tests lists, page by page, from the first item to the last.

use futures_util::{StreamExt, TryStreamExt};
use serde_json::{Value, json};
use stripe_financial_connections::common::TimeRange;
use stripe_financial_connections::financial_connections::{Account, AccountHolderFilter, Session};
use stripe_financial_connections::{Error, List, ListStream, Resource};
use stripe_tests::client::client;
use stripe_tests::fault::{Answer, FaultServer, Seen};
use stripe_tests::json::{account, account_with, list};

const ACCOUNTS: &str = "/v1/financial_connections/accounts";

fn id(number: usize) -> String {
    format!("fca_{number:03}")
}

fn ids(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    numbers.into_iter().map(id).collect()
}

/// Returns a page of `count` accounts as Stripe does: the newest come first, in either direction.
fn page(seen: &Seen, count: usize) -> Answer {
    let number = |name: &str| {
        let id = seen.param(name)?;
        id.strip_prefix("fca_")?.parse::<usize>().ok()
    };
    let limit = seen
        .param("limit")
        .map_or(10, |limit| limit.parse().expect("a limit"));
    let (numbers, has_more) = match (number("starting_after"), number("ending_before")) {
        (None, Some(end)) => (end.saturating_sub(limit)..end, end > limit),
        (after, None) => {
            let start = after.map_or(0, |after| after + 1);
            let end = count.min(start + limit);
            (start..end, end < count)
        }
        (Some(_), Some(_)) => return Answer::json(400, "{}"),
    };
    let accounts = numbers.map(|number| account(&id(number)));
    Answer::ok(list(&seen.path, accounts, has_more))
}

fn accounts(count: usize) -> FaultServer {
    FaultServer::start(move |seen| page(seen, count))
}

/// Returns the ids of all items of a stream.
async fn read<T>(mut stream: ListStream<T>) -> Result<Vec<String>, Error>
where
    T: Resource + serde::de::DeserializeOwned,
{
    let mut ids = Vec::new();
    while let Some(item) = stream.try_next().await? {
        ids.push(item.id().to_string());
    }
    Ok(ids)
}

#[tokio::test]
async fn forwards_to_the_end() {
    for (count, requests) in [(0, 1), (1, 1), (9, 1), (10, 1), (11, 2), (25, 3)] {
        let server = accounts(count);
        let (client, _) = client(&server);
        let list = client.financial_connections().accounts().list();
        let read = read(list.stream()).await.expect("good pages");
        assert_eq!(read, ids(0..count));
        assert_eq!(server.seen().len(), requests, "{count}");
    }
}

#[tokio::test]
async fn backwards_to_the_start() {
    let server = accounts(25);
    let (client, _) = client(&server);
    let list = client.financial_connections().accounts().list();
    let stream = list.ending_before(id(24)).limit(10).stream();
    assert_eq!(read(stream).await.expect("good pages"), ids((0..24).rev()));
    let seen = server.seen();
    let cursors: Vec<_> = seen
        .iter()
        .map(|seen| seen.param("ending_before"))
        .collect();
    assert_eq!(cursors, [24, 14, 4].map(|number| Some(id(number))));
    assert!(
        seen.iter()
            .all(|seen| seen.param("starting_after").is_none())
    );
}

#[tokio::test]
async fn from_the_middle() {
    let server = accounts(25);
    let (client, _) = client(&server);
    let list = client.financial_connections().accounts().list();
    let stream = list.starting_after(id(9)).limit(10).stream();
    assert_eq!(read(stream).await.expect("good pages"), ids(10..25));
}

#[tokio::test]
async fn page_after_page() {
    let server = accounts(25);
    let (client, _) = client(&server);
    let request = client.financial_connections().accounts().list().limit(10);
    for (request, sizes) in [
        (request.clone(), vec![10, 10, 5]),
        (request.ending_before(id(12)), vec![10, 2]),
    ] {
        let mut page = Some(request.await.expect("a good page"));
        let mut read = Vec::new();
        while let Some(this) = page {
            read.push(this.data.len());
            page = this.next_page().await.expect("a good page");
        }
        assert_eq!(read, sizes);
    }
}

#[tokio::test]
async fn as_a_stream_of_the_futures_crates() {
    let server = accounts(25);
    let (client, _) = client(&server);
    let list = client.financial_connections().accounts().list();
    let twelve: Vec<Account> = list
        .stream()
        .take(12)
        .try_collect()
        .await
        .expect("good pages");
    assert_eq!(twelve.len(), 12);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn no_page_is_requested_before_its_time() {
    let server = accounts(25);
    let (client, _) = client(&server);
    let mut stream = client.financial_connections().accounts().list().stream();
    assert_eq!(server.seen().len(), 0);
    for read in 1..=25 {
        stream.try_next().await.expect("a good page");
        assert_eq!(server.seen().len(), (read - 1) / 10 + 1);
    }
}

/// Returns the parameters and headers of a request, without cursors.
fn kept(seen: &Seen) -> (Vec<(String, String)>, Vec<Option<&str>>) {
    let cursors = ["starting_after", "ending_before"];
    let mut pairs = seen.pairs();
    pairs.retain(|(name, _)| !cursors.contains(&name.as_str()));
    let headers = [
        "authorization",
        "stripe-account",
        "stripe-version",
        "x-trace",
    ];
    (pairs, headers.map(|name| seen.header(name)).to_vec())
}

#[tokio::test]
async fn every_page_is_requested_with_all_parameters() {
    let server = accounts(25);
    let (client, _) = client(&server);
    let list = client.financial_connections().accounts().list();
    let holder = AccountHolderFilter::customer("cus_1");
    let list = list
        .account_holder(holder)
        .expand(["data.ownership", "data.account_holder.customer"]);
    let list = list
        .limit(5)
        .with_stripe_account("acct_1")
        .with_api_key("sk_test_other");
    let list = list
        .with_stripe_version("2026-04-22.dahlia")
        .with_header("X-Trace", "t1");
    for list in [list.clone(), list.ending_before(id(20))] {
        let before = server.seen().len();
        read(list.stream()).await.expect("good pages");
        let seen = &server.seen()[before..];
        assert!(seen.len() >= 4);
        for seen in seen {
            let (pairs, headers) = kept(seen);
            let pairs: Vec<_> = pairs
                .iter()
                .map(|(n, v)| (n.as_str(), v.as_str()))
                .collect();
            assert_eq!(
                pairs,
                [
                    ("account_holder[customer]", "cus_1"),
                    ("expand[0]", "data.ownership"),
                    ("expand[1]", "data.account_holder.customer"),
                    ("limit", "5"),
                ]
            );
            let bearer = "Bearer sk_test_other";
            let options = [bearer, "acct_1", "2026-04-22.dahlia", "t1"];
            assert_eq!(headers, options.map(Some));
        }
    }
}

#[tokio::test]
async fn ranges_are_kept_too() {
    let transaction = json!({
        "id": "fctxn_1", "object": "financial_connections.transaction", "account": "fca_1",
        "amount": -100, "currency": "usd", "description": "Rocket", "livemode": false,
        "status": "posted", "status_transitions": {"posted_at": 2, "void_at": null},
        "transacted_at": 1, "transaction_refresh": "fctxnref_1", "updated": 3,
    });
    let page = |has_more| list("/v1/x", [transaction.clone()], has_more);
    let server = FaultServer::script([Answer::ok(page(true)), Answer::ok(page(false))]);
    let (client, _) = client(&server);
    let list = client.financial_connections().transactions().list("fca_1");
    let list = list.transacted_at(TimeRange::new().gte(1).lt(9));
    assert_eq!(read(list.stream()).await.expect("good pages").len(), 2);
    for seen in server.seen() {
        assert_eq!(seen.path, "/v1/financial_connections/transactions");
        let values = ["account", "transacted_at[gte]", "transacted_at[lt]"];
        let values = values.map(|name| seen.param(name).expect(name));
        assert_eq!(values, ["fca_1", "1", "9"]);
    }
}

#[tokio::test]
async fn an_error_ends_a_stream() {
    let page = list(ACCOUNTS, [account("fca_000")], true);
    let broken = Answer::json(500, "{}");
    let server = FaultServer::script([Answer::ok(page), broken]);
    let (client, _) = client(&server);
    let list = client.financial_connections().accounts().list();
    let results: Vec<_> = list.stream().collect().await;
    assert!(
        matches!(results[..], [Ok(_), Err(Error::Api(_))]),
        "{results:?}"
    );
    // Three attempts for the second page, and none after the error.
    assert_eq!(server.seen().len(), 4);
}

#[tokio::test]
async fn a_page_that_passes_is_repeated() {
    let page = |number: usize, more| Answer::ok(list(ACCOUNTS, [account(&id(number))], more));
    let busy = Answer::json(429, "{}");
    let answers = [page(0, true), busy, Answer::drop_before(), page(1, false)];
    let server = FaultServer::script(answers);
    let (client, _) = client(&server);
    let list = client.financial_connections().accounts().list();
    assert_eq!(read(list.stream()).await.expect("good pages"), ids(0..2));
}

fn session(accounts: Value) -> Value {
    json!({
        "id": "fcsess_1", "object": "financial_connections.session", "accounts": accounts,
        "client_secret": null, "livemode": false, "permissions": [],
    })
}

#[tokio::test]
async fn the_accounts_of_a_session() {
    let server = FaultServer::start(|seen| match seen.path.as_str() {
        ACCOUNTS => page(seen, 25),
        _ => {
            let first = (0..10).map(|number| account(&id(number)));
            Answer::ok(session(list(ACCOUNTS, first, true)))
        }
    });
    let (client, _) = client(&server);
    let sessions = client.financial_connections().sessions();
    let session = sessions.retrieve("fcsess_1").with_stripe_account("acct_1");
    let session: Session = session.await.expect("a session");
    let accounts = read(session.accounts.stream()).await.expect("good pages");
    assert_eq!(accounts, ids(0..25));
    let [_, second, third] = server.seen().try_into().expect("three requests");
    for (seen, after) in [(second, id(9)), (third, id(19))] {
        assert_eq!(seen.path, ACCOUNTS);
        assert_eq!(seen.param("session").as_deref(), Some("fcsess_1"));
        assert_eq!(seen.param("starting_after"), Some(after));
        assert_eq!(seen.header("stripe-account"), Some("acct_1"));
    }
}

fn owners(name: &str, has_more: bool) -> Value {
    let owner = json!({
        "id": name, "object": "financial_connections.account_owner", "email": null,
        "name": "Jenny Rosen", "ownership": "fcaowns_1", "phone": null, "raw_address": null,
        "refreshed_at": null,
    });
    let url = "/v1/financial_connections/accounts/fca_1/owners?ownership=fcaowns_1";
    list(url, [owner], has_more)
}

#[tokio::test]
async fn the_owners_inside_of_an_account() {
    let expanded = account_with(json!({"id": "fca_1", "ownership": {
        "id": "fcaowns_1", "object": "financial_connections.account_ownership", "created": 1,
        "owners": owners("fcaown_1", true),
    }}));
    let more = Answer::ok(owners("fcaown_2", false));
    let (list, one) = (list(ACCOUNTS, [expanded.clone()], false), expanded);
    let server = FaultServer::script([Answer::ok(one), more.clone(), Answer::ok(list), more]);
    let (client, _) = client(&server);
    let accounts = client.financial_connections().accounts();

    let retrieve = accounts.retrieve("fca_1").expand(["ownership"]);
    let one = retrieve
        .with_stripe_account("acct_1")
        .await
        .expect("an account");
    let request = accounts.list().expand(["data.ownership"]);
    for from_list in [false, true] {
        let account = if from_list {
            let mut page = request
                .clone()
                .with_stripe_account("acct_1")
                .await
                .expect("a page");
            page.data.remove(0)
        } else {
            one.clone()
        };
        let ownership = account.ownership.and_then(|field| field.into_object());
        let owners = ownership.expect("expanded").owners;
        let names = read(owners.stream()).await.expect("good pages");
        assert_eq!(names, ["fcaown_1", "fcaown_2"]);
        let seen = server.last_seen();
        assert_eq!(seen.path, "/v1/financial_connections/accounts/fca_1/owners");
        assert_eq!(
            seen.pairs(),
            [("ownership", "fcaowns_1"), ("starting_after", "fcaown_1")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        assert_eq!(seen.header("stripe-account"), Some("acct_1"));
    }
}

#[tokio::test]
async fn a_list_from_elsewhere_takes_a_client() {
    let server = accounts(15);
    let (client, _) = client(&server);
    let first = list(ACCOUNTS, (0..10).map(|number| account(&id(number))), true);
    let first: List<Account> = serde_json::from_value(first).expect("a page");
    let error = first.next_page().await.expect_err("no client");
    assert!(
        matches!(&error, Error::Invalid(text) if text.contains("with_client")),
        "{error}"
    );
    let read = read(first.with_client(&client).stream()).await;
    assert_eq!(read.expect("good pages"), ids(0..15));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn the_key_goes_to_no_other_host() {
    let trap = accounts(1);
    let server = FaultServer::script([Answer::ok("{}")]);
    let (client, _) = client(&server);
    for url in [
        format!("{}{ACCOUNTS}", trap.url()),
        trap.url().replace("http:", "") + ACCOUNTS,
        "/../v1/accounts".to_owned(),
        "@elsewhere.example/v1/accounts".to_owned(),
        ":80/v1/accounts".to_owned(),
        ".elsewhere.example/v1".to_owned(),
        String::new(),
    ] {
        let page = list(&url, [account("fca_1")], true);
        let page: List<Account> = serde_json::from_value(page).expect("a page");
        let error = page.with_client(&client).next_page().await.expect_err(&url);
        assert!(matches!(error, Error::Invalid(_)), "{error} for {url}");
    }
    assert_eq!((trap.seen().len(), server.seen().len()), (0, 0));
}
