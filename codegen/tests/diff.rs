//! Tests the text of a diff in all formats. `tests/updates_verdicts` has a table of all kinds of
//! changes.

use serde_json::{Value, json};
use stripe_codegen::{Action, Diff, Effect, Step, Subject, diff};

fn spec(version: &str, schemas: Value) -> Value {
    json!({
        "openapi": "3.0.0",
        "info": {"title": "Pets", "version": version},
        "paths": {"/v1/pets": {"get": {
            "operationId": "GetPets",
            "responses": {"200": {"description": "ok", "content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/pet"},
            }}}},
        }}},
        "components": {"schemas": schemas},
    })
}

fn pet(properties: Value) -> Value {
    json!({"pet": {"type": "object", "x-resourceId": "pet", "properties": properties}})
}

fn compare(old: &Value, new: &Value) -> Diff {
    match diff(&old.to_string(), &new.to_string()) {
        Ok(diff) => diff,
        Err(diagnostics) => panic!("{diagnostics}"),
    }
}

/// A diff in which one field is removed, one is added and one changes.
fn small() -> Diff {
    let old = pet(json!({"age": {"type": "integer"}, "name": {"type": "string"}}));
    let new = pet(json!({"age": {"type": "string"}, "tag": {"type": "string"}}));
    compare(&spec("a", old), &spec("b", new))
}

#[test]
fn text() {
    let expected = "\
API version a → b: 3 changes, 2 of them breaking.

Breaking:
  pet::Pet
    responses: age is now Option<String>, was Option<i64> (upstream: pet age)
    responses: name is gone, was Option<String> (upstream: pet name)

Compatible:
  pet::Pet
    responses: tag is new: Option<String>

Next version: a major, below 1.0 a minor.
";
    assert_eq!(small().text(), expected);
}

#[test]
fn markdown_is_the_changelog_and_the_next_version() {
    let changelog = "\
API version a → b: 3 changes, 2 of them breaking.

### Breaking

- `pet::Pet`
  - responses: `age` is now `Option<String>`, was `Option<i64>` (upstream: `pet age`)
  - responses: `name` is gone, was `Option<String>` (upstream: `pet name`)

### Compatible

- `pet::Pet`
  - responses: `tag` is new: `Option<String>`
";
    assert_eq!(small().changelog(), changelog);
    let markdown = format!("{changelog}\nNext version: a major, below 1.0 a minor.\n");
    assert_eq!(small().markdown(), markdown);
}

