//! Checks the decisions about raw JSON: the rules have to list each reference that leaves the
//! subset and each place that becomes raw JSON, with a reason.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::glob;
use super::rules::{Raw, Rules};
use crate::document::{METHODS, SCHEMAS, Side, join, operation_schemas, steps, walk};
use crate::error::{Diagnostic, Fix};

/// A place without a type, and the resources outside of the subset that it refers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) pointer: String,
    pub(super) to: BTreeSet<String>,
    /// Why it has no type.
    pub(super) why: String,
}

/// Reports places without a decision, and decisions without a place. `left` are the places whose
/// references left the subset. With an older spec, decisions without a place are accepted.
pub(super) fn check(
    rules: &Rules,
    tree: &mut Value,
    left: Vec<Place>,
    is_older: bool,
) -> Vec<Diagnostic> {
    let decisions = rules.raw.as_deref().unwrap_or_default();
    let mut used = vec![(false, BTreeSet::new()); decisions.len()];
    let mut found = Vec::new();
    for raw in all(tree, left) {
        let place = notation(tree, &raw.pointer);
        let mut decided = raw.to.is_empty().then_some(false);
        let mut open = raw.to.clone();
        for (decision, (is_used, of)) in decisions.iter().zip(&mut used) {
            if !decision.is_about(&place) || raw.to.is_empty() != decision.to.is_empty() {
                continue;
            }
            *is_used = true;
            if raw.to.is_empty() {
                decided = Some(true);
            }
            for name in &decision.to {
                if raw.to.contains(name) {
                    open.remove(name);
                    of.insert(name.clone());
                }
            }
        }
        if decided == Some(true) || decided.is_none() && open.is_empty() {
            continue;
        }
        let (what, help) = if open.is_empty() {
            (
                format!("`{place}` {}: it becomes raw JSON", raw.why),
                "give it a schema in the overlay, or list it below `raw` in the rules".to_owned(),
            )
        } else {
            let names = list(&open);
            (
                format!(
                    "`{place}` refers to {names} ({}): it becomes an id or raw JSON",
                    raw.why
                ),
                format!(
                    "name {names} below `resources` of a feature, or list the place below `raw` in \
                     the rules"
                ),
            )
        };
        let to = open.into_iter().collect();
        let fix = Fix::LeaveRaw { place, to };
        found.push(Diagnostic::new("/raw", what, help).with(fix));
    }
    if is_older {
        return found;
    }
    for (index, (decision, (is_used, of))) in decisions.iter().zip(&used).enumerate() {
        let pointer = format!("/raw/{index}");
        if !is_used {
            let what = format!("`{}` is not a place that becomes raw JSON", decision.place);
            let help = "remove the decision, or correct its place";
            found.push(Diagnostic::new(pointer, what, help).with(Fix::Remove));
            continue;
        }
        for (at, name) in decision.to.iter().enumerate() {
            if !of.contains(name) {
                let pointer = format!("{pointer}/to/{at}");
                let what = format!("`{}` does not refer to `{name}` any more", decision.place);
                let help = "remove it, or correct the name";
                found.push(Diagnostic::new(pointer, what, help).with(Fix::Remove));
            }
        }
    }
    found
}

impl Rules {
    /// Returns whether the rules leave the answer, or its items, raw in place of the resource
    /// `name`.
    pub(super) fn decides(&self, answer: &str, name: &str) -> bool {
        let places = [answer.to_owned(), format!("{answer}.data[]")];
        let mut decisions = self.raw.iter().flatten();
        decisions.any(|decision| {
            decision.to.iter().any(|to| to == name)
                && places.iter().any(|place| decision.is_about(place))
        })
    }
}

/// Returns the notation for the place of a response body.
pub(super) fn of_answer(method: &str, path: &str) -> String {
    format!("{} =", call(method, path))
}

fn call(method: &str, path: &str) -> String {
    format!("{} {}", method.to_uppercase(), without_names(path))
}

impl Raw {
    /// Returns whether the decision is about `place`. `*` matches one step, `**` any number.
    fn is_about(&self, place: &str) -> bool {
        let stepwise = |text: &str| text.replace([' ', '.'], "/");
        glob::matches(&stepwise(&self.place), &stepwise(place))
    }
}

fn list(names: &BTreeSet<String>) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

