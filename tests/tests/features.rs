//! The crate with each of its cargo features: it compiles without warnings, and of what it
//! generates only what is asked for.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;
use stripe_tests::scratch::{self, all_features};

const PACKAGE: &str = "stripe-financial-connections";

/// The features that add operations, and the modules that none but them needs.
const RESOURCES: [&str; 6] = [
    "checkout",
    "connect-payouts",
    "invoices",
    "payment-intents",
    "setup-intents",
    "subscriptions",
];
const MODULES: [&str; 10] = [
    "accounts",
    "bank_account",
    "checkout",
    "external_account",
    "invoice",
    "mandate",
    "payment_intent",
    "setup_intent",
    "subscription",
    "token",
];

/// The modules of [`MODULES`] that hold a type which is always there, since customers have it: the
/// custom fields of their invoices. The other types in them are compiled with their features only.
const ALWAYS: [&str; 1] = ["invoice"];

fn cargo(arguments: &[&str]) -> Output {
    scratch::cargo(Path::new(env!("CARGO_TARGET_TMPDIR")))
        .args(arguments)
        .arg("--quiet")
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .output()
        .expect("cargo runs")
}

/// Checks the crate with these features; returns the source files that were compiled.
fn check(features: &[&str]) -> BTreeSet<PathBuf> {
    let command = ["check", "--package", PACKAGE, "--message-format", "json"];
    let output = cargo(&[&command, features].concat());
    let messages = String::from_utf8(output.stdout).expect("JSON is UTF-8");
    let messages = messages
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a message is a line of JSON"));
    let mut compiled = None;
    for message in messages {
        let said = &message["message"]["rendered"];
        assert!(said.is_null(), "{features:?}: {}", said.as_str().unwrap());
        let artifact = &message["filenames"][0];
        if message["target"]["name"] == PACKAGE.replace('-', "_") && artifact.is_string() {
            compiled = Some(PathBuf::from(artifact.as_str().unwrap()));
        }
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{features:?}: {errors}");
    sources(&compiled.expect("the crate was compiled"))
}

/// The files that an artifact was made from, below `src`: rustc lists them beside it.
fn sources(artifact: &Path) -> BTreeSet<PathBuf> {
    let name = artifact.file_stem().unwrap().to_str().unwrap();
    let name = name.strip_prefix("lib").unwrap();
    let list = fs::read_to_string(artifact.with_file_name(format!("{name}.d"))).unwrap();
    let files = list.lines().filter_map(|line| line.strip_suffix(':'));
    let files = files.filter_map(|file| file.split_once("generated/src/"));
    files.map(|(_, file)| PathBuf::from(file)).collect()
}

/// The files that are generated, below `src`.
fn generated() -> BTreeSet<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../generated/src");
    let mut folders = vec![root.join("api")];
    let mut files = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.strip_prefix(&root).unwrap().to_owned());
            }
        }
    }
    files
}

fn modules(sources: &BTreeSet<PathBuf>) -> Vec<&str> {
    let has = |module: &&str| {
        let folder = Path::new("api").join(module);
        sources.iter().any(|file| file.starts_with(&folder))
    };
    MODULES.into_iter().filter(has).collect()
}

#[test]
fn default_features_compile_no_payments() {
    let default = check(&[]);
    assert_eq!(modules(&default), ALWAYS);
    for module in MODULES {
        let operations = Path::new("api").join(module).join("operations.rs");
        assert!(!default.contains(&operations), "{module}");
    }
    assert!(default.contains(Path::new("api/financial_connections/operations.rs")));
    let [flag, names] = all_features();
    let all = check(&[&flag, &names]);
    assert_eq!(modules(&all), MODULES);
    let unused: Vec<_> = generated().difference(&all).cloned().collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
#[ignore = "checks the crate twenty times"]
fn each_feature_alone() {
    let output = cargo(&["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("metadata is JSON");
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == PACKAGE);
    let features = package.unwrap()["features"].as_object().unwrap();
    assert!(RESOURCES.iter().all(|name| features.contains_key(*name)));

    let none = check(&["--no-default-features"]);
    assert_eq!(modules(&none), ALWAYS);
    for feature in features.keys().map(String::as_str) {
        let alone = check(&["--no-default-features", "--features", feature]);
        let is_resource = RESOURCES.contains(&feature);
        assert_eq!(modules(&alone) != ALWAYS, is_resource, "{feature}");
    }
    for feature in RESOURCES {
        let with_client = format!("client,{feature}");
        let sources = check(&["--no-default-features", "--features", &with_client]);
        let own: &[&str] = match feature {
            "checkout" => &["checkout"],
            "connect-payouts" => &["accounts", "token"],
            "invoices" => &["invoice"],
            "payment-intents" => &["payment_intent"],
            "setup-intents" => &["setup_intent"],
            _ => &["subscription"],
        };
        // Types of the others may come along, their operations do not.
        for other in MODULES {
            let operations = Path::new("api").join(other).join("operations.rs");
            let expected = own.contains(&other);
            assert_eq!(
                sources.contains(&operations),
                expected,
                "{feature}: {other}"
            );
        }
    }
}
