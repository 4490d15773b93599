//! `cargo xtask spec`: writes spec/financial_connections.yaml from Stripe's full spec.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use stripe_codegen::{Diagnostics, Origin, Source, Subset};

use crate::source::Upstream;
use crate::{codegen, files, names, screen, source};

/// The committed spec, relative to the root of the repository.
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

/// The files that select and document a part of the spec.
pub(crate) struct Inputs {
    pub(crate) rules: PathBuf,
    /// The overlays, in the order in which they apply.
    pub(crate) overlays: Vec<PathBuf>,
}

impl Inputs {
    /// Lists the input files of `folder`.
    pub(crate) fn of(folder: &Path) -> Result<Self> {
        Ok(Self {
            rules: folder.join("subset.yaml"),
            overlays: files::yaml_files(&folder.join("overlay"))?,
        })
    }
}

/// The texts of the [`Inputs`].
pub(crate) struct Texts {
    rules: (String, String),
    overlays: Vec<(String, String)>,
}

impl Inputs {
    pub(crate) fn read(&self) -> Result<Texts> {
        let read = |path: &Path| anyhow::Ok((files::shown(path), files::read(path)?));
        Ok(Texts {
            rules: read(&self.rules)?,
            overlays: self
                .overlays
                .iter()
                .map(|path| read(path))
                .collect::<Result<_>>()?,
        })
    }
}

fn named((name, text): &(String, String)) -> Source<'_> {
    Source { name, text }
}

impl Texts {
    fn overlays(&self) -> Vec<Source<'_>> {
        self.overlays.iter().map(named).collect()
    }

    /// Returns whether the committed spec, with origin `made`, came from `upstream` and these
    /// inputs.
    pub(crate) fn made(&self, made: &Origin, upstream: &Upstream) -> bool {
        made.is_by(named(&self.rules), &self.overlays()) && made.is_of(&upstream.text)
    }

    /// Returns the subset of `upstream`. If the committed spec came from the same text, its
    /// recorded commit is kept.
    ///
    /// `print` shows the errors.
    pub(crate) fn subset(
        &self,
        upstream: &Upstream,
        made: Option<&Origin>,
    ) -> Result<Subset, Diagnostics> {
        let known = made.filter(|made| made.is_of(&upstream.text));
        let commit = upstream.commit.as_ref();
        let commit = commit.or(known.and_then(|made| made.commit.as_ref()));
        let spec = Source {
            name: &upstream.name,
            text: &upstream.text,
        };
        stripe_codegen::subset(
            spec,
            commit.map(String::as_str),
            named(&self.rules),
            &self.overlays(),
        )
    }
}

impl Texts {
    /// Returns the same part of an older or newer spec, and the number of rules that match
    /// nothing in it.
    pub(crate) fn of_history(
        &self,
        name: &str,
        text: &str,
    ) -> Result<(Subset, usize), Diagnostics> {
        let spec = Source { name, text };
        stripe_codegen::subset_of_history(spec, named(&self.rules), &self.overlays())
    }
}

/// Returns the problems of the inputs together with those of the spec that was made in spite of
/// them, so that people see everything to decide in one run. `names` are the names of the spec
/// `before`.
pub(crate) fn all_problems(found: Diagnostics, names: &str, before: &str) -> Diagnostics {
    let Some(draft) = found.draft() else {
        return found;
    };
    let named = names::of_update(names::OUT, names, draft, before);
    let generated = named.and_then(|named| {
        let generated = codegen::generate(draft, Some(&named.names), codegen::CRATE);
        generated.map_err(|wrong| names::called(wrong, names::OUT))
    });
    match generated {
        Ok(_) => found,
        Err(more) => found.and(more.in_file(OUT)),
    }
}

/// Prints the problems of a subset and the next command, or a summary of the subset.
pub(crate) fn print(subset: Result<Subset, Diagnostics>, next: &str) -> Result<Subset> {
    let subset = subset.map_err(|diagnostics| screen::stop(&diagnostics, next))?;
    eprintln!(
        "{} operations with {} parameters, {} schemas with {} fields, {} events",
        subset.operations, subset.parameters, subset.schemas, subset.fields, subset.events,
    );
    if subset.raw > 0 {
        eprintln!(
            "places that become an id or raw JSON: {}; set `raw: []` in the rules to decide on each",
            subset.raw
        );
    }
    Ok(subset)
}

/// Makes the subset of the spec at `from` with the rules and overlays of `folder`, and adds
/// missing names to the names file.
fn make(folder: &Path, from: &str, check: bool) -> Result<ExitCode> {
    let output = folder.join("financial_connections.yaml");
    let before = names::read(&output)?;
    let names_path = folder.join(stripe_codegen::NAMES);
    let names_name = files::shown(&names_path);
    let old_names = names::read(&names_path)?;
    let inputs = Inputs::of(folder)?.read()?;
    let upstream = source::read(from)?;
    let next = format!("cargo xtask spec --from {from}");
    let subset = inputs.subset(&upstream, Some(&Origin::of(&before)));
    let subset = print(
        subset.map_err(|found| all_problems(found, &old_names, &before)),
        &next,
    )?;
    if !check {
        refuse_exposed(&before, &subset.yaml).map_err(|found| screen::stop(&found, &next))?;
    }
    let named = names::of_update(&names_name, &old_names, &subset.yaml, &before);
    let named =
        named.map_err(|found| screen::stop(&found.in_file(&files::shown(&output)), &next))?;
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
            eprintln!("{name} is stale");
            code = ExitCode::FAILURE;
        } else {
            files::write(path, &text)?;
            eprintln!("{name} is written");
        }
    }
    if code == ExitCode::SUCCESS {
        eprintln!("next: cargo xtask codegen");
    } else {
        eprintln!("next: {next}");
    }
    Ok(code)
}

/// Returns an error if `new` no longer marks as sensitive what `old` does, unless the rules allow
/// it.
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

    /// Returns a folder with the inputs, and the path of the output.
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
        fs::remove_dir(&output).expect("out of its way");
        let error = make(folder.path(), "missing.json", false).expect_err("no file");
        assert!(format!("{error:#}").contains("missing.json"), "{error:#}");
    }

    #[test]
    fn sensitive_fields_stay_sensitive_unless_the_rules_allow_it() {
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
