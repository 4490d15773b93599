//! What the selected operations and resources refer to, and where that ends.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::raw::Place;
use super::rules::{DEFAULT, Rules};
use super::select::Operation;
use crate::document::{SCHEMAS, join, nearest, operation_schemas, walk};
use crate::error::{Diagnostic, Fix};

/// Which schemas are resources, and which of them the slice holds in which feature.
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
                    // As if it were corrected: else all that speaks of it would look wrong.
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

    /// Why references to `name` leave the slice.
    fn outside(&self, name: &str) -> String {
        match self.feature.get(name) {
            Some(feature) => format!("in the feature `{feature}`, and this is always there"),
            None => "in no feature".to_owned(),
        }
    }

    /// Whether schemas of the default feature, or of the others, may refer to `name`.
    fn allow(&self, name: &str, from_default: bool) -> bool {
        match self.feature.get(name) {
            Some(feature) => !from_default || feature == DEFAULT,
            None => !self.all.contains(name),
        }
    }
}

/// Adds the resources that the operations of features without resources answer with, themselves or
/// in a list, to `feature`: to the default one, if an operation of it does.
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
            // What is one of several resources is all of them.
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

/// Reports the resources that operations answer with, themselves or in a list, and that no feature
/// names; goes on as if that of the operation did, so that what follows from it is reported too.
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
                "name it below `resources` of `{of}`, or of another feature; or leave the answer raw, \
                 which is to be said below `raw`"
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

/// The schemas of what an operation answers when it succeeds, and the notation of their places.
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

/// The components that `schema` of a response is: itself, one of several, or a list of it.
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
/// References that leave the slice are cut, in them and in the operations; the places of these are
/// returned as well.
pub(super) fn take(
    resources: &Resources,
    operations: &mut [Operation],
    schemas: &mut Map<String, Value>,
    found: &mut Vec<Diagnostic>,
) -> (Map<String, Value>, Vec<Place>) {
    let mut taken = Map::new();
    let mut left = Vec::new();
    // What the default feature reaches belongs to it, so its references are cut first.
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
    /// The schemas still to take, with the place that refers to them.
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
            // The reader says which references lead elsewhere.
            if let Some(Ok(name)) = reference(schema) {
                let open = self.open.entry(name.to_owned());
                open.or_insert_with(|| pointer.to_owned());
            }
        });
    }
}

/// The name `schema` refers to, or the reference that is not to a component schema.
fn reference(schema: &Value) -> Option<Result<&str, &str>> {
    let reference = schema.get("$ref")?.as_str()?;
    Some(reference.strip_prefix(SCHEMAS).ok_or(reference))
}

/// Cuts the references of `schema` to resources outside, and returns the names of these and of
/// those that go with them.
///
/// Of several resources those outside go: a union tells them apart, and keeps what it does not
/// know. One left alone could not tell itself from those that went, so it goes too.
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
