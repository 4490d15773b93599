//! Collects the schemas that the selected operations and resources refer to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::raw::Place;
use super::rules::{DEFAULT, Rules};
use super::select::Operation;
use crate::document::{SCHEMAS, join, nearest, operation_schemas, walk};
use crate::error::{Diagnostic, Fix};

/// The resources of the spec, and the feature of those that are selected.
pub(super) struct Resources {
    all: BTreeSet<String>,
    feature: BTreeMap<String, String>,
}

impl Resources {
    pub(super) fn new(
        rules: &Rules,
        operations: &[Operation],
        schemas: &Map<String, Value>,
        found: &mut Vec<Diagnostic>,
    ) -> Self {
        let all: BTreeSet<String> = schemas
            .iter()
            .filter(|(_, schema)| is_resource(schema))
            .map(|(name, _)| name.clone())
            .collect();
        let mut feature = BTreeMap::new();
        for (name, part) in &rules.features {
            for (index, resource) in part.resources.iter().flatten().enumerate() {
                let pointer = format!("{}/resources/{index}", join("/features", name));
                if !schemas.contains_key(resource) {
                    let near = nearest(resource, schemas.keys().map(String::as_str));
                    let (help, fix) = match near {
                        Some(near) => (format!("did you mean `{near}`?"), Fix::None),
                        None => ("remove it, or correct the name".to_owned(), Fix::Remove),
                    };
                    let what = format!("the upstream spec has no schema `{resource}`");
                    found.push(Diagnostic::new(pointer, what, help).with(fix));
                    // Goes on with the correction, so that other uses of the name are not
                    // reported as well.
                    if let Some(near) = near {
                        feature
                            .entry(near.to_owned())
                            .or_insert_with(|| name.clone());
                    }
                } else if let Some(other) = feature.insert(resource.clone(), name.clone()) {
                    found.push(Diagnostic::new(
                        pointer,
                        format!("`{resource}` already belongs to the feature `{other}`"),
                        "name a resource once",
                    ));
                }
            }
        }
        answered(rules, operations, &all, schemas, &mut feature);
        if rules.raw.is_some() {
            unnamed(rules, operations, &all, &mut feature, found);
        }
        Self { all, feature }
    }

    /// Describes why references to `name` leave the subset.
    fn outside(&self, name: &str) -> String {
        match self.feature.get(name) {
            Some(feature) => format!("in the feature `{feature}`, and this is always compiled"),
            None => "in no feature".to_owned(),
        }
    }

    /// Returns whether a schema may refer to `name`. `from_default` says whether the schema is in
    /// the default feature, which can't refer to other features.
    fn allow(&self, name: &str, from_default: bool) -> bool {
        match self.feature.get(name) {
            Some(feature) => !from_default || feature == DEFAULT,
            None => !self.all.contains(name),
        }
    }
}

/// Adds the resources that operations answer with, directly or in a list, to the feature of the
/// operation, if that names no resources. If several features answer with a resource, the default
/// feature takes it.
fn answered(
    rules: &Rules,
    operations: &[Operation],
    all: &BTreeSet<String>,
    schemas: &Map<String, Value>,
    feature: &mut BTreeMap<String, String>,
) {
    let named: BTreeSet<String> = feature.keys().cloned().collect();
    let names_none = |operation: &&Operation| {
        let feature = rules.features.get(&operation.feature);
        feature.is_some_and(|feature| feature.resources.is_none())
    };
    for operation in operations.iter().filter(names_none) {
        let mut open: Vec<&str> = good_answers(operation)
            .into_iter()
            .flat_map(|(_, schema)| answers(schema))
            .collect();
        let mut seen = BTreeSet::new();
        while let Some(name) = open.pop() {
            if !all.contains(name) || !seen.insert(name) {
                continue;
            }
            // If one alternative of an answer is a resource of the feature, so are the others.
            let arms = schemas
                .get(name)
                .filter(|schema| schema.get("properties").is_none());
            open.extend(arms.into_iter().flat_map(answers));
            if named.contains(name) {
                continue;
            }
            let of = feature.entry(name.to_owned());
            let of = of.or_insert_with(|| operation.feature.clone());
            if operation.feature == DEFAULT {
                DEFAULT.clone_into(of);
            }
        }
    }
}

/// Reports the resources that operations answer with, directly or in a list, and that no feature
/// names. Goes on as if the operation's feature named them, to find later problems too.
fn unnamed(
    rules: &Rules,
    operations: &[Operation],
    all: &BTreeSet<String>,
    feature: &mut BTreeMap<String, String>,
    found: &mut Vec<Diagnostic>,
) {
    for operation in operations {
        for (at, schema) in good_answers(operation) {
            let item = schema.pointer("/properties/data/items");
            let name = [Some(schema), item]
                .into_iter()
                .flatten()
                .find_map(|schema| reference(schema)?.ok().filter(|name| all.contains(*name)));
            let Some(name) = name.filter(|name| !feature.contains_key(*name)) else {
                continue;
            };
            if rules.decides(&at, name) {
                continue;
            }
            let of = &operation.feature;
            let what = format!(
                "`{} {}` answers with `{name}`, which is in no feature",
                operation.method, operation.path
            );
            let help = format!(
                "name it below `resources` of `{of}`, or of another feature; or list the answer below \
                 `raw` in the rules"
            );
            let pointer = format!("{}/resources", join("/features", of));
            found.push(Diagnostic::new(pointer, what, help).with(Fix::AddResource {
                feature: of.clone(),
                resource: name.to_owned(),
            }));
            feature.insert(name.to_owned(), of.clone());
        }
    }
}

