//! A copy of the published crate with other generated code, to test whether that compiles.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The copy: a workspace of its own in a scratch folder.
pub struct Crate {
    root: PathBuf,
}

/// Returns a cargo command to run inside a test. If `scratch` is the test's
/// `CARGO_TARGET_TMPDIR`, it uses the target folder around that, so that dependencies are not
/// built again.
pub fn cargo(scratch: &Path) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    // Removes the variables that cargo sets for tests. Build scripts that read them would run
    // again, now and in the next cargo command outside.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        let is_said = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"]
            .iter()
            .any(|start| name.starts_with(start));
        if is_said || ["CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE", "OUT_DIR"].contains(&&*name) {
            cargo.env_remove(&*name);
        }
    }
    cargo.env("CARGO_TARGET_DIR", scratch.join(".."));
    cargo
}

/// Returns the arguments for all features of the crate except `native-tls`, which needs a system
/// library on Linux.
pub fn all_features() -> [String; 2] {
    features_of(include_str!("../../generated/Cargo.toml"))
}

/// Returns the same for the crate with this manifest.
pub fn features_of(manifest: &str) -> [String; 2] {
    let features = manifest
        .lines()
        .skip_while(|line| *line != "[features]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name)
        .filter(|name| *name != "native-tls");
    let features: Vec<&str> = features.collect();
    ["--features".to_owned(), features.join(",")]
}

impl Crate {
    /// Copies the crate to `folder`/`name`, with `files` as its generated code. `folder` is like
    /// the argument of [`cargo`].
    ///
    /// # Errors
    ///
    /// Returns an error if a file can't be read or written.
    pub fn new(folder: &Path, name: &str, files: &BTreeMap<PathBuf, String>) -> io::Result<Self> {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let root = folder.join(name);
        if root.exists() {
            fs::remove_dir_all(&root)?;
        }
        let sources = root.join("generated/src");
        copy(&workspace.join("generated"), &root.join("generated"))?;
        fs::copy(workspace.join("Cargo.lock"), root.join("Cargo.lock"))?;
        let manifest = fs::read_to_string(workspace.join("Cargo.toml"))?;
        fs::write(root.join("Cargo.toml"), only_the_crate(&manifest))?;
        fs::remove_dir_all(sources.join("api"))?;
        for (path, text) in files {
            let path = sources.join("api").join(path);
            fs::create_dir_all(path.parent().unwrap_or(&sources))?;
            fs::write(path, text)?;
        }
        Ok(Self { root })
    }

    /// Returns the errors and warnings of `cargo check` with these arguments; empty if there are
    /// none.
    ///
    /// # Errors
    ///
    /// Returns an error if cargo can't be run.
    pub fn check(&self, arguments: &[&str]) -> io::Result<String> {
        let scratch = self.root.parent().unwrap_or(&self.root);
        let output = cargo(scratch)
            .args(["check", "--quiet", "--message-format", "short"])
            .args(["--package", "stripe-financial-connections"])
            .args(arguments)
            .current_dir(&self.root)
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if !output.status.success() && said.is_empty() {
            return Ok(format!("cargo check ended with {}", output.status));
        }
        Ok(said)
    }
}

/// Returns the workspace's manifest with the crate as its only member.
fn only_the_crate(manifest: &str) -> String {
    let lines = manifest
        .lines()
        .filter(|line| !line.starts_with("stripe-codegen"));
    let lines = lines.map(|line| {
        if line.starts_with("members") {
            "members = [\"generated\"]"
        } else {
            line
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
