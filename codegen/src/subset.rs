//! Selects a part of Stripe's full spec and adds our documentation.

mod closure;
mod count;
mod cuts;
mod documented;
mod edits;
mod glob;
mod origin;
mod payment_methods;
mod raw;
mod rules;
mod select;
mod tidy;
mod unions;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

pub use self::origin::Origin;
use self::payment_methods::PaymentMethods;
use self::rules::{DEFAULT, Descriptions, Rules};
use self::select::Operation;
use crate::document::{self, Spec, join};
use crate::error::{Diagnostic, Diagnostics};
use crate::overlay::{self, Overlay};
use crate::source::Source;
use crate::stack::on_a_large_stack;

/// The part of a spec that the rules select.
#[derive(Clone, Debug)]
pub struct Subset {
    /// The spec, as YAML with a header.
    pub yaml: String,
    /// Number of operations.
    pub operations: usize,
    /// Number of component schemas.
    pub schemas: usize,
    /// Number of properties in these, at any depth.
    pub fields: usize,
    /// Number of parameters of the operations, at any depth.
    pub parameters: usize,
    /// Number of webhook event types.
    pub events: usize,
    /// The references to resources outside of the subset. Each became an id or raw JSON.
    pub left: Vec<Left>,
    /// Number of places that became raw JSON without a decision. Only counted if the rules have
    /// no `raw` key.
    pub raw: usize,
    /// The cargo features of the subset, without the default one.
    pub features: Vec<String>,
}

/// A reference to a resource outside of the subset.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Left {
    /// The place of the reference, as a JSON pointer into the subset.
    pub pointer: String,
    /// The resource that it refers to.
    pub resource: String,
}

const HEADER: &str = "\
# Made by `cargo xtask spec` from Stripe's OpenAPI spec; do not edit.
# subset.yaml says what it holds, overlay/ documents it.
";

/// The name of the new spec in diagnostics.
const SUBSET: &str = "subset";

