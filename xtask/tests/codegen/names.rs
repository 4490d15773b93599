//! Tests edits of names.yaml by a maintainer: one edit, then `cargo xtask codegen` and `cargo
//! xtask diff` with the committed spec.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use super::{folder, said};

const SPEC: &str = "
openapi: 3.0.0
info: {title: Farm, version: '1'}
paths:
  /v1/cows:
    post:
      operationId: PostCows
      requestBody:
        content:
          application/x-www-form-urlencoded:
            schema:
              type: object
              properties:
                barn: {type: object, title: barn_param, properties: {door: {type: string}}}
                stall: {type: object, title: barn_param, properties: {door: {type: string}}}
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/cow'}}}}}
components:
  schemas:
    cow:
      type: object
      x-resourceId: cow
      required: [id]
      properties: {id: {type: string}, bell: {$ref: '#/components/schemas/bell'}}
    bell: {type: object, properties: {tone: {type: string}}}
";

const NAMES: &str = "\
# What everything is called.
cow:
  Cow:
    at:
    - cow
  CowBell:
    at:
    - bell
  CowBarnParams:
    at:
    - POST /v1/cows barn
    - POST /v1/cows stall
";

/// A repository with a spec, its names, and what is generated from them.
struct Repository(PathBuf);

impl Repository {
    fn new(name: &str) -> Self {
        let it = Self(folder(name));
        fs::create_dir_all(it.0.join("spec")).unwrap();
        fs::create_dir_all(it.0.join("generated/src/api")).unwrap();
        fs::write(it.0.join("spec/financial_connections.yaml"), SPEC).unwrap();
        it.write(NAMES);
        it.succeeds(&["codegen"]);
        for arguments in [
            &["init", "--quiet"][..],
            &["add", "."],
            &["commit", "--quiet", "--message", "Names"],
        ] {
            // Without the settings of whoever runs the tests.
            let done = Command::new("git")
                .current_dir(&it.0)
                .env_remove("GIT_DIR")
                .env_remove("GIT_WORK_TREE")
                .env_remove("GIT_INDEX_FILE")
                .env("GIT_CONFIG_GLOBAL", it.0.join("no-such-file"))
                .env("GIT_CONFIG_NOSYSTEM", "1")
                .args(["-c", "user.name=test", "-c", "user.email=test@example.com"])
                .args(arguments)
                .output()
                .expect("git");
            assert!(done.status.success(), "{done:?}");
        }
        it
    }

    fn write(&self, names: &str) {
        fs::write(self.0.join("spec/names.yaml"), names).unwrap();
    }

    fn xtask(&self, arguments: &[&str]) -> Output {
        // As cargo says it to what it runs.
        Command::new(env!("CARGO_BIN_EXE_xtask"))
            .env("CARGO_MANIFEST_DIR", self.0.join("xtask"))
            .args(arguments)
            .output()
            .unwrap()
    }

    fn succeeds(&self, arguments: &[&str]) -> String {
        let output = self.xtask(arguments);
        assert!(output.status.success(), "{}", said(&output));
        said(&output)
    }

    /// Edits the names alone, generates, and gives the code and what the diff says breaks.
    fn edited(&self, names: &str) -> (String, Vec<String>) {
        self.write(names);
        let stale = self.xtask(&["codegen", "--check"]);
        assert_eq!(stale.status.code(), Some(1), "{}", said(&stale));
        self.succeeds(&["codegen"]);
        self.succeeds(&["codegen", "--check"]);
        let mut code = String::new();
        for file in ["mod.rs", "models.rs", "operations.rs", "params.rs"] {
            code += &fs::read_to_string(self.0.join("generated/src/api/cow").join(file)).unwrap();
        }
        let fails = self.xtask(&["diff", "HEAD", "--fail-on", "breaking"]);
        assert_eq!(fails.status.code(), Some(1), "{}", said(&fails));
        let json = self.xtask(&["diff", "HEAD", "--format", "json"]);
        let diff: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
        let changes = diff["changes"].as_array().unwrap().iter();
        let breaking = changes.filter(|change| {
            ["requests", "responses"]
                .iter()
                .any(|side| change[side] == "breaking")
        });
        let broken = breaking.map(|change| {
            assert_eq!(change["cause"]["by"], "us", "{change}");
            format!("{}: {}", text(&change["place"]), text(&change["what"]))
        });
        (code, broken.collect())
    }
}

fn text(value: &serde_json::Value) -> &str {
    value.as_str().unwrap()
}

#[track_caller]
fn edit(from: &str, to: &str) -> String {
    assert!(NAMES.contains(from), "{from}");
    NAMES.replacen(from, to, 1)
}

#[test]
fn a_rename_is_one_edit() {
    let repository = Repository::new("renamed");
    let (code, broken) = repository.edited(&edit("  CowBell:", "  BrassBell:"));
    assert!(code.contains("pub struct BrassBell") && !code.contains("CowBell"));
    assert!(
        broken.contains(&"cow::CowBell: is now `cow::BrassBell`".to_owned()),
        "{broken:?}"
    );
}

#[test]
fn a_split_is_one_edit_and_so_is_a_join() {
    let repository = Repository::new("split");
    let stall = "    - POST /v1/cows stall\n";
    let apart = edit(stall, "") + "  CowStallParams:\n    at:\n" + stall;
    let (code, broken) = repository.edited(&apart);
    assert!(
        code.contains("pub struct CowStallParams") && code.contains("pub struct CowBarnParams")
    );
    assert!(
        broken.iter().any(|what| what.contains("CowStallParams")),
        "{broken:?}"
    );

    // And back, from there.
    let repository = Repository::new("joined");
    repository.write(&apart);
    repository.succeeds(&["codegen"]);
    let committed = Command::new("git")
        .current_dir(&repository.0)
        .args(["-c", "user.name=test", "-c", "user.email=test@example.com"])
        .args([
            "-c",
            "commit.gpgSign=false",
            "-c",
            "core.hooksPath=/dev/null",
        ])
        .args(["commit", "--quiet", "--all", "--message", "Apart"])
        .output()
        .expect("git");
    assert!(committed.status.success(), "{committed:?}");
    let (code, broken) = repository.edited(NAMES);
    assert!(!code.contains("CowStallParams"), "{code}");
    assert!(
        broken.contains(&"cow::CowStallParams: is now `cow::CowBarnParams`".to_owned()),
        "{broken:?}"
    );
}

#[test]
fn what_a_person_writes_beside_a_name_stays() {
    let repository = Repository::new("comments");
    let names = repository.0.join("mine.yaml");
    let text = edit("  CowBell:\n    at:\n    - bell\n", "").replace(
        "  CowBarnParams:\n",
        "  # Also what stands in one.\n  CowBarnParams: # not BarnParams\n",
    );
    fs::write(&names, text).unwrap();
    let names = names.display().to_string();
    let out = repository.0.join("out").display().to_string();
    let spec = repository.0.join("spec/financial_connections.yaml");
    let spec = spec.display().to_string();
    repository.succeeds(&["codegen", "--spec", &spec, "--out", &out, "--names", &names]);
    let written = fs::read_to_string(&names).unwrap();
    assert!(written.contains("    - bell\n"), "{written}");
    assert!(
        written
            .contains("  # Also what stands in one.\n  CowBarnParams: # not BarnParams\n    at:\n"),
        "{written}"
    );
}
