//! Measures compile times and binary sizes.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use anyhow::{Context, Result, bail};

use super::report::{Limit, Report, Row, Target, rounded};
use crate::files;

const OURS: &str = "peer-ours";
const BARE: &str = "peer-bare";
const ASYNC_STRIPE: &str = "peer-async-stripe";

/// The feature of the program on this crate that turns on all payment features.
const PAYMENTS: &str = "payments";

/// Number of builds of each program, taken in turn; the fastest counts.
const BUILDS: usize = 2;

/// Number of checks of the crate, each after a touch; the fastest counts.
const TOUCHES: usize = 3;

/// Number of the generator's dependencies that the report names.
const NAMED: usize = 12;

/// Measures a clean dev build of each program. Each has a target folder of its own, so that it
/// can't use what another one compiled.
pub(super) fn clean(report: &mut Report) -> Result<()> {
    let build = |program, features| {
        let target = fresh(program)?;
        let build = ["build", "--package", program, "--features", features];
        let seconds = cpu_seconds(&mut peers(&target, &build))?;
        fs::remove_dir_all(&target)?;
        anyhow::Ok(seconds)
    };
    let (mut bare, mut ours, mut all) = (f64::INFINITY, f64::INFINITY, f64::INFINITY);
    for _ in 0..BUILDS {
        bare = bare.min(build(BARE, "")?);
        ours = ours.min(build(OURS, "")?);
        all = all.min(build(OURS, PAYMENTS)?);
    }
    let peer = build(ASYNC_STRIPE, "")?;
    report.add(Row {
        what: "clean dev build, CPU s".to_owned(),
        ours: rounded(ours),
        beside: format!("bare {}, async-stripe {}", rounded(bare), rounded(peer)),
        target: Some(Target {
            shown: format!(
                "{:+.1} on bare (async-stripe {:+.1})",
                ours - bare,
                peer - bare
            ),
            value: ours - bare,
            limit: Limit::AtMost(3.0),
        }),
    });
    report.add(Row {
        what: "the same with all payment features, CPU s".to_owned(),
        ours: rounded(all),
        beside: format!("bare {}", rounded(bare)),
        target: Some(Target {
            shown: format!("{:+.1} on bare", all - bare),
            value: all - bare,
            limit: Limit::AtMost(12.0),
        }),
    });
    Ok(())
}

/// Measures `cargo check` of the crate alone, after one of its files was touched.
pub(super) fn check(report: &mut Report) -> Result<()> {
    let target = folder("check");
    let check = || {
        cpu_seconds(&mut cargo(
            &target,
            &["check", "--package", "stripe-financial-connections"],
        ))
    };
    check()?;
    let touched = files::root().join("generated/src/lib.rs");
    let mut least = f64::INFINITY;
    for _ in 0..TOUCHES {
        File::options()
            .append(true)
            .open(&touched)?
            .set_modified(SystemTime::now())?;
        least = least.min(check()?);
    }
    report.add(Row {
        what: "`cargo check` after a touch, CPU s".to_owned(),
        ours: rounded(least),
        beside: String::new(),
        target: Some(Target {
            shown: rounded(least),
            value: least,
            limit: Limit::AtMost(1.5),
        }),
    });
    Ok(())
}

/// Measures the stripped release binaries.
pub(super) fn size(report: &mut Report) -> Result<()> {
    let target = folder("peers");
    let kilobytes = |program| {
        cpu_seconds(&mut peers(
            &target,
            &["build", "--release", "--package", program],
        ))?;
        let binary = target.join("release").join(program);
        let size = fs::metadata(&binary).with_context(|| format!("no {}", binary.display()))?;
        anyhow::Ok(size.len() as f64 / 1000.0)
    };
    let (bare, ours, peer) = (kilobytes(BARE)?, kilobytes(OURS)?, kilobytes(ASYNC_STRIPE)?);
    report.add(Row {
        what: "stripped release binary, kB".to_owned(),
        ours: rounded(ours),
        beside: format!("bare {}, async-stripe {}", rounded(bare), rounded(peer)),
        target: Some(Target {
            shown: format!(
                "{:+.0} on bare (async-stripe {:+.0})",
                ours - bare,
                peer - bare
            ),
            value: ours - bare,
            limit: Limit::AtMost(300.0),
        }),
    });
    Ok(())
}

