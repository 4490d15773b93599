//! Tests real updates of Stripe's spec, in both directions. The specs are not committed: they are
//! read from `../shared/stripe`, next to the repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use stripe_codegen::{
    Action, Change, Diff, Source, Step, Subject, Version, complete, diff, subset,
};
use stripe_tests::names::committed;

const OLD: &str = "spec3.2026-04-22.dahlia.json";
const NEW: &str = "spec3.2026-05-27.dahlia.json";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns the two specs; `None` if they are missing.
fn specs() -> Option<[String; 2]> {
    let folder = root().join("../shared/stripe");
    let read = |name| fs::read_to_string(folder.join(name)).ok();
    let specs = read(OLD).zip(read(NEW)).map(<[String; 2]>::from);
    if specs.is_none() {
        eprintln!("SKIPPED: {OLD} and {NEW} are not in ../shared/stripe");
    }
    specs
}

/// Returns the subset that the committed rules and overlays make from a spec.
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
    let rules = source("subset.yaml", &rules);
    match subset(source(name, spec), None, rules, &overlays) {
        Ok(subset) => subset.yaml,
        Err(diagnostics) => panic!("{diagnostics}"),
    }
}

/// Returns the subjects and names of a diff's changes with this action.
fn done(diff: &Diff, action: Action) -> BTreeSet<(Subject, String)> {
    let changes = diff.changes.iter().filter(|change| change.action == action);
    changes
        .map(|change| (change.subject, change.name.clone()))
        .collect()
}

/// Compares in both directions: additions of one direction are removals of the other.
fn both_ways(old: &str, new: &str) -> Diff {
    let (forth, back) = (diff(old, new).unwrap(), diff(new, old).unwrap());
    assert_eq!(
        (&forth.old_version, &forth.new_version),
        (&back.new_version, &back.old_version)
    );
    // Types are named as in the older spec.
    let of_spec = |changes: BTreeSet<(Subject, String)>| -> BTreeSet<(Subject, String)> {
        let is_of_spec = |(subject, _): &(Subject, String)| *subject != Subject::Type;
        changes.into_iter().filter(is_of_spec).collect()
    };
    let (added, removed) = (done(&forth, Action::Added), done(&forth, Action::Removed));
    assert_eq!(of_spec(added), of_spec(done(&back, Action::Removed)));
    assert_eq!(of_spec(removed), of_spec(done(&back, Action::Added)));
    println!("{}\n{}", forth.text(), back.text());
    forth
}

/// An update of the committed crate keeps names, and breaks nothing that was there.
#[test]
fn the_subset() {
    let Some([old, new]) = specs() else { return };
    let [old, new] = [committed_subset(OLD, &old), committed_subset(NEW, &new)];
    let was = complete(&old, &committed(), None).unwrap().names;
    let is = complete(&new, &was, Some(&old)).unwrap().names;
    let version = |spec, names| Version {
        spec,
        names: Some(names),
    };
    let diff = diff(version(&old, &was), version(&new, &is)).unwrap();
    assert_eq!(
        (diff.old_version.as_str(), diff.new_version.as_str()),
        ("2026-04-22.dahlia", "2026-05-27.dahlia")
    );
    assert_eq!(diff.breaking().count(), 0, "{}", diff.text());
    let is_added = |change: &Change| change.action == Action::Added;
    assert!(diff.changes.iter().all(is_added), "{}", diff.text());
    assert_eq!(diff.changes.len(), 35, "{}", diff.text());
    let text = fs::read_to_string(root().join("spec/financial_connections.yaml")).unwrap();
    // These two versions stay the test input when another one is committed.
    if stripe_codegen::Origin::of(&text).version == diff.new_version {
        let same = stripe_codegen::diff(version(&new, &is), version(&text, &is)).unwrap();
        assert_eq!(same.changes, []);
    }
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
    let added = find("account::AccountCapabilities", "bizum_payments");
    assert!(added.action == Action::Added && !added.is_breaking());
    assert!(added.responses.is_some() && added.requests.is_none());
    let setter = find("client.payment_links().create()", "payment_method_options");
    assert!(setter.action == Action::Added && !setter.is_breaking());
    assert!(setter.requests.is_some() && setter.responses.is_none());
    let gone = find("client.terminal().refunds().create()", "reverse_transfer");
    assert!(gone.action == Action::Removed && gone.is_breaking());
    assert_eq!(diff.step(), Step::Breaking);
    // Upstream made all breaking changes.
    let ours: Vec<_> = diff
        .changes
        .iter()
        .filter(|change| change.is_ours())
        .collect();
    assert!(ours.is_empty(), "{ours:#?}");
}
