//! Measures the time of `cargo xtask update`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

use super::build::fresh;
use super::report::{Limit, Report, Row, Target, rounded};
use crate::files;

/// The folder with versions of Stripe's full spec, relative to the root of the repository.
const SPECS: &str = "../shared/stripe";

/// Takes in an older version of the spec and then the newer one again, in a fresh clone in which
/// only `codegen` has run.
pub(super) fn update(report: &mut Report) -> Result<()> {
    let specs = specs()?;
    let [.., old, new] = specs.as_slice() else {
        eprintln!("SKIPPED: updates, since {SPECS} has no two versions of Stripe's full spec");
        return Ok(());
    };
    let folder = fresh("update")?;
    let clone = folder.join("repository");
    let cloned = files::git(files::root())
        .args(["clone", "--quiet", "."])
        .arg(&clone)
        .status()
        .context("can't run git")?;
    ensure!(cloned.success(), "can't clone the repository");
    seconds(&clone, &["codegen", "--check"])?;
    let from = |spec: &Path| spec.display().to_string();
    let first = seconds(&clone, &["update", "--from", &from(old)])?;
    let next = seconds(&clone, &["update", "--from", &from(new)])?;
    for (what, seconds, limit) in [
        ("first `cargo xtask update`, s", first, 30.0),
        ("the next one, s", next, 5.0),
    ] {
        report.add(Row {
            what: what.to_owned(),
            ours: rounded(seconds),
            beside: String::new(),
            target: Some(Target {
                shown: rounded(seconds),
                value: seconds,
                limit: Limit::AtMost(limit),
            }),
        });
    }
    fs::remove_dir_all(&folder)?;
    Ok(())
}

/// Returns the full specs that are available, the oldest first.
fn specs() -> Result<Vec<PathBuf>> {
    let folder = files::root().join(SPECS);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut specs = Vec::new();
    for entry in
        fs::read_dir(&folder).with_context(|| format!("can't list {}", folder.display()))?
    {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            specs.push(path);
        }
    }
    specs.sort();
    Ok(specs)
}

/// Returns the seconds that `cargo xtask` takes with these arguments.
fn seconds(clone: &Path, arguments: &[&str]) -> Result<f64> {
    let start = Instant::now();
    let done = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .arg("xtask")
        .args(arguments)
        .current_dir(clone)
        .env("CARGO_TARGET_DIR", clone.join("target"))
        .stdout(Stdio::null())
        .status()
        .context("can't run cargo")?;
    if !done.success() {
        bail!("`cargo xtask {}` failed", arguments.join(" "));
    }
    Ok(start.elapsed().as_secs_f64())
}
