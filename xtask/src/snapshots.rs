//! Writes the snapshots of the API: all public names, and one module as it is emitted.
//!
//! A test of this file checks them. An update runs the same code in a process of its own, because
//! insta reads its settings from the environment of the process.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::edits::Edits;
use crate::{codegen, files, names, spec};

/// The folder of the snapshots, relative to the root of the repository.
const FOLDER: &str = "tests/snapshots/surface";

/// The module whose code is a snapshot.
const SHOWN: (&str, &str) = (
    "code.financial_connections.account",
    "financial_connections/account.rs",
);

/// Arguments of the hidden command that writes the snapshots.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The root of the repository, or a folder with the same layout.
    root: PathBuf,
}

/// Writes the snapshots with insta.
pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    assert(&args.root, &texts(&args.root)?);
    Ok(ExitCode::SUCCESS)
}

/// Returns the texts of the snapshots, by name.
fn texts(root: &Path) -> Result<BTreeMap<String, String>> {
    let spec = files::read(&root.join(spec::OUT))?;
    let names_text = files::read(&root.join(names::OUT))?;
    let mut texts = match stripe_codegen::surface(&spec, Some(&names_text)) {
        Ok(texts) => texts,
        Err(wrong) => bail!("{}", names::called(wrong, names::OUT).in_file(spec::OUT)),
    };
    let (name, path) = SHOWN;
    texts.insert(
        name.to_owned(),
        files::read(&root.join(codegen::OUT).join(path))?,
    );
    Ok(texts)
}

fn assert(root: &Path, texts: &BTreeMap<String, String>) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path(root.join(FOLDER));
    settings.bind(|| {
        for (name, text) in texts {
            insta::assert_snapshot!(name.as_str(), text);
        }
    });
}

/// Adds to `edits` the snapshots that change once `edits` are applied.
pub(crate) fn update(root: &Path, edits: &mut Edits) -> Result<()> {
    let scratch = tempfile::tempdir().context("can't make a scratch folder")?;
    let scratch = scratch.path();
    let mut staged = vec![PathBuf::from(spec::OUT), PathBuf::from(names::OUT)];
    staged.push(Path::new(codegen::OUT).join(SHOWN.1));
    let known = names(&root.join(FOLDER))?;
    staged.extend(known.iter().map(|name| Path::new(FOLDER).join(name)));
    for path in staged {
        if root.join(&path).exists() {
            let to = scratch.join(&path);
            let folder = to.parent().unwrap_or(scratch);
            fs::create_dir_all(folder)
                .and_then(|()| fs::copy(root.join(&path), &to))
                .with_context(|| format!("can't copy {}", path.display()))?;
        }
    }
    edits.apply(scratch)?;
    let texts = texts(scratch)?;
    let made: BTreeSet<OsString> = texts
        .keys()
        .map(|name| format!("{name}.snap").into())
        .collect();
    write(scratch)?;
    let folder = Path::new(FOLDER);
    for name in &made {
        edits.write(
            folder.join(name),
            files::read(&scratch.join(folder).join(name))?,
        );
    }
    for name in known.difference(&made) {
        edits.delete(folder.join(name));
    }
    Ok(())
}

/// Runs this program again, to write the snapshots of `root`.
fn write(root: &Path) -> Result<()> {
    let this = std::env::current_exe().context("can't find this program")?;
    let done = Command::new(this)
        .arg("snapshots")
        .arg(root)
        .env("INSTA_UPDATE", "always")
        .env("INSTA_FORCE_PASS", "1")
        .env("INSTA_OUTPUT", "none")
        .env("INSTA_WORKSPACE_ROOT", files::root())
        .output()
        .context("can't run this program again")?;
    if !done.status.success() {
        bail!(
            "insta can't write the snapshots: {}",
            String::from_utf8_lossy(&done.stderr).trim()
        );
    }
    Ok(())
}

/// Returns the names of the snapshots in `folder`.
fn names(folder: &Path) -> Result<BTreeSet<OsString>> {
    let mut names = BTreeSet::new();
    if !folder.exists() {
        return Ok(names);
    }
    for entry in fs::read_dir(folder).with_context(|| format!("can't list {}", folder.display()))? {
        let name = entry
            .with_context(|| format!("can't list {}", folder.display()))?
            .file_name();
        if Path::new(&name)
            .extension()
            .is_some_and(|ending| ending == "snap")
        {
            names.insert(name);
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::ffi::OsString;
    use std::fs;

    use super::{FOLDER, assert, names, texts};
    use crate::{codegen, files};

    /// When this fails, `cargo insta review` shows and accepts the differences.
    #[test]
    fn the_snapshots_are_fresh() {
        let root = files::root();
        let texts = texts(root).expect("the committed spec is sound");
        assert(root, &texts);
        let made: BTreeSet<OsString> = texts
            .keys()
            .map(|name| format!("{name}.snap").into())
            .collect();
        let known = names(&root.join(FOLDER)).expect("a folder");
        let stale: Vec<_> = known.difference(&made).collect();
        assert!(
            stale.is_empty(),
            "snapshots of modules that no longer exist: {stale:?}"
        );
    }

    /// A file has the `@generated` header exactly if it is below generated/src/api.
    #[test]
    fn a_file_has_the_header_if_and_only_if_it_is_generated() {
        let sources = files::root().join("generated/src");
        let api = files::root().join(codegen::OUT);
        let mut folders = vec![sources];
        let mut generated = 0;
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let text = files::read(&path).expect("a file");
                let has_header = text.starts_with(stripe_codegen::HEADER);
                assert_eq!(has_header, path.starts_with(&api), "{}", path.display());
                generated += usize::from(has_header);
            }
        }
        assert!(generated > 10, "{generated} generated files");
    }
}
