use super::*;
use crate::client::test_client;
use crate::error::ListError;
use crate::request::Request;
use crate::{Error, Method, RawObject, Resource};

fn page(ids: &[&str], has_more: bool) -> List<RawObject> {
    let data: Vec<_> = ids
        .iter()
        .map(|id| serde_json::json!({ "id": id }))
        .collect();
    let list =
        serde_json::json!({ "object": "list", "data": data, "has_more": has_more, "url": "/v1/x" });
    crate::de::from_slice(list.to_string().as_bytes()).expect("it is a list")
}

fn request(params: &[(&'static str, &str)]) -> Request {
    let mut request = Request::new(test_client(), Method::Get, "/v1/x");
    params
        .iter()
        .for_each(|(name, value)| request.set(*name, *value));
    request
}

fn next(page: List<RawObject>) -> (Vec<String>, Option<String>) {
    let (items, next) = page.into_parts();
    let query = next.map(|next| {
        let pairs = next.expect("there is a client").pairs();
        pairs
            .iter()
            .map(|(name, value)| format!("{name}={value} "))
            .collect()
    });
    (items.map(|item| item.id().clone()).collect(), query)
}

#[test]
fn the_next_page_starts_where_this_one_ends() {
    let ab = || page(&["a", "b"], true);
    for (page, request, items, query) in [
        (
            ab(),
            request(&[("limit", "2")]),
            vec!["a", "b"],
            Some("limit=2 starting_after=b "),
        ),
        (
            ab(),
            request(&[("starting_after", "z"), ("limit", "2")]),
            vec!["a", "b"],
            Some("limit=2 starting_after=b "),
        ),
        (
            ab(),
            request(&[("ending_before", "z"), ("limit", "2")]),
            vec!["b", "a"],
            Some("ending_before=a limit=2 "),
        ),
        (page(&["a", "b"], false), request(&[]), vec!["a", "b"], None),
        (
            page(&["a", "b"], false),
            request(&[("ending_before", "z")]),
            vec!["b", "a"],
            None,
        ),
    ] {
        let items = items.into_iter().map(str::to_owned).collect();
        assert_eq!(
            next(page.answers(request)),
            (items, query.map(str::to_owned))
        );
    }
}

#[test]
fn pages_that_do_not_lead_to_the_end() {
    let error = |page: List<RawObject>, request| match page.answers(request).into_parts() {
        (items, Some(Err(Error::List(error)))) => (items.len(), *error),
        other => panic!("{other:?}"),
    };
    let empty = |cursor: Option<&str>| ListError::Empty {
        cursor: cursor.map(str::to_owned),
    };
    let repeated = |cursor: &str| ListError::Repeated {
        cursor: cursor.to_owned(),
    };
    for (page, params, items, expected) in [
        (page(&[], true), &[][..], 0, empty(None)),
        (
            page(&[], true),
            &[("starting_after", "z")],
            0,
            empty(Some("z")),
        ),
        (page(&["a", ""], true), &[], 2, empty(None)),
        (
            page(&["a", "z"], true),
            &[("starting_after", "z")],
            0,
            repeated("z"),
        ),
        (
            page(&["z", "a"], true),
            &[("ending_before", "z")],
            0,
            repeated("z"),
        ),
    ] {
        assert_eq!(error(page, request(params)), (items, expected));
    }
    // Three pages in a ring.
    let after = |ids: &[&str], request| {
        let (_, next) = page(ids, true).answers(request).into_parts();
        next.expect("more").expect("it goes on")
    };
    let third = after(&["c"], after(&["b"], after(&["a"], request(&[]))));
    assert_eq!(error(page(&["a"], true), third), (0, repeated("a")));
}

#[test]
fn the_url_of_a_list_is_kept() {
    let mut list = page(&["a"], true);
    list.url = "/v1/x?expand%5B%5D=a&expand%5B%5D=b+c&flag&starting_after=z".to_owned();
    let (_, query) = next(list.with_client(test_client()));
    assert_eq!(
        query.as_deref(),
        Some("expand[]=a expand[]=b c flag= starting_after=a ")
    );
}

#[test]
fn a_list_from_elsewhere_needs_a_client() {
    let list = page(&["a"], true);
    let (_, next_request) = list.clone().into_parts();
    assert!(matches!(next_request, Some(Err(Error::Invalid(_)))));
    assert_eq!(
        next(list.with_client(test_client())).1.as_deref(),
        Some("starting_after=a ")
    );
}

#[test]
fn only_lists_in_a_response_have_a_request() {
    let parent = Parent::enter(request(&[]));
    let inside = page(&["a"], true);
    assert!(parent.leave().is_some());
    assert_eq!(next(inside).1.as_deref(), Some("starting_after=a "));
    assert!(page(&["a"], true).request.is_none());
}

#[test]
fn is_written_as_it_was_read() {
    let list = page(&["a", "b"], true);
    let json = serde_json::to_string(&list).expect("it can be written");
    assert_eq!(
        serde_json::from_str::<List<RawObject>>(&json).expect("it can be read"),
        list
    );
    assert!(
        json.starts_with(r#"{"object":"list","data":[{"id":"a"}"#),
        "{json}"
    );
}
