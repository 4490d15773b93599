//! A copy of the published crate with other generated code in it, to see whether that compiles.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The copy: a workspace of its own below a scratch folder.
pub struct Crate {
    root: PathBuf,
    target: PathBuf,
}

impl Crate {
    /// Copies the crate to `folder`/`name`, with `files` in place of what is generated there.
    ///
    /// # Errors
    ///
    /// Returns what kept a file from being read or written.
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
        Ok(Self {
            root,
            target: folder.join("scratch-target"),
        })
    }

    /// What `cargo check` with these arguments has against the crate; empty when nothing.
    ///
    /// # Errors
    ///
    /// Returns what kept cargo from running.
    pub fn check(&self, arguments: &[&str]) -> io::Result<String> {
        let output = Command::new(env!("CARGO"))
            .args(["check", "--quiet", "--offline", "--message-format", "short"])
            .args(["--package", "stripe-financial-connections"])
            .args(arguments)
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target)
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if !output.status.success() && said.is_empty() {
            return Ok(format!("cargo check ended with {}", output.status));
        }
        Ok(said)
    }
}

/// The manifest of the workspace, with the crate as its only member.
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