/// Measures the first run of the generator, including the compilation of its dependencies.
pub(super) fn first(report: &mut Report) -> Result<()> {
    let target = fresh("first")?;
    let run = [
        "run",
        "--quiet",
        "--timings",
        "--package",
        "xtask",
        "--",
        "codegen",
        "--check",
    ];
    let seconds = cpu_seconds(&mut cargo(&target, &run))?;
    let timings = files::read(&target.join("cargo-timings/cargo-timing.html"))?;
    let mut units = units(&timings)?;
    units.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let named: Vec<String> = units
        .iter()
        .take(NAMED)
        .map(|(name, seconds)| format!("{name} {seconds:.1}"))
        .collect();
    report.add(Row {
        what: "first `cargo xtask codegen`, CPU s".to_owned(),
        ours: rounded(seconds),
        beside: format!("of {} packages, in s: {}", units.len(), named.join(", ")),
        target: None,
    });
    fs::remove_dir_all(&target)?;
    Ok(())
}

/// Returns the packages that a build compiled, with the seconds that each took, from cargo's
/// timings page.
fn units(timings: &str) -> Result<Vec<(String, f64)>> {
    let (_, data) = timings
        .split_once("const UNIT_DATA = ")
        .context("cargo's timings have no units")?;
    let (data, _) = data
        .split_once("];")
        .context("cargo's timings end too early")?;
    let mut packages: Vec<(String, f64)> = Vec::new();
    for unit in data.split("\"name\": \"").skip(1) {
        let name = unit.split('"').next().unwrap_or_default();
        let seconds = unit
            .split_once("\"duration\": ")
            .and_then(|(_, rest)| rest.split([',', '}', '\n']).next()?.parse().ok())
            .with_context(|| format!("cargo's timings have no duration of {name}"))?;
        match packages.iter_mut().find(|(known, _)| known == name) {
            Some((_, sum)) => *sum += seconds,
            None => packages.push((name.to_owned(), seconds)),
        }
    }
    Ok(packages)
}

/// Returns a cargo command that runs in the peers' workspace.
pub(super) fn peers(target: &Path, args: &[&str]) -> Command {
    let mut cargo = cargo(target, args);
    cargo.current_dir(files::root().join("tests/peers"));
    cargo
}

pub(super) fn cargo(target: &Path, args: &[&str]) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .current_dir(files::root())
        .args(args)
        .env("CARGO_TARGET_DIR", target);
    cargo
}

/// Returns the folder for compiled files of this name.
pub(super) fn folder(name: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target.unwrap_or_else(|| files::root().join("target"));
    target.join("bench").join(name)
}

pub(super) fn fresh(name: &str) -> Result<PathBuf> {
    let folder = folder(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    Ok(folder)
}

/// Runs a command to its end. Returns the CPU seconds (user and system) of all its processes.
fn cpu_seconds(command: &mut Command) -> Result<f64> {
    // The shell's builtin `times` exists on every system.
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "\"$@\" >&2 || exit; times", "sh"])
        .arg(command.get_program())
        .args(command.get_args())
        .stderr(Stdio::inherit());
    for (name, value) in command.get_envs() {
        shell.env(name, value.unwrap_or(OsStr::new("")));
    }
    if let Some(folder) = command.get_current_dir() {
        shell.current_dir(folder);
    }
    let output = shell.output().context("can't run sh")?;
    if !output.status.success() {
        bail!("{command:?} failed");
    }
    children_seconds(&String::from_utf8_lossy(&output.stdout))
        .context("can't read the output of `times`")
}

/// Returns the sum of the second line of `times`, such as `0m1.25s 0m0.50s`.
fn children_seconds(times: &str) -> Option<f64> {
    let line = times.lines().nth(1)?;
    let seconds = line.split_whitespace().map(|time| {
        let (minutes, seconds) = time.strip_suffix('s')?.split_once('m')?;
        Some(minutes.parse::<f64>().ok()? * 60.0 + seconds.parse::<f64>().ok()?)
    });
    seconds.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_count_with_user_and_system() {
        let times = "0m0.001s 0m0.002s\n1m2.250s 0m0.500s\n";
        assert_eq!(children_seconds(times), Some(62.75));
        assert_eq!(children_seconds("0m0.001s 0m0.002s\n"), None);
    }

    #[test]
    fn the_units_of_a_package_are_summed() {
        let html = r#"const UNIT_DATA = [
  {"i": 0, "name": "syn", "duration": 1.5, "sections": [["x", {}]]},
  {"i": 1, "name": "serde", "duration": 0.25},
  {"i": 2, "name": "syn", "duration": 0.5}
];
"#;
        let expected = [("syn".to_owned(), 2.0), ("serde".to_owned(), 0.25)];
        assert_eq!(units(html).expect("they are there"), expected);
    }
}
