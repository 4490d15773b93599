//! Stripe's full spec → the part that is bound, with documentation of our own.

mod closure;
mod documented;
mod glob;
mod payment_methods;
mod rules;
mod select;
mod tidy;
mod walk;

use serde_json::{Map, Value, json};
use serde_json_path::JsonPath;
use sha2::{Digest, Sha256};

use self::payment_methods::PaymentMethods;
use self::rules::{DEFAULT, Rules};
use self::select::Operation;
use crate::document;
use crate::error::{Diagnostic, Diagnostics};
use crate::overlay::Overlay;

/// A text and the name its diagnostics go by.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// What the caller calls it, usually its path.
    pub name: &'a str,
    /// What it holds: JSON or YAML.
    pub text: &'a str,
}

/// A spec that holds what the rules select.
#[derive(Clone, Debug)]
pub struct Subset {
    /// The spec, as YAML with a header.
    pub yaml: String,
    /// How many operations it holds.
    pub operations: usize,
    /// How many component schemas.
    pub schemas: usize,
    /// How many properties these have, at any depth.
    pub fields: usize,
    /// How many parameters the operations have, at any depth.
    pub parameters: usize,
    /// How many webhook event types.
    pub events: usize,
    /// The cargo features that its parts are in, but for the default.
    pub features: Vec<String>,
}

const HEADER: &str = "\
# Made by `cargo xtask spec` from Stripe's OpenAPI spec; do not edit.
# subset.yaml says what it holds, overlay/ documents it.
";

