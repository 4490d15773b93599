//! Tests the actions of overlays.

use serde_json::{Value, json};

use crate::support::{DOCS, RULES, located, problems, run, spec};

fn overlay(actions: &str) -> String {
    format!("overlay: 1.0.0\ninfo: {{title: x, version: 1.0.0}}\nactions: [{actions}]\n")
}

/// Returns the subset after [`DOCS`] and `actions`.
fn applied(actions: &str) -> Value {
    let subset = run(&spec().to_string(), RULES, &[DOCS, &overlay(actions)]);
    let subset = subset.unwrap_or_else(|wrong| panic!("{wrong}"));
    serde_yaml::from_str(&subset.yaml).expect("YAML")
}

/// Returns the problems of `actions`.
fn wrong(actions: &str) -> Vec<String> {
    problems(&spec().to_string(), RULES, &[DOCS, &overlay(actions)])
}

#[test]
fn updates_merge() {
    let subset = applied(
        "{target: $.components.schemas.pet, update: {
            description: A pet., x-id-of: Animal,
            properties: {id: {description: Its id., x-sensitive: true}}}},
         {target: $.components.schemas.pet, update: {required: [collar]}},
         {target: $.components.schemas.pet.required, update: more}",
    );
    let pet = &subset["components"]["schemas"]["pet"];
    assert_eq!(pet["description"], "A pet.");
    assert_eq!(pet["x-id-of"], "Animal");
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
            "/actions/0/target: `$.paths[?search(@.x, 'a')]` is not a valid JSONPath: at position 9",
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
            "{target: \"$['x-events']\", update: {pet.bron: {description: x}}}",
            "/actions/0/update/pet.bron: documents `pet.bron`",
        ),
        (
            "{target: $.components.schemas, update: {pett: {description: x}}}",
            "/actions/0/update/pett: documents `pett`",
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
            "1.yaml#/overlay: `overlay` can't be `1.1.0`",
        ),
        (
            good.replace("actions", "action"),
            "1.yaml#/action: an overlay has no key `action`",
        ),
        (
            good.replace("update", "updates"),
            "1.yaml#/actions/0/updates: an action has no key `updates`",
        ),
        ("[".to_owned(), "1.yaml#: the JSON is cut off: "),
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
fn actions_without_a_target_are_accepted_for_an_older_spec() {
    let action = "{target: $.components.schemas.later, update: {description: New.}}";
    let rules = format!("api_version: 9999-01-01.later\n{RULES}");
    let ahead = overlay(action);
    assert!(problems(&spec().to_string(), &rules, &[DOCS, &ahead]).is_empty());
    assert_eq!(wrong(action).len(), 1);
}

#[test]
fn an_unknown_extension_is_an_error_with_a_suggestion() {
    let pet = "$.components.schemas.pet.properties.id";
    let cases = [
        ("x-sensitve: true", "x-sensitve", "`x-sensitive`"),
        ("x-senstive: true", "x-senstive", "`x-sensitive`"),
        ("X-Sensitive: true", "X-Sensitive", "`x-sensitive`"),
        ("x_sensitive: true", "x_sensitive", "`x-sensitive`"),
        ("sensitive: true", "sensitive", "x-sensitive"),
        ("x-idof: pet", "x-idof", "`x-id-of`"),
        (
            "x-enum-description: {}",
            "x-enum-description",
            "`x-enum-descriptions`",
        ),
        (
            "x-note: a",
            "x-note",
            "own keys are x-enum-descriptions, x-at-most-one, x-id-of",
        ),
        ("descripton: a", "descripton", "`description`"),
        ("nulable: true", "nulable", "`nullable`"),
    ];
    for (key, at, help) in cases {
        let found = overlay(&format!("{{target: {pet}, update: {{{key}}}}}"));
        let found = located(&spec().to_string(), RULES, &[DOCS, &found]);
        assert_eq!(found.len(), 1, "{key}: {found:?}");
        let (line, said) = &found[0];
        assert!(
            line.contains(&format!(
                "#/actions/0/update/{at}: `{at}` is not a key of OpenAPI"
            )),
            "{line}"
        );
        assert!(said.contains(help), "{said}");
    }
    // Also in a new property, and with a value of the wrong kind.
    for (update, at) in [
        (
            "{properties: {new: {type: string, x-sensitve: true}}}",
            "properties/new/x-sensitve",
        ),
        (
            "{properties: {new: {type: string, x-sensitive: 'true'}}}",
            "properties/new/x-sensitive",
        ),
        (
            "{properties: {id: {x-sensitive: yes}}}",
            "properties/id/x-sensitive",
        ),
        ("{properties: {id: {x-id-of: 5}}}", "properties/id/x-id-of"),
        // A mark on something other than a field would hide nothing.
        ("{x-sensitive: true}", "x-sensitive"),
        (
            "{properties: {id: {type: array, items: {type: string, x-sensitive: true}}}}",
            "properties/id/items/x-sensitive",
        ),
    ] {
        let action = format!("{{target: $.components.schemas.pet, update: {update}}}");
        let found = problems(&spec().to_string(), RULES, &[DOCS, &overlay(&action)]);
        let expected = format!("1.yaml#/actions/0/update/{at}: ");
        assert!(
            found.iter().any(|found| found.starts_with(&expected)),
            "{expected}: {found:?}"
        );
    }
}

#[test]
fn extensions_of_upstream_can_be_changed() {
    let action = "{target: $.components.schemas.pet, update: {x-resourceId: dog}}";
    assert!(problems(&spec().to_string(), RULES, &[DOCS, &overlay(action)]).is_empty());
    // In a map with arbitrary keys, `x-ray` is a property.
    let action = "{target: $.components.schemas.pet.properties, update: {x-ray: {type: string}}}";
    let subset = run(&spec().to_string(), RULES, &[&overlay(action), DOCS]).expect("a subset");
    assert!(subset.yaml.contains("x-ray:"), "{}", subset.yaml);
}

