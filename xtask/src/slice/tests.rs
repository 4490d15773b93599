use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use tempfile::TempDir;

use super::Slice;

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
  /v1/cows:
    get:
      operationId: GetCows
      responses:
        '200':
          description: ok
          content: {application/json: {schema: {$ref: '#/components/schemas/cow'}}}
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
    cow:
      type: object
      x-resourceId: cow
      required: [id, object]
      properties:
        id: {type: string}
        object: {type: string, enum: [cow]}
";
const RULES: &str = "
descriptions: drop
event_types: /paths/~1v1~1hooks/post/events
payment_methods: {types: /components/schemas/kinds, keep: [bank]}
features:
  default: {operations: [GetPets], events: [pet.*], resources: [pet]}
  dairy: {operations: [GetCows], resources: [cow]}
";
const DOCS: &str = "
overlay: 1.0.0
info: {title: Docs, version: x}
actions:
- {target: $.paths.*.*, update: {description: Reads.}}
- {target: $.paths.*.*.parameters.*, update: {description: Text.}}
- target: $.components.schemas.*
  update: {description: An animal., properties: {id: {description: Id.}, object: {description: Kind.}}}
- {target: \"$['x-events']['pet.born']\", update: {description: It was born.}}
";

/// A folder with a spec and the inputs of a crate.
struct Farm(TempDir);

impl Farm {
    fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let farm = Self(folder);
        farm.write("upstream.yaml", UPSTREAM);
        farm.write("rules/my-slice.yaml", RULES);
        farm.write("rules/overlay/docs.yaml", DOCS);
        farm
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn make_at(&self, out: &str, name: &str, check: bool) -> anyhow::Result<ExitCode> {
        let from = self.path("upstream.yaml").display().to_string();
        let (rules, overlay) = (self.path("rules/my-slice.yaml"), self.path("rules/overlay"));
        let out = self.path(out);
        let slice = Slice::new(&rules, Some(&overlay), &from, &out, name)?;
        slice.make(check)
    }

    fn make(&self) {
        assert_eq!(
            self.make_at("crate", "my-stripe", false).expect("a crate"),
            ExitCode::SUCCESS
        );
    }

    /// Returns the error of a run that must fail, and checks that it wrote nothing.
    fn refused(&self, out: &str, name: &str) -> String {
        let before = self.all();
        let error = self.make_at(out, name, false).expect_err("a refusal");
        assert_eq!(self.all(), before);
        format!("{error:#}")
    }

    fn all(&self) -> BTreeMap<PathBuf, String> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.0.path().to_owned()];
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
}

#[test]
fn a_new_crate_is_whole() {
    let farm = Farm::new();
    farm.make();
    for (path, part) in [
        ("crate/Cargo.toml", "name = \"my-stripe\""),
        ("crate/Cargo.toml", "\ndairy = []\n"),
        ("crate/README.md", "--subset my-slice.yaml"),
        ("crate/LICENSE-MIT", "Permission is hereby granted"),
        ("crate/LICENSE-APACHE", "Apache License"),
        ("crate/spec.yaml", "2026-01-01.old"),
        ("crate/src/lib.rs", "//! use my_stripe::{Client, Error};"),
        ("crate/src/lib.rs", "| `dairy` |"),
        ("crate/src/api/mod.rs", "\"2026-01-01.old\""),
        ("crate/src/api/pet/operations.rs", "/// # use my_stripe::"),
        ("crate/src/client.rs", "use my_stripe::Client;"),
    ] {
        assert!(
            farm.read(path).contains(part),
            "{path}: {}",
            farm.read(path)
        );
    }
    // No file mentions the crate that it was copied from.
    for (path, text) in farm.all() {
        let is_source = path.extension().is_some_and(|extension| extension == "rs");
        for part in [
            "stripe_financial_connections",
            "cfg(test",
            "slice only",
            "WaitError",
            "/v1/financial_connections",
        ] {
            assert!(
                !is_source || !text.contains(part),
                "{}: {part}",
                path.display()
            );
        }
    }
    let made = farm.all();
    assert_eq!(
        farm.make_at("crate", "my-stripe", true).expect("a check"),
        ExitCode::SUCCESS
    );
    farm.make();
    assert_eq!(farm.all(), made);
}

