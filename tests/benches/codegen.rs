//! Measures the generator on the committed spec, and on growing parts of Stripe's whole spec.
//!
//! Run it with `cargo bench -p stripe-tests --bench codegen`. The peak memory is that of all
//! benchmarks that ran in the process.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use divan::Bencher;
use serde_json::{Value, json};
use stripe_codegen::Source;

const CRATE: &str = "stripe_financial_connections";
/// The argument with which this program prints a part of the whole spec.
const CUT: &str = "cut";

const SCHEMAS: &str = "#/components/schemas/";

fn main() {
    if let [_, command, percent] = std::env::args().collect::<Vec<_>>().as_slice()
        && command == CUT
    {
        let spec = upstream().expect("it is here");
        return print!("{}", cut(&spec, percent.parse().expect("a number")));
    }
    if upstream().is_none() {
        println!("SKIPPED: upstream, since Stripe's whole spec is not here");
    }
    divan::main();
    if let Some(peak) = peak_memory() {
        println!("peak memory: {peak} kB");
    }
}

#[divan::bench]
fn subset(bencher: Bencher) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/financial_connections.yaml");
    let spec = fs::read_to_string(path).expect("the spec is committed");
    bencher.bench(|| stripe_codegen::generate(&spec, None, CRATE).expect("it is sound"));
}

/// Generates a crate from another part of the whole spec.
#[divan::bench(args = if upstream().is_some() { &[20][..] } else { &[] })]
fn slice_operations(bencher: Bencher, operations: usize) {
    let spec = upstream().expect("it is here");
    let source = |name, text| Source { name, text };
    bencher.bench(|| {
        let subset =
            stripe_codegen::subset(source("spec", &spec), None, source("rules", SLICE), &[]);
        let subset = subset.unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(subset.operations, operations);
        stripe_codegen::generate(&subset.yaml, None, CRATE).expect("it is sound")
    });
}

const SLICE: &str = "
features:
  default:
    operations:
      - /v1/terminal/locations**
      - /v1/terminal/readers**
      - PostTerminalConnectionTokens
      - PostTerminalOnboardingLinks
";

#[divan::bench(args = if upstream().is_some() { &[10, 30, 100][..] } else { &[] })]
fn upstream_percent(bencher: Bencher, percent: usize) {
    // Another process cuts the spec, so that its memory is not counted.
    let this = std::env::current_exe().expect("it runs");
    let cut = Command::new(this)
        .args([CUT, &percent.to_string()])
        .output();
    let spec = String::from_utf8(cut.expect("it runs").stdout).expect("it is text");
    bencher.bench(|| stripe_codegen::generate(&spec, None, CRATE).expect("it is sound"));
}

fn upstream() -> Option<String> {
    fs::read_to_string(stripe_tests::upstream::committed()).ok()
}

/// Returns a percentage of the schemas and paths of a spec, chosen evenly. A reference to a
/// removed schema becomes a string, like an id that is never expanded.
fn cut(spec: &str, percent: usize) -> String {
    if percent == 100 {
        return spec.to_owned();
    }
    let mut spec: Value = serde_json::from_str(spec).expect("it is JSON");
    for place in ["/paths", "/components/schemas"] {
        let all = spec.pointer_mut(place).and_then(Value::as_object_mut);
        let mut index = 0;
        all.expect("a spec has it").retain(|_, _| {
            index += 1;
            index * percent / 100 > (index - 1) * percent / 100
        });
    }
    let schemas = spec["components"]["schemas"].as_object();
    let kept: HashSet<String> = schemas
        .into_iter()
        .flat_map(|schemas| schemas.keys().cloned())
        .collect();
    unlink(&mut spec, &kept);
    spec.to_string()
}

fn unlink(value: &mut Value, kept: &HashSet<String>) {
    let is_cut = |value: &Value| {
        let target = value.get("$ref").and_then(Value::as_str);
        let name = target.and_then(|target| target.strip_prefix(SCHEMAS));
        name.is_some_and(|name| !kept.contains(name))
    };
    for arms in ["anyOf", "oneOf"] {
        if let Some(Value::Array(arms)) = value.get_mut(arms) {
            arms.retain(|arm| !is_cut(arm));
        }
    }
    let is_empty = |arms| value.get(arms).is_some_and(|arms| *arms == json!([]));
    if is_cut(value) || is_empty("anyOf") || is_empty("oneOf") {
        *value = json!({"type": "string"});
    }
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| unlink(item, kept)),
        Value::Object(entries) => entries.values_mut().for_each(|entry| unlink(entry, kept)),
        _ => {}
    }
}

/// Returns the peak memory of this process, if the system reports it.
fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
