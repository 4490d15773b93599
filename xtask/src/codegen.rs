//! `cargo xtask codegen`: writes generated/src/api from the spec, or a whole crate for another
//! part of Stripe's API.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use stripe_codegen::{Diagnostic, Diagnostics, Generated, HEADER, Summary};

use crate::edits::Edits;
use crate::slice::Slice;
use crate::{files, names, screen, source, spec};

/// The crate that the generated code is part of.
pub(crate) const CRATE: &str = "stripe_financial_connections";

/// The command to run after the problems are fixed.
const NEXT: &str = "cargo xtask codegen";

/// Number of warnings that are printed. The number of all warnings is printed as well.
const WARNINGS: usize = 20;

/// The folder of the generated code, relative to the root of the repository.
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
    /// The names file of the types; new types are added to it [default: spec/names.yaml for the
    /// committed spec; none for another spec].
    #[arg(long, value_name = "PATH", conflicts_with = "subset")]
    names: Option<PathBuf>,
    /// Write nothing; fail when a file is stale, and say which.
    #[arg(long)]
    check: bool,
    /// Make a whole crate from the part of Stripe's full spec that this file selects. See "Bind
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
        let overlay = args.overlay.as_deref();
        let slice = Slice::new(rules, overlay, &args.from, out, name)?;
        return slice.make(args.check);
    }
    let root = files::root();
    let spec = args.spec.clone().unwrap_or_else(|| root.join(spec::OUT));
    let out = args.out.clone().unwrap_or_else(|| root.join(OUT));
    let text = files::read(&spec)?;
    let (names, path) = match &args.names {
        Some(path) => (
            Some(complete(path, &text, &files::shown(&spec), args.check)?),
            path.clone(),
        ),
        None if args.spec.is_none() => {
            let path = root.join(names::OUT);
            (Some(files::read(&path)?), path)
        }
        None => (None, PathBuf::new()),
    };
    let generated = generate(&text, names.as_deref(), CRATE);
    let generated = generated.map_err(|wrong| names::called(wrong, &files::shown(&path)));
    let generated = print(generated, &files::shown(&spec), NEXT)?;
    let changes = Changes::between(&out, "", generated.files)?;
    eprintln!(
        "{}: {} operations, {} types in {} files for API version {}",
        files::shown(&out),
        generated.operations,
        generated.types,
        changes.total,
        generated.version,
    );
    write(changes, &out, args.check, "cargo test --workspace")
}

/// Returns the names file at `path`, with names for all types of the spec. Writes the file if
/// names were missing.
fn complete(path: &Path, spec: &str, spec_name: &str, check: bool) -> Result<String> {
    let name = files::shown(path);
    let before = names::read(path)?;
    let completed = names::complete(&name, &before, spec, None);
    let completed = completed.map_err(|wrong| screen::stop(&wrong.in_file(spec_name), NEXT))?;
    if completed.names != before {
        names::print(&name, &completed.notes);
        if check {
            bail!("{name} is stale; next: the same command without `--check`");
        }
        files::write(path, &completed.names)?;
    }
    Ok(completed.names)
}

/// Prints the problems of the spec named `name` with the next command, or the warnings.
pub(crate) fn print(
    generated: Result<Generated, Diagnostics>,
    name: &str,
    next: &str,
) -> Result<Generated> {
    let generated = generated.map_err(|found| screen::stop(&found.in_file(name), next))?;
    let left_out = generated.left_out.iter().cloned();
    let left_out: Vec<Diagnostic> = left_out.map(|found| found.in_file(name)).collect();
    let summary = Summary::new(&left_out, WARNINGS);
    for diagnostic in &summary.shown {
        eprintln!("warning: {diagnostic}");
    }
    for (kind, count) in &summary.more {
        eprintln!("warning: … and {count} more: {kind}");
    }
    if summary.total > 0 {
        eprintln!("warnings: {}", summary.total);
    }
    Ok(generated)
}

