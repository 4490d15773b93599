//! Checks that everything public is documented.

use serde_json::{Map, Value};

use crate::document::{METHODS, join, operation_schemas, walk};
use crate::error::{Diagnostic, Fix};

/// Reports all places of `spec` without documentation.
pub(super) fn check(spec: &mut Value, found: &mut Vec<Diagnostic>) {
    let mut check = Check { found };
    if let Some(Value::Object(paths)) = spec.get_mut("paths") {
        for (path, item) in paths {
            for method in METHODS {
                if let Some(operation) = item.get_mut(method) {
                    check.operation(operation, &format!("{}/{method}", join("/paths", path)));
                }
            }
        }
    }
    if let Some(Value::Object(schemas)) = spec.pointer_mut("/components/schemas") {
        for (name, schema) in schemas {
            let pointer = join("/components/schemas", name);
            check.described(schema, &pointer);
            check.schema(schema, &pointer);
        }
    }
    if let Some(Value::Object(events)) = spec.get("x-events") {
        for (name, event) in events {
            check.described(event, &join("/x-events", name));
        }
    }
}

struct Check<'a> {
    found: &'a mut Vec<Diagnostic>,
}

impl Check<'_> {
    fn operation(&mut self, operation: &mut Value, pointer: &str) {
        self.described(operation, pointer);
        let parameters = operation.get("parameters").and_then(Value::as_array);
        for (index, parameter) in parameters.into_iter().flatten().enumerate() {
            self.described(parameter, &join(&join(pointer, "parameters"), index));
        }
        for (_, at, schema) in operation_schemas(operation, pointer) {
            self.schema(schema, &at);
        }
    }

    fn described(&mut self, node: &Value, pointer: &str) {
        let text = node
            .get("description")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if text.trim().is_empty() {
            self.missing(pointer, "no description".to_owned(), Fix::Describe);
        }
    }

    fn schema(&mut self, schema: &mut Value, pointer: &str) {
        walk(schema, pointer, &mut |schema, pointer| {
            let Value::Object(schema) = schema else {
                return;
            };
            let is_list = is_list(schema);
            if let Some(Value::Object(properties)) = schema.get("properties") {
                for (name, property) in properties.iter().filter(|_| !is_list) {
                    self.described(property, &join(&join(pointer, "properties"), name));
                }
            }
            if let Some(items) = schema.get("items")
                && items.get("properties").is_some()
            {
                self.described(items, &join(pointer, "items"));
            }
            self.values(schema, pointer);
        });
    }

    fn values(&mut self, schema: &Map<String, Value>, pointer: &str) {
        let Some(Value::Array(values)) = schema.get("enum") else {
            return;
        };
        let texts = schema.get("x-enum-descriptions").and_then(Value::as_object);
        let values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
        // Needs no text: the name of an object's kind, and an empty value, which clears.
        let is_kind = pointer.ends_with("/properties/object") && values.len() == 1;
        if is_kind || are_countries(&values) {
            return;
        }
        for value in values {
            if !value.is_empty() && texts.is_none_or(|texts| !texts.contains_key(value)) {
                let what = format!("no description of the value `{value}`");
                self.missing(pointer, what, Fix::DescribeValue(value.to_owned()));
            }
        }
    }

    fn missing(&mut self, pointer: &str, what: String, fix: Fix) {
        let help = "describe it in an overlay";
        self.found
            .push(Diagnostic::new(pointer, what, help).with(fix));
    }
}

/// Returns whether a schema is a list. The runtime's `List` documents the fields of lists.
fn is_list(schema: &Map<String, Value>) -> bool {
    let kinds = schema
        .get("properties")
        .and_then(|all| all.pointer("/object/enum"));
    kinds
        .and_then(Value::as_array)
        .is_some_and(|kinds| kinds.len() == 1 && kinds[0] == "list")
}

/// Returns whether the values are ISO 3166-1 alpha-2 country codes, which need no text.
fn are_countries(values: &[&str]) -> bool {
    let is_code = |value: &str| value.len() == 2 && value.bytes().all(|b| b.is_ascii_uppercase());
    values.iter().all(|value| is_code(value))
}

#[cfg(test)]
mod tests {
    use super::are_countries;

    #[test]
    fn countries_are_two_capital_letters() {
        assert!(are_countries(&["AC", "US", "ZZ"]));
        for value in ["us", "USA", "R2", "en-GB", ""] {
            assert!(!are_countries(&["US", value]), "{value}");
        }
    }
}
