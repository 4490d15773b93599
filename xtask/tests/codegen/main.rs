//! Runs `cargo xtask codegen` as a process, with good and bad input.

mod names;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Makes an empty scratch folder for one test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn codegen(spec: &Path, out: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("codegen")
        .arg("--spec")
        .arg(spec)
        .arg("--out")
        .arg(out)
        .args(more)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr]
        .map(|text| String::from_utf8_lossy(text).into_owned())
        .concat()
}

const GOOD: &str = r##"
openapi: 3.0.0
info: { title: Farm, version: 2026-01-01.farm }
paths:
  /v1/cows/{cow}:
    get:
      operationId: GetCowsCow
      parameters: [{ name: cow, in: path, required: true, schema: { type: string } }]
      responses: { '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/cow' } } } } }
components:
  schemas:
    cow: { x-resourceId: cow, type: object, required: [id], properties: { id: { type: string } } }
"##;

#[test]
fn files_are_written_once_and_stale_ones_deleted() {
    let folder = folder("written_once");
    let (spec, out) = (folder.join("spec.yaml"), folder.join("api"));
    fs::write(&spec, GOOD).unwrap();

    let first = codegen(&spec, &out, &[]);
    assert!(first.status.success(), "{}", said(&first));
    assert!(said(&first).contains("added"), "{}", said(&first));
    let cow = out.join("cow/models.rs");
    assert!(fs::read_to_string(&cow).unwrap().contains("pub struct Cow"));

    let second = codegen(&spec, &out, &["--check"]);
    assert!(second.status.success(), "{}", said(&second));
    assert!(said(&second).contains("up to date"), "{}", said(&second));

    // A file of an earlier run is deleted; a file of somebody else stays.
    fs::create_dir_all(out.join("bull")).unwrap();
    fs::write(out.join("bull/models.rs"), stripe_codegen::HEADER).unwrap();
    fs::write(out.join("notes.rs"), "// mine\n").unwrap();
    let check = codegen(&spec, &out, &["--check"]);
    assert_eq!(check.status.code(), Some(1));
    assert!(said(&check).contains("bull/models.rs"), "{}", said(&check));
    assert!(
        out.join("bull/models.rs").exists(),
        "a check deletes nothing"
    );
    assert!(codegen(&spec, &out, &[]).status.success());
    assert!(!out.join("bull").exists());
    assert!(out.join("notes.rs").exists());
}

#[test]
fn bad_specs_are_refused_with_their_place_and_change_nothing() {
    let folder = folder("bad_specs");
    let (spec, out) = (folder.join("spec.yaml"), folder.join("api"));
    fs::write(&spec, GOOD).unwrap();
    assert!(codegen(&spec, &out, &[]).status.success());
    let before = fs::read_to_string(out.join("cow/models.rs")).unwrap();

    let properties = "properties: { id: { type: string } }";
    for (what, text, expected) in [
        ("not YAML", "a: [b".to_owned(), "this YAML can't be read"),
        ("not OpenAPI", "cows: 3".to_owned(), "not an OpenAPI"),
        (
            "a dangling reference",
            GOOD.replace("schemas/cow'", "schemas/bull'"),
            "/paths/~1v1~1cows~1{cow}/get/responses/200/content/application~1json/schema: \
             dangling $ref: there is no `#/components/schemas/bull`",
        ),
        (
            "an unsupported construct",
            GOOD.replace(properties, "properties: { id: { not: { type: string } } }"),
            "/components/schemas/cow/properties/id: a schema that has no type in Rust",
        ),
        (
            "two properties of one name",
            GOOD.replace(
                properties,
                "properties: { id: { type: string }, a_b: { type: string }, aB: { type: string } }",
            ),
            "are both called `a_b`",
        ),
        (
            "a path without its parameter",
            GOOD.replace("name: cow, in: path", "name: bull, in: path"),
            "the path needs a parameter `cow`",
        ),
    ] {
        fs::write(&spec, &text).unwrap();
        let output = codegen(&spec, &out, &[]);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{what}: {said}");
        assert!(said.contains(expected), "{what}: {said}");
        let names_file = said.contains("spec.yaml:") || said.contains("spec.yaml#");
        assert!(names_file, "{what} names the file: {said}");
        assert!(said.contains("help: "), "{what} says what to do: {said}");
        assert!(!said.contains("panicked"), "{what}: {said}");
        assert_eq!(
            fs::read_to_string(out.join("cow/models.rs")).unwrap(),
            before,
            "{what}"
        );
    }
}

#[test]
fn all_problems_are_said_at_once() {
    let folder = folder("all_at_once");
    let spec = folder.join("spec.yaml");
    let text = GOOD.replace("schemas/cow'", "schemas/bull'").replace(
        "properties: { id",
        "properties: { a: { type: strin }, b: { maxLength: x }, id",
    );
    let text = format!("{text}    sheep: {{ $ref: '#/components/schemas/ram' }}\n");
    fs::write(&spec, text).unwrap();
    let output = codegen(&spec, &folder.join("api"), &[]);
    let said = said(&output);
    for wrong in [
        "/components/schemas/cow/properties/a/type: `type` can't be `strin`",
        "/components/schemas/cow/properties/b/maxLength: `maxLength` is the text `x`",
        "/content/application~1json/schema: dangling $ref: there is no `#/components/schemas/bull`",
        "/components/schemas/sheep: dangling $ref: there is no `#/components/schemas/ram`",
    ] {
        assert!(said.contains(wrong), "{wrong}: {said}");
    }
    assert_eq!(said.matches("help: ").count(), 4, "{said}");
    assert!(!folder.join("api").exists(), "nothing is written");
}

#[test]
fn unreadable_input_and_output_are_named() {
    let folder = folder("unreadable");
    let spec = folder.join("spec.yaml");
    let missing = codegen(&spec, &folder.join("api"), &[]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(said(&missing).contains("can't read"), "{}", said(&missing));

    fs::write(&spec, GOOD).unwrap();
    let blocked = folder.join("blocked");
    fs::write(&blocked, "a file where a folder has to be").unwrap();
    let output = codegen(&spec, &blocked, &[]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("blocked"), "{}", said(&output));
    assert_eq!(
        fs::read_to_string(&blocked).unwrap(),
        "a file where a folder has to be"
    );
}
