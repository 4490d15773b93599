//! Describes the machine and the versions that were measured.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::files;

/// The peers whose versions are part of the description.
const PEERS: &[&str] = &["async-stripe", "reqwest", "serde_json"];

/// Returns one line with the date, the machine, its load and the versions.
pub(super) fn describe() -> Result<String> {
    let mut parts = vec![
        said("date", &["-u", "+%F"])?,
        processors(),
        said("uname", &["-sr"])?,
        said("rustc", &["--version"])?,
    ];
    if let Ok(load) = fs::read_to_string("/proc/loadavg") {
        let load = load.split(' ').next().unwrap_or_default();
        parts.push(format!("load {load} at the start"));
    }
    let lock = files::read(&files::root().join("tests/peers/Cargo.lock"))?;
    for peer in PEERS {
        let entry = format!("name = \"{peer}\"\nversion = \"");
        let version = lock
            .split_once(&entry)
            .and_then(|(_, rest)| rest.split_once('"'));
        let (version, _) =
            version.with_context(|| format!("tests/peers/Cargo.lock has no package {peer}"))?;
        parts.push(format!("{peer} {version}"));
    }
    Ok(parts.join(", "))
}

fn processors() -> String {
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name\t: "));
    format!("{count} × {}", model.unwrap_or(std::env::consts::ARCH))
}

/// Returns the first line that a program prints.
fn said(program: &str, args: &[&str]) -> Result<String> {
    let output = Command::new(program)
        .args(args)
        .output()
        .with_context(|| format!("can't run {program}"))?;
    if !output.status.success() {
        bail!("{program} failed");
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
