//! Updates the version, the changelog and the readme for a release.

use std::path::Path;

use anyhow::{Context, Result, bail};
use stripe_codegen::{Diff, Step};
use toml_edit::DocumentMut;

use crate::edits::Edits;
use crate::files;

const MANIFEST: &str = "Cargo.toml";
const LOCK: &str = "Cargo.lock";
const CHANGELOG: &str = "CHANGELOG.md";
const READMES: &[&str] = &["README.md", "generated/README.md"];

/// The end of a changelog heading whose version is not yet published.
const UNRELEASED: &str = " (unreleased)";

/// The versions before and after an update, and the places that could not be updated.
pub(crate) struct Release {
    pub(crate) old: String,
    pub(crate) new: String,
    pub(crate) left: Vec<String>,
}

/// Updates every file that names the version or the API version that `diff` changes.
pub(crate) fn prepare(root: &Path, diff: &Diff, edits: &mut Edits) -> Result<Release> {
    let manifest = files::read(&root.join(MANIFEST))?;
    let changelog = files::read(&root.join(CHANGELOG))?;
    let old = version_of(&manifest)?;
    let new = next_version(&old, &changelog, diff.step())?;
    let mut left = Vec::new();
    if new != old {
        edits.write(MANIFEST, set_version(&manifest, &new)?);
        let lock = files::read(&root.join(LOCK))?;
        edits.write(LOCK, set_locked_versions(&lock, &old, &new)?);
    }
    if !diff.is_empty() {
        edits.write(CHANGELOG, with_entry(&changelog, &new, diff)?);
    }
    if diff.old_version != diff.new_version {
        let mut said = false;
        for readme in READMES.iter().filter(|readme| root.join(readme).exists()) {
            let text = files::read(&root.join(readme))?;
            if text.contains(&diff.old_version) {
                said = true;
                edits.write(*readme, text.replace(&diff.old_version, &diff.new_version));
            }
        }
        if !said {
            left.push(format!("no readme names API version {}", diff.old_version));
        }
    }
    Ok(Release { old, new, left })
}

/// Returns the rules with the API version that they are written for. This is the highest version
/// so far, so that the rules stay valid when an older spec is taken in.
pub(crate) fn written_for(rules: &str, version: &str) -> String {
    let key = "api_version: ";
    let lines = rules.split_inclusive('\n').map(|line| {
        let known = line.strip_prefix(key).map(str::trim_end);
        match known {
            Some(known) if known < version => line.replace(known, version),
            _ => line.to_owned(),
        }
    });
    lines.collect()
}

fn version_of(manifest: &str) -> Result<String> {
    let manifest: DocumentMut = manifest
        .parse()
        .with_context(|| format!("{MANIFEST} is not TOML"))?;
    let version = manifest["workspace"]["package"]["version"].as_str();
    Ok(version
        .with_context(|| format!("{MANIFEST} has no workspace.package.version"))?
        .to_owned())
}

fn set_version(manifest: &str, version: &str) -> Result<String> {
    let mut manifest: DocumentMut = manifest.parse()?;
    manifest["workspace"]["package"]["version"] = version.into();
    // The published packages depend on each other by the same version.
    if let Some(dependencies) = manifest["workspace"]["dependencies"].as_table_like_mut() {
        for (_, dependency) in dependencies.iter_mut() {
            if let Some(dependency) = dependency.as_table_like_mut()
                && dependency.contains_key("path")
                && dependency.contains_key("version")
            {
                dependency.insert("version", version.into());
            }
        }
    }
    Ok(manifest.to_string())
}

/// Sets the version of the workspace's packages in the lock file. These are the packages without
/// a source.
fn set_locked_versions(lock: &str, old: &str, new: &str) -> Result<String> {
    let mut lock: DocumentMut = lock
        .parse()
        .with_context(|| format!("{LOCK} is not TOML"))?;
    let packages = lock["package"].as_array_of_tables_mut();
    for package in packages
        .with_context(|| format!("{LOCK} has no packages"))?
        .iter_mut()
    {
        if !package.contains_key("source") && package["version"].as_str() == Some(old) {
            package["version"] = new.into();
        }
    }
    Ok(lock.to_string())
}

/// Returns the next version: one `step` after the last published one. If the current version is
/// not published, it stays or takes the larger step.
fn next_version(current: &str, changelog: &str, step: Step) -> Result<String> {
    let published = headings(changelog).find(|heading| !heading.ends_with(UNRELEASED));
    let Some(published) = published else {
        return Ok(current.to_owned());
    };
    let next = step.next(parse(published)?).max(parse(current)?);
    Ok(next.map(|part| part.to_string()).join("."))
}

fn parse(version: &str) -> Result<[u64; 3]> {
    let parts: Vec<u64> = version
        .split('.')
        .map_while(|part| part.parse().ok())
        .collect();
    match <[u64; 3]>::try_from(parts) {
        Ok(parts) => Ok(parts),
        Err(_) => bail!("`{version}` is not a version of three numbers"),
    }
}

/// Returns the versions in the changelog, newest first.
fn headings(changelog: &str) -> impl Iterator<Item = &str> {
    changelog
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
}

