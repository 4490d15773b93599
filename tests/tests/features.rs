//! Checks the crate with each cargo feature: it compiles without warnings, and without generated
//! code of other features.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;
use stripe_tests::scratch::{self, all_features};

const PACKAGE: &str = "stripe-financial-connections";

/// The features that add operations, with the modules that only they need.
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

/// The modules of [`MODULES`] with a type that is always compiled, because customers have it: the
/// custom fields of their invoices. The other types of these modules need their features.
const ALWAYS: [&str; 1] = ["invoice"];

fn cargo(arguments: &[&str]) -> Output {
    scratch::cargo(Path::new(env!("CARGO_TARGET_TMPDIR")))
        .args(arguments)
        .arg("--quiet")
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .output()
        .expect("cargo runs")
}

/// Checks the crate with these features. Returns the source files that were compiled.
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

/// Returns the files below `src` that an artifact was made from. rustc lists them next to it.
fn sources(artifact: &Path) -> BTreeSet<PathBuf> {
    let name = artifact.file_stem().unwrap().to_str().unwrap();
    let name = name.strip_prefix("lib").unwrap();
    let list = fs::read_to_string(artifact.with_file_name(format!("{name}.d"))).unwrap();
    let files = list.lines().filter_map(|line| line.strip_suffix(':'));
    let files = files.filter_map(|file| file.split_once("generated/src/"));
    files.map(|(_, file)| PathBuf::from(file)).collect()
}

/// Returns the generated files below `src`.
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
        // Types of other modules may be compiled, but not their operations.
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

/// The blocks of code of the README that stand together: the dependencies, and the program.
fn pasted() -> (String, String) {
    let readme = include_str!("../../README.md");
    let block = |language: &str| {
        let (_, rest) = readme
            .split_once(&format!("\n```{language}\n"))
            .unwrap_or_else(|| panic!("README.md has a block of {language}"));
        let (code, _) = rest.split_once("```").expect("the block ends");
        code.to_owned()
    };
    (block("toml"), block("rust,no_run"))
}

/// Runs the program of the README in a new crate outside of this workspace, as a user would paste
/// it. The published crate is replaced by the local folder, and Stripe by a sandbox.
#[test]
#[ignore = "compiles the crate and all that it depends on"]
fn the_program_in_the_readme_runs_in_a_new_crate() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (dependencies, program) = pasted();
    let client = "Client::new(std::env::var(\"STRIPE_SECRET_KEY\").unwrap_or_default())?";
    let sandboxed = "Client::builder(std::env::var(\"STRIPE_SECRET_KEY\").unwrap_or_default())\n        \
                     .base_url(std::env::var(\"SANDBOX\").unwrap_or_default())\n        .build()?";
    assert!(program.contains(client), "{program}");
    let folder = tempfile::tempdir().expect("there is room");
    let package = "[package]\nname = \"pasted\"\nedition = \"2024\"\n\n";
    // With the profile of the tests, what it depends on is compiled already.
    let profile = "[profile.dev]\ndebug = \"line-tables-only\"\n";
    let manifest = format!(
        "{package}{dependencies}\n{profile}\n[patch.crates-io]\n{PACKAGE} = {{ path = {:?} }}\n",
        root.join("generated").canonicalize().unwrap()
    );
    let write = |file: &str, text: &str| {
        let file = folder.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    };
    write("Cargo.toml", &manifest);
    write("src/main.rs", &program);
    write("src/bin/sandboxed.rs", &program.replace(client, sandboxed));
    // The versions that were tested, of which nothing has to be looked up.
    fs::copy(root.join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();

    let sandbox = stripe_financial_connections_sandbox::blocking::Sandbox::start().unwrap();
    let cargo = |arguments: &[&str]| {
        let output = scratch::cargo(Path::new(env!("CARGO_TARGET_TMPDIR")))
            .args(arguments)
            .arg("--quiet")
            .current_dir(folder.path())
            .env("STRIPE_SECRET_KEY", sandbox.key())
            .env("SANDBOX", sandbox.url())
            .output()
            .expect("cargo runs");
        // A warning is for whoever pastes it.
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{said}");
        String::from_utf8(output.stdout).unwrap()
    };
    cargo(&["check", "--bin", "pasted"]);
    let printed = cargo(&["run", "--bin", "sandboxed"]);
    assert!(printed.contains("client secret of fcsess_"), "{printed}");
}
