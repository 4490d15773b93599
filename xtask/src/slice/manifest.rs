//! Makes the manifest of a slice from this crate's manifest and the workspace's.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail, ensure};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value, value};

use super::CrateName;

/// The key below `[package.metadata]` that marks a manifest made by this command.
const METADATA: &str = "stripe";

/// The inputs of a manifest.
pub(super) struct Inputs<'a> {
    /// The manifest of this crate.
    pub(super) ours: &'a str,
    /// The manifest of the workspace, which the former refers to.
    pub(super) workspace: &'a str,
    pub(super) name: &'a CrateName,
    /// The cargo features of the slice.
    pub(super) features: &'a BTreeSet<String>,
    pub(super) api_version: &'a str,
}

/// Returns the manifest of a new crate, or updates `before`: features, dependencies and the API
/// version follow the slice and the runtime. Everything else, including the default features,
/// belongs to the crate's owner.
pub(super) fn make(inputs: &Inputs<'_>, before: Option<&str>) -> Result<String> {
    let fresh = fresh(inputs)?;
    let Some(before) = before else {
        return Ok(fresh.to_string());
    };
    let mut manifest: DocumentMut = before.parse().context("Cargo.toml is not TOML")?;
    manifest["package"]["metadata"][METADATA] = fresh["package"]["metadata"][METADATA].clone();
    let features = table(&mut manifest, "features")?;
    features.retain(|name, turns_on| !is_of_slice(turns_on) || inputs.features.contains(name));
    for section in ["features", "dependencies"] {
        let target = table(&mut manifest, section)?;
        for (key, item) in fresh[section].as_table().into_iter().flatten() {
            let is_theirs = key == "default" && target.contains_key(key);
            if !is_theirs && target.get(key).map(said) != Some(said(item)) {
                target[key] = item.clone();
            }
        }
    }
    Ok(manifest.to_string())
}

/// Returns the package name of a manifest that an earlier run made.
pub(super) fn name(manifest: &str) -> Option<String> {
    let manifest: DocumentMut = manifest.parse().ok()?;
    let package = manifest.get("package")?;
    package.get("metadata")?.get(METADATA)?;
    Some(package.get("name")?.as_str()?.to_owned())
}

fn fresh(inputs: &Inputs<'_>) -> Result<DocumentMut> {
    let workspace: DocumentMut = inputs.workspace.parse().context("Cargo.toml is not TOML")?;
    let ours: DocumentMut = inputs
        .ours
        .parse()
        .context("generated/Cargo.toml is not TOML")?;

    let mut package = Table::new();
    let name = inputs.name.package();
    package["name"] = value(name);
    package["description"] = value("Rust bindings for a part of Stripe's API.");
    package["version"] = value("0.1.0");
    for key in ["edition", "rust-version", "license"] {
        package[key] = workspace["workspace"]["package"][key].clone();
    }
    package["readme"] = value("README.md");
    package["categories"] = value(Array::from_iter(["api-bindings"]));
    let include = [
        "/src/**/*.rs",
        "/LICENSE-APACHE",
        "/LICENSE-MIT",
        "/README.md",
    ];
    package["include"] = value(Array::from_iter(include));
    let mut metadata = Table::new();
    metadata.set_implicit(true);
    let mut docs = Table::new();
    docs.set_implicit(true);
    let mut docs_rs = Table::new();
    docs_rs["all-features"] = value(true);
    docs["rs"] = Item::Table(docs_rs);
    metadata["docs"] = Item::Table(docs);
    let mut made = Table::new();
    made["api-version"] = value(inputs.api_version);
    metadata[METADATA] = Item::Table(made);
    package["metadata"] = Item::Table(metadata);

    let mut features = ours["features"].as_table().context("no features")?.clone();
    features.decor_mut().set_prefix("\n");
    features.retain(|_, turns_on| !is_of_slice(turns_on));
    for feature in inputs.features {
        ensure!(
            !features.contains_key(feature),
            "the slice and the runtime both have a cargo feature `{feature}`; rename the one in \
             the rules of the slice"
        );
    }
    for feature in inputs.features {
        features[feature] = value(Array::new());
    }

    let mut dependencies = Table::new();
    for (key, item) in ours["dependencies"].as_table().context("no dependencies")? {
        ensure!(
            key.replace('-', "_") != inputs.name.ident(),
            "a crate can't have the name of one that it depends on, `{key}`; take another name"
        );
        let shared = &workspace["workspace"]["dependencies"][key];
        dependencies[key] = dependency(item, shared)
            .with_context(|| format!("the dependency {key} of generated/Cargo.toml"))?;
    }

    let mut manifest = DocumentMut::new();
    manifest["package"] = Item::Table(package);
    manifest["features"] = Item::Table(features);
    manifest["dependencies"] = Item::Table(dependencies);
    let mut lints = Table::new();
    lints["rust"] = lint_table(&["unsafe_code", "missing_docs"], &workspace)?;
    lints.set_implicit(true);
    manifest["lints"] = Item::Table(lints);
    let mut alone = Table::new();
    alone.decor_mut().set_prefix(
        "\n# A workspace of its own. Remove it to make the crate a member of another one.\n",
    );
    manifest["workspace"] = Item::Table(alone);
    Ok(manifest)
}

fn lint_table(names: &[&str], workspace: &DocumentMut) -> Result<Item> {
    let ours = &workspace["workspace"]["lints"]["rust"];
    let mut table = Table::new();
    for name in names {
        let level = ours
            .get(name)
            .with_context(|| format!("no lint `{name}`"))?;
        table[name] = level.clone();
    }
    Ok(Item::Table(table))
}