#[test]
fn an_update_follows_the_spec_and_leaves_what_people_wrote() {
    let farm = Farm::new();
    farm.make();
    for (path, from, to) in [
        ("crate/README.md", "# my-stripe", "# Mine"),
        (
            "crate/Cargo.toml",
            "version = \"0.1.0\"",
            "version = \"7.0.0\"",
        ),
        ("upstream.yaml", "2026-01-01.old", "2026-02-01.new"),
        (
            "rules/my-slice.yaml",
            "  dairy: {operations: [GetCows], resources: [cow]}\n",
            "",
        ),
    ] {
        assert!(farm.read(path).contains(from), "{path}");
        farm.write(path, &farm.read(path).replace(from, to));
    }
    farm.write("crate/tests/mine.rs", "// Mine.\n");
    farm.write("crate/src/mine.rs", "// Mine.\n");
    let before = farm.all();
    assert_eq!(
        farm.make_at("crate", "my-stripe", true).expect("a check"),
        ExitCode::FAILURE
    );
    assert_eq!(farm.all(), before, "a check writes nothing");
    farm.make();
    assert!(farm.read("crate/src/api/mod.rs").contains("2026-02-01.new"));
    assert!(farm.read("crate/src/lib.rs").contains("2026-02-01.new"));
    let manifest = farm.read("crate/Cargo.toml");
    assert!(
        manifest.contains("\"7.0.0\"") && !manifest.contains("dairy"),
        "{manifest}"
    );
    assert!(manifest.contains("2026-02-01.new"), "{manifest}");
    assert!(farm.read("crate/README.md").starts_with("# Mine"));
    assert!(!farm.path("crate/src/api/cow").exists());
    for mine in ["crate/tests/mine.rs", "crate/src/mine.rs"] {
        assert_eq!(farm.read(mine), "// Mine.\n");
    }
}

#[test]
fn files_of_people_are_not_overwritten() {
    let farm = Farm::new();
    farm.write("file", "");
    let error = farm.refused("file", "my-stripe");
    assert!(error.contains("is a file"), "{error}");

    farm.write("home/letter.txt", "");
    let error = farm.refused("home", "my-stripe");
    assert!(error.contains("letter.txt"), "{error}");

    farm.write("other/Cargo.toml", "[package]\nname = \"my-stripe\"\n");
    let error = farm.refused("other", "my-stripe");
    assert!(error.contains("not made by this command"), "{error}");

    farm.make();
    let error = farm.refused("crate", "your-stripe");
    assert!(error.contains("--crate-name my-stripe"), "{error}");
    farm.write("crate/src/map.rs", "// Mine.\n");
    let error = farm.refused("crate", "my-stripe");
    assert!(error.contains("map.rs is in the way"), "{error}");
}

#[test]
fn the_folder_may_hold_what_the_crate_is_made_of() {
    let farm = Farm::new();
    farm.write("rules/.git/HEAD", "ref: refs/heads/main\n");
    assert_eq!(
        farm.make_at("rules", "my-stripe", false).expect("a crate"),
        ExitCode::SUCCESS
    );
    assert!(farm.path("rules/Cargo.toml").exists());
}

#[test]
fn a_wrong_input_leaves_no_crate() {
    let farm = Farm::new();
    let error = farm.refused("crate", "../my-stripe");
    assert!(error.contains("is a path"), "{error}");
    let error = farm.refused("crate", "serde");
    assert!(error.contains("depends on, `serde`"), "{error}");

    farm.write("rules/my-slice.yaml", &RULES.replace("dairy:", "client:"));
    let error = farm.refused("crate", "my-stripe");
    assert!(
        error.contains("both have a cargo feature `client`"),
        "{error}"
    );

    farm.write("rules/my-slice.yaml", &RULES.replace("GetCows", "GetGoats"));
    let error = farm.refused("crate", "my-stripe");
    assert!(error.contains("problems: "), "{error}");

    farm.write("upstream.yaml", "<html>");
    farm.refused("crate", "my-stripe");
    assert!(!farm.path("crate").exists());
}
