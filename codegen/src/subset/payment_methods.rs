//! Applies the rule for payment methods: keeps a few of the objects and values that exist once
//! for each payment method.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::rules;
use crate::document::{METHODS, Side, children, nearest, not_required, operation_schemas};
use crate::error::Diagnostic;

/// The number of payment method names among properties or values from which the rule applies.
/// Single names such as `card`, `link` or `custom` also mean other things.
const TELLING: usize = 3;

pub(super) struct PaymentMethods {
    types: BTreeSet<String>,
    keep: BTreeSet<String>,
}

impl PaymentMethods {
    pub(super) fn new(
        rules: &rules::PaymentMethods,
        spec: &Value,
        found: &mut Vec<Diagnostic>,
    ) -> Self {
        let types: BTreeSet<String> = match spec.pointer(&rules.types).and_then(|at| at.get("enum"))
        {
            Some(Value::Array(values)) => values
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            _ => {
                found.push(Diagnostic::new(
                    "/payment_methods/types",
                    format!("there is no enum at `{}`", rules.types),
                    "point to the enum of the payment method types in the upstream spec",
                ));
                BTreeSet::new()
            }
        };
        if !types.is_empty() {
            for (index, kind) in rules.keep.iter().enumerate() {
                if !types.contains(kind) {
                    found.push(Diagnostic::new(
                        format!("/payment_methods/keep/{index}"),
                        format!("`{kind}` is not a payment method type"),
                        match nearest(kind, types.iter().map(String::as_str)) {
                            Some(near) => format!("did you mean `{near}`?"),
                            None => "remove it, or take one of the enum that `types` points to"
                                .to_owned(),
                        },
                    ));
                }
            }
        }
        Self {
            types,
            keep: rules.keep.iter().cloned().collect(),
        }
    }

    /// Applies the rule to all schemas of `spec`.
    pub(super) fn prune(&self, spec: &mut Value) {
        if let Some(Value::Object(paths)) = spec.get_mut("paths") {
            for item in paths.values_mut() {
                for method in METHODS {
                    if let Some(operation) = item.get_mut(method) {
                        for (side, _, schema) in operation_schemas(operation, "") {
                            self.prune_schema(schema, side);
                        }
                    }
                }
            }
        }
        if let Some(Value::Object(schemas)) = spec.pointer_mut("/components/schemas") {
            for schema in schemas.values_mut() {
                self.prune_schema(schema, Side::Response);
            }
        }
    }

    /// Applies the rule to a schema. Returns whether an object in it lost all its properties.
    fn prune_schema(&self, schema: &mut Value, side: Side) -> bool {
        let mut emptied = false;
        let mut lost = Vec::new();
        for (steps, child) in children(schema) {
            let child_emptied = self.prune_schema(child, side);
            match steps.as_slice() {
                [properties, name] if properties == "properties" => {
                    if child_emptied {
                        lost.push(name.clone());
                    }
                }
                _ => emptied |= child_emptied,
            }
        }
        let Value::Object(schema) = schema else {
            return false;
        };
        self.reduce_enum(schema);
        match side {
            // A parameter without a possible value is removed.
            Side::Request => {}
            Side::Response => lost.clear(),
        }
        lost.extend(self.dropped_properties(schema));
        if lost.is_empty() {
            return emptied;
        }
        let mut left = 0;
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            for name in &lost {
                properties.remove(name);
            }
            left = properties.len();
        }
        for name in &lost {
            not_required(schema, name);
        }
        if side == Side::Response {
            // The generated type then keeps the removed properties as raw JSON.
            schema.insert("additionalProperties".to_owned(), json!(true));
        }
        left == 0
    }

    /// Returns the properties to drop: those named after a payment method, such as `klarna` or
    /// `klarna_display_qr_code`.
    fn dropped_properties(&self, schema: &Map<String, Value>) -> Vec<String> {
        let properties = schema.get("properties").and_then(Value::as_object);
        let named: Vec<(&String, &str)> = properties
            .into_iter()
            .flat_map(Map::keys)
            .filter_map(|name| Some((name, self.named_after(name)?)))
            .collect();
        let types: BTreeSet<&str> = named.iter().map(|(_, kind)| *kind).collect();
        if types.len() < TELLING {
            return Vec::new();
        }
        named
            .into_iter()
            .filter(|(_, kind)| !self.keep.contains(*kind))
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// Returns the longest payment method that `name` equals or begins with.
    fn named_after(&self, name: &str) -> Option<&str> {
        let mut end = name.len();
        loop {
            if let Some(kind) = self.types.get(&name[..end]) {
                return Some(kind);
            }
            end = name[..end].rfind('_')?;
        }
    }

    /// Removes values from an enum. Enums are open in Rust, so removed values can still be read.
    fn reduce_enum(&self, schema: &mut Map<String, Value>) {
        let Some(Value::Array(values)) = schema.get_mut("enum") else {
            return;
        };
        let is_type = |value: &Value| value.as_str().is_some_and(|text| self.types.contains(text));
        let named = values.iter().filter(|value| is_type(value)).count();
        if named < TELLING || named * 2 < values.len() {
            return;
        }
        values.retain(|value| {
            !is_type(value) || value.as_str().is_some_and(|text| self.keep.contains(text))
        });
        if values.is_empty() {
            schema.remove("enum");
        }
    }
}
