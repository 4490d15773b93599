//! Parameters in the path, the query and the body of one operation.

use std::path::Path;

use stripe_codegen::{Version, complete, diff, generate};

use super::names::updated;
use super::reading::case;

#[test]
fn what_is_called_apart_goes_where_it_belongs() {
    let spec = case("param_dup_query_body.yaml");
    let names = complete(
        &spec,
        "POST /v1/cows/{}: {params: {\"?name\": query_name}}\n",
        None,
    )
    .expect("the two have names")
    .names;
    let made = generate(&spec, Some(&names), "farm").expect("two setters");
    let code = &made.files[Path::new("cow/operations.rs")];
    for sends in [
        "self.0.set_in_query(\"name\", Into::<String>::into(query_name));",
        "self.0.set(\"name\", Into::<String>::into(name));",
    ] {
        assert!(code.contains(sends), "{code}");
    }
    // Neither is mistaken for the other when one of them goes.
    let less = spec.replace(", {name: name, in: query, schema: {type: string}}", "");
    let fewer = complete(&less, "", None).expect("one name").names;
    let version = |spec, names| Version {
        spec,
        names: Some(names),
    };
    let diff = diff(version(&spec, &names), version(&less, &fewer)).expect("both are sound");
    let gone: Vec<_> = diff.breaking().map(|change| change.what.clone()).collect();
    assert_eq!(gone, ["the setter `query_name` is gone, was `String`"]);
}

#[test]
fn the_query_of_a_post_is_told_from_its_body() {
    let spec = case("prog_spec.yaml");
    let moved = spec
        .replace(", {name: dry_run, in: query, schema: {type: boolean}}", "")
        .replace(
            "hay: {type: integer}",
            "hay: {type: integer}, dry_run: {type: boolean}",
        );
    let (_, diff) = updated(&spec, &moved);
    let changes: Vec<_> = diff.changes.iter().map(|change| &change.what).collect();
    assert_eq!(changes, ["the setter `dry_run` goes into the body now"]);
    let (_, diff) = updated(&moved, &spec);
    let changes: Vec<_> = diff.changes.iter().map(|change| &change.what).collect();
    assert_eq!(changes, ["the setter `dry_run` goes into the query now"]);
}

#[test]
fn what_has_no_body_has_no_two_places() {
    let spec = case("param_dup_query_body.yaml").replace("    post:", "    delete:");
    let found = generate(&spec, None, "farm").expect_err("both go into the query");
    let says = "`name` is in its query and in its body";
    let found = found.iter().find(|wrong| wrong.message == says);
    assert!(found.is_some_and(|wrong| wrong.position.is_some()));
    // What Stripe's clients send in the query of a DELETE is one of its bodies.
    let spec = case("prog_spec.yaml").replace("    post:", "    delete:");
    let made = generate(&spec, None, "farm").expect("one place for all");
    let code = &made.files[Path::new("cow/operations.rs")];
    assert!(!code.contains("in_query"), "{code}");
    // JSON has no place in a query.
    let spec = spec.replace("application/x-www-form-urlencoded", "application/json");
    let made = generate(&spec, None, "farm").expect("it is left out");
    let left_out: Vec<_> = made.left_out.iter().map(|wrong| &wrong.message).collect();
    assert_eq!(left_out, ["left out: a DELETE with a body of JSON"]);
}

#[test]
fn what_is_sent_in_headers_is_told() {
    for way in ["header", "cookie"] {
        let spec = case("prog_spec.yaml").replace("in: query", &format!("in: {way}"));
        let found = generate(&spec, None, "farm").expect_err(way);
        let found = found.iter().next().expect("one");
        assert!(found.message.contains("`dry_run` goes neither"), "{found}");
    }
    for method in ["put", "patch"] {
        let spec = case("prog_spec.yaml").replace("    post:", &format!("    {method}:"));
        let made = generate(&spec, None, "farm").expect(method);
        assert_eq!(made.left_out.len(), 1, "{method}");
    }
}
