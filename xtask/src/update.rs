//! `cargo xtask update`: takes in a new spec in one step.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use stripe_codegen::Origin;

use crate::codegen::{self, Changes};
use crate::edits::Edits;
use crate::{diff, files, names, release, screen, snapshots, source, spec};

/// The rules, relative to the root of the repository.
const RULES: &str = "spec/subset.yaml";

/// Arguments of `cargo xtask update`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Stripe's full spec, JSON or YAML: a file, a URL, or a tag or commit of Stripe's repository
    /// `openapi`.
    #[arg(long, value_name = source::FROM, default_value = source::PUBLISHED)]
    from: String,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let screen = update(files::root(), &args.from, &snapshots::update)?;
    print!("{screen}");
    Ok(ExitCode::SUCCESS)
}

/// Takes in the spec at `from`. Everything is made before anything is written. Returns the text
/// for the maintainer.
fn update(
    root: &Path,
    from: &str,
    snapshots: &dyn Fn(&Path, &mut Edits) -> Result<()>,
) -> Result<String> {
    let old = files::read(&root.join(spec::OUT))?;
    let made = Origin::of(&old);
    let inputs = spec::Inputs::of(&root.join("spec"))?.read()?;
    let upstream = source::read(from)?;
    if inputs.made(&made, &upstream) {
        return Ok(screen::known(&made));
    }

    eprintln!("making the spec");
    let next = format!("cargo xtask update --from {from}");
    let old_names = names::read(&root.join(names::OUT))?;
    let subset = inputs.subset(&upstream, Some(&made)).map_err(|found| {
        let found = spec::all_problems(found, &old_names, &old);
        screen::stop(&found, &next)
    })?;
    spec::refuse_exposed(&old, &subset.yaml).map_err(|found| screen::stop(&found, &next))?;

    eprintln!("naming what is new");
    let named = names::of_update(names::OUT, &old_names, &subset.yaml, &old);
    let named = named.map_err(|found| screen::stop(&found.in_file(spec::OUT), &next))?;

    eprintln!("generating the crate");
    let generated = codegen::generate(&subset.yaml, Some(&named.names), codegen::CRATE);
    let generated = generated.map_err(|found| {
        let found = names::called(found, names::OUT);
        screen::stop(&found.in_file(spec::OUT), &next)
    })?;
    let changes = Changes::between(&root.join(codegen::OUT), "", generated.files)?;
    let is_same = |old: &str, new: &str| files::are_same(old, new);
    if is_same(&old, &subset.yaml) && is_same(&old_names, &named.names) && changes.is_empty() {
        return Ok("Everything is up to date.\n".to_owned());
    }

    eprintln!("comparing the APIs");
    let was = diff::Side::new(spec::OUT, &old, Some(&old_names));
    let is = diff::Side::new(from, &subset.yaml, Some(&named.names));
    let diff = diff::between(was, is)?;
    let mut edits = Edits::default();
    let rules = files::read(&root.join(RULES))?;
    edits.write(RULES, release::written_for(&rules, &diff.new_version));
    edits.write(spec::OUT, subset.yaml);
    edits.write(names::OUT, named.names);
    changes.into_edits(Path::new(codegen::OUT), &mut edits);
    let release = release::prepare(root, &diff, &mut edits)?;

    eprintln!("updating the snapshots");
    snapshots(root, &mut edits)?;

    edits.only_changes(root);
    eprintln!("writing");
    edits.apply(root)?;
    let files = edits.paths().count();
    Ok(screen::done(
        &diff,
        &release,
        &named.notes,
        &generated.left_out,
        files,
    ))
}

#[cfg(test)]
mod future;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::{Path, PathBuf};

    use anyhow::bail;
    use tempfile::TempDir;

    use super::update;
    use crate::edits::Edits;

    const UPSTREAM: &str = "
openapi: 3.0.0
info: {title: Pets, version: 2026-01-01.old}
paths:
  /v1/pets:
    get:
      operationId: GetPets
      parameters:
      - {name: kind, in: query, required: false, schema: {type: string}}
      responses:
        '200':
          description: ok
          content: {application/json: {schema: {$ref: '#/components/schemas/pet'}}}
  /v1/hooks:
    post: {operationId: PostHooks, events: {enum: [pet.born]}}
components:
  schemas:
    kinds: {type: string, enum: [bank]}
    pet:
      type: object
      x-resourceId: pet
      required: [id, object]
      properties:
        id: {type: string}
        object: {type: string, enum: [pet]}
";
    const RULES: &str = "
api_version: 2026-01-01.old
descriptions: drop
event_types: /paths/~1v1~1hooks/post/events
payment_methods: {types: /components/schemas/kinds, keep: [bank]}
features: {default: {operations: [GetPets], resources: [pet]}}
";
    const DOCS: &str = "
overlay: 1.0.0
info: {title: Docs, version: x}
actions:
- {target: $.paths.*.*, update: {description: Reads.}}
- {target: $.paths.*.*.parameters.*, update: {description: Text.}}
- target: $.components.schemas.pet
  update: {description: A pet., properties: {id: {description: Id.}, object: {description: Kind.}}}
