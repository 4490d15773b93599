//! Compares the diff's verdicts about small edits of a spec with those of cargo-semver-checks
//! about the generated crates.

mod cases;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cases::{CASES, Case, Verdict};
use serde_json::{Value, json};
use stripe_codegen::{Diff, Effect, Version, complete, diff, generate};
use stripe_tests::names::committed;
use stripe_tests::scratch::{self, Crate};

fn read(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    serde_yaml::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The small API that is edited.
fn ranch() -> Value {
    let mut spec = read("tests/updates_verdicts/ranch.yaml");
    spec["openapi"] = json!("3.0.0");
    spec["info"] = json!({"title": "Ranch", "version": "2026-01-01.ranch"});
    spec
}

/// Returns the committed spec with the small API added, which makes a whole crate.
fn with_committed(ranch: &Value) -> Value {
    let mut spec = read("../spec/financial_connections.yaml");
    for part in ["/paths", "/components/schemas", "/x-events"] {
        let more = ranch.pointer(part).unwrap().as_object().unwrap();
        let into = spec.pointer_mut(part).unwrap().as_object_mut().unwrap();
        into.extend(more.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    spec["info"] = ranch["info"].clone();
    spec
}

fn edited(case: &Case) -> Value {
    let mut spec = ranch();
    (case.edit)(&mut spec);
    spec
}

/// Returns the names of an edited spec: the old names with the case's edit.
fn names(case: &Case, spec: &str, base: &str, was: &str) -> String {
    let (from, to) = case.names;
    assert!(was.contains(from), "{}: no {from}", case.name);
    let names = was.replacen(from, to, 1);
    complete(spec, &names, Some(base)).unwrap().names
}

/// Returns the worst verdict of a diff for requests and responses.
fn said(diff: &Diff) -> String {
    let word = |effect: Option<Effect>, side: &str| {
        effect.map(|effect| match effect {
            Effect::Compatible => format!("{side}: compatible"),
            Effect::Breaking => format!("{side}: breaking"),
        })
    };
    let requests = diff
        .changes
        .iter()
        .filter_map(|change| change.requests)
        .max();
    let responses = diff
        .changes
        .iter()
        .filter_map(|change| change.responses)
        .max();
    let words = [word(requests, "requests"), word(responses, "responses")];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[test]
fn the_diff_says_what_the_table_says() {
    let base = ranch().to_string();
    let was = complete(&base, "", None).unwrap().names;
    let mut wrong = Vec::new();
    for case in CASES {
        let spec = edited(case).to_string();
        let is = names(case, &spec, &base, &was);
        let version = |spec, names| Version {
            spec,
            names: Some(names),
        };
        let diff = diff(version(&base, &was), version(&spec, &is)).unwrap();
        if said(&diff) != case.ours {
            wrong.push(format!(
                "{}: {}, not {}\n{}",
                case.name,
                said(&diff),
                case.ours,
                diff.text()
            ));
        }
        let is_breaking = case.ours.contains("breaking");
        match case.semver_checks {
            Verdict::Breaking => assert!(is_breaking, "{}", case.name),
            Verdict::Compatible => assert!(!is_breaking, "{}", case.name),
            Verdict::Misses(_) => assert!(is_breaking, "{}: it would find too much", case.name),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Needs minutes, and cargo-semver-checks: `cargo install cargo-semver-checks`, then `cargo test
/// -p stripe-tests --test updates_verdicts -- --ignored --nocapture`.
#[test]
#[ignore = "needs cargo-semver-checks, and minutes"]
fn cargo_semver_checks_says_what_the_table_says() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("updates_verdicts");
    fs::create_dir_all(&folder).unwrap();
    let base = with_committed(&ranch());
    let was = complete(&base.to_string(), &committed(), None)
        .unwrap()
        .names;
    let before = rustdoc(&folder, "before", &base, &was);
    let mut wrong = Vec::new();
    for case in CASES {
        let spec = with_committed(&edited(case));
        let is = names(case, &spec.to_string(), &base.to_string(), &was);
        let after = rustdoc(&folder, "after", &spec, &is);
        let findings = breaking(&before, &after);
        let (expected, note) = match case.semver_checks {
            Verdict::Breaking => (true, ""),
            Verdict::Compatible => (false, ""),
            Verdict::Misses(why) => (false, why),
        };
        let ours = if case.ours.is_empty() {
            "no change"
        } else {
            case.ours
        };
        let theirs = if findings.is_empty() {
            "compatible".to_owned()
        } else {
            findings.join(", ")
        };
        println!("| {} | {ours} | {theirs} | {note} |", case.name);
        if findings.is_empty() == expected {
            wrong.push(format!("{}: {theirs}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Returns the path of the rustdoc JSON of the crate generated from `spec`.
fn rustdoc(folder: &Path, name: &str, spec: &Value, names: &str) -> PathBuf {
    let spec = spec.to_string();
    let generated = generate(&spec, Some(names), "stripe_financial_connections").unwrap();
    // All use one folder, so that cargo builds dependencies once.
    Crate::new(folder, "crate", &generated.files).unwrap();
    let target = folder.join("rustdoc-target");
    let output = scratch::cargo(folder)
        .args(["rustdoc", "--quiet", "--features", "webhook"])
        .args(["--package", "stripe-financial-connections", "--"])
        .args([
            "-Zunstable-options",
            "--output-format",
            "json",
            "--cap-lints",
            "allow",
        ])
        .current_dir(folder.join("crate"))
        .env("CARGO_TARGET_DIR", &target)
        // rustdoc's JSON is unstable; cargo-semver-checks enables it in the same way.
        .env("RUSTC_BOOTSTRAP", "1")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let made = folder.join(format!("{name}.json"));
    fs::copy(target.join("doc/stripe_financial_connections.json"), &made).unwrap();
    made
}

/// Returns the lints that require a breaking version.
fn breaking(before: &Path, after: &Path) -> Vec<String> {
    let output = Command::new("cargo")
        .args([
            "semver-checks",
            "--release-type",
            "minor",
            "--color",
            "never",
        ])
        .arg("--baseline-rustdoc")
        .arg(before)
        .arg("--current-rustdoc")
        .arg(after)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    let mut lints: Vec<String> = said
        .lines()
        .filter_map(|line| line.strip_prefix("--- failure "))
        .filter_map(|line| line.split(':').next())
        .map(str::to_owned)
        .collect();
    lints.sort();
    lints.dedup();
    assert_eq!(output.status.success(), lints.is_empty(), "{said}");
    lints
}
