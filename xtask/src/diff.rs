//! `cargo xtask diff`: two specs → what a user of the crate notices.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use stripe_codegen::Diff;

use crate::files;
use crate::spec::OUT as SPEC;

/// Arguments of `cargo xtask diff`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The old spec, full or a subset: a file, or a git revision of spec/financial_connections.yaml.
    old: String,
    /// The new spec, likewise.
    #[arg(default_value = SPEC)]
    new: String,
    /// How the changes are printed.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Exit with 1 when there is a change of this kind.
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
    let diff = between(
        (&args.old, &read(files::root(), &args.old)?),
        (&args.new, &read(files::root(), &args.new)?),
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

/// Compares two specs, each given with its name.
pub(crate) fn between(old: (&str, &str), new: (&str, &str)) -> Result<Diff> {
    match stripe_codegen::diff(old.1, new.1) {
        Ok(diff) => Ok(diff),
        Err(diagnostics) => {
            for wrong in diagnostics.iter().cloned() {
                let name = if wrong.file == "old spec" {
                    old.0
                } else {
                    new.0
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

/// What `spec` holds: a file, or else the committed spec at a git revision.
fn read(repository: &Path, spec: &str) -> Result<String> {
    let path = Path::new(spec);
    if path.exists() {
        return files::read(path);
    }
    let in_repository = repository.join(path);
    if in_repository.exists() {
        return files::read(&in_repository);
    }
    let shown = files::git(repository)
        .args(["show", "--end-of-options", &format!("{spec}:{SPEC}")])
        .output()
        .context("can't run git")?;
    if !shown.status.success() {
        let why = String::from_utf8_lossy(&shown.stderr);
        bail!(
            "`{spec}` is neither a file nor a git revision with {SPEC}: {}",
            why.trim()
        );
    }
    String::from_utf8(shown.stdout).with_context(|| format!("{SPEC} at {spec} is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use tempfile::TempDir;

    use super::{SPEC, between, read};
    use crate::files;

    /// Without the settings of whoever runs the tests: they may sign commits, or run hooks.
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

        let text = |spec: &str| read(folder.path(), spec);
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
        let error = between(("a.yaml", "{}"), ("b.yaml", "{}")).expect_err("no OpenAPI");
        assert!(error.to_string().starts_with("problems"), "{error}");
    }
}