/// Writes and deletes the files below `out`, and prints the `next` command. With `check` it only
/// prints their names.
pub(crate) fn write(changes: Changes, out: &Path, check: bool, next: &str) -> Result<ExitCode> {
    if changes.is_empty() {
        eprintln!("up to date; next: {next}");
        return Ok(ExitCode::SUCCESS);
    }
    changes.print(out);
    if check {
        eprintln!("stale; next: the same command without `--check`");
        return Ok(ExitCode::FAILURE);
    }
    let mut edits = Edits::default();
    changes.into_edits(Path::new(""), &mut edits);
    edits.apply(out)?;
    eprintln!("written; next: {next}");
    Ok(ExitCode::SUCCESS)
}

/// Generates the files of the crate from a spec and, if there is one, its names file.
pub(crate) fn generate(
    spec: &str,
    names: Option<&str>,
    name: &str,
) -> Result<Generated, Diagnostics> {
    stripe_codegen::generate(spec, names, name)
}

/// The files to write and to delete.
pub(crate) struct Changes {
    total: usize,
    added: BTreeMap<PathBuf, String>,
    changed: BTreeMap<PathBuf, String>,
    /// Files of an earlier run that are no longer generated. Files without the `@generated`
    /// header are never deleted.
    removed: BTreeSet<PathBuf>,
}