/// Adds the entry of `diff` at the top of the section of `version`.
fn with_entry(changelog: &str, version: &str, diff: &Diff) -> Result<String> {
    let heading = format!("## {version}{UNRELEASED}\n");
    let entry = diff.changelog();
    if let Some((before, after)) = changelog.split_once(&heading) {
        return Ok(format!("{before}{heading}\n{entry}{after}"));
    }
    // A section that is not published takes the higher version. Otherwise a new section begins.
    let Some(top) = headings(changelog).next() else {
        bail!("{CHANGELOG} has no section");
    };
    let old_heading = format!("## {top}\n");
    let (before, after) = changelog
        .split_once(&old_heading)
        .with_context(|| format!("{CHANGELOG} ends with a heading"))?;
    Ok(if top.ends_with(UNRELEASED) {
        format!("{before}{heading}\n{entry}{after}")
    } else {
        format!("{before}{heading}\n{entry}\n{old_heading}{after}")
    })
}

#[cfg(test)]
mod tests {
    use stripe_codegen::{Diff, Step};

    use super::{
        next_version, set_locked_versions, set_version, version_of, with_entry, written_for,
    };

    #[test]
    fn the_version_steps_from_the_last_one_published() {
        let next = |current: &str, changelog: &str, step| {
            next_version(current, changelog, step).expect("a version")
        };
        let published = "# Changelog\n\n## 0.1.0\n";
        assert_eq!(next("0.1.0", published, Step::None), "0.1.0");
        assert_eq!(next("0.1.0", published, Step::Version), "0.1.1");
        assert_eq!(next("0.1.0", published, Step::Addition), "0.1.1");
        assert_eq!(next("0.1.0", published, Step::Breaking), "0.2.0");
        assert_eq!(next("1.2.3", "## 1.2.3\n", Step::Addition), "1.3.0");
        assert_eq!(next("1.2.3", "## 1.2.3\n", Step::Breaking), "2.0.0");

        // A second update before the release counts from the same published version.
        let pending = "## 0.1.1 (unreleased)\n\n## 0.1.0\n";
        assert_eq!(next("0.1.1", pending, Step::Addition), "0.1.1");
        assert_eq!(next("0.1.1", pending, Step::Breaking), "0.2.0");
        assert_eq!(
            next(
                "0.2.0",
                "## 0.2.0 (unreleased)\n\n## 0.1.0\n",
                Step::Addition
            ),
            "0.2.0"
        );
        // A break of a version that is not published changes no number.
        assert_eq!(
            next("0.1.0", "## 0.1.0 (unreleased)\n", Step::Breaking),
            "0.1.0"
        );
        next_version("0.1", published, Step::None).expect_err("two numbers");
    }

    fn diff() -> Diff {
        Diff {
            old_version: "a".to_owned(),
            new_version: "b".to_owned(),
            changes: Vec::new(),
        }
    }

    #[test]
    fn the_changelog_has_one_section_for_the_next_version() {
        let once = with_entry("# Changelog\n\n## 0.1.0\n\n- First.\n", "0.1.1", &diff());
        let once = once.expect("a section");
        let entry = diff().changelog();
        assert_eq!(
            once,
            format!("# Changelog\n\n## 0.1.1 (unreleased)\n\n{entry}\n## 0.1.0\n\n- First.\n")
        );
        let twice = with_entry(&once, "0.1.1", &diff()).expect("the same section");
        assert_eq!(twice.matches("## 0.1.1 (unreleased)").count(), 1);
        assert_eq!(twice.matches(&entry).count(), 2);
        let higher = with_entry(&once, "0.2.0", &diff()).expect("the same section, renamed");
        assert!(higher.contains("## 0.2.0 (unreleased)") && !higher.contains("0.1.1"));
        with_entry("# Changelog\n", "0.1.1", &diff()).expect_err("no section");
    }

    #[test]
    fn rules_are_written_for_the_highest_version_there_was() {
        let rules = "# api_version: x\napi_version: 2026-04-22.b\nraw: []\n";
        let next = rules.replace("04-22", "05-27");
        assert_eq!(written_for(rules, "2026-05-27.b"), next);
        assert_eq!(written_for(&next, "2026-04-22.b"), next);
        assert_eq!(written_for("raw: []", "2026-04-22.b"), "raw: []");
    }

    #[test]
    fn only_the_version_of_the_workspace_is_set() {
        let manifest = "[workspace.package] # ours\nversion = \"0.1.0\"\n\n[workspace.dependencies]\nx = { version = \"0.1.0\" }\n";
        assert_eq!(version_of(manifest).expect("a version"), "0.1.0");
        let set = set_version(manifest, "0.2.0").expect("TOML");
        assert_eq!(set, manifest.replacen("0.1.0", "0.2.0", 1));
        let published = "[workspace.package]\nversion = \"0.1.0\"\n\n[workspace.dependencies]\nours = { version = \"0.1.0\", path = \"ours\" } # published\nx = { version = \"0.1.0\" }\n";
        let set = set_version(published, "0.2.0").expect("TOML");
        assert_eq!(set, published.replacen("0.1.0", "0.2.0", 2));
        let lock = "version = 4\n\n[[package]]\nname = \"ours\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"theirs\"\nversion = \"0.1.0\"\nsource = \"registry\"\n";
        let set = set_locked_versions(lock, "0.1.0", "0.2.0").expect("TOML");
        assert_eq!(set, lock.replacen("0.1.0", "0.2.0", 1));
    }
}
