//! The snapshots of the tests, as they will be: made in a copy of the repository.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::edits::Edits;
use crate::files;

/// Where the copy is, seen from the root of the repository.
const COPY: &str = "target/update";

/// The test whose snapshots are of the committed spec; all others are of specs of their own.
const TEST: [&str; 4] = ["--package", "stripe-tests", "--test", "surface"];

/// Where these are.
const FOLDER: &str = "tests/snapshots/surface";

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
    // The test makes them all; what it does not make is of something that is gone.
    let made = copy.join(FOLDER);
    fs::remove_dir_all(&made).with_context(|| format!("can't delete {}", made.display()))?;
    run_test(root, &copy)?;
    for name in names(&made)? {
        edits.write(
            Path::new(FOLDER).join(&name),
            files::read(&made.join(&name))?,
        );
    }
    for name in names(&root.join(FOLDER))? {
        if !made.join(&name).exists() {
            edits.delete(Path::new(FOLDER).join(name));
        }
    }
    fs::remove_dir_all(&copy).with_context(|| format!("can't delete {}", copy.display()))
}

/// The files of the repository that git knows or would.
fn tracked(root: &Path) -> Result<Vec<PathBuf>> {
    let listed = files::git(root)
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

/// Runs the test, which accepts whatever it finds.
fn run_test(root: &Path, copy: &Path) -> Result<()> {
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| root.join("target").into());
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(copy)
        .arg("test")
        .args(TEST)
        .env("CARGO_TARGET_DIR", target)
        .env("INSTA_UPDATE", "always")
        .stdout(std::io::stderr())
        .status()
        .context("can't run cargo")?;
    if !status.success() {
        bail!(
            "the test of the API's surface fails with the new spec. When handwritten code has to follow \
             the API, take it in by `cargo xtask spec` and `cargo xtask codegen`, and mend that"
        );
    }
    Ok(())
}

/// The names of the snapshots in `folder`.
fn names(folder: &Path) -> Result<Vec<OsString>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("can't list {}", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let name = entry
            .with_context(|| format!("can't list {}", folder.display()))?
            .file_name();
        if Path::new(&name)
            .extension()
            .is_some_and(|ending| ending == "snap")
        {
            names.push(name);
        }
    }
    Ok(names)
}
