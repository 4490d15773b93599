//! Overlay actions.

use serde_json::{Value, json};

use crate::support::{DOCS, RULES, problems, run, spec};

fn overlay(actions: &str) -> String {
    format!("overlay: 1.0.0\ninfo: {{title: x, version: 1.0.0}}\nactions: [{actions}]\n")
}

/// The subset after [`DOCS`] and `actions`.
fn applied(actions: &str) -> Value {
    let subset = run(&spec().to_string(), RULES, &[DOCS, &overlay(actions)]);
    let subset = subset.unwrap_or_else(|wrong| panic!("{wrong}"));
    serde_yaml::from_str(&subset.yaml).expect("YAML")
}

/// What is wrong with `actions`.
fn wrong(actions: &str) -> Vec<String> {
    problems(&spec().to_string(), RULES, &[DOCS, &overlay(actions)])
}

#[test]
fn updates_merge() {
    let subset = applied(
        "{target: $.components.schemas.pet, update: {
            description: A pet., x-name: Animal,
            properties: {id: {description: Its id., x-sensitive: true}}}},
         {target: $.components.schemas.pet, update: {required: [collar]}},
         {target: $.components.schemas.pet.required, update: more}",
    );
    let pet = &subset["components"]["schemas"]["pet"];
    assert_eq!(pet["description"], "A pet.");
    assert_eq!(pet["x-name"], "Animal");
    assert_eq!(
        pet["properties"]["id"],
        json!({"type": "string", "description": "Its id.", "x-sensitive": true})
    );
    assert_eq!(pet["required"], json!(["id", "object", "collar", "more"]));
}

#[test]
fn a_wildcard_updates_all_it_matches() {
    let subset = applied("{target: $..properties.id, update: {description: An id.}}");
    assert_eq!(
        subset["components"]["schemas"]["pet"]["properties"]["id"]["description"],
        "An id."
    );
}

#[test]
fn removals_remove() {
    let subset = applied("{target: $.components.schemas.pet.properties.id, remove: true}");
    let pet = &subset["components"]["schemas"]["pet"];
    assert!(pet["properties"].get("id").is_none());
    assert_eq!(pet["required"], json!(["object"]));
}

#[test]
fn later_overlays_have_the_last_word() {
    let first = overlay("{target: $.components.schemas.pet, update: {description: first}}");
    let second = overlay("{target: $.components.schemas.pet, update: {description: second}}");
    let subset = run(&spec().to_string(), RULES, &[DOCS, &first, &second]).expect("a subset");
    let tree: Value = serde_yaml::from_str(&subset.yaml).expect("YAML");
    assert_eq!(
        tree["components"]["schemas"]["pet"]["description"],
        "second"
    );
}

#[test]
fn a_property_can_be_added_with_its_type() {
    let subset = applied(
        "{target: $.components.schemas.pet, update: {properties: {age: {
            type: integer, description: In years.}}}}",
    );
    assert_eq!(
        subset["components"]["schemas"]["pet"]["properties"]["age"]["type"],
        "integer"
    );
}

#[test]
fn a_wildcard_documents_what_each_target_has() {
    let subset = applied(
        "{target: $.components.schemas.*, update: {properties: {color: {description: A color.}}}},
         {target: $..properties.object, update: {x-enum-descriptions: {pet: A pet., list: A list.}}}",
    );
    let schemas = &subset["components"]["schemas"];
    assert_eq!(
        schemas["collar"]["properties"]["color"]["description"],
        "A color."
    );
    let pet = &schemas["pet"]["properties"];
    assert!(pet.get("color").is_none());
    assert_eq!(
        pet["object"]["x-enum-descriptions"],
        json!({"pet": "A pet."})
    );
}

#[test]
fn actions_that_do_nothing() {
    let cases = [
        (
            "{target: $.gone, update: {a: b}}",
            "/actions/0/target: `$.gone` matches nothing",
        ),
        (
            "{target: $.gone, remove: true}",
            "/actions/0/target: `$.gone` matches nothing",
        ),
        ("{target: '$[', remove: true}", "/actions/0/target: "),
        (
            "{target: \"$.paths[?search(@.x, 'a')]\", remove: true}",
            "/actions/0/target: at position 9, in long-hand segment, function name 'search' is not",
        ),
        (
            "{target: $.info}",
            "/actions/0: neither an update nor a removal",
        ),
        (
            "{target: $.info, update: {a: b}, remove: true}",
            "/actions/0: neither an update",
        ),
        (
            "{target: $.components.schemas.pet, update: {properties: {gone: {description: x}}}}",
            "/actions/0/update/properties/gone: documents `gone`",
        ),
        (
            "{target: $.components.schemas.pet.properties.id, update: {items: {description: x}}}",
            "/actions/0/update/items: documents `items`",
        ),
        (
            "{target: $.components.schemas.pet.properties.object,
              update: {x-enum-descriptions: {pet: x, cat: x}}}",
            "/actions/0/update/x-enum-descriptions/cat: documents `cat`",
        ),
    ];
    for (actions, expected) in cases {
        let found = wrong(actions);
        let expected = format!("1.yaml#{expected}");
        assert!(
            found.len() == 1 && found[0].starts_with(&expected),
            "{expected}: {found:?}"
        );
    }
}

#[test]
fn documents_that_are_no_overlays() {
    let good = overlay("{target: $.info, update: {x-a: b}}");
    let cases = [
        (
            good.replace("1.0.0", "1.1.0"),
            "1.yaml#/overlay: version 1.1.0",
        ),
        (
            good.replace("actions", "action"),
            "1.yaml#: unknown field `action`",
        ),
        (
            good.replace("update", "updates"),
            "1.yaml#: actions[0]: unknown field `updates`",
        ),
        ("[".to_owned(), "1.yaml#: "),
    ];
    for (text, expected) in cases {
        let found = problems(&spec().to_string(), RULES, &[DOCS, &text]);
        assert!(
            found.len() == 1 && found[0].starts_with(expected),
            "{expected}: {found:?}"
        );
    }
}

#[test]
fn an_older_spec_need_not_have_all_that_an_overlay_speaks_of() {
    let action = "{target: $.components.schemas.later, update: {description: New.}}";
    let ahead = overlay(action).replace("1.0.0}", "9999-01-01.later}");
    assert!(problems(&spec().to_string(), RULES, &[DOCS, &ahead]).is_empty());
    assert_eq!(wrong(action).len(), 1);
}