/// Returns all raw places of `tree`: references that left, and schemas without content.
fn all(tree: &mut Value, left: Vec<Place>) -> BTreeSet<Place> {
    let mut places: BTreeSet<Place> = left.into_iter().collect();
    let known: BTreeSet<String> = places.iter().map(|place| place.pointer.clone()).collect();
    let mut add = |schema: &Value, pointer: &str, side: Side, root: bool| {
        // A place within a union is reported as the union.
        let around = pointer
            .rsplit_once('/')
            .and_then(|(at, _)| at.rsplit_once('/'));
        let is_known =
            known.contains(pointer) || around.is_some_and(|(around, _)| known.contains(around));
        if !is_known && let Some(why) = untyped(schema, side, root) {
            places.insert(Place {
                pointer: pointer.to_owned(),
                to: BTreeSet::new(),
                why: why.to_owned(),
            });
        }
    };
    let paths = tree["paths"].as_object_mut();
    for (path, item) in paths.into_iter().flatten() {
        for method in METHODS {
            let pointer = join(&join("/paths", path), method);
            let Some(operation) = item.get_mut(method) else {
                continue;
            };
            for (side, at, schema) in operation_schemas(operation, &pointer) {
                let is_body = at.contains("/requestBody/");
                walk(schema, &at, &mut |schema, pointer| {
                    add(schema, pointer, side, is_body && pointer == at);
                });
            }
        }
    }
    let schemas = tree.pointer_mut("/components/schemas");
    for (name, schema) in schemas.and_then(Value::as_object_mut).into_iter().flatten() {
        let at = join("/components/schemas", name);
        walk(schema, &at, &mut |schema, pointer| {
            add(schema, pointer, Side::Response, pointer == at);
        });
    }
    places
}

/// Returns why a schema has no type. `root` is true for a component or a body, which is a
/// type even if it is empty.
fn untyped(schema: &Value, side: Side, root: bool) -> Option<&'static str> {
    let schema = schema.as_object()?;
    let typed_by = ["$ref", "type", "anyOf", "oneOf", "allOf", "not", "enum"];
    if !typed_by.iter().any(|key| schema.contains_key(*key)) {
        return Some("has no type");
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("object") if has_no_fields(schema) && (!root || is_open(schema)) => {
            return Some("is an object without properties in the upstream spec");
        }
        Some("array") if !schema.contains_key("items") => {
            return Some("is an array without an item type in the upstream spec");
        }
        _ => {}
    }
    let arms = ["anyOf", "oneOf"]
        .iter()
        .find_map(|key| schema.get(*key)?.as_array());
    let arms = arms.filter(|arms| side == Side::Response && arms.len() > 1)?;
    let is_text = |arm: &&Value| arm.get("type").and_then(Value::as_str) == Some("string");
    let (texts, others): (Vec<&Value>, Vec<_>) = arms.iter().partition(is_text);
    let is_expandable = !texts.is_empty() || schema.contains_key("x-expansionResources");
    let are_objects = others.iter().all(|arm| {
        arm.get("$ref")
            .and_then(Value::as_str)
            .is_some_and(|to| to.starts_with(SCHEMAS))
    });
    (is_expandable && !(are_objects && matches!(others.len(), 1 | 2)))
        .then_some("is a string or one of several types that can't be told apart")
}

fn has_no_fields(schema: &Map<String, Value>) -> bool {
    let has_any = |key: &str| {
        let fields = schema.get(key).and_then(Value::as_object);
        fields.is_some_and(|fields| !fields.is_empty())
    };
    // For a map with values of any type, the values are reported.
    !has_any("properties")
        && !schema
            .get("additionalProperties")
            .is_some_and(Value::is_object)
}

fn is_open(schema: &Map<String, Value>) -> bool {
    schema.get("additionalProperties") == Some(&Value::Bool(true))
}

/// Converts `pointer` to the notation of `spec/`, such as `invoice discounts[]` or `POST
/// /v1/invoices/{} ?expand`. `=` is the response body.
pub(super) fn notation(tree: &Value, pointer: &str) -> String {
    let steps = steps(pointer);
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    let (root, inner, rest) = match steps.as_slice() {
        ["components", "schemas", name, rest @ ..] => ((*name).to_owned(), String::new(), rest),
        ["paths", path, method, rest @ ..] => {
            let root = call(method, path);
            match rest {
                ["parameters", index, "schema", rest @ ..] => {
                    let at = join(
                        &join(&join(&join("/paths", path), method), "parameters"),
                        index,
                    );
                    let of = |key: &str| tree.pointer(&at)?.get(key)?.as_str();
                    let mark = if of("in") == Some("path") { ":" } else { "?" };
                    (root, format!("{mark}{}", of("name").unwrap_or(index)), rest)
                }
                ["requestBody", "content", _, "schema", rest @ ..] => (root, String::new(), rest),
                ["responses", _, "content", _, "schema", rest @ ..] => (root, "=".to_owned(), rest),
                rest => (root, String::new(), rest),
            }
        }
        rest => (String::new(), String::new(), rest),
    };
    let mut inner = inner;
    let mut at = pointer[..pointer.len() - pointer_of(rest).len()].to_owned();
    let mut rest = rest;
    loop {
        let (step, taken) = match rest {
            ["properties", name, ..] if inner.is_empty() => ((*name).to_owned(), 2),
            ["properties", name, ..] => (format!(".{name}"), 2),
            ["items", ..] => ("[]".to_owned(), 1),
            ["additionalProperties", ..] => ("{}".to_owned(), 1),
            ["anyOf" | "oneOf" | "allOf", index, ..] => {
                let arm = tree.pointer(&join(&join(&at, rest[0]), index));
                (arm_name(tree.pointer(&at), rest[0], arm, index), 2)
            }
            [other, ..] => (format!(".{other}"), 1),
            [] => break,
        };
        inner.push_str(&step);
        at = format!("{at}{}", pointer_of(&rest[..taken]));
        rest = &rest[taken..];
    }
    if inner.is_empty() {
        root
    } else {
        format!("{root} {inner}")
    }
}