/// Returns the schemas of an operation's successful responses, with their places.
fn good_answers(operation: &Operation) -> Vec<(String, &Value)> {
    let responses = operation.value.get("responses").and_then(Value::as_object);
    let good = responses
        .into_iter()
        .flatten()
        .filter(|(code, _)| code.starts_with('2'));
    let media = good.filter_map(|(_, response)| response.get("content")?.as_object());
    let schemas = media.flatten().filter_map(|(_, media)| media.get("schema"));
    let place = super::raw::of_answer(operation.method, &operation.path);
    schemas.map(|schema| (place.clone(), schema)).collect()
}

/// Returns the components that a response schema refers to: one, several alternatives, or the
/// items of a list.
fn answers(schema: &Value) -> impl Iterator<Item = &str> {
    let item = schema.pointer("/properties/data/items");
    let choices = [Some(schema), item]
        .into_iter()
        .flatten()
        .flat_map(|schema| {
            let arms = ["anyOf", "oneOf"]
                .into_iter()
                .filter_map(|key| schema.get(key)?.as_array());
            std::iter::once(schema).chain(arms.flatten())
        });
    choices.filter_map(|schema| reference(schema)?.ok())
}

/// Returns whether a schema is a resource. Stripe marks resources with `x-resourceId`, but not
/// all; others are recognized by their properties.
fn is_resource(schema: &Value) -> bool {
    let Some(properties) = schema.get("properties") else {
        return schema.get("x-resourceId").is_some();
    };
    let kinds = properties.pointer("/object/enum").and_then(Value::as_array);
    schema.get("x-resourceId").is_some()
        || properties.get("id").is_some() && kinds.is_some_and(|kinds| kinds.len() == 1)
}

/// Takes the schemas that `operations` and the selected resources need out of `schemas`.
/// References to other resources are cut; their places are returned as well.
pub(super) fn take(
    resources: &Resources,
    operations: &mut [Operation],
    schemas: &mut Map<String, Value>,
    found: &mut Vec<Diagnostic>,
) -> (Map<String, Value>, Vec<Place>) {
    let mut taken = Map::new();
    let mut left = Vec::new();
    // Schemas that the default feature reaches belong to it, so they are taken first.
    for default in [true, false] {
        let mut pass = Pass {
            resources,
            default,
            open: BTreeMap::new(),
            left: &mut left,
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
                    "add it, or cut the reference",
                ));
                continue;
            };
            pass.schema(&mut schema, &join("/components/schemas", &name));
            taken.insert(name, schema);
        }
    }
    (taken, left)
}

struct Pass<'a> {
    resources: &'a Resources,
    default: bool,
    /// The schemas still to take, and the place that refers to each.
    open: BTreeMap<String, String>,
    left: &'a mut Vec<Place>,
    found: &'a mut Vec<Diagnostic>,
}

impl Pass<'_> {
    fn schema(&mut self, schema: &mut Value, pointer: &str) {
        walk(schema, pointer, &mut |schema, pointer| {
            let allow = |name: &str| self.resources.allow(name, self.default);
            let gone = cut_references(schema, &allow);
            if let Some(name) = gone.iter().find(|name| !allow(name)) {
                self.left.push(Place {
                    pointer: pointer.to_owned(),
                    why: self.resources.outside(name),
                    to: gone,
                });
            }
            // References to other places are reported elsewhere.
            if let Some(Ok(name)) = reference(schema) {
                let open = self.open.entry(name.to_owned());
                open.or_insert_with(|| pointer.to_owned());
            }
        });
    }
}

/// Returns the component that `schema` refers to, or the reference if it is not to a component.
fn reference(schema: &Value) -> Option<Result<&str, &str>> {
    let reference = schema.get("$ref")?.as_str()?;
    Some(reference.strip_prefix(SCHEMAS).ok_or(reference))
}

/// Cuts the references of `schema` to resources outside of the subset. Returns the names of these
/// and of resources that are cut with them.
///
/// In a union, the alternatives outside are removed; the generated union keeps unknown objects as
/// raw JSON. If a single alternative remains it is cut too, since it could not be told from the
/// others.
fn cut_references(schema: &mut Value, allow: &dyn Fn(&str) -> bool) -> BTreeSet<String> {
    let mut gone = BTreeSet::new();
    let name = |schema: &Value| Some(reference(schema)?.ok()?.to_owned());
    let leaves = |schema: &Value| name(schema).filter(|name| !allow(name));
    if let Some(name) = leaves(schema) {
        gone.insert(name);
        *schema = json!({"type": "object"});
        return gone;
    }
    let Value::Object(schema) = schema else {
        return gone;
    };
    for key in ["anyOf", "oneOf"] {
        let Some(Value::Array(arms)) = schema.get_mut(key) else {
            continue;
        };
        let before = gone.len();
        gone.extend(arms.iter().filter_map(leaves));
        if gone.len() == before {
            continue;
        }
        arms.retain(|arm| leaves(arm).is_none());
        if arms.iter().filter(|arm| reference(arm).is_some()).count() < 2 {
            gone.extend(arms.iter().filter_map(name));
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
    gone
}
