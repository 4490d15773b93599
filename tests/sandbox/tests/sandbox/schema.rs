//! Checks responses against the spec as JSON Schema, with an independent library.

use std::collections::{BTreeSet, HashMap};
use std::sync::{LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::{Value, json};

/// The spec, with its schemas converted to JSON Schema.
static SPEC: LazyLock<Value> = LazyLock::new(|| {
    let mut spec = serde_yaml::from_str(include_str!("../../spec.yaml")).expect("the spec is YAML");
    convert(&mut spec);
    spec
});

static VALIDATORS: LazyLock<Mutex<HashMap<String, &'static Validator>>> =
    LazyLock::new(Mutex::default);

/// The operations whose responses were checked, such as `GET /v1/…`.
static CHECKED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Converts `nullable` to a type of JSON Schema. An object with listed properties must have no
/// others, so that fields which Stripe does not have are found.
fn convert(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(convert),
        Value::Object(object) => {
            object.values_mut().for_each(convert);
            if object.get("nullable") == Some(&json!(true)) {
                object.remove("nullable");
                if let Some(r#type @ Value::String(_)) = object.get_mut("type") {
                    *r#type = json!([r#type.clone(), "null"]);
                }
                if let Some(Value::Array(values)) = object.get_mut("enum") {
                    values.push(Value::Null);
                }
                if let Some(Value::Array(variants)) = object.get_mut("anyOf") {
                    variants.push(json!({ "type": "null" }));
                }
            }
            if object
                .get("properties")
                .is_some_and(|properties| properties.is_object())
                && object
                    .get("type")
                    .is_some_and(|r#type| r#type.is_string() || r#type.is_array())
                && !object.contains_key("additionalProperties")
            {
                object.insert("additionalProperties".to_owned(), json!(false));
            }
        }
        _ => {}
    }
}

/// Returns the operations of the spec, as method and path.
pub(crate) fn operations() -> impl Iterator<Item = (String, &'static str)> {
    let paths = SPEC["paths"].as_object().expect("the spec has paths");
    paths.iter().flat_map(|(path, methods)| {
        let methods = methods
            .as_object()
            .into_iter()
            .flat_map(|methods| methods.keys());
        methods.map(move |method| (method.to_uppercase(), path.as_str()))
    })
}

/// Returns the operations whose responses this process has checked.
pub(crate) fn checked() -> BTreeSet<String> {
    CHECKED.lock().expect("no test panics in here").clone()
}

/// Panics if a successful response does not fit the spec. Operations outside of the spec are
/// ignored.
pub(crate) fn check_answer(method: &str, path: &str, body: &Value) {
    let path = path.split('?').next().unwrap_or_default();
    let operation =
        operations().find(|(known, template)| known == method && is_path_of(path, template));
    if let Some((_, template)) = operation {
        let name = format!("{method} {template}");
        let schema = &SPEC["paths"][template][method.to_lowercase()]["responses"]["200"]["content"]
            ["application/json"]["schema"];
        check(&name, schema, body);
        CHECKED.lock().expect("no test panics in here").insert(name);
    }
}

/// Panics if an object does not fit the spec. Returns whether the spec has such objects.
pub(crate) fn check_object(object: &Value) -> bool {
    let name = object["object"].as_str().expect("it says what it is");
    let schemas = SPEC["components"]["schemas"]
        .as_object()
        .expect("the spec has schemas");
    let schema = schemas.values().find(|schema| {
        schema["properties"]["object"]["enum"] == json!([name])
            && schema["properties"].get("deleted").is_none()
    });
    if let Some(schema) = schema {
        check(name, schema, object);
    }
    schema.is_some()
}

/// The types of events that the spec knows.
pub(crate) fn events() -> impl Iterator<Item = &'static str> {
    let events = SPEC["x-events"].as_object().expect("the spec has events");
    events.keys().map(String::as_str)
}

/// Returns whether the spec has an event type.
pub(crate) fn has_event(r#type: &str) -> bool {
    SPEC["x-events"].get(r#type).is_some()
}

/// Panics if an error does not have Stripe's format.
pub(crate) fn check_error(body: &Value) {
    let text = json!({ "type": "string", "minLength": 1 });
    let schema = json!({
        "type": "object",
        "required": ["error"],
        "additionalProperties": false,
        "properties": { "error": {
            "type": "object",
            "required": ["type", "message"],
            "additionalProperties": false,
            "properties": {
                "type": { "enum": [
                    "api_error", "card_error", "idempotency_error", "invalid_request_error",
                ] },
                "message": text, "code": text, "param": text,
                "payment_intent": { "type": "object" },
                "setup_intent": { "type": "object" },
            },
        } },
    });
    check("error", &schema, body);
}

fn check(name: &str, schema: &Value, value: &Value) {
    let mut validators = VALIDATORS
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    let validator = *validators.entry(name.to_owned()).or_insert_with(|| {
        let document = json!({ "components": SPEC["components"], "allOf": [schema] });
        let validator = jsonschema::validator_for(&document).expect("it is a schema");
        Box::leak(Box::new(validator))
    });
    drop(validators);
    let errors: Vec<_> = validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}\n{value:#}");
}

/// Returns whether a path matches a template with placeholders.
fn is_path_of(path: &str, template: &str) -> bool {
    let (mut path, mut template) = (path.split('/'), template.split('/'));
    loop {
        match (path.next(), template.next()) {
            (None, None) => return true,
            (Some(part), Some(wanted)) if part == wanted || wanted.starts_with('{') => {}
            _ => return false,
        }
    }
}

#[test]
fn what_does_not_fit_is_found() {
    let account = |change: Value| {
        let mut account = serde_json::from_str::<Value>(include_str!("../../../data/account.json"))
            .expect("it is JSON");
        for (name, value) in change.as_object().expect("it is an object") {
            account[name] = value.clone();
        }
        std::panic::catch_unwind(|| check_object(&account)).is_ok()
    };
    assert!(account(json!({})));
    assert!(account(
        json!({ "balance": null, "ownership": "fcaowns_1" })
    ));
    for wrong in [
        json!({ "created": "now" }),
        json!({ "status": "gone" }),
        json!({ "livemode": null }),
        json!({ "shoe_size": 43 }),
        json!({ "balance": {} }),
    ] {
        assert!(!account(wrong.clone()), "{wrong}");
    }
}
