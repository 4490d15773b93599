//! Tests that all problems of bad input are reported at once, with their places.

use serde_json::{Value, json};
use stripe_codegen::LineChange;

use crate::support::{DOCS, RULES, located, problems, run, spec, undocumented};

#[test]
fn a_file_that_is_not_a_spec() {
    let not = "not an OpenAPI 3.0 document: ";
    let cases = [
        ("{", "spec.json:1:1#/: the JSON is cut off: ".to_owned()),
        (
            "a: [",
            "spec.json:2:1#/: this YAML can't be read: ".to_owned(),
        ),
        ("a: !tag 1", "spec.json:1:1#/a: the tag `!tag`".to_owned()),
        ("text", format!("spec.json#/: {not}it is the text `text`")),
        (
            "{\"swagger\": \"2.0\"}",
            format!("spec.json:1:2#/swagger: {not}it is Swagger 2.0"),
        ),
        (
            "openapi: 3.1.0",
            format!("spec.json:1:1#/openapi: {not}its version is 3.1.0"),
        ),
        (
            "openapi: 3.0.0",
            "spec.json#/components/schemas: missing".to_owned(),
        ),
    ];
    for (text, expected) in cases {
        let found = located(text, RULES, &[DOCS]);
        assert!(
            found
                .first()
                .is_some_and(|(found, _)| found.starts_with(&expected)),
            "{expected}: {found:?}"
        );
    }
}

#[test]
fn rules_that_match_nothing() {
    let edit = |from: &str, to: &str| {
        assert!(RULES.contains(from), "{from}");
        RULES.replace(from, to)
    };
    let cases = [
        (
            edit("/v1/pets/**", "/v1/cats/**"),
            "/features/default/operations/0: no path matches",
        ),
        (
            edit("/v1/pets/**", "GetCat"),
            "/features/default/operations/0: there is no operation",
        ),
        (
            edit("/v1/pets/**", "CreatePet"),
            "/features/default/operations/1: `post /v1/pets` is already",
        ),
        (
            edit("[pet.*]", "[cat.*]"),
            "/features/default/events/0: no webhook event matches",
        ),
        (
            edit("[pet.*]", "[pet.*, pet.born]"),
            "/features/default/events/1: the event `pet.born` is already",
        ),
        (
            edit("[pet]", "[pet, cat]"),
            "/features/default/resources/1: the upstream spec has no schema `cat`",
        ),
        (
            edit("[pet]", "[pet, pet]"),
            "/features/default/resources/1: `pet` already belongs",
        ),
        (
            edit("[bank]", "[bank, gold]"),
            "/payment_methods/keep/1: `gold` is not a payment method",
        ),
        (
            edit("/method/", "/pet/"),
            "/payment_methods/types: there is no enum at",
        ),
        (
            edit("~1hooks", "~1crooks"),
            "/event_types: there is no enum at",
        ),
        (
            format!("{RULES}cuts: [{{target: $.gone, why: x}}]"),
            "/cuts/0/target: `$.gone` matches nothing",
        ),
        (
            format!("{RULES}cuts: [{{target: gone, why: x}}]"),
            "/cuts/0/target: ",
        ),
        (
            RULES.to_owned() + "cuts: [{target: \"$.paths[?match(@.x, 'a.*')]\", why: x}]",
            "/cuts/0/target: `$.paths[?match(@.x, 'a.*')]` is not a valid JSONPath: at position 9",
        ),
    ];
    for (rules, expected) in cases {
        let found = problems(&spec().to_string(), &rules, &[DOCS]);
        let expected = format!("subset.yaml#{expected}");
        assert!(
            found.iter().any(|found| found.starts_with(&expected)),
            "{expected}: {found:?}"
        );
    }
}

#[test]
fn unknown_keys_of_the_rules_are_located() {
    for (from, to, key, line) in [
        ("descriptions:", "colour: red\ndescriptions:", "colour", 2),
        ("    events:", "    evnets:", "evnets", 10),
        ("  keep:", "  kept:", "kept", 6),
    ] {
        let found = located(&spec().to_string(), &RULES.replacen(from, to, 1), &[DOCS]);
        assert_eq!(found.len(), 1, "{found:?}");
        let (found, _) = &found[0];
        assert!(found.ends_with(&format!("no key `{key}`")), "{found}");
        assert!(
            found.starts_with(&format!("subset.yaml:{line}:")),
            "{found}"
        );
    }
}

#[test]
fn dangling_references_are_reported() {
    let mut spec = spec();
    let properties = &mut spec["components"]["schemas"]["pet"]["properties"];
    properties["a"] = json!({"$ref": "#/components/schemas/gone"});
    properties["b"] = json!({"$ref": "other.yaml#/pet"});
    assert_eq!(
        problems(&spec.to_string(), RULES, &[DOCS]),
        [
            "spec.json#/components/schemas/pet/properties/a: \
             dangling $ref: there is no component schema `gone`",
            "spec.json#/components/schemas/pet/properties/b: \
             `other.yaml#/pet` is not a place in this file",
        ]
    );
}

