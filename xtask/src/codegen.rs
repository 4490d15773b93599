//! `cargo xtask codegen`: a spec → generated/src/api.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use stripe_codegen::{Diagnostics, Generated, HEADER};

use crate::edits::Edits;
use crate::{files, spec};

/// The crate that the generated code is part of.
const CRATE: &str = "stripe_financial_connections";

/// Where it is, seen from the root of the repository.
pub(crate) const OUT: &str = "generated/src/api";

/// Arguments of `cargo xtask codegen`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The spec to generate from, JSON or YAML [default: spec/financial_connections.yaml].
    #[arg(long, value_name = "PATH")]
    spec: Option<PathBuf>,
    /// The folder to write to [default: generated/src/api].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write nothing; fail when a file is stale, and say which.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let root = files::root();
    let spec = args.spec.clone().unwrap_or_else(|| root.join(spec::OUT));
    let out = args.out.clone().unwrap_or_else(|| root.join(OUT));
    let text = files::read(&spec)?;
    let generated = match generate(&text) {
        Ok(generated) => generated,
        Err(diagnostics) => {
            eprintln!("{}", diagnostics.in_file(&files::shown(&spec)));
            bail!("the spec has problems; nothing was written");
        }
    };
    for diagnostic in generated.left_out {
        eprintln!("warning: {}", diagnostic.in_file(files::shown(&spec)));
    }
    let changes = Changes::between(&out, generated.files)?;
    eprintln!(
        "{}: {} operations, {} types in {} files for API version {}",
        files::shown(&out),
        generated.operations,
        generated.types,
        changes.total,
        generated.version,
    );
    if changes.is_empty() {
        eprintln!("up to date");
        return Ok(ExitCode::SUCCESS);
    }
    changes.print(&out);
    if args.check {
        eprintln!("stale; run `cargo xtask codegen`");
        return Ok(ExitCode::FAILURE);
    }
    let mut edits = Edits::default();
    changes.into_edits(Path::new(""), &mut edits);
    edits.apply(&out)?;
    Ok(ExitCode::SUCCESS)
}

/// The files of the crate from the text of a spec.
pub(crate) fn generate(spec: &str) -> Result<Generated, Diagnostics> {
    stripe_codegen::generate(spec, CRATE)
}

/// What has to be written and deleted.
pub(crate) struct Changes {
    total: usize,
    added: BTreeMap<PathBuf, String>,
    changed: BTreeMap<PathBuf, String>,
    /// Files of an earlier run that are no longer made; never one without our header.
    removed: BTreeSet<PathBuf>,
}

impl Changes {
    pub(crate) fn between(out: &Path, files: BTreeMap<PathBuf, String>) -> Result<Self> {
        let mut removed = ours(out)?;
        let mut changes = Self {
            total: files.len(),
            added: BTreeMap::new(),
            changed: BTreeMap::new(),
            removed: BTreeSet::new(),
        };
        for (path, text) in files {
            removed.remove(&path);
            let target = out.join(&path);
            match fs::read_to_string(&target) {
                Ok(known) if known == text => {}
                Ok(_) => {
                    changes.changed.insert(path, text);
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    changes.added.insert(path, text);
                }
                Err(error) => {
                    return Err(error).with_context(|| format!("can't read {}", target.display()));
                }
            }
        }
        changes.removed = removed;
        Ok(changes)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }

    fn print(&self, out: &Path) {
        let lists = [
            ("added", self.added.keys().collect::<Vec<_>>()),
            ("changed", self.changed.keys().collect()),
            ("removed", self.removed.iter().collect()),
        ];
        for (what, paths) in lists {
            for path in paths {
                eprintln!("  {what} {}", files::shown(&out.join(path)));
            }
        }
    }

    /// Adds what has to be done below `folder`.
    pub(crate) fn into_edits(self, folder: &Path, edits: &mut Edits) {
        for (path, text) in self.added.into_iter().chain(self.changed) {
            edits.write(folder.join(path), text);
        }
        for path in self.removed {
            edits.delete(folder.join(path));
        }
    }
}

/// The files below `folder` that an earlier run wrote.
fn ours(folder: &Path) -> Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(current) = folders.pop() {
        let entries = match fs::read_dir(&current) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => {
                return Err(error).with_context(|| format!("can't list {}", current.display()));
            }
        };
        for entry in entries {
            let path = entry
                .with_context(|| format!("can't list {}", current.display()))?
                .path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && files::read(&path)?.starts_with(HEADER)
                && let Ok(relative) = path.strip_prefix(folder)
            {
                found.insert(relative.to_owned());
            }
        }
    }
    Ok(found)
}