impl Changes {
    /// Compares the folder `out` with `files`. Only files below `machine_owned` are deleted.
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
            refuse_links(out, &path)?;
            if target.is_symlink() {
                // Replaces the link by a file; the target of the link stays as it is.
                changes.changed.insert(path, text);
                continue;
            }
            match fs::read_to_string(&target) {
                Ok(known) if files::are_same(&known, &text) => {}
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

    /// Adds the changes, below `folder`, to `edits`.
    pub(crate) fn into_edits(self, folder: &Path, edits: &mut Edits) {
        for (path, text) in self.added.into_iter().chain(self.changed) {
            edits.write(folder.join(path), text);
        }
        for path in self.removed {
            edits.delete(folder.join(path));
        }
    }
}

/// Returns an error if a folder between `out` and `path` is a symbolic link: a file written
/// through it would be outside of `out`.
fn refuse_links(out: &Path, path: &Path) -> Result<()> {
    let mut folder = out.to_owned();
    for part in path.parent().into_iter().flat_map(Path::components) {
        folder.push(part);
        ensure!(
            !folder.is_symlink(),
            "{} is a symbolic link, and generated files are not written through links; remove it",
            folder.display()
        );
    }
    Ok(())
}

/// Returns the files below `machine_owned` that an earlier run wrote.
fn ours(out: &Path, machine_owned: &str) -> Result<BTreeSet<PathBuf>> {
    let part = Path::new(machine_owned);
    let header = HEADER.trim_end().as_bytes();
    let mut found = BTreeSet::new();
    for path in files::rust_paths(&out.join(part))? {
        let path = part.join(path);
        let target = out.join(&path);
        let text = fs::read(&target).with_context(|| format!("can't read {}", target.display()))?;
        if text.starts_with(header) {
            found.insert(path);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::{Path, PathBuf};

    use tempfile::TempDir;

    use super::{Changes, Edits, HEADER, ours};

    fn files(paths: &[&str]) -> BTreeMap<PathBuf, String> {
        let text = |path: &&str| (PathBuf::from(path), format!("{HEADER}\npub struct X;\n"));
        paths.iter().map(text).collect()
    }

    /// Makes the folder hold `paths`, as `cargo xtask codegen` does.
    fn generate(out: &Path, paths: &[&str]) -> anyhow::Result<bool> {
        let changes = Changes::between(out, "", files(paths))?;
        let is_empty = changes.is_empty();
        let mut edits = Edits::default();
        changes.into_edits(Path::new(""), &mut edits);
        edits.apply(out)?;
        Ok(is_empty)
    }

    #[test]
    fn only_files_no_longer_generated_are_deleted() {
        let folder = TempDir::new().expect("a folder");
        let out = folder.path();
        generate(out, &["mod.rs", "a/mod.rs", "a/b.rs", "old/c.rs"]).expect("files");
        fs::write(out.join("a/own.rs"), "// ours\n").expect("a file");
        fs::write(out.join("a/latin.rs"), b"// caf\xe9\n").expect("a file");
        generate(out, &["mod.rs", "a/mod.rs"]).expect("files");
        let expected: Vec<PathBuf> = ["a/mod.rs", "mod.rs"].map(PathBuf::from).into();
        assert_eq!(
            ours(out, "")
                .expect("a list")
                .into_iter()
                .collect::<Vec<_>>(),
            expected
        );
        assert!(out.join("a/own.rs").exists() && out.join("a/latin.rs").exists());
        assert!(!out.join("old").exists());
    }

    #[test]
    fn windows_line_ends_do_not_make_files_stale() {
        let folder = TempDir::new().expect("a folder");
        generate(folder.path(), &["mod.rs", "a/b.rs"]).expect("files");
        for path in ["mod.rs", "a/b.rs"] {
            let path = folder.path().join(path);
            let text = fs::read_to_string(&path)
                .expect("a file")
                .replace('\n', "\r\n");
            fs::write(path, text).expect("a file");
        }
        assert!(generate(folder.path(), &["mod.rs", "a/b.rs"]).expect("files"));
        // Different line ends do not protect a file that is no longer generated.
        generate(folder.path(), &["mod.rs"]).expect("files");
        assert!(!folder.path().join("a/b.rs").exists());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_never_followed() {
        use std::os::unix::fs::symlink;

        let folder = TempDir::new().expect("a folder");
        let (out, outside) = (folder.path().join("out"), folder.path().join("outside"));
        let text = format!("{HEADER}\n// somebody else's\n");
        fs::create_dir(&outside).expect("a folder");
        fs::write(outside.join("kept.rs"), &text).expect("a file");
        fs::write(outside.join("b.rs"), &text).expect("a file");
        generate(&out, &["mod.rs", "a/mod.rs", "a/b.rs"]).expect("files");

        // Links to the folder itself, its parent, a folder outside, a file outside, and a missing
        // path.
        symlink(".", out.join("self")).expect("a link");
        symlink("../..", out.join("a/up")).expect("a link");
        symlink(&outside, out.join("other")).expect("a link");
        symlink(outside.join("kept.rs"), out.join("link.rs")).expect("a link");
        symlink("nothing", out.join("dangling.rs")).expect("a link");
        assert!(generate(&out, &["mod.rs", "a/mod.rs", "a/b.rs"]).expect("files"));
        assert_eq!(ours(&out, "").expect("a list").len(), 3);

        // A link in place of a file is replaced; its target stays.
        fs::remove_file(out.join("a/b.rs")).expect("a file");
        symlink(outside.join("b.rs"), out.join("a/b.rs")).expect("a link");
        symlink(outside.join("kept.rs"), out.join("a/mod.rs.partial")).expect("a link");
        fs::write(out.join("a/mod.rs"), format!("{HEADER}// changed\n")).expect("a file");
        generate(&out, &["mod.rs", "a/mod.rs", "a/b.rs"]).expect("files");
        assert!(
            out.join("a/b.rs")
                .symlink_metadata()
                .expect("a file")
                .is_file()
        );

        // A link in place of a folder is an error.
        let error = generate(&out, &["mod.rs", "other/b.rs"]).expect_err("a link");
        assert!(
            error.to_string().contains("other is a symbolic link"),
            "{error}"
        );
        for file in ["kept.rs", "b.rs"] {
            assert_eq!(
                fs::read_to_string(outside.join(file)).expect("a file"),
                text
            );
        }
        assert_eq!(fs::read_dir(&outside).expect("a folder").count(), 2);
    }
}
