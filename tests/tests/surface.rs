//! The API of the committed spec as snapshots: what a user can name, and one module as it is emitted.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn snapshots() -> insta::internals::SettingsBindDropGuard {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path("../snapshots/surface");
    settings.bind_to_scope()
}

#[test]
fn surface_of_every_resource() {
    let _snapshots = snapshots();
    let spec = fs::read_to_string(root().join("spec/financial_connections.yaml")).unwrap();
    for (resource, surface) in stripe_codegen::surface(&spec).unwrap() {
        insta::assert_snapshot!(resource, surface);
    }
}

#[test]
fn emitted_code_of_accounts() {
    let _snapshots = snapshots();
    let path = root().join("generated/src/api/financial_connections/account.rs");
    insta::assert_snapshot!(
        "code.financial_connections.account",
        fs::read_to_string(path).unwrap()
    );
}

/// Generated code is where the header says so, and nowhere else.
#[test]
fn a_file_has_the_header_if_and_only_if_it_is_generated() {
    let sources = root().join("generated/src");
    let mut folders = vec![sources.clone()];
    let mut generated = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let below_api = path.starts_with(sources.join("api"));
            let has_header = fs::read_to_string(&path)
                .unwrap()
                .starts_with(stripe_codegen::HEADER);
            assert_eq!(has_header, below_api, "{}", path.display());
            generated += usize::from(has_header);
        }
    }
    assert!(generated > 10, "{generated} generated files");
}
