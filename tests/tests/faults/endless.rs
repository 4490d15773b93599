//! Tests lists whose pages do not lead to their end.

use serde_json::json;
use stripe_financial_connections::financial_connections::{
    Account, AccountHolderParams, Permission,
};
use stripe_financial_connections::{Error, ListError, ListStream};
use stripe_tests::client::client;
use stripe_tests::fault::{Answer, FaultServer};
use stripe_tests::json::{account, list};

fn page(ids: &[&str], has_more: bool) -> Answer {
    Answer::ok(list("/v1/x", ids.iter().map(|id| account(id)), has_more))
}

fn repeated(cursor: &str) -> ListError {
    ListError::Repeated {
        cursor: cursor.to_owned(),
    }
}

fn empty(cursor: Option<&str>) -> ListError {
    ListError::Empty {
        cursor: cursor.map(str::to_owned),
    }
}

/// The pages, the expected items, and the expected error.
type Case = (Vec<Answer>, Vec<&'static str>, ListError);

fn cases(backwards: bool) -> Vec<Case> {
    // The last item is the cursor of the next page.
    let page = |first: &str, last: &str| {
        page(
            &if backwards {
                [last, first]
            } else {
                [first, last]
            },
            true,
        )
    };
    let none = || self::page(&[], true);
    let start = backwards.then_some("z");
    vec![
        (vec![page("a", "b")], vec!["a", "b"], repeated("b")),
        (
            vec![page("a", "b"), page("c", "d"), page("a", "b")],
            vec!["a", "b", "c", "d"],
            repeated("b"),
        ),
        (
            vec![
                page("a", "b"),
                page("c", "d"),
                page("e", "f"),
                page("x", "d"),
            ],
            vec!["a", "b", "c", "d", "e", "f"],
            repeated("d"),
        ),
        (vec![none()], vec![], empty(start)),
        (
            vec![page("a", "b"), none()],
            vec!["a", "b"],
            empty(Some("b")),
        ),
        (vec![page("a", "")], vec!["a", ""], empty(start)),
    ]
}

fn ended(error: Error) -> ListError {
    let text = error.to_string();
    assert!(
        text.contains("does not go on") && !error.is_retryable(),
        "{text}"
    );
    match error {
        Error::List(error) => *error,
        other => panic!("{other:?}"),
    }
}

async fn read(mut stream: ListStream<Account>) -> (Vec<String>, ListError) {
    let mut ids = Vec::new();
    let error = loop {
        match stream.try_next().await {
            Ok(Some(account)) => ids.push(account.id.to_string()),
            Ok(None) => panic!("it ends without a word after {ids:?}"),
            Err(error) => break error,
        }
    };
    assert!(stream.try_next().await.expect("nothing more").is_none());
    (ids, ended(error))
}

#[tokio::test]
async fn a_stream_ends_with_an_error() {
    for backwards in [false, true] {
        for (answers, ids, end) in cases(backwards) {
            let pages = answers.len();
            let server = FaultServer::script(answers);
            let (client, _) = client(&server);
            let mut list = client.financial_connections().accounts().list();
            if backwards {
                list = list.ending_before("z");
            }
            assert_eq!(
                read(list.stream()).await,
                (ids.iter().map(|id| id.to_string()).collect(), end)
            );
            assert!(server.seen().len() <= pages + 1);
        }
    }
}

#[test]
fn an_iterator_ends_with_an_error() {
    for (answers, ids, end) in cases(false) {
        let server = FaultServer::script(answers);
        let (client, _) = client(&server);
        let list = client.financial_connections().accounts().list();
        let mut items: Vec<_> = list.iter_blocking().collect();
        let error = items.pop().expect("an error").expect_err("no end");
        assert_eq!(ended(error), end);
        let items = items
            .into_iter()
            .map(|item| item.expect("an account").id.to_string());
        assert_eq!(items.collect::<Vec<_>>(), ids);
    }
}

#[tokio::test]
async fn pages_end_with_an_error() {
    for (answers, _, end) in cases(false) {
        let server = FaultServer::script(answers);
        let (client, _) = client(&server);
        let list = client.financial_connections().accounts().list();
        let mut page = list.await.expect("a first page");
        let error = loop {
            match page.next_page().await {
                Ok(next) => page = next.expect("more"),
                Err(error) => break error,
            }
        };
        assert_eq!(ended(error), end);
    }
}

#[tokio::test]
async fn a_list_inside_of_an_object_ends_with_an_error() {
    for (mut answers, ids, end) in cases(false) {
        let list = answers.first_mut().expect("a page");
        let session = json!({
            "id": "fcsess_1", "object": "financial_connections.session", "permissions": [],
            "client_secret": "x", "livemode": false, "accounts": list.value(),
        });
        *list = Answer::ok(session);
        // The first request of this list is for the second page; a list of one page repeats it.
        if answers.len() == 1 {
            answers.push(cases(false)[0].0[0].clone());
        }
        let server = FaultServer::script(answers);
        let (client, _) = client(&server);
        let sessions = client.financial_connections().sessions();
        let session = sessions
            .create(
                AccountHolderParams::customer("cus_1"),
                [Permission::Balances],
            )
            .await
            .expect("a session");
        let (read, error) = read(session.accounts.stream()).await;
        assert_eq!(
            (read, error),
            (ids.iter().map(|id| id.to_string()).collect(), end)
        );
    }
}

#[tokio::test]
async fn lists_that_end_do_so() {
    let pages = [
        page(&["a", "b"], true),
        page(&["c"], true),
        page(&["d"], false),
    ];
    let server = FaultServer::script(pages);
    let (client, _) = client(&server);
    let mut stream = client.financial_connections().accounts().list().stream();
    let mut count = 0;
    while stream.try_next().await.expect("good pages").is_some() {
        count += 1;
    }
    assert_eq!(count, 4);
    let server = FaultServer::script([page(&[], false)]);
    let (client, _) = stripe_tests::client::client(&server);
    let mut stream = client.financial_connections().accounts().list().stream();
    assert!(stream.try_next().await.expect("a good page").is_none());
}