/// Returns a dependency without `workspace = true`, with the workspace's values in its place.
fn dependency(ours: &Item, shared: &Item) -> Result<Item> {
    let mut all = InlineTable::new();
    let mut features: BTreeSet<String> = BTreeSet::new();
    for item in [shared, ours] {
        if let Some(version) = item.as_str() {
            all.insert("version", version.into());
            continue;
        }
        let Some(entries) = item.as_table_like() else {
            bail!("the dependency is neither a version nor a table");
        };
        for (key, item) in entries.iter() {
            match (key, item.as_value()) {
                ("workspace", _) => {}
                ("features", Some(Value::Array(list))) => {
                    features.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
                }
                ("path", _) => bail!("a dependency with a path can't be used from another folder"),
                (_, Some(value)) => {
                    all.insert(key, value.clone());
                }
                (_, None) => bail!("`{key}` is not a value"),
            }
        }
    }
    if !features.is_empty() {
        all.insert("features", Array::from_iter(features).into());
    }
    all.fmt();
    Ok(match (all.len(), all.get("version")) {
        (1, Some(version)) => value(version.clone()),
        _ => value(all),
    })
}

/// Returns whether a feature belongs to the slice: those turn on no other feature.
fn is_of_slice(turns_on: &Item) -> bool {
    turns_on.as_array().is_some_and(Array::is_empty)
}

fn said(item: &Item) -> String {
    item.to_string().split_whitespace().collect()
}

fn table<'a>(manifest: &'a mut DocumentMut, name: &str) -> Result<&'a mut Table> {
    manifest
        .entry(name)
        .or_insert(Item::Table(Table::new()))
        .as_table_mut()
        .with_context(|| format!("`{name}` of Cargo.toml is not a table"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{CrateName, Inputs, make, name};

    const OURS: &str = r#"
[package]
name = "ours"
[features]
default = ["client"]
# Requests.
client = ["dep:http"]
# Of our slice.
dairy = []
# Times.
time = ["dep:time"]
[dependencies]
http = { workspace = true, optional = true, features = ["b"] }
plain.workspace = true
time = { workspace = true, optional = true }
"#;
    const WORKSPACE: &str = r#"
[workspace.package]
edition = "2024"
rust-version = "1.88"
license = "MIT"
[workspace.dependencies]
http = { version = "1.2", default-features = false, features = ["a"] }
plain = "3"
time = { version = "0.3", default-features = false }
[workspace.lints.rust]
unsafe_code = "forbid"
missing_docs = "deny"
unreachable_pub = "warn"
"#;

    fn made(features: &[&str], crate_name: &str, before: Option<&str>) -> anyhow::Result<String> {
        let features: BTreeSet<String> = features.iter().map(ToString::to_string).collect();
        let inputs = Inputs {
            ours: OURS,
            workspace: WORKSPACE,
            name: &CrateName::parse(crate_name).expect("a name"),
            features: &features,
            api_version: "2026-01-01.dahlia",
        };
        make(&inputs, before)
    }

    #[test]
    fn a_new_manifest_stands_alone() {
        assert_eq!(
            made(&["cows", "goats"], "my-stripe", None).expect("a manifest"),
            r#"[package]
name = "my-stripe"
description = "Rust bindings for a part of Stripe's API."
version = "0.1.0"
edition = "2024"
rust-version = "1.88"
license = "MIT"
readme = "README.md"
categories = ["api-bindings"]
include = ["/src/**/*.rs", "/LICENSE-APACHE", "/LICENSE-MIT", "/README.md"]

[package.metadata.docs.rs]
all-features = true

[package.metadata.stripe]
api-version = "2026-01-01.dahlia"

[features]
default = ["client"]
# Requests.
client = ["dep:http"]
# Times.
time = ["dep:time"]
cows = []
goats = []

[dependencies]
http = { version = "1.2", default-features = false, optional = true, features = ["a", "b"] }
plain = "3"
time = { version = "0.3", default-features = false, optional = true }

[lints.rust]
unsafe_code = "forbid"
missing_docs = "deny"

# A workspace of its own. Remove it to make the crate a member of another one.
[workspace]
"#
        );
    }

    #[test]
    fn an_update_keeps_the_changes_of_the_owner() {
        let first = made(&["cows", "goats"], "my-stripe", None).expect("a manifest");
        assert_eq!(name(&first).as_deref(), Some("my-stripe"));
        assert_eq!(name("[package]\nname = \"other\"\n"), None);
        let again = made(&["cows", "goats"], "my-stripe", Some(&first)).expect("a manifest");
        assert_eq!(again, first);

        let edited = first
            .replace("version = \"0.1.0\"", "version = \"4.2.0\" # released")
            .replace("2026-01-01", "2025-01-01")
            .replace("plain = \"3\"", "plain = \"2\"\nmine = \"1\"")
            .replace("default = [\"client\"]", "default = [\"client\", \"cows\"]")
            .replace("goats = []", "all = [\"cows\"]\ngoats = []")
            .replace("\n[workspace]\n", "");
        let updated = made(&["cows", "sheep"], "my-stripe", Some(&edited)).expect("a manifest");
        let expected = edited
            .replace("2025-01-01", "2026-01-01")
            .replace("plain = \"2\"", "plain = \"3\"")
            .replace("goats = []", "sheep = []");
        assert_eq!(updated, expected);
    }

    #[test]
    fn names_that_are_taken_are_refused() {
        let error = made(&["time"], "my-stripe", None)
            .expect_err("a feature")
            .to_string();
        assert!(
            error.contains("both have a cargo feature `time`"),
            "{error}"
        );
        let error = made(&[], "plain", None)
            .expect_err("a dependency")
            .to_string();
        assert!(error.contains("depends on, `plain`"), "{error}");
    }
}
