//! Unions that upstream writes out where they are used, though they have a name.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// The keys that a union may have to be replaced by a reference.
const BESIDE: &[&str] = &["anyOf", "description", "title", "x-stripeBypassValidation"];

/// Refers to the component in each place of `spec` that chooses from the same schemas as one: they
/// are one type to who reads them. What two components choose from alike stays written out.
pub(super) fn name(spec: &mut Value) {
    let schemas = spec.pointer("/components/schemas");
    let schemas = schemas.and_then(Value::as_object).into_iter().flatten();
    let mut named: BTreeMap<Vec<String>, Option<String>> = BTreeMap::new();
    for (name, schema) in schemas {
        if let Some(arms) = arms(schema)
            && schema.get("x-resourceId").is_some()
        {
            let known = named.entry(arms).or_insert_with(|| Some(name.clone()));
            if known.as_ref() != Some(name) {
                *known = None;
            }
        }
    }
    named.retain(|_, name| name.is_some());
    if !named.is_empty() {
        replace(spec, &named);
    }
}

fn replace(value: &mut Value, named: &BTreeMap<Vec<String>, Option<String>>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, named)),
        Value::Object(fields) => {
            let is_bare = fields.keys().all(|key| BESIDE.contains(&key.as_str()));
            if is_bare && let Some(Some(name)) = arms(value).and_then(|arms| named.get(&arms)) {
                *value = json!({"$ref": format!("#/components/schemas/{name}")});
            } else if let Value::Object(fields) = value {
                fields.values_mut().for_each(|value| replace(value, named));
            }
        }
        _ => {}
    }
}

/// The references that a union of several chooses from, in an order of their own; none if it
/// chooses from anything else, or has properties.
fn arms(schema: &Value) -> Option<Vec<String>> {
    let arms = schema.get("anyOf")?.as_array()?;
    if arms.len() < 2 || schema.get("properties").is_some() {
        return None;
    }
    let reference = |arm: &Value| Some(arm.get("$ref")?.as_str()?.to_owned());
    let mut references = arms.iter().map(reference).collect::<Option<Vec<_>>>()?;
    references.sort_unstable();
    Some(references)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn union(names: &[&str]) -> Value {
        let arms = names
            .iter()
            .map(|name| json!({"$ref": format!("#/components/schemas/{name}")}));
        json!({"title": "Polymorphic", "anyOf": arms.collect::<Vec<_>>()})
    }

    fn resource(mut schema: Value, name: &str) -> Value {
        schema["x-resourceId"] = json!(name);
        schema
    }

    #[test]
    fn what_chooses_from_the_same_is_the_one_with_a_name() {
        let mut nullable = union(&["apple", "pear"]);
        nullable["nullable"] = json!(true);
        let fields = json!({
            "one": union(&["pear", "apple"]),
            "nullable": nullable,
            "more": union(&["apple", "pear", "plum"]),
            "two_names": union(&["plum", "quince"]),
            "no_resource": union(&["apple", "quince"]),
            "items": {"type": "array", "items": union(&["apple", "pear"])},
        });
        let mut spec = json!({"components": {"schemas": {
            "fruit": resource(union(&["apple", "pear"]), "fruit"),
            "late_fruit": resource(union(&["plum", "quince"]), "late_fruit"),
            "sour_fruit": resource(union(&["plum", "quince"]), "sour_fruit"),
            "choice": union(&["apple", "quince"]),
            "basket": {"properties": fields.clone()},
        }}});
        let mut expected = spec.clone();
        name(&mut spec);
        let fruit = json!({"$ref": "#/components/schemas/fruit"});
        let basket = &mut expected["components"]["schemas"]["basket"]["properties"];
        basket["one"] = fruit.clone();
        basket["items"]["items"] = fruit;
        assert_eq!(spec, expected);
    }
}
