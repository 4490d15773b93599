//! `cargo xtask codegen --subset`: makes a crate from another part of Stripe's spec.

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
use crate::{codegen, diff, files, names, screen, source, spec};

use name::CrateName;

const MANIFEST: &str = "Cargo.toml";
/// The selected part of Stripe's spec, kept in the crate so that a later run can show what
/// changed.
const SPEC: &str = "spec.yaml";
/// The overlay that is applied to every slice.
const COMMON: &str = "spec/slices.yaml";
/// The names file of the crate.
const NAMES: &str = "names.yaml";
const README: &str = "README.md";
const LICENSES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// The inputs of a crate, and its folder.
pub(crate) struct Slice<'a> {
    inputs: spec::Inputs,
    /// Stripe's full spec: a file or a URL.
    from: &'a str,
    /// The folder of the crate.
    out: &'a Path,
    name: CrateName,
}

/// What to run after the problems are fixed.
const NEXT: &str = "the same command again";

impl<'a> Slice<'a> {
    /// # Errors
    ///
    /// Returns an error if the name of the crate or the folder of overlays is wrong.
    pub(crate) fn new(
        rules: &Path,
        overlay: Option<&Path>,
        from: &'a str,
        out: &'a Path,
        name: &str,
    ) -> Result<Self> {
        let mut overlays = vec![files::root().join(COMMON)];
        if let Some(folder) = overlay {
            overlays.extend(files::yaml_files(folder)?);
        }
        Ok(Self {
            inputs: spec::Inputs {
                rules: rules.to_owned(),
                overlays,
            },
            from,
            out,
            name: CrateName::parse(name)?,
        })
    }

    /// Creates or updates the crate. With `check` it only prints what it would do.
    pub(crate) fn make(&self, check: bool) -> Result<ExitCode> {
        // Checks the folder before the download.
        let manifest = self.before()?;
        let out = files::shown(self.out);
        let upstream = source::read(self.from)?;
        let subset = spec::print(self.inputs.read()?.subset(&upstream, None), NEXT)?;
        let (spec_name, names_name) = (format!("{out}/{SPEC}"), format!("{out}/{NAMES}"));
        let before = Api {
            spec: names::read(&self.out.join(SPEC))?,
            names: names::read(&self.out.join(NAMES))?,
        };
        let named = names::of_update(&names_name, &before.names, &subset.yaml, &before.spec);
        let named = named.map_err(|wrong| screen::stop(&wrong.in_file(&spec_name), NEXT))?;
        let generated = generate(&subset.yaml, Some(&named.names), &self.name.ident());
        let generated = generated.map_err(|wrong| names::called(wrong, &names_name));
        let generated = codegen::print(generated, &spec_name, NEXT)?;

        let features = subset.features.into_iter().collect();
        let mut made = self.sources(generated.files, &generated.version, &features)?;
        let manifest = self.manifest(manifest.as_deref(), &generated.version, &features)?;
        made.insert(MANIFEST.into(), manifest);
        for (name, text) in self.once()? {
            if !self.out.join(name).exists() {
                made.insert(name.into(), text);
            }
        }
        if !before.spec.is_empty() {
            let was = diff::Side::new(&spec_name, &before.spec, Some(&before.names));
            let is = diff::Side::new(self.from, &subset.yaml, Some(&named.names));
            let diff = diff::between(was, is)?;
            if !diff.is_empty() {
                print!("{}", diff.text());
                names::print(&names_name, &named.notes);
            }
        }
        made.insert(SPEC.into(), subset.yaml);
        made.insert(NAMES.into(), named.names);
        self.refuse_foreign(&made)?;

        let changes = Changes::between(self.out, "src", made)?;
        eprintln!(
            "{out}: {} operations, {} types for API version {}",
            generated.operations, generated.types, generated.version,
        );
        let next = format!("cargo doc --open --manifest-path {out}/Cargo.toml");
        codegen::write(changes, self.out, check, &next)
    }

    /// Returns all files below `src`.
    fn sources(
        &self,
        api: BTreeMap<PathBuf, String>,
        api_version: &str,
        features: &BTreeSet<String>,
    ) -> Result<BTreeMap<PathBuf, String>> {
        let docs = docs::of_the_crate(&self.name, api_version, features);
        let mut ours = files::rust_files(&files::root().join("generated/src"))?;
        ours.retain(|path, _| !path.starts_with("api"));
        let runtime = runtime::files(&ours, &self.name, &docs)?;
        let api = api.into_iter();
        let api = api.map(|(path, text)| (Path::new("src/api").join(path), text));
        let runtime = runtime.into_iter();
        let runtime = runtime.map(|(path, text)| (Path::new("src").join(path), text));
        Ok(api.chain(runtime).collect())
    }

    fn manifest(
        &self,
        before: Option<&str>,
        api_version: &str,
        features: &BTreeSet<String>,
    ) -> Result<String> {
        let inputs = manifest::Inputs {
            ours: &files::read(&files::root().join("generated").join(MANIFEST))?,
            workspace: &files::read(&files::root().join(MANIFEST))?,
            name: &self.name,
            features,
            api_version,
        };
        manifest::make(&inputs, before)
            .with_context(|| self.out.join(MANIFEST).display().to_string())
    }

    /// Returns the files that only a new crate gets. They belong to its owner afterwards.
    fn once(&self) -> Result<Vec<(&'static str, String)>> {
        let rules = self.inputs.rules.file_name().unwrap_or_default();
        let mut once = vec![(README, docs::readme(&self.name, &rules.to_string_lossy()))];
        for license in LICENSES {
            once.push((license, files::read(&files::root().join(license))?));
        }
        Ok(once)
    }

    /// Returns the manifest that an earlier run made, if there is one.
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

    /// Returns whether a file or folder is, or contains, an input of the slice.
    fn is_input(&self, path: &Path) -> Result<bool> {
        let real = |path: &Path| {
            fs::canonicalize(path).with_context(|| format!("can't read {}", path.display()))
        };
        let path = real(path)?;
        for input in std::iter::once(&self.inputs.rules).chain(&self.inputs.overlays) {
            if real(input)?.starts_with(&path) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns an error if a generated file would overwrite one that people wrote.
    fn refuse_foreign(&self, made: &BTreeMap<PathBuf, String>) -> Result<()> {
        for path in made.keys() {
            let target = self.out.join(path);
            let is_foreign = target.exists()
                && (target.is_dir()
                    || self.is_input(&target)?
                    || path.starts_with("src") && !files::read(&target)?.starts_with(HEADER));
            if is_foreign {
                bail!(
                    "{} is in the way, and was not made by this command; move it elsewhere",
                    target.display()
                );
            }
        }
        Ok(())
    }
}

/// The spec and names that an API is generated from.
struct Api {
    spec: String,
    names: String,
}

#[cfg(test)]
mod tests;
