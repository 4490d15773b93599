//! What the selected operations and resources refer to, and where that ends.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::rules::{DEFAULT, Rules};
use super::select::Operation;
use super::walk::{operation_schemas, walk};
use crate::document::join;
use crate::error::Diagnostic;

const SCHEMAS: &str = "#/components/schemas/";

/// Which schemas are resources, and which of them the slice holds in which feature.
pub(super) struct Resources {
    all: BTreeSet<String>,
    feature: BTreeMap<String, String>,
}

impl Resources {
    pub(super) fn new(
        rules: &Rules,
        schemas: &Map<String, Value>,
        found: &mut Vec<Diagnostic>,
    ) -> Self {
        let all = schemas
            .iter()
            .filter(|(_, schema)| is_resource(schema))
            .map(|(name, _)| name.clone())
            .collect();
        let mut feature = BTreeMap::new();
        for (name, part) in &rules.features {
            for (index, resource) in part.resources.iter().enumerate() {
                let pointer = format!("{}/resources/{index}", join("/features", name));
                if !schemas.contains_key(resource) {
                    found.push(Diagnostic::new(
                        pointer,
                        format!("the upstream spec has no schema `{resource}`"),
                        "remove it, or correct the name",
                    ));
                } else if let Some(other) = feature.insert(resource.clone(), name.clone()) {
                    found.push(Diagnostic::new(
                        pointer,
                        format!("`{resource}` already belongs to the feature `{other}`"),
                        "name a resource once",
                    ));
                }
            }
        }
        Self { all, feature }
    }

    /// Whether schemas of the default feature, or of the others, may refer to `name`.
    fn allow(&self, name: &str, from_default: bool) -> bool {
        match self.feature.get(name) {
            Some(feature) => !from_default || feature == DEFAULT,
            None => !self.all.contains(name),
        }
    }
}

/// Stripe marks its resources with an id of their own, but forgets some that are objects of the
/// API all the same.
fn is_resource(schema: &Value) -> bool {
    let Some(properties) = schema.get("properties") else {
        return schema.get("x-resourceId").is_some();
    };
    let kinds = properties.pointer("/object/enum").and_then(Value::as_array);
    schema.get("x-resourceId").is_some()
        || properties.get("id").is_some() && kinds.is_some_and(|kinds| kinds.len() == 1)
}

/// The schemas that `operations` and the resources of the slice need, taken out of `schemas`.
/// References that leave the slice are cut, in them and in the operations.
pub(super) fn take(
    resources: &Resources,
    operations: &mut [Operation],
    schemas: &mut Map<String, Value>,
    found: &mut Vec<Diagnostic>,
) -> Map<String, Value> {
    let mut taken = Map::new();
    // What the default feature reaches belongs to it, so its references are cut first.
    for default in [true, false] {
        let mut pass = Pass {
            resources,
            default,
            open: BTreeMap::new(),
            found,
        };
        for (name, feature) in &resources.feature {
            if (feature == DEFAULT) == default && schemas.contains_key(name) {
                pass.open.insert(name.clone(), String::new());
            }
        }
        for operation in operations
            .iter_mut()
            .filter(|op| (op.feature == DEFAULT) == default)
        {
            let pointer = operation.pointer();
            for (_, at, schema) in operation_schemas(&mut operation.value, &pointer) {
                pass.schema(schema, &at);
            }
        }
        while let Some((name, referrer)) = pass.open.pop_first() {
            if taken.contains_key(&name) {
                continue;
            }
            let Some(mut schema) = schemas.remove(&name) else {
                pass.found.push(Diagnostic::new(
                    referrer,
                    format!("dangling $ref: there is no component schema `{name}`"),
                    "the upstream spec is incomplete; take another version of it",
                ));
                continue;
            };
            pass.schema(&mut schema, &join("/components/schemas", &name));
            taken.insert(name, schema);
        }
    }
    taken
}

struct Pass<'a> {
    resources: &'a Resources,
    default: bool,
    /// The schemas still to take, with the place that refers to them.
    open: BTreeMap<String, String>,
    found: &'a mut Vec<Diagnostic>,
}

impl Pass<'_> {
    fn schema(&mut self, schema: &mut Value, pointer: &str) {
        walk(schema, pointer, &mut |schema, pointer| {
            cut_references(schema, &|name| self.resources.allow(name, self.default));
            match reference(schema) {
                Some(Ok(name)) => {
                    self.open
                        .entry(name.to_owned())
                        .or_insert_with(|| pointer.to_owned());
                }
                Some(Err(other)) => self.found.push(Diagnostic::new(
                    pointer,
                    format!("`{other}` does not refer to a component schema"),
                    format!("only references to `{SCHEMAS}…` are followed"),
                )),
                None => {}
            }
        });
    }
}

/// The name `schema` refers to, or the reference that is not to a component schema.
fn reference(schema: &Value) -> Option<Result<&str, &str>> {
    let reference = schema.get("$ref")?.as_str()?;
    Some(reference.strip_prefix(SCHEMAS).ok_or(reference))
}

/// Of several resources those outside go: a union tells them apart, and keeps what it does not
/// know. One left alone could not tell itself from those that went, so it goes too.
fn cut_references(schema: &mut Value, allow: &dyn Fn(&str) -> bool) {
    let leaves = |schema: &Value| matches!(reference(schema), Some(Ok(name)) if !allow(name));
    if leaves(schema) {
        *schema = json!({"type": "object"});
        return;
    }
    let Value::Object(schema) = schema else {
        return;
    };
    for key in ["anyOf", "oneOf"] {
        let Some(Value::Array(arms)) = schema.get_mut(key) else {
            continue;
        };
        let before = arms.len();
        arms.retain(|arm| !leaves(arm));
        if arms.len() == before {
            continue;
        }
        if arms.iter().filter(|arm| reference(arm).is_some()).count() < 2 {
            arms.retain(|arm| reference(arm).is_none());
            arms.push(json!({"type": "object"}));
        }
        let left = arms.clone();
        if left.len() == 1 {
            schema.remove(key);
            schema.insert("type".to_owned(), json!("object"));
        }
        if let Some(Value::Object(expansion)) = schema.get_mut("x-expansionResources") {
            let targets = left.into_iter().filter(|arm| reference(arm).is_some());
            expansion.insert("oneOf".to_owned(), targets.collect());
        }
    }
}
