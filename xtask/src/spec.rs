//! `cargo xtask spec`: Stripe's full spec → spec/financial_connections.yaml.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use stripe_codegen::{Diagnostics, Source, Subset};

use crate::source::Upstream;
use crate::{files, names, source};

/// The committed spec, seen from the root of the repository.
pub(crate) const OUT: &str = "spec/financial_connections.yaml";

/// Arguments of `cargo xtask spec`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Stripe's full spec, JSON or YAML: a file, a URL, or a tag or commit of Stripe's repository
    /// `openapi`.
    #[arg(long, value_name = source::FROM, default_value = source::PUBLISHED)]
    from: String,
    /// Write nothing; fail when the committed file differs.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    make(&files::root().join("spec"), &args.from, args.check)
}

/// What selects a part of the spec, and documents it.
pub(crate) struct Inputs {
    pub(crate) rules: PathBuf,
    /// The folder of the overlays.
    pub(crate) overlay: Option<PathBuf>,
}

impl Inputs {
    /// Those of this repository are in one folder.
    pub(crate) fn of(folder: &Path) -> Self {
        Self {
            rules: folder.join("subset.yaml"),
            overlay: Some(folder.join("overlay")),
        }
    }
}

/// The subset of `upstream`.
///
/// What is wrong with any of them is an error that can be downcast to [`Diagnostics`].
pub(crate) fn subset(inputs: &Inputs, upstream: &Upstream) -> Result<Subset> {
    let rules = files::read(&inputs.rules)?;
    let mut overlays = Vec::new();
    if let Some(folder) = &inputs.overlay {
        for path in files::yaml_files(folder)? {
            overlays.push((files::shown(&path), files::read(&path)?));
        }
    }
    let overlays: Vec<Source<'_>> = overlays
        .iter()
        .map(|(name, text)| Source { name, text })
        .collect();
    let upstream = Source {
        name: &upstream.name,
        text: &upstream.text,
    };
    let rules = Source {
        name: &files::shown(&inputs.rules),
        text: &rules,
    };
    Ok(stripe_codegen::subset(upstream, rules, &overlays)?)
}

/// Says what is wrong with the inputs of a subset, or what it holds.
pub(crate) fn print(subset: Result<Subset>) -> Result<Subset> {
    let subset = match subset {
        Ok(subset) => subset,
        Err(error) => {
            let diagnostics: Diagnostics = error.downcast()?;
            eprintln!("{diagnostics}");
            bail!(
                "problems: {}; nothing was written",
                diagnostics.iter().count()
            );
        }
    };
    eprintln!(
        "{} operations with {} parameters, {} schemas with {} fields, {} events",
        subset.operations, subset.parameters, subset.schemas, subset.fields, subset.events,
    );
    Ok(subset)
}

/// Makes the subset of the spec at `from` by the rules and overlays of `folder`, and completes the
/// names of its types.
fn make(folder: &Path, from: &str, check: bool) -> Result<ExitCode> {
    let upstream = source::read(from)?;
    let subset = print(subset(&Inputs::of(folder), &upstream))?;
    let output = folder.join("financial_connections.yaml");
    let before = names::read(&output)?;
    if !check && let Err(exposed) = refuse_exposed(&before, &subset.yaml) {
        eprintln!("{exposed}");
        bail!("problems: {}; nothing was written", exposed.iter().count());
    }
    let names_path = folder.join(stripe_codegen::NAMES);
    let names_name = files::shown(&names_path);
    let old_names = names::read(&names_path)?;
    let named = match names::of_update(&names_name, &old_names, &subset.yaml, &before) {
        Ok(named) => named,
        Err(diagnostics) => {
            eprintln!("{}", diagnostics.in_file(&files::shown(&output)));
            bail!("the names have problems; nothing was written");
        }
    };
    names::print(&names_name, &named.notes);
    let mut code = ExitCode::SUCCESS;
    for (path, before, text) in [
        (&output, before, subset.yaml),
        (&names_path, old_names, named.names),
    ] {
        let name = files::shown(path);
        if files::are_same(&before, &text) {
            eprintln!("{name} is up to date");
        } else if check {
            eprintln!("{name} is stale; run `cargo xtask spec`");
            code = ExitCode::FAILURE;
        } else {
            files::write(path, &text)?;
            eprintln!("{name} is written");
        }
    }
    Ok(code)
}