#[test]
fn a_typing_error_is_one_problem_with_a_suggestion() {
    // The action with the typing error has all documentation of the pet.
    let undocumented = DOCS.replace(
        "$..properties.*",
        "$.components.schemas.collar.properties.*",
    );
    let slips = [
        (
            "$.components.schemas.pett.properties.*",
            "$.components.schemas.pet.properties.*",
        ),
        (
            "$.component.schemas.pet.properties.*",
            "$.components.schemas.pet.properties.*",
        ),
        (
            "$['components']['schemas']['pte'].properties.*",
            "$['components']['schemas']['pet'].properties.*",
        ),
        (
            "$.components.schemas.pet.propertis.*",
            "$.components.schemas.pet.properties.*",
        ),
    ];
    let mut spec = spec();
    spec["paths"]["/v1/pets"]["post"]["requestBody"] = json!(null);
    spec["paths"]["/v1/pets"]["post"]
        .as_object_mut()
        .expect("an object")
        .remove("requestBody");
    for (slip, meant) in slips {
        let action = overlay(&format!(
            "{{target: \"{slip}\", update: {{description: x}}}}"
        ));
        let found = located(&spec.to_string(), RULES, &[&undocumented, &action]);
        assert_eq!(found.len(), 1, "{slip}: {found:#?}");
        assert!(found[0].0.starts_with("1.yaml:"), "{found:?}");
        assert_eq!(found[0].1, format!("did you mean `{meant}`?"));
    }
}

#[test]
fn a_syntax_error_is_reported_alone() {
    let broken = DOCS.replace("\n  - {target: $.components", "\n - {target: $.components");
    let found = located(&spec().to_string(), RULES, &[&broken, "overlay: 1.0.0"]);
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found[0].0.starts_with("0.yaml:7:"), "{found:?}");
    assert_eq!(found[1].0, "1.yaml#/: an overlay without `actions`");
}

#[test]
fn items_of_a_list_are_removed_by_their_old_indices() {
    let names = ["a", "b", "c", "d", "e"];
    let mut spec = spec();
    spec["paths"]["/v1/pets"]["get"]["parameters"] = names
        .map(|name| json!({"name": name, "in": "query", "schema": {"type": "string"}}))
        .into_iter()
        .collect();
    let list = "$.paths['/v1/pets'].get.parameters";
    let cases = [
        (format!("{list}[3,1]"), "ace"),
        (format!("{list}[1,3]"), "ace"),
        (format!("{list}[0,0,0]"), "bcde"),
        (format!("{list}[-1,4,3]"), "abc"),
        (format!("{list}[?@.name=='b', ?@.name<'c']"), "cde"),
        (format!("{list}[4,?@.name=='a',4:1:-1]"), "b"),
        ("$..[?@.name=='b']".to_owned(), "acde"),
    ];
    for (target, expected) in cases {
        let cut = format!("{RULES}cuts:\n  - {{target: \"{target}\", why: x}}\n");
        let action = overlay(&format!("{{target: \"{target}\", remove: true}}"));
        for (rules, overlays) in [(&*cut, vec![DOCS]), (RULES, vec![DOCS, &action])] {
            let subset = run(&spec.to_string(), rules, &overlays);
            let subset = subset.unwrap_or_else(|wrong| panic!("{target}: {wrong}"));
            let subset: Value = serde_yaml::from_str(&subset.yaml).expect("YAML");
            let left = subset.pointer("/paths/~1v1~1pets/get/parameters");
            let left = left.and_then(Value::as_array).expect("parameters");
            let left: String = left.iter().filter_map(|it| it["name"].as_str()).collect();
            assert_eq!(left, expected, "{target}");
        }
    }
}

#[test]
fn an_update_is_done_once_for_each_node() {
    let action =
        "{target: \"$.components.schemas['pet','pet']['required','required']\", update: [name]}";
    let named = overlay(
        "{target: $.components.schemas.pet.properties, update: {name: {type: string, description: x}}}",
    );
    let subset = run(
        &spec().to_string(),
        RULES,
        &[DOCS, &named, &overlay(action)],
    );
    let subset: Value = serde_yaml::from_str(&subset.expect("a subset").yaml).expect("YAML");
    assert_eq!(
        subset["components"]["schemas"]["pet"]["required"],
        json!(["id", "object", "name"])
    );
}

#[test]
fn the_root_can_not_be_removed() {
    for target in ["$", "$..['x', 'y']"] {
        let action = format!("{{target: \"{target}\", remove: true}}");
        let found = wrong(&action);
        assert_eq!(found.len(), 1, "{found:?}");
    }
    assert!(wrong("{target: $, remove: true}")[0].contains("removes the whole document"));
    assert!(wrong("{target: $, update: [a]}")[0].contains("replaces the whole document"));
    let rules = format!("{RULES}cuts: [{{target: $, why: x}}]\n");
    let found = problems(&spec().to_string(), &rules, &[DOCS]);
    assert!(
        found[0].ends_with("this cuts the whole document"),
        "{found:?}"
    );
}

#[test]
fn a_path_is_as_deep_as_a_person_writes_it() {
    let deep = format!("$[?{}@.a{}]", "(".repeat(50_000), ")".repeat(50_000));
    let found = wrong(&format!("{{target: \"{deep}\", remove: true}}"));
    assert!(found[0].contains("brackets within brackets"), "{found:?}");
}
