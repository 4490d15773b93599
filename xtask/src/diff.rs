//! `cargo xtask diff`: compares two specs, and prints what changes for users of the crate.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use stripe_codegen::{Diff, Version};

use crate::spec::OUT as SPEC;
use crate::{files, names};

/// Arguments of `cargo xtask diff`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The old spec, full or a subset: a file, or a git revision of spec/financial_connections.yaml.
    old: String,
    /// The new spec, a file or a revision like the old one.
    #[arg(default_value = SPEC)]
    new: String,
    /// How the changes are printed.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Exit with code 1 if there is a change of this kind.
    #[arg(long, value_enum, value_name = "KIND")]
    fail_on: Option<FailOn>,
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Text,
    Markdown,
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
enum FailOn {
    Breaking,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let (old, old_names) = read(files::root(), &args.old)?;
    let (new, new_names) = read(files::root(), &args.new)?;
    let diff = between(
        Side::new(&args.old, &old, old_names.as_deref()),
        Side::new(&args.new, &new, new_names.as_deref()),
    )?;
    match args.format {
        Format::Text => print!("{}", diff.text()),
        Format::Markdown => print!("{}", diff.markdown()),
        Format::Json => println!("{}", diff.json()),
    }
    let fails = args.fail_on.is_some() && diff.breaking().next().is_some();
    Ok(if fails {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// A spec to compare.
pub(crate) struct Side<'a> {
    /// The name of the spec in messages.
    name: &'a str,
    version: Version<'a>,
}

impl<'a> Side<'a> {
    pub(crate) fn new(name: &'a str, spec: &'a str, names: Option<&'a str>) -> Self {
        Self {
            name,
            version: Version { spec, names },
        }
    }
}

/// Compares two specs.
pub(crate) fn between(old: Side<'_>, new: Side<'_>) -> Result<Diff> {
    match stripe_codegen::diff(old.version, new.version) {
        Ok(diff) => Ok(diff),
        Err(diagnostics) => {
            for wrong in diagnostics.iter().cloned() {
                let name = if wrong.file == "old spec" {
                    old.name
                } else {
                    new.name
                };
                eprintln!("{}", wrong.in_file(name));
            }
            bail!(
                "problems: {}; nothing is compared",
                diagnostics.iter().count()
            );
        }
    }
}

/// Reads a spec: a file, or the committed spec at a git revision. For a revision, reads the names
/// file of that revision as well.
fn read(repository: &Path, spec: &str) -> Result<(String, Option<String>)> {
    let path = Path::new(spec);
    if spec == SPEC {
        let names = names::read(&repository.join(names::OUT))?;
        return Ok((files::read(&repository.join(SPEC))?, Some(names)));
    }
    for path in [path.to_owned(), repository.join(path)] {
        if path.exists() {
            return Ok((files::read(&path)?, None));
        }
    }
    match at(repository, spec, SPEC)? {
        // A revision from before the names file has none.
        Ok(text) => Ok((text, at(repository, spec, names::OUT)?.ok())),
        Err(why) => bail!("`{spec}` is neither a file nor a git revision with {SPEC}: {why}"),
    }
}

/// Returns a file at a git revision. The inner error says why there is no such file.
fn at(repository: &Path, revision: &str, path: &str) -> Result<Result<String, String>> {
    let shown = files::git(repository)
        .args(["show", "--end-of-options", &format!("{revision}:{path}")])
        .output()
        .context("can't run git")?;
    if !shown.status.success() {
        return Ok(Err(String::from_utf8_lossy(&shown.stderr)
            .trim()
            .to_owned()));
    }
    let text = String::from_utf8(shown.stdout);
    Ok(Ok(text.with_context(|| {
        format!("{path} at {revision} is not UTF-8")
    })?))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use tempfile::TempDir;

    use super::{SPEC, Side, between, read};
    use crate::files;

    /// Runs git without the user's settings, which may sign commits or run hooks.
    fn git(folder: &Path, arguments: &[&str]) {
        let done = files::git(folder)
            .env("GIT_CONFIG_GLOBAL", folder.join("no-such-file"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .args(["-c", "user.name=test", "-c", "user.email=test@example.com"])
            .args(arguments)
            .output()
            .expect("git");
        assert!(done.status.success(), "{arguments:?}: {done:?}");
    }

    #[test]
    fn a_spec_is_a_file_or_a_revision() {
        let folder = TempDir::new().expect("a folder");
        let spec = folder.path().join(SPEC);
        fs::create_dir(folder.path().join("spec")).expect("a folder");
        fs::write(&spec, "old").expect("a file");
        git(folder.path(), &["init", "--quiet"]);
        git(folder.path(), &["add", "."]);
        git(folder.path(), &["commit", "--quiet", "--message", "old"]);
        fs::write(&spec, "new").expect("a file");

        let text = |spec: &str| read(folder.path(), spec).map(|(text, _)| text);
        assert_eq!(text("HEAD").expect("a revision"), "old");
        assert_eq!(text(SPEC).expect("a path below the root"), "new");
        let path = spec.display().to_string();
        assert_eq!(text(&path).expect("a path"), "new");
        for nothing in ["no-such-revision", "--version"] {
            let error = text(nothing).expect_err("neither");
            assert!(error.to_string().contains(nothing), "{error}");
        }
    }

    #[test]
    fn a_broken_spec_is_an_error() {
        let error = between(
            Side::new("a.yaml", "{}", None),
            Side::new("b.yaml", "{}", None),
        )
        .map(|_| ())
        .expect_err("no OpenAPI");
        assert!(error.to_string().starts_with("problems"), "{error}");
    }
}