#[test]
fn everything_is_reported_at_once() {
    let rules = RULES
        .replace("[pet.*]", "[cat.*]")
        .replace("[bank]", "[gold]");
    let overlay = DOCS.replace("$.paths.*.*,", "$.gone,");
    let mut spec = spec();
    spec["components"]["schemas"]["collar"]["properties"]["x"] =
        json!({"$ref": "#/components/schemas/gone"});
    let found = problems(&spec.to_string(), &rules, &[&overlay]);
    for file in [
        "spec.json#",
        "subset.yaml#/features",
        "subset.yaml#/payment",
        "0.yaml#",
    ] {
        assert!(
            found.iter().any(|found| found.starts_with(file)),
            "{file}: {found:?}"
        );
    }
    let found = problems("{", "features: none", &["[]"]);
    assert_eq!(found.len(), 3, "{found:?}");
}

#[test]
fn an_overlay_that_breaks_the_spec() {
    let breaks = DOCS.to_owned() + "  - {target: $.paths.*.get, update: {responses: none}}\n";
    let found = problems(&spec().to_string(), RULES, &[&breaks]);
    assert!(
        found
            .iter()
            .any(|found| found.ends_with("`responses` is the text `none`, not a mapping")),
        "{found:?}"
    );
}

/// A spec with every kind of place that needs documentation.
fn rich_spec() -> Value {
    let mut spec = spec();
    spec["paths"]["/v1/pets/{pet}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"] =
        json!({"type": "object", "properties": {"it's": {"type": "string"}}});
    spec["components"]["schemas"]["pet"]["properties"] = json!({
        "id": {"type": "string"},
        "object": {"type": "string", "enum": ["pet"]},
        "size": {"type": "string", "enum": ["", "large", "small"]},
        "toys": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer"}}}},
        "names": {"type": "array", "items": {"type": "string"}},
        "den": {"anyOf": [{"type": "object", "properties": {"m2": {"type": "integer"}}}]},
        "deleted": {"type": "boolean", "enum": [true]},
        "friends": {"type": "object", "properties": {
            "object": {"type": "string", "enum": ["list"]},
            "data": {"type": "array", "items": {"$ref": "#/components/schemas/pet"}},
        }},
    });
    spec
}

#[test]
fn undocumented_places_are_reported() {
    let found = undocumented(&rich_spec(), &[]);
    let pointers: Vec<&str> = found.iter().map(|(pointer, _)| pointer.as_str()).collect();
    let pet = "/components/schemas/pet";
    let get = "/paths/~1v1~1pets~1{pet}/get";
    assert_eq!(
        pointers,
        [
            pet,
            &format!("{pet}/properties/deleted"),
            &format!("{pet}/properties/den"),
            &format!("{pet}/properties/den/anyOf/0/properties/m2"),
            &format!("{pet}/properties/friends"),
            &format!("{pet}/properties/id"),
            &format!("{pet}/properties/names"),
            &format!("{pet}/properties/object"),
            &format!("{pet}/properties/size"),
            &format!("{pet}/properties/size"),
            &format!("{pet}/properties/size"),
            &format!("{pet}/properties/toys"),
            &format!("{pet}/properties/toys/items"),
            &format!("{pet}/properties/toys/items/properties/n"),
            "/paths/~1v1~1pets/get",
            "/paths/~1v1~1pets/post",
            "/paths/~1v1~1pets/post/requestBody/content/form/schema/properties/name",
            get,
            &format!("{get}/parameters/0"),
            &format!("{get}/responses/200/content/application~1json/schema/properties/it's"),
            "/x-events/pet.born",
            "/x-events/pet.toy.found",
        ]
    );
}

#[test]
fn the_edits_add_the_missing_documentation() {
    let spec = rich_spec().to_string();
    let wrong = run(&spec, RULES, &[]).expect_err("nothing is documented");
    let made: Vec<String> = wrong
        .edits()
        .iter()
        .map(|edit| match &edit.change {
            LineChange::Insert(text) if edit.line == 0 => text.clone(),
            other => panic!("{}: {other:?}", edit.file),
        })
        .collect();
    let filled: Vec<String> = made
        .iter()
        .map(|text| text.replace("TODO", "Said."))
        .collect();
    let texts = |overlays: &[String]| {
        let overlays: Vec<&str> = overlays.iter().map(String::as_str).collect();
        problems(&spec, RULES, &overlays)
    };
    assert_eq!(texts(&filled), Vec::<String>::new());

    // A placeholder that is not filled in is reported, with its line.
    let todo: usize = made.iter().map(|text| text.matches("TODO").count()).sum();
    let found = texts(&made);
    assert_eq!(found.len(), todo, "{found:#?}");
    for problem in found {
        assert!(problem.contains("`TODO` is not filled in"), "{problem}");
    }
}