fn pointer_of(steps: &[&str]) -> String {
    steps.iter().fold(String::new(), |at, step| join(&at, step))
}

/// Returns the step of an alternative. The only alternative that is not a string has no step.
fn arm_name(union: Option<&Value>, key: &str, arm: Option<&Value>, index: &str) -> String {
    let text = |value: &Value, key: &str| Some(value.get(key)?.as_str()?.to_owned());
    let arms = union.and_then(|union| union.get(key)?.as_array());
    let others = arms.into_iter().flatten();
    let others = others.filter(|arm| text(arm, "type").as_deref() != Some("string"));
    if others.count() < 2 {
        return String::new();
    }
    let name = arm.and_then(|arm| text(arm, "title").or_else(|| text(arm, "type")));
    format!("|{}", name.unwrap_or_else(|| index.to_owned()))
}

/// Converts `/v1/pets/{pet}` to `/v1/pets/{}`.
fn without_names(path: &str) -> String {
    let parts = path
        .split('/')
        .map(|part| match part.starts_with('{') && part.ends_with('}') {
            true => "{}",
            false => part,
        });
    parts.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::{Place, all, notation};

    fn places(tree: Value) -> Vec<String> {
        let mut tree = tree;
        let found = all(&mut tree, Vec::new());
        found
            .iter()
            .map(|place| notation(&tree, &place.pointer))
            .collect()
    }

    #[test]
    fn what_has_no_type_is_found() {
        let text = json!({"type": "string"});
        let reference = json!({"$ref": "#/components/schemas/empty"});
        let tree = json!({
            "paths": {"/v1/pets/{pet}": {"post": {
                "parameters": [
                    {"name": "any", "in": "query", "schema": {}},
                    {"name": "pet", "in": "path", "schema": text},
                ],
                "requestBody": {"content": {"form": {"schema": {"type": "object", "properties": {
                    "list": {"type": "array", "items": {"type": "object"}},
                    "either": {"anyOf": [text, {"type": "object", "properties": {"a": text}}]},
                }}}}},
                "responses": {"200": {"content": {"json": {"schema": {"type": "object"}}}}},
            }}},
            "components": {"schemas": {
                "empty": {"type": "object"},
                "open": {"type": "object", "additionalProperties": true},
                "pet": {"type": "object", "properties": {
                    "map": {"type": "object", "additionalProperties": text},
                    "maps": {"type": "object", "additionalProperties": {}},
                    "bare": {"type": "array"},
                    "owner": {"anyOf": [text, reference]},
                    "food": {"anyOf": [text, {"type": "object", "properties": {"a": text}}]},
                    "many": {"anyOf": [text, reference, reference, reference]},
                }},
            }},
        });
        assert_eq!(
            places(tree),
            [
                "open",
                "pet bare",
                "pet food",
                "pet many",
                "pet maps{}",
                "POST /v1/pets/{} ?any",
                "POST /v1/pets/{} list[]",
                "POST /v1/pets/{} =",
            ]
        );
    }

    #[test]
    fn the_rest_of_a_union_is_not_a_place_of_its_own() {
        let mut tree = json!({"paths": {}, "components": {"schemas": {"pet": {
            "type": "object",
            "properties": {"toy": {"anyOf": [{"type": "string"}, {"type": "object"}]}},
        }}}});
        let left = Place {
            pointer: "/components/schemas/pet/properties/toy".to_owned(),
            to: BTreeSet::from(["ball".to_owned()]),
            why: String::new(),
        };
        let found = all(&mut tree, vec![left.clone()]);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [left]);
    }
}