/// Selects the part of `spec` given by `rules`, and documents it with `overlays` in their order.
/// The result records the version and digest of `spec`, and its commit if known.
///
/// # Errors
///
/// Returns all problems of the inputs: syntax errors, rules and overlay actions that match
/// nothing, and places without documentation, with the missing overlay action as help.
pub fn subset(
    spec: Source<'_>,
    commit: Option<&str>,
    rules: Source<'_>,
    overlays: &[Source<'_>],
) -> Result<Subset, Diagnostics> {
    on_a_large_stack(|| make(spec, commit, rules, overlays, None))
}

/// Selects the same part of an older or newer spec. Rules and actions that don't fit it are
/// skipped and counted, and documentation is upstream's.
///
/// # Errors
///
/// Returns all problems of the inputs.
pub fn subset_of_history(
    spec: Source<'_>,
    rules: Source<'_>,
    overlays: &[Source<'_>],
) -> Result<(Subset, usize), Diagnostics> {
    let mut skipped = 0;
    let subset = on_a_large_stack(|| make(spec, None, rules, overlays, Some(&mut skipped)))?;
    Ok((subset, skipped))
}

fn make(
    spec: Source<'_>,
    commit: Option<&str>,
    rules: Source<'_>,
    overlays: &[Source<'_>],
    skipped: Option<&mut usize>,
) -> Result<Subset, Diagnostics> {
    let mut sources = overlays.to_vec();
    sources.push(rules);
    let (upstream, mut rules_read, overlays) = read(spec, rules, overlays)
        .map_err(|unreadable| document::locate_in(&sources, unreadable))?;
    if skipped.is_some() {
        rules_read.descriptions = Descriptions::Keep;
    }

    let mut in_rules = Vec::new();
    let mut known = BTreeSet::new();
    overlay::extensions(&upstream.tree, &mut known);
    let wrong_in_spec = upstream.found;
    let mut in_spec = Vec::new();
    let (mut tree, operations, left) =
        slice(upstream.tree, &rules_read, &mut in_spec, &mut in_rules);
    in_rules.extend(rules_read.placeholders());
    if let Some(info) = tree["info"].as_object_mut() {
        origin::write(info, spec, commit, rules, &sources[..overlays.len()]);
    }
    overlay::extensions(&tree, &mut known);
    let mut wrong_in_spec = wrong_in_spec;
    wrong_in_spec.retain(|wrong| is_of(&tree, &wrong.pointer));
    let is_broken = !wrong_in_spec.is_empty();
    in_spec.extend(wrong_in_spec);
    let in_spec = document::locate_in_spec(spec.text, in_spec);
    let in_spec = in_spec.into_iter().map(|wrong| wrong.in_file(spec.name));
    let mut found: Vec<Diagnostic> = in_spec.collect();
    if is_broken {
        // Problems of the overlays may only follow from those of the rules.
        let in_rules = in_rules.into_iter().map(|wrong| wrong.in_file(rules.name));
        found.extend(in_rules);
        return Err(document::locate_in(&sources, found).into());
    }
    let bare = tree.clone();
    let version = tree.pointer("/info/version").and_then(Value::as_str);
    let written_for = rules_read.api_version.as_deref();
    let is_older = version < written_for;
    for overlay in &overlays {
        overlay.apply(&mut tree, &known, is_older, &mut found);
    }
    let outside = left.iter().flat_map(|place| {
        place.to.iter().map(|resource| Left {
            pointer: place.pointer.clone(),
            resource: resource.clone(),
        })
    });
    let outside = outside.collect();
    let undecided = raw::check(&rules_read, &mut tree, left, is_older);
    let mut raw = 0;
    match rules_read.raw {
        Some(_) => in_rules.extend(undecided),
        None => raw = undecided.len(),
    }
    match skipped {
        Some(skipped) => {
            *skipped = in_rules.len();
            rules_of_today(&mut tree);
        }
        None => found.extend(in_rules.into_iter().map(|wrong| wrong.in_file(rules.name))),
    }
    let mut in_subset = Vec::new();
    // With `keep`, the generator makes a sentence for each place without a description.
    if rules_read.descriptions == Descriptions::Drop {
        documented::check(&mut tree, &mut in_subset);
    }
    let made_wrong = Spec::check(&tree);
    let is_whole = made_wrong.is_empty();
    if !is_whole {
        found.extend(blame(bare, &overlays, &known, is_older));
    } else if found.is_empty()
        && let Err(refused) = document::typed(&tree)
    {
        in_subset.extend(Vec::from(refused));
    }
    found.extend(in_subset.into_iter().map(|wrong| wrong.in_file(SUBSET)));
    let found = document::locate_in(&sources, found);
    let (fields, parameters) = count::fields(&mut tree);
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
        left: outside,
        raw,
        features: features.collect(),
    };
    if found.is_empty() {
        return Ok(subset);
    }
    let edits = edits::of(&found, rules, &sources, &tree);
    let draft = is_whole.then_some(subset.yaml);
    Err(Diagnostics::from(found).with_edits(edits).with_draft(draft))
}

/// Reads all inputs. Syntax errors are reported alone, as they would cause many others.
/// told alone.
fn read<'a>(
    spec: Source<'_>,
    rules: Source<'_>,
    overlays: &[Source<'a>],
) -> Result<(Spec, Rules, Vec<Overlay<'a>>), Vec<Diagnostic>> {
    let upstream = Spec::read(spec.text)
        .and_then(Spec::with_schemas)
        .map_err(|found| document::locate_in_spec(spec.text, found))
        .map_err(|found| {
            found
                .into_iter()
                .map(|wrong| wrong.in_file(spec.name))
                .collect()
        });
    let rules = Rules::parse(rules);
    let overlays: Vec<_> = overlays
        .iter()
        .map(|source| Overlay::parse(*source))
        .collect();
    match (upstream, rules) {
        (Ok(upstream), Ok(rules)) if overlays.iter().all(Result::is_ok) => {
            Ok((upstream, rules, overlays.into_iter().flatten().collect()))
        }
        (upstream, rules) => {
            let unreadable = [upstream.err(), rules.err()].into_iter().flatten();
            Err(unreadable
                .chain(overlays.into_iter().filter_map(Result::err))
                .flatten()
                .collect())
        }
    }
}

/// Returns the problems that the overlays cause in `tree`, at the actions that cause them.
fn blame(
    mut tree: Value,
    overlays: &[Overlay],
    known: &BTreeSet<String>,
    is_older: bool,
) -> Vec<Diagnostic> {
    let mut seen: BTreeSet<Diagnostic> = BTreeSet::new();
    let mut found = Vec::new();
    for overlay in overlays {
        let before = tree.clone();
        overlay.apply(&mut tree, known, is_older, &mut Vec::new());
        if Spec::check(&tree).iter().all(|wrong| seen.contains(wrong)) {
            continue;
        }
        let mut step_by_step = before;
        for index in 0..overlay.len() {
            overlay.apply_one(index, &mut step_by_step, known, is_older, &mut Vec::new());
            for wrong in Spec::check(&step_by_step) {
                if seen.insert(wrong.clone()) {
                    let what = format!("makes {} wrong: {}", wrong.pointer, wrong.message);
                    let action = Diagnostic::new(format!("/actions/{index}"), what, wrong.help);
                    found.push(action.in_file(overlay.name()));
                }
            }
        }
    }
    found
}

/// Returns whether the place `pointer` of the upstream spec is in `tree`.
fn is_of(tree: &Value, pointer: &str) -> bool {
    let steps = document::steps(pointer);
    let depth = match steps.first().map(String::as_str) {
        Some("paths" | "components") => 3,
        _ => return true,
    };
    let place = steps
        .iter()
        .take(depth)
        .fold(String::new(), |at, step| join(&at, step));
    // Components other than schemas are only copied to the places that refer to them.
    let is_shared = steps.len() < depth
        || place.starts_with("/components/") && !place.starts_with("/components/schemas/");
    is_shared
        || tree.pointer(&place).is_some()
        || steps.get(2).is_some_and(|step| step == "parameters")
            && tree.pointer(&join("/paths", &steps[1])).is_some()
}

/// Returns the part of `spec` without documentation, the number of its operations, and the places
/// whose references left it.
fn slice(
    mut spec: Value,
    rules: &Rules,
    in_spec: &mut Vec<Diagnostic>,
    in_rules: &mut Vec<Diagnostic>,
) -> (Value, usize, Vec<raw::Place>) {
    unions::name(&mut spec);
    let events = select::events(rules, &spec, in_rules);
    cuts::cut(rules, &mut spec, in_rules);
    if let Some(of_rules) = &rules.payment_methods {
        PaymentMethods::new(of_rules, &spec, in_rules).prune(&mut spec);
    }
    let mut operations = select::operations(rules, &spec, in_rules);
    for operation in &mut operations {
        tidy::operation(operation, rules.descriptions);
    }
    let mut all = match spec.pointer_mut("/components/schemas").map(Value::take) {
        Some(Value::Object(all)) => all,
        _ => Map::new(),
    };
    let resources = closure::Resources::new(rules, &operations, &all, in_rules);
    let (mut schemas, left) = closure::take(&resources, &mut operations, &mut all, in_spec);
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
    (tree, count, left)
}

/// Takes out what only holds of today's events and operations.
fn rules_of_today(tree: &mut Value) {
    let events = tree["x-events"].as_object_mut().into_iter();
    for event in events.flat_map(Map::values_mut) {
        event.as_object_mut().map(|event| event.remove("x-object"));
    }
    let items = tree["paths"].as_object_mut().into_iter();
    let items = items
        .flat_map(Map::values_mut)
        .filter_map(Value::as_object_mut);
    for operation in items.flat_map(Map::values_mut) {
        for rule in ["x-at-most-one", "x-list-filters"] {
            operation
                .as_object_mut()
                .map(|operation| operation.remove(rule));
        }
    }
}