";
    const MANIFEST: &str = "[workspace.package]\nversion = \"0.1.0\"\n";
    const LOCK: &str = "version = 4\n\n[[package]]\nname = \"ours\"\nversion = \"0.1.0\"\n";

    fn pets() -> TempDir {
        repository(UPSTREAM, RULES, DOCS)
    }

    /// Makes a repository that is up to date with `upstream`.
    pub(super) fn repository(upstream: &str, rules: &str, docs: &str) -> TempDir {
        let folder = TempDir::new().expect("a folder");
        let root = folder.path();
        for (path, text) in [
            ("upstream.yaml", upstream),
            ("spec/subset.yaml", rules),
            ("spec/overlay/docs.yaml", docs),
            (
                "spec/financial_connections.yaml",
                "openapi: 3.0.0\ninfo: {title: Pets, version: none}\npaths: {}\n",
            ),
            ("Cargo.toml", MANIFEST),
            ("Cargo.lock", LOCK),
            ("CHANGELOG.md", "# Changelog\n\n## 0.1.0\n\n- First.\n"),
            ("README.md", "Speaks API version `2026-01-01.old`.\n"),
        ] {
            let path = root.join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        run(root, &snapshots).expect("the first update");
        fs::write(
            root.join("CHANGELOG.md"),
            "# Changelog\n\n## 0.1.0\n\n- First.\n",
        )
        .expect("a file");
        fs::write(root.join("Cargo.toml"), MANIFEST).expect("a file");
        fs::write(root.join("Cargo.lock"), LOCK).expect("a file");
        folder
    }

    pub(super) fn run(
        root: &Path,
        snapshots: &dyn Fn(&Path, &mut Edits) -> anyhow::Result<()>,
    ) -> anyhow::Result<String> {
        update(
            root,
            &root.join("upstream.yaml").display().to_string(),
            snapshots,
        )
    }

    pub(super) fn snapshots(_: &Path, edits: &mut Edits) -> anyhow::Result<()> {
        edits.write("tests/surface.snap", "made");
        Ok(())
    }

    /// Returns all files below a folder.
    fn all(root: &Path) -> BTreeMap<PathBuf, String> {
        let mut found = BTreeMap::new();
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.insert(path.clone(), fs::read_to_string(path).expect("a file"));
                }
            }
        }
        found
    }

    pub(super) fn edit_upstream(root: &Path, from: &str, to: &str) {
        let path = root.join("upstream.yaml");
        let text = fs::read_to_string(&path).expect("a file");
        assert!(text.contains(from), "{from}");
        fs::write(path, text.replace(from, to)).expect("a file");
    }

    #[test]
    fn the_same_spec_again_changes_nothing() {
        let folder = pets();
        let before = all(folder.path());
        let screen = run(folder.path(), &snapshots).expect("an update");
        assert!(
            screen.contains("API version 2026-01-01.old, sha256 "),
            "{screen}"
        );
        assert!(
            screen.ends_with("There is nothing to take in.\n"),
            "{screen}"
        );
        assert_eq!(all(folder.path()), before);

        // A changed overlay is something new, though the spec is the same.
        let docs = folder.path().join("spec/overlay/docs.yaml");
        let text = fs::read_to_string(&docs).expect("a file");
        fs::write(&docs, text.replace("Reads.", "Reads them.")).expect("a file");
        let screen = run(folder.path(), &snapshots).expect("an update");
        assert!(screen.starts_with("WHAT CHANGED"), "{screen}");
    }

    #[test]
    fn an_update_changes_everything_that_follows_the_spec() {
        let folder = pets();
        let root = folder.path();
        edit_upstream(root, "2026-01-01.old", "2026-02-01.new");
        edit_upstream(
            root,
            "name: kind, in: query, required: false",
            "name: kind, in: query, required: true",
        );
        let screen = run(root, &snapshots).expect("an update");
        let read = |path: &str| fs::read_to_string(root.join(path)).expect("a file");
        assert!(read("spec/financial_connections.yaml").contains("2026-02-01.new"));
        assert!(read("generated/src/api/mod.rs").contains("\"2026-02-01.new\""));
        assert!(read("spec/subset.yaml").contains("api_version: 2026-02-01.new"));
        assert!(read("Cargo.toml").contains("0.2.0"));
        assert!(read("Cargo.lock").contains("0.2.0"));
        assert_eq!(read("README.md"), "Speaks API version `2026-02-01.new`.\n");
        assert_eq!(read("tests/surface.snap"), "made");
        let changelog = read("CHANGELOG.md");
        assert!(
            changelog.starts_with("# Changelog\n\n## 0.2.0 (unreleased)\n\nAPI version"),
            "{changelog}"
        );
        let words = "the setter `kind` is now a required argument";
        assert!(changelog.contains(words), "{changelog}");
        assert!(
            screen.contains("The crate's version is 0.2.0, was 0.1.0."),
            "{screen}"
        );
        assert!(screen.contains("changes that break code: 1"), "{screen}");
    }

    #[test]
    fn nothing_is_written_when_a_step_fails() {
        let folder = pets();
        let root = folder.path();
        let fails = |what: &str, snapshots: &dyn Fn(&Path, &mut Edits) -> anyhow::Result<()>| {
            let before = all(root);
            let error = run(root, snapshots).expect_err(what);
            assert_eq!(all(root), before, "{what}");
            error.to_string()
        };
        edit_upstream(root, "2026-01-01.old", "2026-02-01.new");
        let error = fails("a failing test", &|_, _| bail!("a snapshot test"));
        assert_eq!(error, "a snapshot test");

        edit_upstream(
            root,
            "id: {type: string}",
            "id: {type: string}\n        name: {type: string}",
        );
        let error = fails("a field without documentation", &snapshots);
        assert_eq!(error, "problems: 1; nothing was written");

        fs::remove_file(root.join("CHANGELOG.md")).expect("a file");
        edit_upstream(root, "        name: {type: string}\n", "");
        let error = fails("no changelog", &snapshots);
        assert!(error.contains("CHANGELOG.md"), "{error}");

        fs::write(root.join("upstream.yaml"), "{").expect("a file");
        fails("no spec", &snapshots);
    }
}