/// Fails when `new` shows in logs what `old` hides, and no person has said so.
pub(crate) fn refuse_exposed(old: &str, new: &str) -> Result<(), Diagnostics> {
    let exposed = stripe_codegen::exposed(old, new);
    Diagnostics::check((), exposed).map_err(|found| found.in_file(OUT))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::process::ExitCode;

    use tempfile::TempDir;

    use super::make;

    const SPEC: &str = "
openapi: 3.0.0
info: {title: Pets, version: x}
paths:
  /v1/pets:
    get:
      operationId: ListPets
      responses: {'200': {description: ok}}
  /v1/hooks:
    post: {operationId: CreateHook, events: {enum: [pet.born]}}
components:
  schemas: {kinds: {type: string, enum: [bank]}}
";
    const RULES: &str = "
descriptions: drop
event_types: /paths/~1v1~1hooks/post/events
payment_methods: {types: /components/schemas/kinds, keep: [bank]}
features: {default: {operations: [ListPets]}}
";
    const DOCS: &str = "
overlay: 1.0.0
info: {title: Docs, version: x}
actions: [{target: $.paths.*.*, update: {description: Lists pets.}}]
";

    /// A folder with the inputs, and where the output goes.
    fn inputs() -> (TempDir, PathBuf) {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path();
        fs::create_dir(path.join("overlay")).expect("a folder");
        fs::write(path.join("upstream.yaml"), SPEC).expect("a file");
        fs::write(path.join("subset.yaml"), RULES).expect("a file");
        fs::write(path.join("overlay/docs.yaml"), DOCS).expect("a file");
        let output = path.join("financial_connections.yaml");
        (folder, output)
    }

    fn from(folder: &TempDir) -> String {
        folder.path().join("upstream.yaml").display().to_string()
    }

    #[test]
    fn writes_once_and_then_agrees() {
        let (folder, output) = inputs();
        let check = |expected| {
            let code = make(folder.path(), &from(&folder), true).expect("a subset");
            assert_eq!(code, expected);
        };
        check(ExitCode::FAILURE);
        assert!(!output.exists(), "a check writes nothing");
        let code = make(folder.path(), &from(&folder), false).expect("a subset");
        assert_eq!(code, ExitCode::SUCCESS);
        assert!(
            fs::read_to_string(&output)
                .expect("output")
                .contains("ListPets")
        );
        check(ExitCode::SUCCESS);
        fs::write(&output, "edited").expect("a file");
        check(ExitCode::FAILURE);
        assert_eq!(fs::read_to_string(&output).expect("output"), "edited");
    }

    #[test]
    fn leaves_the_output_as_it_was_when_something_is_wrong() {
        let (folder, output) = inputs();
        fs::write(&output, "before").expect("a file");
        for (file, text) in [
            ("overlay/docs.yaml", "overlay: 1"),
            ("subset.yaml", "{}"),
            ("upstream.yaml", "{"),
        ] {
            fs::write(folder.path().join(file), text).expect("a file");
            assert!(
                make(folder.path(), &from(&folder), false).is_err(),
                "{file}"
            );
        }
        assert_eq!(fs::read_to_string(&output).expect("output"), "before");
    }

    #[test]
    fn says_which_file_it_can_not_read_or_write() {
        let (folder, output) = inputs();
        fs::create_dir(&output).expect("a folder in its way");
        let error = make(folder.path(), &from(&folder), false).expect_err("no file");
        assert!(
            format!("{error:#}").contains("financial_connections.yaml"),
            "{error:#}"
        );
        let error = make(folder.path(), "missing.json", false).expect_err("no file");
        assert!(format!("{error:#}").contains("missing.json"), "{error:#}");
    }

    #[test]
    fn what_is_hidden_is_shown_only_by_the_word_of_a_person() {
        let (folder, output) = inputs();
        let spec = SPEC.replace(
            "      responses:",
            "      parameters: [{name: owner, in: query, schema: {type: string}}]\n      responses:",
        );
        fs::write(folder.path().join("upstream.yaml"), spec).expect("a file");
        let make_with = |mark: &str| {
            let action = format!(
                ", {{target: $.paths.*.*.parameters.*, update: {{description: Who.{mark}}}}}]"
            );
            let docs = DOCS.trim_end().trim_end_matches(']').to_owned() + &action;
            fs::write(folder.path().join("overlay/docs.yaml"), docs).expect("a file");
            make(folder.path(), &from(&folder), false)
        };
        make_with(", x-sensitive: true").expect("a spec");
        let hidden = fs::read_to_string(&output).expect("output");
        let error = make_with("").expect_err("it would be shown");
        assert!(error.to_string().starts_with("problems: 1"), "{error}");
        assert_eq!(fs::read_to_string(&output).expect("output"), hidden);
        make_with(", x-sensitive: false").expect("a spec");
        make_with("").expect("a spec");
    }
}
