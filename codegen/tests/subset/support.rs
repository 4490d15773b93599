//! A small spec in Stripe's style, and functions that run the pipeline on it.

use serde_json::{Value, json};
use stripe_codegen::{Diagnostics, Source, Subset};

/// Rules that select everything in [`spec`].
pub(crate) const RULES: &str = "
descriptions: drop
event_types: /paths/~1v1~1hooks/post/requestBody/content/form/schema/properties/events/items
payment_methods:
  types: /components/schemas/method/properties/type
  keep: [bank]
features:
  default:
    operations: [/v1/pets/**, /v1/pets]
    events: [pet.*]
    resources: [pet]
";

/// Documents everything in [`spec`] except the values of its enums.
pub(crate) const DOCS: &str = "
overlay: 1.0.0
info: {title: Docs, version: 1.0.0}
actions:
  - {target: $..properties.*, update: {description: text}}
  - {target: '$..[?@.properties]', update: {description: text}}
  - {target: $.components.schemas.*, update: {description: text}}
  - {target: $.paths.*.*, update: {description: text}}
  - {target: $.paths.*.*.parameters.*, update: {description: text}}
  - {target: \"$['x-events'].*\", update: {description: text}}
";

pub(crate) fn spec() -> Value {
    let form = |properties: Value| {
        json!({
            "required": false,
            "content": {"form": {
                "encoding": {},
                "schema": {"type": "object", "properties": properties},
            }},
        })
    };
    let answer = |schema: Value| {
        json!({
            "200": {"description": "ok", "content": {"application/json": {"schema": schema}}},
            "default": {
                "description": "error",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/error"}}},
            },
        })
    };
    let pet = json!({"$ref": "#/components/schemas/pet"});
    let id = json!({
        "name": "pet", "in": "path", "required": true, "schema": {"type": "string"},
    });
    json!({
        "openapi": "3.0.0",
        "info": {"title": "Pets", "version": "2026-05-27.dahlia", "description": "prose"},
        "servers": [{"url": "https://api.example.com/"}],
        "paths": {
            "/v1/pets": {
                "get": {
                    "operationId": "ListPets",
                    "requestBody": form(json!({})),
                    "responses": answer(json!({
                        "type": "object",
                        "properties": {
                            "data": {"type": "array", "items": pet},
                            "object": {"type": "string", "enum": ["list"]},
                        },
                    })),
                },
                "post": {
                    "operationId": "CreatePet",
                    "summary": "prose",
                    "requestBody": form(json!({"name": {"type": "string"}})),
                    "responses": answer(pet.clone()),
                },
            },
            "/v1/pets/{pet}": {
                "get": {
                    "operationId": "GetPet",
                    "parameters": [id],
                    "responses": answer(pet),
                },
            },
            "/v1/hooks": {
                "post": {
                    "operationId": "CreateHook",
                    "requestBody": form(json!({
                        "events": {
                            "type": "array",
                            "items": {
                                "type": "string",
                                "enum": ["*", "pet.born", "pet.toy.found", "shop.opened"],
                            },
                        },
                    })),
                    "responses": answer(json!({"type": "object"})),
                },
            },
        },
        "components": {
            "schemas": {
                "error": {"type": "object"},
                "unused": {"type": "object"},
                "collar": {"type": "object", "properties": {"color": {"type": "string"}}},
                "pet": resource("pet", json!({
                    "collar": {"$ref": "#/components/schemas/collar"},
                })),
                "shop": resource("shop", json!({})),
                "method": resource("method", json!({
                    "type": {"type": "string", "enum": ["bank", "card", "coin", "shell"]},
                })),
            },
        },
    })
}

/// Returns a resource as Stripe writes it, with `properties` besides the usual ones.
pub(crate) fn resource(name: &str, properties: Value) -> Value {
    let mut schema = json!({
        "type": "object",
        "x-resourceId": name,
        "x-expandableFields": [],
        "required": ["object", "id"],
        "properties": {
            "id": {"type": "string"},
            "object": {"type": "string", "enum": [name]},
        },
    });
    for (name, property) in properties.as_object().expect("properties") {
        schema["properties"][name] = property.clone();
    }
    schema
}

/// Adds texts for the values of every enum in `value`.
fn document_values(value: &mut Value) {
    if let Some(values) = value.get("enum").and_then(Value::as_array) {
        let texts = values
            .iter()
            .filter_map(Value::as_str)
            .map(|text| (text.to_owned(), "text".into()));
        value["x-enum-descriptions"] = Value::Object(texts.collect());
    }
    match value {
        Value::Object(map) => map.values_mut().for_each(document_values),
        Value::Array(items) => items.iter_mut().for_each(document_values),
        _ => {}
    }
}

/// Runs the pipeline on texts. Their names are spec.json, subset.yaml, 0.yaml, 1.yaml, ….
pub(crate) fn run(spec: &str, rules: &str, overlays: &[&str]) -> Result<Subset, Diagnostics> {
    let names: Vec<String> = (0..overlays.len())
        .map(|index| format!("{index}.yaml"))
        .collect();
    let overlays: Vec<Source<'_>> = names
        .iter()
        .zip(overlays)
        .map(|(name, text)| Source { name, text })
        .collect();
    let spec = Source {
        name: "spec.json",
        text: spec,
    };
    stripe_codegen::subset(
        spec,
        None,
        Source {
            name: "subset.yaml",
            text: rules,
        },
        &overlays,
    )
}

/// Returns the documented subset of `spec` selected by `rules`.
pub(crate) fn subset(mut spec: Value, rules: &str) -> Value {
    document_values(&mut spec);
    let subset = run(&spec.to_string(), rules, &[DOCS]).unwrap_or_else(|wrong| panic!("{wrong}"));
    serde_yaml::from_str(&subset.yaml).expect("YAML")
}

/// Returns the problems of `spec`, `rules` and `overlays`, without missing documentation, as
/// `file#pointer: message`.
pub(crate) fn problems(spec: &str, rules: &str, overlays: &[&str]) -> Vec<String> {
    let Err(wrong) = run(spec, rules, overlays) else {
        return Vec::new();
    };
    wrong
        .iter()
        .filter(|wrong| !wrong.message.starts_with("no description"))
        .map(|wrong| format!("{}#{}: {}", wrong.file, wrong.pointer, wrong.message))
        .collect()
}

/// Returns the undocumented places in the subset of `spec` with `overlays`.
pub(crate) fn undocumented(spec: &Value, overlays: &[&str]) -> Vec<(String, String)> {
    let Err(wrong) = run(&spec.to_string(), RULES, overlays) else {
        return Vec::new();
    };
    wrong
        .iter()
        .map(|wrong| (wrong.pointer.clone(), wrong.help.clone()))
        .collect()
}

/// Returns all problems of `spec`, `rules` and `overlays` as `file:line:column#pointer: message`,
/// with their help.
pub(crate) fn located(spec: &str, rules: &str, overlays: &[&str]) -> Vec<(String, String)> {
    let Err(wrong) = run(spec, rules, overlays) else {
        return Vec::new();
    };
    let lines = wrong.iter().map(|wrong| {
        let text = wrong.to_string();
        let (line, help) = text.split_once("\n  help: ").expect("a help");
        (line.to_owned(), help.to_owned())
    });
    lines.collect()
}
