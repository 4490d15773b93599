//! Tests the decisions about raw JSON.

use serde_json::json;

use crate::support::{DOCS, RULES, problems, spec};

/// Returns a spec whose pets refer to a resource outside of the subset, and have an object
/// without properties.
fn with_friend() -> String {
    let mut spec = spec();
    spec["components"]["schemas"]["shop"] = json!({
        "x-resourceId": "shop", "type": "object", "properties": {"id": {"type": "string"}},
    });
    let pet = &mut spec["components"]["schemas"]["pet"]["properties"];
    pet["seller"] = json!({"anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/shop"}]});
    pet["data"] = json!({"type": "object"});
    pet["shops"] = json!({"type": "array", "items": {"$ref": "#/components/schemas/shop"}});
    spec.to_string()
}

/// Returns the problems of decisions.
fn wrong(raw: &str) -> Vec<String> {
    let found = problems(&with_friend(), &format!("{RULES}raw: [{raw}]\n"), &[DOCS]);
    let found = found.iter().map(|problem| {
        let (_, problem) = problem.split_once('#').expect("a pointer");
        problem.to_owned()
    });
    found.collect()
}

const DATA: &str = "{place: pet data, why: Upstream says nothing of it.}";
const SHOP: &str = "{place: 'pet *', to: [shop], why: Shops are none of ours.}";

#[test]
fn decisions_are_not_required_without_the_key() {
    assert!(problems(&with_friend(), RULES, &[DOCS]).is_empty());
}

#[test]
fn undecided_places_are_reported_with_their_resource() {
    assert_eq!(
        wrong(""),
        [
            "/raw: `pet data` is an object without properties in the upstream spec: it becomes raw JSON",
            "/raw: `pet seller` refers to `shop` (in no feature): it becomes an id or raw JSON",
            "/raw: `pet shops[]` refers to `shop` (in no feature): it becomes an id or raw JSON",
        ]
    );
    assert_eq!(wrong(&format!("{DATA}, {SHOP}")), [""; 0]);
}

#[test]
fn a_decision_covers_only_the_place_and_resource_it_names() {
    // The decision does not cover a reference to another resource.
    let other = SHOP.replace("[shop]", "[stall]");
    let found = wrong(&format!("{DATA}, {other}"));
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found[2].contains("does not refer to `stall`"), "{found:#?}");
    // A decision with a resource does not cover a place without one, and the other way round.
    let found = wrong(&format!("{DATA}, {}", SHOP.replace("to: [shop], ", "")));
    assert_eq!(found.len(), 2, "{found:#?}");
}

#[test]
fn a_decision_without_a_place_is_an_error() {
    for stale in [
        "{place: pet owner, why: It is gone.}",
        "{place: pet, why: It has a type.}",
        "{place: 'cat *', to: [shop], why: It is gone.}",
    ] {
        let found = wrong(&format!("{DATA}, {SHOP}, {stale}"));
        assert_eq!(found.len(), 1, "{stale}: {found:#?}");
        assert!(found[0].starts_with("/raw/2: "), "{stale}: {found:#?}");
    }
}

#[test]
fn a_decision_has_a_reason() {
    let found = wrong(&format!(
        "{DATA}, {}",
        SHOP.replace("Shops are none of ours.", "TODO")
    ));
    assert_eq!(found, ["/raw/1/why: `TODO` is not filled in"]);
    let found = wrong(&format!(
        "{DATA}, {}",
        SHOP.replace(", why: Shops are none of ours.", "")
    ));
    assert_eq!(found.len(), 1, "{found:#?}");
}