/// The part of `spec` that `rules` select, documented by `overlays` in their order.
///
/// # Errors
///
/// Returns everything that is wrong with the inputs: what can't be read, rules and overlay
/// actions that match nothing, and what is left without documentation, with the overlay action
/// it lacks as help.
pub fn subset(
    spec: Source<'_>,
    rules: Source<'_>,
    overlays: &[Source<'_>],
) -> Result<Subset, Diagnostics> {
    let upstream = read_spec(spec.text).map_err(|wrong| wrong.in_file(spec.name));
    let rules_read = Rules::parse(rules.text).map_err(|wrong| wrong.in_file(rules.name));
    let mut found = Vec::new();
    let overlays: Vec<Overlay> = overlays
        .iter()
        .filter_map(|source| Overlay::parse(*source, &mut found))
        .collect();
    let (upstream, rules_read) = match (upstream, rules_read) {
        (Ok(upstream), Ok(rules_read)) => (upstream, rules_read),
        (upstream, rules_read) => {
            found.extend(upstream.err());
            found.extend(rules_read.err());
            return Err(found.into());
        }
    };

    let mut in_spec = Vec::new();
    let mut in_rules = Vec::new();
    let (mut tree, operations) = slice(upstream, &rules_read, &mut in_spec, &mut in_rules);
    let sha256 = Sha256::digest(spec.text);
    let sha256: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
    tree["info"]["x-source-sha256"] = json!(sha256);
    found.extend(in_spec.into_iter().map(|wrong| wrong.in_file(spec.name)));
    found.extend(in_rules.into_iter().map(|wrong| wrong.in_file(rules.name)));

    for overlay in &overlays {
        overlay.apply(&mut tree, &mut found);
    }
    let mut undocumented = Vec::new();
    documented::check(&mut tree, &mut undocumented);
    found.extend(
        undocumented
            .into_iter()
            .map(|wrong| wrong.in_file("subset")),
    );
    if found.is_empty()
        && let Err(error) = serde_json::from_value::<openapiv3::OpenAPI>(tree.clone())
    {
        found.push(Diagnostic::new(
            "",
            format!("the subset is not valid OpenAPI 3.0: {error}"),
            "look for the overlay action or the cut that broke it",
        ));
    }
    let (fields, parameters) = count_fields(&mut tree);
    let size = |pointer: &str| {
        tree.pointer(pointer)
            .and_then(Value::as_object)
            .map_or(0, Map::len)
    };
    let features = rules_read.features.into_keys();
    let features = features.filter(|feature| feature != DEFAULT);
    let subset = Subset {
        yaml: format!("{HEADER}{}", document::to_yaml(&tree)),
        operations,
        schemas: size("/components/schemas"),
        fields,
        parameters,
        events: size("/x-events"),
        features: features.collect(),
    };
    Diagnostics::check(subset, found)
}

fn read_spec(text: &str) -> Result<Value, Diagnostic> {
    let spec = document::parse(text)?;
    let not_openapi = |pointer: &str, what: &str| {
        Err(Diagnostic::new(
            pointer,
            what,
            "pass Stripe's spec3.json or spec3.yaml",
        ))
    };
    match spec.get("openapi").and_then(Value::as_str) {
        Some(version) if version.starts_with("3.0") => {}
        _ => return not_openapi("/openapi", "not an OpenAPI 3.0 document"),
    }
    for (pointer, is_there) in [
        (
            "/info/version",
            spec.pointer("/info/version").is_some_and(Value::is_string),
        ),
        ("/paths", spec["paths"].is_object()),
        (
            "/components/schemas",
            spec.pointer("/components/schemas")
                .is_some_and(Value::is_object),
        ),
    ] {
        if !is_there {
            return not_openapi(pointer, "missing from this OpenAPI document");
        }
    }
    Ok(spec)
}

/// The slice of `spec`, without documentation, and how many operations it has.
fn slice(
    mut spec: Value,
    rules: &Rules,
    in_spec: &mut Vec<Diagnostic>,
    in_rules: &mut Vec<Diagnostic>,
) -> (Value, usize) {
    let events = select::events(rules, &spec, in_rules);
    cut(rules, &mut spec, in_rules);
    PaymentMethods::new(&rules.payment_methods, &spec, in_rules).prune(&mut spec);
    let mut operations = select::operations(rules, &spec, in_rules);
    for operation in &mut operations {
        tidy::operation(operation, rules.descriptions);
    }
    let mut all = match spec.pointer_mut("/components/schemas").map(Value::take) {
        Some(Value::Object(all)) => all,
        _ => Map::new(),
    };
    let resources = closure::Resources::new(rules, &all, in_rules);
    let mut schemas = closure::take(&resources, &mut operations, &mut all, in_spec);
    for schema in schemas.values_mut() {
        tidy::schema(schema, rules.descriptions);
    }
    let count = operations.len();
    let mut paths = Map::new();
    for Operation {
        path,
        method,
        feature,
        mut value,
    } in operations
    {
        if feature != DEFAULT {
            value["x-feature"] = json!(feature);
        }
        let item = paths.entry(path).or_insert_with(|| json!({}));
        item[method] = value;
    }
    let mut components = json!({"schemas": schemas});
    if let Some(schemes) = spec.pointer("/components/securitySchemes") {
        components["securitySchemes"] = schemes.clone();
    }
    let mut tree = json!({
        "openapi": spec["openapi"],
        "info": {"title": spec["info"]["title"], "version": spec["info"]["version"]},
        "paths": paths,
        "components": components,
        "x-events": events,
    });
    for key in ["servers", "security"] {
        if let Some(value) = spec.get(key) {
            tree[key] = value.clone();
        }
    }
    (tree, count)
}

/// The cuts that no rule speaks of.
fn cut(rules: &Rules, spec: &mut Value, in_rules: &mut Vec<Diagnostic>) {
    for (index, cut) in rules.cuts.iter().enumerate() {
        let pointer = format!("/cuts/{index}/target");
        let path = match document::path(&cut.target, pointer.clone()) {
            Ok(path) => path,
            Err(error) => {
                in_rules.push(error);
                continue;
            }
        };
        keep_raw(spec, &path);
        if !document::remove_all(spec, &path) {
            in_rules.push(Diagnostic::new(
                pointer,
                format!("`{}` matches nothing", cut.target),
                "remove the cut, or correct its target",
            ));
        }
    }
}

/// Opens the response objects that lose properties to `cut`: the generator keeps what Stripe sends
/// of these as raw JSON.
fn keep_raw(spec: &mut Value, cut: &JsonPath) {
    for pointer in document::locate(spec, cut) {
        let object = pointer
            .rsplit_once('/')
            .and_then(|(properties, _)| properties.strip_suffix("/properties"))
            .filter(|object| object.starts_with("/components/schemas/"));
        if let Some(Value::Object(object)) = object.and_then(|object| spec.pointer_mut(object)) {
            object.insert("additionalProperties".to_owned(), json!(true));
        }
    }
}

fn count_fields(tree: &mut Value) -> (usize, usize) {
    let mut fields = 0;
    for schema in tree
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flat_map(Map::values_mut)
    {
        fields += count_properties(schema);
    }
    let mut parameters = 0;
    for item in tree["paths"]
        .as_object_mut()
        .into_iter()
        .flat_map(Map::values_mut)
    {
        for operation in item.as_object_mut().into_iter().flat_map(Map::values_mut) {
            parameters += operation
                .get("parameters")
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            for (side, _, schema) in walk::operation_schemas(operation, "") {
                if side == walk::Side::Request {
                    parameters += count_properties(schema);
                }
            }
        }
    }
    (fields, parameters)
}

fn count_properties(schema: &mut Value) -> usize {
    let mut count = 0;
    walk::walk(schema, "", &mut |schema, _| {
        count += schema
            .get("properties")
            .and_then(Value::as_object)
            .map_or(0, Map::len);
    });
    count
}
