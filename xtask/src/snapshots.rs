//! The snapshots of the tests, as they will be: made in a copy of the repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::edits::Edits;
use crate::files;

/// Where the copy is, seen from the root of the repository.
const COPY: &str = "target/update";

const PACKAGE: &str = "stripe-tests";

/// Adds the snapshots to `edits` that the tests make of the repository once `edits` are done.
pub(crate) fn update(root: &Path, edits: &mut Edits) -> Result<()> {
    let copy = root.join(COPY);
    if copy.exists() {
        fs::remove_dir_all(&copy).with_context(|| format!("can't delete {}", copy.display()))?;
    }
    let paths = tracked(root)?;
    for path in &paths {
        let (from, to) = (root.join(path), copy.join(path));
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)
                .with_context(|| format!("can't make the folder {}", folder.display()))?;
        }
        fs::copy(&from, &to).with_context(|| format!("can't copy {}", from.display()))?;
    }
    edits.apply(&copy)?;
    run_tests(root, &copy)?;
    for path in tracked_snapshots(&copy)? {
        let relative = path.strip_prefix(&copy).unwrap_or(&path);
        let made = files::read(&path)?;
        let known = root.join(relative);
        if !known.exists() || files::read(&known)? != made {
            edits.write(relative, made);
        }
    }
    fs::remove_dir_all(&copy).with_context(|| format!("can't delete {}", copy.display()))
}

/// The files of the repository that git knows or would.
fn tracked(root: &Path) -> Result<Vec<PathBuf>> {
    let listed = Command::new("git")
        .current_dir(root)
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .output()
        .context("can't run git")?;
    if !listed.status.success() {
        let why = String::from_utf8_lossy(&listed.stderr);
        bail!("git can't list {}: {}", root.display(), why.trim());
    }
    let listed = String::from_utf8(listed.stdout).context("a path is not UTF-8")?;
    let paths = listed.split('\0').filter(|path| !path.is_empty());
    // What is deleted but not committed is still listed.
    Ok(paths
        .map(PathBuf::from)
        .filter(|path| root.join(path).is_file())
        .collect())
}

/// Runs the tests that have snapshots, which accept whatever they find.
fn run_tests(root: &Path, copy: &Path) -> Result<()> {
    let mut arguments = vec![
        "test".to_owned(),
        "--package".to_owned(),
        PACKAGE.to_owned(),
    ];
    for name in snapshot_tests(&copy.join("tests/tests"))? {
        arguments.extend(["--test".to_owned(), name]);
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| root.join("target").into());
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(copy)
        .args(arguments)
        .env("CARGO_TARGET_DIR", target)
        .env("INSTA_UPDATE", "always")
        .stdout(std::io::stderr())
        .status()
        .context("can't run cargo")?;
    if !status.success() {
        bail!(
            "the tests with snapshots fail with the new spec. When handwritten code has to follow \
             the API, take it in by `cargo xtask spec` and `cargo xtask codegen`, and mend that"
        );
    }
    Ok(())
}

/// The names of the tests in `folder` that use snapshots.
fn snapshot_tests(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("can't list {}", folder.display()))?;
    for entry in entries {
        let path = entry
            .with_context(|| format!("can't list {}", folder.display()))?
            .path();
        let name = path.file_stem().and_then(|stem| stem.to_str());
        if let Some(name) = name.filter(|_| path.extension().is_some_and(|ending| ending == "rs"))
            && files::read(&path)?.contains("insta::")
        {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn tracked_snapshots(copy: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![copy.join("tests")];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("can't list {}", folder.display()))?;
        for entry in entries {
            let path = entry
                .with_context(|| format!("can't list {}", folder.display()))?
                .path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "snap") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
