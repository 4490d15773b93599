//! Real updates of Stripe's spec, in both directions. The specs are not committed: they are read
//! from `../shared/stripe`, next to the repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use stripe_codegen::{Action, Diff, Source, Step, Subject, diff, subset};

const OLD: &str = "spec3.2026-04-22.dahlia.json";
const NEW: &str = "spec3.2026-05-27.dahlia.json";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The two specs; none when they are not there.
fn specs() -> Option<[String; 2]> {
    let folder = root().join("../shared/stripe");
    let read = |name| fs::read_to_string(folder.join(name)).ok();
    let specs = read(OLD).zip(read(NEW)).map(<[String; 2]>::from);
    if specs.is_none() {
        eprintln!("SKIPPED: {OLD} and {NEW} are not in ../shared/stripe");
    }
    specs
}

/// What the committed rules and overlays make of a spec.
fn committed_subset(name: &str, spec: &str) -> String {
    let folder = root().join("spec");
    let rules = fs::read_to_string(folder.join("subset.yaml")).unwrap();
    let mut paths: Vec<PathBuf> = fs::read_dir(folder.join("overlay"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let overlays: Vec<(String, String)> = paths
        .iter()
        .map(|path| {
            (
                path.display().to_string(),
                fs::read_to_string(path).unwrap(),
            )
        })
        .collect();
    let overlays: Vec<Source<'_>> = overlays
        .iter()
        .map(|(name, text)| Source { name, text })
        .collect();
    let source = |name, text| Source { name, text };
    match subset(source(name, spec), source("subset.yaml", &rules), &overlays) {
        Ok(subset) => subset.yaml,
        Err(diagnostics) => panic!("{diagnostics}"),
    }
}

/// What a diff says was done to whom.
fn done(diff: &Diff, action: Action) -> BTreeSet<(Subject, String)> {
    let changes = diff.changes.iter().filter(|change| change.action == action);
    changes
        .map(|change| (change.subject, change.name.clone()))
        .collect()
}

/// Compares in both directions: what one way adds, the other takes away.
fn both_ways(old: &str, new: &str) -> Diff {
    let (forth, back) = (diff(old, new).unwrap(), diff(new, old).unwrap());
    assert_eq!(
        (&forth.old_version, &forth.new_version),
        (&back.new_version, &back.old_version)
    );
    assert_eq!(done(&forth, Action::Added), done(&back, Action::Removed));
    assert_eq!(done(&forth, Action::Removed), done(&back, Action::Added));
    println!("{}\n{}", forth.text(), back.text());
    forth
}

#[test]
fn the_subset() {
    let Some([old, new]) = specs() else { return };
    let [old, new] = [committed_subset(OLD, &old), committed_subset(NEW, &new)];
    let diff = both_ways(&old, &new);
    assert_eq!(
        (diff.old_version.as_str(), diff.new_version.as_str()),
        ("2026-04-22.dahlia", "2026-05-27.dahlia")
    );
    assert_ne!(diff.step(), Step::None);
    let committed = fs::read_to_string(root().join("spec/financial_connections.yaml")).unwrap();
    assert_eq!(stripe_codegen::diff(&new, &committed).unwrap().changes, []);
}

#[test]
fn the_whole() {
    let Some([old, new]) = specs() else { return };
    let diff = both_ways(&old, &new);
    let find = |place: &str, name: &str| {
        let mut changes = diff.changes.iter();
        let found = changes.find(|change| change.place == place && change.name == name);
        found.unwrap_or_else(|| panic!("no change of {name} in {place}"))
    };
    let added = find("account::Capabilities", "bizum_payments");
    assert!(added.action == Action::Added && !added.is_breaking());
    assert!(added.responses.is_some() && added.requests.is_none());
    let setter = find("client.payment_links().create()", "payment_method_options");
    assert!(setter.action == Action::Added && !setter.is_breaking());
    assert!(setter.requests.is_some() && setter.responses.is_none());
    let gone = find("client.terminal().refunds().create()", "reverse_transfer");
    assert!(gone.action == Action::Removed && gone.is_breaking());
    let moved = find("common::KlarnaAddress", "KlarnaAddress");
    assert!(moved.action == Action::Renamed && moved.is_breaking());
    assert_eq!(diff.step(), Step::Breaking);
}