#[test]
fn json_has_all_changes_and_the_step() {
    let value: Value = serde_json::from_str(&small().json()).unwrap();
    assert_eq!(value["old_version"], "a");
    assert_eq!(value["step"], "breaking");
    let changes = value["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 3);
    let age = json!({
        "place": "pet::Pet",
        "subject": "field",
        "name": "age",
        "action": "changed",
        "what": "`age` is now `Option<String>`, was `Option<i64>`",
        "responses": "breaking",
        "pointer": "/components/schemas/pet",
        "cause": {"by": "upstream", "place": "pet age"},
    });
    assert_eq!(changes[0], age);
}

#[test]
fn a_type_is_followed_to_its_new_name() {
    let schemas = |name: &str, field: &str| {
        let mut schemas = pet(json!({field: {"$ref": format!("#/components/schemas/{name}")}}));
        // Two types that contain each other.
        schemas[name] = json!({"type": "object", "properties": {
            "size": {"type": "integer"},
            "next": {"$ref": format!("#/components/schemas/{name}_tag")},
        }});
        schemas[format!("{name}_tag")] = json!({"type": "object", "properties": {
            "back": {"$ref": format!("#/components/schemas/{name}")},
        }});
        schemas
    };
    let diff = compare(
        &spec("a", schemas("collar", "collar")),
        &spec("a", schemas("strap", "strap")),
    );
    let changes: Vec<_> = diff
        .changes
        .iter()
        .map(|change| (change.subject, change.action, change.name.as_str()))
        .collect();
    assert!(
        changes.contains(&(Subject::Type, Action::Renamed, "PetCollar")),
        "{}",
        diff.text()
    );
    assert!(
        changes.contains(&(Subject::Field, Action::Renamed, "collar")),
        "{}",
        diff.text()
    );
    let is_rename = |change: &(Subject, Action, &str)| change.1 == Action::Renamed;
    assert!(changes.iter().all(is_rename), "{}", diff.text());
}

#[test]
fn a_type_of_two_places_stays_one_when_one_of_them_grows() {
    let schemas = |more: Value| {
        let mut second = json!({"size": {"type": "integer"}});
        second
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let inline =
            |properties: Value| json!({"type": "object", "title": "tag", "properties": properties});
        pet(json!({
            "first": inline(json!({"size": {"type": "integer"}})),
            "second": inline(second),
        }))
    };
    let old = spec("a", schemas(json!({})));
    let new = spec("a", schemas(json!({"color": {"type": "string"}})));
    let diff = compare(&old, &new);
    assert_eq!(diff.breaking().count(), 0, "{}", diff.text());
    let [change] = diff.changes.as_slice() else {
        panic!("{}", diff.text());
    };
    assert_eq!(
        (change.place.as_str(), change.name.as_str()),
        ("pet::PetTag", "color")
    );
}

#[test]
fn each_spec_is_blamed_for_its_own_faults() {
    let good = spec("a", pet(json!({}))).to_string();
    for (old, new, name) in [("{", &*good, "old spec"), (&*good, "{", "new spec")] {
        let wrong = diff(old, new).unwrap_err();
        assert!(wrong.iter().all(|wrong| wrong.file == name), "{wrong}");
    }
}

#[test]
fn the_step_is_that_of_the_worst_change() {
    let one = |properties| spec("a", pet(properties));
    let old = one(json!({"name": {"type": "string"}}));
    assert_eq!(compare(&old, &old).step(), Step::None);
    assert!(compare(&old, &old).is_empty());
    let later = spec("b", pet(json!({"name": {"type": "string"}})));
    assert_eq!(compare(&old, &later).step(), Step::Version);
    let more = one(json!({"name": {"type": "string"}, "tag": {"type": "string"}}));
    let added = compare(&old, &more);
    assert_eq!(added.step(), Step::Addition);
    assert_eq!(added.changes[0].responses, Some(Effect::Compatible));
    assert_eq!(compare(&more, &old).step(), Step::Breaking);

    assert_eq!(Step::Breaking.next([0, 3, 1]), [0, 4, 0]);
    assert_eq!(Step::Addition.next([0, 3, 1]), [0, 3, 2]);
    assert_eq!(Step::Version.next([0, 3, 1]), [0, 3, 2]);
    assert_eq!(Step::Breaking.next([1, 3, 1]), [2, 0, 0]);
    assert_eq!(Step::Addition.next([1, 3, 1]), [1, 4, 0]);
    assert_eq!(Step::Version.next([1, 3, 1]), [1, 3, 2]);
    assert_eq!(Step::None.next([1, 3, 1]), [1, 3, 1]);
}

#[test]
fn showing_a_hidden_value_breaks() {
    let made = |mark: bool| {
        let text = json!({"type": "string", "x-sensitive": mark});
        let mut spec = spec("a", pet(json!({"name": text})));
        let get = &mut spec["paths"]["/v1/pets"]["get"];
        get["parameters"] = json!([{"name": "owner", "in": "query", "schema": text}]);
        let mut post = get.clone();
        post["operationId"] = json!("PostPets");
        post["parameters"] = json!([]);
        post["requestBody"] = json!({"content": {"application/x-www-form-urlencoded": {"schema": {
            "type": "object",
            "properties": {"bill": {"type": "object", "properties": {"to": text}}, "sum": text},
        }}}});
        spec["paths"]["/v1/pets"]["post"] = post;
        spec
    };
    let shown = compare(&made(true), &made(false));
    let mut places: Vec<_> = shown
        .breaking()
        .map(|change| change.name.as_str())
        .collect();
    places.sort_unstable();
    assert_eq!(places, ["name", "owner", "sum", "to"], "{}", shown.text());
    let hidden = compare(&made(false), &made(true));
    let places: Vec<_> = hidden
        .breaking()
        .map(|change| change.name.as_str())
        .collect();
    assert_eq!(places, ["name"], "its type is another: {}", hidden.text());
}
