//! Makes crates from other parts of Stripe's spec, with the rules in `tests/slices`. Each is made
//! by one command, compiles without warnings, and sends the same requests as Stripe's Python SDK.

use std::fs;
use std::path::{Path, PathBuf};

use stripe_tests::scratch;

const ALL: &str = "billing,connect,issuing,terminal,treasury";
const SPEC: &str = "../../shared/stripe/spec3.2026-05-27.dahlia.json";

fn tests() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn folder() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

/// Runs cargo in a folder, and checks that it prints no warnings.
fn cargo(root: &Path, arguments: &[&str]) {
    let mut cargo = scratch::cargo(folder());
    cargo
        .current_dir(root)
        .args(arguments)
        .env("RUSTDOCFLAGS", "-D warnings");
    let output = cargo.output().expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stderr);
    let tests = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{cargo:?}: {said}{tests}");
    assert!(!said.contains("warning"), "{cargo:?}: {said}");
}

/// Makes the crate of a slice from the beginning.
fn make(name: &str, spec: &Path) -> PathBuf {
    let out = folder().join(format!("my-{name}"));
    if out.exists() {
        fs::remove_dir_all(&out).expect("it was made by an earlier run");
    }
    let rules = tests().join(format!("slices/{name}/subset.yaml"));
    let text = |path: &Path| path.display().to_string();
    let command = ["run", "--quiet", "--package", "xtask", "--", "codegen"];
    let inputs = ["--subset", &text(&rules), "--from", &text(spec)];
    let output = ["--out", &text(&out), "--crate-name", &format!("my-{name}")];
    cargo(
        &tests().join(".."),
        &[&command[..], &inputs, &output].concat(),
    );
    out
}

/// Adds a slice's calls to its crate, and the dependency versions of this workspace.
fn add_calls(name: &str, out: &Path) {
    let slices = tests().join("slices");
    for (from, to) in [
        (slices.join(name).join("calls.rs"), "tests/calls.rs"),
        (
            slices.join(name).join("recorded.json"),
            "tests/recorded.json",
        ),
        (slices.join("recorder.rs"), "tests/recorder/mod.rs"),
        (tests().join("../Cargo.lock"), "Cargo.lock"),
    ] {
        let to = out.join(to);
        fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        fs::copy(from, to).expect("a file");
    }
}

#[test]
#[ignore = "compiles up to five crates; SLICES says which, by default all"]
fn each_slice_is_a_crate_that_calls_as_the_sdk_does() {
    let spec = tests().join(SPEC);
    if !spec.exists() {
        println!(
            "SKIPPED: Stripe's whole spec is not here ({})",
            spec.display()
        );
        return;
    }
    let names = std::env::var("SLICES").unwrap_or_else(|_| ALL.to_owned());
    for name in names.split(',') {
        let rules = fs::read_to_string(tests().join(format!("slices/{name}/subset.yaml")));
        assert!(rules.expect("there is such a slice").lines().count() <= 15);
        let out = make(name, &spec);
        add_calls(name, &out);
        let manifest = fs::read_to_string(out.join("Cargo.toml")).expect("it was made");
        let [flag, features] = scratch::features_of(&manifest);
        for command in [
            &["check"][..],
            &["check", &flag, &features],
            &["check", "--no-default-features"],
            &["check", "--no-default-features", "--features", "webhook"],
            &["doc", "--no-deps", &flag, &features],
            &["test", &flag, &features],
            &["package", "--allow-dirty", "--no-verify"],
        ] {
            cargo(&out, &[command, &["--quiet"]].concat());
        }
    }
}
