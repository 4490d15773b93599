//! Tests references: all commands resolve them, and report those they can't resolve with their
//! places.

use serde_json::{Value, json};

use crate::reading::{case, wrong};
use crate::support::{DOCS, RULES, located, run};

/// One operation with every kind of reference, and the same operation without references.
const BY_REFERENCE: &str = "openapi: 3.0.0
info: {title: Farm, version: x}
paths:
  /v1/cows/{cow}:
    parameters:
    - {$ref: '#/components/parameters/cow'}
    - {name: herd, in: query, required: true, schema: {type: string}}
    - {name: limit, in: query, schema: {type: string}}
    post:
      operationId: PostCowsCow
      parameters:
      - {$ref: '#/components/parameters/limit'}
      requestBody: {$ref: '#/components/requestBodies/feed'}
      responses:
        '200': {$ref: '#/components/responses/cow'}
  /v1/bulls/{cow}: {$ref: '#/paths/~1v1~1cows~1%7Bcow%7D'}
components:
  parameters:
    cow: {name: cow, in: path, required: true, schema: {$ref: '#/components/schemas/id'}}
    limit: {$ref: '#/components/parameters/other'}
    other: {name: limit, in: query, schema: {type: integer}}
  requestBodies:
    feed: {content: {application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/feed'}}}}
  responses:
    cow:
      description: ok
      headers: {X-Tag: {$ref: '#/components/headers/tag'}}
      content: {application/json: {schema: {$ref: '#/components/schemas/cow'}}}
  headers:
    tag: {schema: {type: string}}
  schemas:
    id: {type: string}
    beast: {$ref: '#/components/schemas/cow'}
    feed: {type: object, required: [hay], properties: {hay: {type: integer}}}
    cow:
      x-resourceId: cow
      type: object
      required: [id, object]
      properties:
        id: {$ref: '#/components/schemas/id'}
        object: {type: string, enum: [cow]}
        calf: {$ref: '#/components/schemas/beast'}
        ate: {$ref: '#/components/schemas/feed/properties/hay'}
        bell: {$ref: '#/components/schemas/b%65ll', description: Rings., nullable: true}
    bell: {type: object, properties: {tone: {type: string}}}
";

const WRITTEN_OUT: &str = "openapi: 3.0.0
info: {title: Farm, version: x}
paths:
  /v1/cows/{cow}: &cows
    post:
      operationId: PostCowsCow
      parameters:
      - {name: limit, in: query, schema: {type: integer}}
      - {name: cow, in: path, required: true, schema: {type: string}}
      - {name: herd, in: query, required: true, schema: {type: string}}
      requestBody: {content: {application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/feed'}}}}
      responses:
        '200':
          description: ok
          headers: {X-Tag: {schema: {type: string}}}
          content: {application/json: {schema: {$ref: '#/components/schemas/cow'}}}
  /v1/bulls/{cow}: *cows
components:
  schemas:
    id: {type: string}
    feed: {type: object, required: [hay], properties: {hay: {type: integer}}}
    cow:
      x-resourceId: cow
      type: object
      required: [id, object]
      properties:
        id: {$ref: '#/components/schemas/id'}
        object: {type: string, enum: [cow]}
        calf: {$ref: '#/components/schemas/cow'}
        ate: {type: integer}
        bell: {anyOf: [{$ref: '#/components/schemas/bell'}], description: Rings., nullable: true}
    bell: {type: object, properties: {tone: {type: string}}}
";

#[test]
fn references_give_the_same_result_as_copies() {
    let files = |text: &str| {
        let generated = stripe_codegen::generate(text, None, "farm");
        generated.unwrap_or_else(|wrong| panic!("{wrong}")).files
    };
    assert_eq!(files(BY_REFERENCE), files(WRITTEN_OUT));
    let diff = stripe_codegen::diff(BY_REFERENCE, WRITTEN_OUT).expect("a diff");
    assert!(diff.is_empty(), "{}", diff.text());
    let code: String = files(BY_REFERENCE).into_values().collect();
    for part in ["hay", "herd", "limit", "/// Rings."] {
        assert!(code.contains(part), "{part}");
    }

    let rules = "features: {default: {operations: [/v1/**]}}";
    let subset = |text: &str| {
        let subset = run(text, rules, &[]).unwrap_or_else(|wrong| panic!("{wrong}"));
        serde_yaml::from_str::<Value>(&subset.yaml).expect("YAML")
    };
    let (mut referred, mut written) = (subset(BY_REFERENCE), subset(WRITTEN_OUT));
    for subset in [&mut referred, &mut written] {
        subset["info"]
            .as_object_mut()
            .expect("an object")
            .remove("x-source-sha256");
    }
    assert_eq!(referred, written);
    assert!(!referred.to_string().contains("#/components/parameters"));
}

#[test]
fn small_specs_are_read_completely() {
    let generated = stripe_codegen::generate(&case("ref_body.yaml"), None, "farm").expect("files");
    let code: String = generated.files.into_values().collect();
    assert!(code.contains("hay: i64"), "{code}");
    // A required header can't be sent. It is reported at the parameter of the path.
    assert_eq!(
        wrong(&case("pathlevel_query_only.yaml")),
        [
            "5:83#/paths/~1v1~1cows/parameters/1: `X-Tenant` goes neither into the path nor the query"
        ]
    );
}

#[test]
fn references_without_a_target_are_reported_once() {
    let edit = |from: &str, to: &str| {
        assert!(BY_REFERENCE.contains(from), "{from}");
        BY_REFERENCE.replacen(from, to, 1)
    };
    let post = "#/paths/~1v1~1cows~1{cow}/post";
    let cases = [
        (edit("parameters/cow'", "parameters/cows'"), "6:7#/paths/~1v1~1cows~1{cow}/parameters/0: dangling $ref".to_owned()),
        (edit("requestBodies/feed'", "requestBodies/food'"), format!("13:7{post}/requestBody: dangling $ref")),
        (edit("responses/cow'", "responses/bull'"), format!("{post}/responses/200: dangling $ref")),
        (edit("headers/tag'", "headers/bell'"), "#/components/responses/cow/headers/X-Tag: dangling $ref".to_owned()),
        (edit("#/components/responses/cow", "other.yaml#/x"), format!("{post}/responses/200: `other.yaml#/x` is not a place in this file")),
        (edit("#/components/responses/cow", "https://a.b/x.json"), "is not a place in this file".to_owned()),
        (edit("#/components/responses/cow", "#cow"), "`#cow` is not a place in this file".to_owned()),
        (edit("parameters/other'", "parameters/limit'"), "/parameters/0: `#/components/parameters/limit` is part of a cycle of references".to_owned()),
        (edit("#/paths/~1v1~1cows~1%7Bcow%7D", "#/paths/~1v1~1bulls~1%7Bcow%7D"), "#/paths/~1v1~1bulls~1{cow}: `#/paths/~1v1~1bulls~1%7Bcow%7D` is part of a cycle of references".to_owned()),
        (edit("schemas/beast'", "schemas/beasts'"), "#/components/schemas/cow/properties/calf: dangling $ref".to_owned()),
        (edit("schemas/cow'}\n    feed", "schemas/beast'}\n    feed"), "is part of a cycle".to_owned()),
        (edit("feed/properties/hay", "feed/properties/straw"), "/ate: dangling $ref".to_owned()),
        (
            edit("feed/properties/hay", "cow/properties/bell2").replace(
                "        bell: {",
                "        bell2: {type: object, properties: {a: {$ref: '#/components/schemas/cow/properties/bell2'}}}\n        bell: {",
            ),
            "is part of a cycle, or refers to too many schemas".to_owned(),
        ),
    ];
    let rules = "features: {default: {operations: [/v1/**]}}";
    for (text, expected) in cases {
        let found = wrong(&text);
        assert!(
            found.iter().any(|found| found.contains(&expected)),
            "{expected}: {found:#?}"
        );
        let places: std::collections::BTreeSet<&String> = found.iter().collect();
        assert_eq!(places.len(), found.len(), "{found:#?}");
        let found = located(&text, rules, &[]);
        assert!(
            !found.is_empty() && found.iter().all(|(line, _)| line.starts_with("spec.json")),
            "{expected}: {found:#?}"
        );
    }
}

#[test]
fn copies_of_copies_are_bounded() {
    let mut schemas = json!({"x0": {"type": "object", "properties": {}}});
    for at in 1..40 {
        let below = json!({"$ref": format!("#/components/schemas/x{}/properties/a", at - 1)});
        schemas[format!("x{at}")] = json!({"type": "object", "properties": {
            "a": {"type": "object", "properties": {"a": below, "b": below}},
        }});
    }
    schemas["x0"]["properties"]["a"] = json!({"type": "string"});
    let spec = json!({
        "openapi": "3.0.0", "info": {"title": "Farm", "version": "x"}, "paths": {},
        "components": {"schemas": schemas},
    });
    let found = wrong(&spec.to_string());
    assert!(
        found.iter().any(|found| found
            .contains("is part of a cycle, or refers to too many schemas")
            || found.contains("within schemas")),
        "{found:#?}"
    );
}

#[test]
fn a_feature_of_operations_alone_finds_its_resources() {
    let answer = |schema: &str| {
        format!(
            "{{'200': {{description: ok, content: {{application/json: {{schema: {schema}}}}}}}}}"
        )
    };
    let resource = |name: &str, more: &str| {
        format!(
            "    {name}: {{x-resourceId: {name}, type: object, required: [id, object], properties: {{id: {{type: string}}, object: {{type: string, enum: [{name}]}}{more}}}}}\n"
        )
    };
    let reference = |name: &str| format!("{{$ref: '#/components/schemas/{name}'}}");
    let spec = format!(
        "openapi: 3.0.0\ninfo: {{title: Farm, version: x}}\npaths:\n\
         \x20 /v1/cows: {{get: {{operationId: GetCows, responses: {list}}}}}\n\
         \x20 /v1/bulls/{{bull}}: {{delete: {{operationId: DeleteBull, parameters: [{{name: bull, in: path, required: true, schema: {{type: string}}}}], responses: {either}}}}}\n\
         components:\n  schemas:\n{cow}{bull}{gone}{farm}",
        list = answer(&format!(
            "{{type: object, properties: {{object: {{type: string, enum: [list]}}, data: {{type: array, items: {}}}}}}}",
            reference("cow")
        )),
        either = answer(&format!(
            "{{anyOf: [{}, {}]}}",
            reference("bull"),
            reference("deleted_bull")
        )),
        cow = resource(
            "cow",
            ", farm: {anyOf: [{type: string}, {$ref: '#/components/schemas/farm'}], x-expansionResources: {oneOf: [{$ref: '#/components/schemas/farm'}]}}, barn: {$ref: '#/components/schemas/farm'}"
        ),
        bull = resource("bull", ""),
        gone = resource("deleted_bull", ""),
        farm = resource("farm", ""),
    );
    let made = run(&spec, "features: {default: {operations: [/v1/**]}}", &[]);
    let made = made.unwrap_or_else(|wrong| panic!("{wrong}"));
    let subset: Value = serde_yaml::from_str(&made.yaml).expect("YAML");
    let schemas = subset["components"]["schemas"]
        .as_object()
        .expect("schemas");
    assert_eq!(
        schemas.keys().collect::<Vec<_>>(),
        ["bull", "cow", "deleted_bull"]
    );
    // References that leave the subset are listed.
    let left: Vec<_> = made
        .left
        .iter()
        .map(|left| (&*left.pointer, &*left.resource))
        .collect();
    let cow = "/components/schemas/cow/properties";
    assert_eq!(
        left,
        [
            (&*format!("{cow}/barn"), "farm"),
            (&*format!("{cow}/farm"), "farm")
        ]
    );
    let generated = stripe_codegen::generate(&made.yaml, None, "farm");
    generated.unwrap_or_else(|wrong| panic!("{wrong}"));
    // A feature with named resources gets only those.
    let made = run(
        &spec,
        "features: {default: {operations: [GetCows], resources: [farm]}}",
        &[],
    );
    assert!(
        made.expect("a subset")
            .left
            .iter()
            .any(|left| left.resource == "cow")
    );
}

#[test]
fn the_shortest_rules_ask_for_nothing() {
    let made = run(
        BY_REFERENCE,
        "features: {default: {operations: [PostCowsCow]}}",
        &[DOCS],
    );
    // An overlay of another spec still has to match.
    assert!(made.is_err());
    let found = located(
        BY_REFERENCE,
        &RULES.replace("event_types", "event_type"),
        &[],
    );
    assert_eq!(found.len(), 1, "{found:?}");
    let events = "features: {default: {operations: [PostCowsCow], events: [cow.*]}}";
    let found = located(BY_REFERENCE, events, &[]);
    assert!(
        found.len() == 1 && found[0].0.contains("/features/default/events"),
        "{found:?}"
    );
}
