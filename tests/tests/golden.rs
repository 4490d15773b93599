//! Generates code from one small spec per construct, compares it with snapshots, and compiles all
//! of it.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use stripe_codegen::{complete, generate};
use stripe_tests::names::committed;
use stripe_tests::scratch::{Crate, all_features};

/// Reads `tests/golden/NAME.yaml` as an OpenAPI document. A schema that no operation returns gets
/// an operation.
fn spec(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap();
    let mut spec: Value = serde_yaml::from_str(&text).unwrap();
    spec["openapi"] = json!("3.0.0");
    spec["info"] = json!({ "title": "Golden", "version": "2026-01-01.golden" });
    if spec.get("paths").is_none() {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let schemas = spec["components"]["schemas"].as_object().unwrap();
        let root = schemas.keys().find(|schema| schema.contains('.')).unwrap();
        let schema = json!({ "$ref": format!("#/components/schemas/{root}") });
        spec["paths"] = json!({
            format!("/v1/{name}/roots"): { "post": {
                "operationId": format!("Post{name}"),
                "description": "Makes one.",
                "responses": { "200": {
                    "description": "ok",
                    "content": { "application/json": { "schema": schema } }
                } }
            } }
        });
    }
    spec
}

fn golden_specs() -> BTreeMap<String, Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            (
                path.file_stem().unwrap().to_str().unwrap().to_owned(),
                spec(&path),
            )
        })
        .collect()
}

#[test]
fn every_construct() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path("../snapshots/golden");
    settings.bind(|| {
        for (name, spec) in golden_specs() {
            let generated = generate(&spec.to_string(), None, "stripe_financial_connections")
                .unwrap_or_else(|diagnostics| panic!("{name}: {diagnostics}"));
            // The files around the modules are the same for all; one snapshot shows them.
            let shown = generated.files.iter().filter(|(path, _)| {
                let is_same = path.ends_with("mod.rs")
                    || path.ends_with("events.rs") && spec.get("x-events").is_none();
                name == "feature" || !is_same
            });
            let shown: Vec<String> = shown
                .map(|(path, text)| format!("// ---- {}\n{text}", path.display()))
                .collect();
            insta::assert_snapshot!(name, shown.join("\n"));
        }
    });
}

/// Compiles all constructs at once, in a copy of the crate with what the handwritten code needs.
#[test]
fn every_construct_compiles_without_warnings() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let subset = fs::read_to_string(root.join("spec/financial_connections.yaml")).unwrap();
    let mut spec: Value = serde_yaml::from_str(&subset).unwrap();
    for (_, golden) in golden_specs() {
        extend(&mut spec["paths"], &golden["paths"]);
        if let Some(events) = golden.get("x-events") {
            extend(&mut spec["x-events"], events);
        }
        extend(
            &mut spec["components"]["schemas"],
            &golden["components"]["schemas"],
        );
    }
    let spec = spec.to_string();
    let names = complete(&spec, &committed(), None).unwrap().names;
    let generated = generate(&spec, Some(&names), "stripe_financial_connections").unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let scratch = Crate::new(folder, "golden", &generated.files).unwrap();
    let [flag, names] = all_features();
    for features in [&[&*flag, &*names][..], &["--no-default-features"], &[]] {
        assert_eq!(scratch.check(features).unwrap(), "", "{features:?}");
    }
}

fn extend(into: &mut Value, from: &Value) {
    let from = from.as_object().cloned().unwrap_or_else(Map::new);
    into.as_object_mut().unwrap().extend(from);
}

#[test]
fn the_order_of_keys_changes_nothing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let path: PathBuf = root.join("spec/financial_connections.yaml");
    let spec: Value = serde_yaml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let forwards = generate(&spec.to_string(), None, "stripe_financial_connections").unwrap();
    let mut backwards = String::new();
    write_backwards(&spec, &mut backwards);
    let backwards = generate(&backwards, None, "stripe_financial_connections").unwrap();
    assert_eq!(forwards.files, backwards.files);
}

/// Writes JSON with the keys of every object in reverse order.
fn write_backwards(value: &Value, out: &mut String) {
    match value {
        Value::Object(object) => {
            out.push('{');
            for (at, (key, value)) in object.iter().rev().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write_backwards(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_backwards(item, out);
            }
            out.push(']');
        }
        other => out.push_str(&other.to_string()),
    }
}
