//! `cargo xtask codegen --subset`: a part of Stripe's spec → a crate of its own.

mod docs;
mod manifest;
mod name;
mod runtime;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use stripe_codegen::HEADER;

use crate::codegen::{Changes, generate};
use crate::{codegen, diff, files, source, spec};

pub(crate) use name::CrateName;

const MANIFEST: &str = "Cargo.toml";
/// The part of Stripe's spec that the crate is made from, for who wants to see what changes.
const SPEC: &str = "spec.yaml";
const README: &str = "README.md";
const LICENSES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// What a crate is made of, and where.
pub(crate) struct Slice<'a> {
    pub(crate) inputs: spec::Inputs,
    /// Stripe's full spec: a file or a URL.
    pub(crate) from: &'a str,
    /// The folder of the crate.
    pub(crate) out: &'a Path,
    pub(crate) name: CrateName,
}

/// What to run once problems are mended.
const NEXT: &str = "the same command again";

impl Slice<'_> {
    /// Makes the crate, or brings it up to date; with `check` it only says what it would do.
    pub(crate) fn make(&self, check: bool) -> Result<ExitCode> {
        // What is wrong with the folder is said before a download.
        let before = self.before()?;
        let upstream = source::read(self.from)?;
        let subset = spec::print(self.inputs.read()?.subset(&upstream, None), NEXT)?;
        let out = files::shown(self.out);
        let generated = generate(&subset.yaml, None, &self.name.ident());
        let generated = codegen::print(generated, &format!("{out}/{SPEC}"), NEXT)?;
        let features: BTreeSet<String> = subset.features.iter().cloned().collect();
        let api = generated.files.into_iter();
        let mut made: BTreeMap<PathBuf, String> = api
            .map(|(path, text)| (Path::new("src/api").join(path), text))
            .collect();
        let docs = docs::of_the_crate(&self.name, &generated.version, &features);
        for (path, text) in runtime::files(&runtime_sources()?, &self.name, &docs)? {
            made.insert(Path::new("src").join(path), text);
        }
        self.refuse_foreign(&made)?;

        let manifest = manifest::Inputs {
            ours: &files::read(&files::root().join("generated").join(MANIFEST))?,
            workspace: &files::read(&files::root().join(MANIFEST))?,
            name: &self.name,
            features: &features,
            api_version: &generated.version,
        };
        let manifest = manifest::make(&manifest, before.as_deref())
            .with_context(|| self.out.join(MANIFEST).display().to_string())?;
        made.insert(MANIFEST.into(), manifest);
        for license in LICENSES {
            let text = files::read(&files::root().join(license))?;
            self.if_missing(&mut made, license, text);
        }
        let rules = self
            .inputs
            .rules
            .file_name()
            .unwrap_or_default()
            .to_string_lossy();
        self.if_missing(&mut made, README, docs::readme(&self.name, &rules));
        made.insert(SPEC.into(), subset.yaml.clone());
        self.print_diff(&subset.yaml)?;

        let changes = Changes::between(self.out, "src", made)?;
        eprintln!(
            "{out}: {} operations, {} types for API version {}",
            generated.operations, generated.types, generated.version,
        );
        codegen::write(changes, self.out, check)
    }

    /// The manifest that an earlier run made, if there is one.
    fn before(&self) -> Result<Option<String>> {
        let out = self.out.display();
        let entries = match fs::read_dir(self.out) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                bail!("{out} is a file; `--out` is the folder of the crate")
            }
            Err(error) => return Err(error).with_context(|| format!("can't list {out}")),
        };
        let manifest = self.out.join(MANIFEST);
        if manifest.exists() {
            let text = files::read(&manifest)?;
            return match manifest::name(&text) {
                Some(name) if name == self.name.package() => Ok(Some(text)),
                Some(name) => bail!(
                    "{out} holds the crate `{name}`; pass `--crate-name {name}` to bring it up \
                     to date, or another `--out`"
                ),
                None => bail!(
                    "{out} holds a crate that was not made by this command; pass another `--out`"
                ),
            };
        }
        let mut foreign = Vec::new();
        for entry in entries {
            let path = entry.with_context(|| format!("can't list {out}"))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if !name.starts_with('.') && !self.is_input(&path)? {
                foreign.push(name.into_owned());
            }
        }
        foreign.sort();
        if !foreign.is_empty() {
            let more = foreign.len().saturating_sub(3);
            foreign.truncate(3);
            let and = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            bail!(
                "{out} holds files that are not of a crate made by this command: {}{and}; \
                 pass a new or empty folder as `--out`",
                foreign.join(", "),
            );
        }
        Ok(None)
    }

    /// Whether a file or folder holds what the slice is made of.
    fn is_input(&self, path: &Path) -> Result<bool> {
        let real = |path: &Path| {
            fs::canonicalize(path).with_context(|| format!("can't read {}", path.display()))
        };
        let path = real(path)?;
        for input in [Some(&self.inputs.rules), self.inputs.overlay.as_ref()]
            .into_iter()
            .flatten()
        {
            if real(input)?.starts_with(&path) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What people wrote is not written over.
    fn refuse_foreign(&self, made: &BTreeMap<PathBuf, String>) -> Result<()> {
        for path in made.keys() {
            let path = self.out.join(path);
            if path.is_dir() || path.exists() && !files::read(&path)?.starts_with(HEADER) {
                bail!(
                    "{} is in the way, and was not made by this command; move it elsewhere",
                    path.display()
                );
            }
        }
        Ok(())
    }

    fn if_missing(&self, made: &mut BTreeMap<PathBuf, String>, name: &str, text: String) {
        if !self.out.join(name).exists() {
            made.insert(name.into(), text);
        }
    }

    /// Says what a user of the crate will notice.
    fn print_diff(&self, new: &str) -> Result<()> {
        let path = self.out.join(SPEC);
        if path.exists() {
            let name = files::shown(&path);
            let old = files::read(&path)?;
            if old != new {
                print!(
                    "{}",
                    diff::between(
                        diff::Side::new(&name, &old, None),
                        diff::Side::new(self.from, new, None)
                    )?
                    .text()
                );
            }
        }
        Ok(())
    }
}

/// The handwritten sources of this crate.
fn runtime_sources() -> Result<BTreeMap<PathBuf, String>> {
    let root = files::root().join("generated/src");
    let mut sources = files::rust_files(&root)?;
    sources.retain(|path, _| !path.starts_with("api"));
    Ok(sources)
}

#[cfg(test)]
mod tests;
