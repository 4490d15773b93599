//! Tests the rule for payment methods.

use serde_json::{Value, json};

use crate::support::{RULES, spec, subset};

const TYPES: [&str; 4] = ["bank", "card", "coin", "shell"];

/// Returns [`spec`] with `schema` as the field `at` of a pet, and as a parameter of its creation.
fn both(at: &str, schema: &Value) -> Value {
    let mut spec = spec();
    spec["components"]["schemas"]["pet"]["properties"][at] = schema.clone();
    spec["paths"]["/v1/pets"]["post"]["requestBody"]["content"]["form"]["schema"]["properties"]
        [at] = schema.clone();
    spec
}

/// Returns the field and the parameter `at` in the subset of `spec`.
fn reduced(at: &str, spec: Value) -> (Value, Value) {
    let mut subset = subset(spec, RULES);
    let field = subset["components"]["schemas"]["pet"]["properties"][at].take();
    let form =
        subset.pointer_mut("/paths/~1v1~1pets/post/requestBody/content/form/schema/properties");
    let parameter = form.expect("a form")[at].take();
    (field, parameter)
}

fn object(names: &[&str]) -> Value {
    let properties = names
        .iter()
        .map(|name| ((*name).to_owned(), json!({"type": "string"})));
    json!({"type": "object", "properties": Value::Object(properties.collect())})
}

fn properties(schema: &Value) -> Vec<&str> {
    schema["properties"]
        .as_object()
        .expect("properties")
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn only_kept_methods_stay_and_responses_keep_the_rest_raw() {
    let mut details = object(&["amount", "bank", "card", "coin", "shell"]);
    details["required"] = json!(["amount", "card"]);
    let (field, parameter) = reduced("details", both("details", &details));
    assert_eq!(properties(&field), ["amount", "bank"]);
    assert_eq!(field["additionalProperties"], true);
    assert_eq!(field["required"], json!(["amount"]));
    assert_eq!(properties(&parameter), ["amount", "bank"]);
    assert!(parameter.get("additionalProperties").is_none());
}

#[test]
fn the_rule_applies_at_every_depth() {
    let deep = json!({
        "type": "array",
        "items": {"anyOf": [object(&TYPES), {"type": "string", "enum": [""]}]},
    });
    let (field, _) = reduced("deep", both("deep", &deep));
    assert_eq!(properties(&field["items"]["anyOf"][0]), ["bank"]);
}

#[test]
fn names_that_start_with_a_method_count_too() {
    let action = object(&[
        "bank_verify",
        "card_notify",
        "coin_toss_result",
        "redirect",
        "shell_show",
    ]);
    let (field, _) = reduced("next_action", both("next_action", &action));
    assert_eq!(properties(&field), ["bank_verify", "redirect"]);
}

#[test]
fn one_or_two_names_are_a_coincidence() {
    let few = object(&["card", "coin", "text"]);
    let (field, parameter) = reduced("few", both("few", &few));
    assert_eq!(properties(&field), ["card", "coin", "text"]);
    assert!(field.get("additionalProperties").is_none());
    assert_eq!(properties(&parameter), ["card", "coin", "text"]);
}

#[test]
fn an_empty_parameter_is_removed_and_an_empty_field_becomes_raw() {
    let options = object(&["card", "coin", "shell"]);
    let clearable = json!({"anyOf": [options, {"type": "string", "enum": [""]}]});
    for schema in [options, clearable] {
        let (field, parameter) = reduced("options", both("options", &schema));
        assert!(!field.is_null());
        assert!(parameter.is_null(), "{parameter}");
    }
}

#[test]
fn enums_of_methods_are_reduced_others_are_not() {
    let kinds = |values: Value| json!({"type": "string", "enum": values});
    let cases = [
        (json!(TYPES), json!(["bank"])),
        (json!(["", "bank", "card", "coin"]), json!(["", "bank"])),
        (
            json!(["bank", "card", "coin", "ach_old"]),
            json!(["bank", "ach_old"]),
        ),
        (
            json!(["card", "coin", "other"]),
            json!(["card", "coin", "other"]),
        ),
        (
            json!(["card", "coin", "shell", "a", "b", "c", "d"]),
            json!(["card", "coin", "shell", "a", "b", "c", "d"]),
        ),
    ];
    for (before, after) in cases {
        let (field, parameter) = reduced("kind", both("kind", &kinds(before)));
        assert_eq!(field["enum"], after);
        assert_eq!(parameter["enum"], after);
    }
    let (field, _) = reduced(
        "kind",
        both("kind", &kinds(json!(["card", "coin", "shell"]))),
    );
    assert_eq!(field["type"], "string");
    assert!(
        field.get("enum").is_none(),
        "all values went, and any can come"
    );
}

#[test]
fn a_method_added_later_needs_no_new_rule() {
    let details = object(&["bank", "bizum", "card", "coin", "shell"]);
    let mut spec = both("details", &details);
    let (field, _) = reduced("details", spec.clone());
    assert_eq!(properties(&field), ["bank", "bizum"]);
    spec["components"]["schemas"]["method"]["properties"]["type"]["enum"] =
        json!(["bank", "bizum", "card", "coin", "shell"]);
    let (field, _) = reduced("details", spec);
    assert_eq!(properties(&field), ["bank"]);
}
