//! `cargo xtask codegen`: a spec → generated/src/api, or a crate of another slice.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use stripe_codegen::{Diagnostics, Generated, HEADER};

use crate::edits::Edits;
use crate::slice::{CrateName, Slice};
use crate::{files, source, spec};

/// The crate that the generated code is part of.
pub(crate) const CRATE: &str = "stripe_financial_connections";

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
    /// Make a whole crate, of the part of Stripe's full spec that this file selects. See "Bind
    /// another part of Stripe" in CONTRIBUTING.md.
    #[arg(long, value_name = "PATH", requires_all = ["out", "crate_name"], conflicts_with = "spec")]
    subset: Option<PathBuf>,
    /// The folder of overlays for that crate [default: none].
    #[arg(long, value_name = "DIR", requires = "subset")]
    overlay: Option<PathBuf>,
    /// Stripe's full spec, JSON or YAML, for that crate: a file, a URL, or a tag or commit of
    /// Stripe's repository `openapi`.
    #[arg(long, value_name = source::FROM, requires = "subset", default_value = source::PUBLISHED)]
    from: String,
    /// The name of that crate.
    #[arg(long, value_name = "NAME", requires = "subset")]
    crate_name: Option<String>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    if let (Some(rules), Some(out), Some(name)) = (&args.subset, &args.out, &args.crate_name) {
        let slice = Slice {
            inputs: spec::Inputs {
                rules: rules.clone(),
                overlay: args.overlay.clone(),
            },
            from: &args.from,
            out,
            name: CrateName::parse(name)?,
        };
        return slice.make(args.check);
    }
    let root = files::root();
    let spec = args.spec.clone().unwrap_or_else(|| root.join(spec::OUT));
    let out = args.out.clone().unwrap_or_else(|| root.join(OUT));
    let generated = print(generate(&files::read(&spec)?, CRATE), &files::shown(&spec))?;
    let changes = Changes::between(&out, "", generated.files)?;
    eprintln!(
        "{}: {} operations, {} types in {} files for API version {}",
        files::shown(&out),
        generated.operations,
        generated.types,
        changes.total,
        generated.version,
    );
    write(changes, &out, args.check)
}

/// Says what is wrong with a spec that is called `name`, or what has no form.
pub(crate) fn print(generated: Result<Generated, Diagnostics>, name: &str) -> Result<Generated> {
    let generated = match generated {
        Ok(generated) => generated,
        Err(diagnostics) => {
            eprintln!("{}", diagnostics.in_file(name));
            bail!("the spec has problems; nothing was written");
        }
    };
    for diagnostic in generated.left_out.iter().cloned() {
        eprintln!("warning: {}", diagnostic.in_file(name));
    }
    Ok(generated)
}

/// Does what has to be done below `out`, or only says it when it is to be checked.
pub(crate) fn write(changes: Changes, out: &Path, check: bool) -> Result<ExitCode> {
    if changes.is_empty() {
        eprintln!("up to date");
        return Ok(ExitCode::SUCCESS);
    }
    changes.print(out);
    if check {
        eprintln!("stale; run it again without `--check`");
        return Ok(ExitCode::FAILURE);
    }
    let mut edits = Edits::default();
    changes.into_edits(Path::new(""), &mut edits);
    edits.apply(out)?;
    Ok(ExitCode::SUCCESS)
}

/// The files of a crate from the text of a spec.
pub(crate) fn generate(spec: &str, name: &str) -> Result<Generated, Diagnostics> {
    stripe_codegen::generate(spec, name)
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
    /// What makes the folder `out` hold `files`. Those that are no longer made are looked for in
    /// its part `machine_owned`.
    pub(crate) fn between(
        out: &Path,
        machine_owned: &str,
        files: BTreeMap<PathBuf, String>,
    ) -> Result<Self> {
        let mut removed = ours(out, machine_owned)?;
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

/// The files that an earlier run wrote to the part `machine_owned` of a folder.
fn ours(out: &Path, machine_owned: &str) -> Result<BTreeSet<PathBuf>> {
    let part = Path::new(machine_owned);
    let files = files::rust_files(&out.join(part))?.into_iter();
    let ours = files.filter(|(_, text)| text.starts_with(HEADER));
    Ok(ours.map(|(path, _)| part.join(path)).collect())
}
