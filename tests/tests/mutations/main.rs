//! Makes random edits of the committed spec. The result of each is code and a diff that names the
//! edit, or a diagnostic with a place. By default one edit of each kind; `MUTATIONS=1000` makes
//! more.

mod edits;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use edits::{Edit, KINDS, Random};
use serde_json::Value;
use stripe_codegen::{Diagnostics, Diff, Generated, complete, diff, generate};
use stripe_tests::names::committed;
use stripe_tests::scratch::Crate;

const CRATE: &str = "stripe_financial_connections";

static SPEC: LazyLock<Value> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/financial_connections.yaml");
    serde_yaml::from_str(&fs::read_to_string(path).unwrap()).unwrap()
});

static NAMES: LazyLock<String> = LazyLock::new(committed);

static TEXT: LazyLock<String> = LazyLock::new(|| SPEC.to_string());

static CODE: LazyLock<BTreeMap<PathBuf, String>> =
    LazyLock::new(|| code(&generated(&TEXT).unwrap()));

/// Returns the generated files without documentation, which a diff ignores.
fn code(generated: &Generated) -> BTreeMap<PathBuf, String> {
    let strip = |text: &String| {
        let is_code = |line: &&str| !line.trim_start().starts_with("//");
        text.lines().filter(is_code).collect::<Vec<_>>().join("\n")
    };
    let files = generated.files.iter();
    files
        .map(|(path, text)| (path.clone(), strip(text)))
        .collect()
}

/// Generates a crate from a spec, with the committed names where they apply.
fn generated(spec: &str) -> Result<Generated, Diagnostics> {
    let names = complete(spec, &NAMES, Some(&TEXT))?.names;
    generate(spec, Some(&names), CRATE)
}

fn outcome(spec: &str) -> Result<(Generated, Diff), Diagnostics> {
    let generated = generated(spec);
    let compared = diff(TEXT.as_str(), spec);
    assert_eq!(
        generated.is_ok(),
        compared.is_ok(),
        "one says what the other does not"
    );
    Ok((generated?, compared?))
}

/// Returns whether a change contains a name.
fn says(diff: &Diff, name: &str) -> bool {
    diff.changes.iter().any(|change| {
        change.name == name || change.place.contains(name) || change.what.contains(name)
    })
}

fn check(edit: &Edit, spec: &Value) {
    match outcome(&spec.to_string()) {
        Ok((generated, diff)) => {
            for names in &edit.names {
                assert!(
                    names.iter().any(|name| says(&diff, name)),
                    "{edit:?}\n{}",
                    diff.text()
                );
            }
            // A type of several places keeps a member that only one of them loses; the diff still
            // names it.
            let is_named = !edit.names.is_empty() && !diff.is_empty();
            assert!(
                is_named || code(&generated) != *CODE,
                "{edit:?}: the same code"
            );
        }
        Err(diagnostics) => {
            for diagnostic in diagnostics.iter() {
                let pointer = &diagnostic.pointer;
                assert!(!pointer.is_empty(), "{edit:?}: {diagnostic} is nowhere");
                assert!(!diagnostic.message.is_empty() && !diagnostic.help.is_empty());
            }
        }
    }
}

#[test]
fn an_edit_is_named_or_refused() {
    let count = std::env::var("MUTATIONS").map_or(KINDS.len(), |count| count.parse().unwrap());
    for seed in 0..count {
        let mut random = Random(seed as u64);
        let mut spec = SPEC.clone();
        let edit = KINDS[seed % KINDS.len()](&mut spec, &mut random);
        check(&edit, &spec);
    }
}

/// Returns `value` as JSON with another order of keys and of unordered lists.
fn shuffled(value: &Value, key: &str, random: &mut Random) -> String {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<String> = map
                .iter()
                .map(|(key, value)| {
                    format!(
                        "{}:{}",
                        Value::from(key.as_str()),
                        shuffled(value, key, random)
                    )
                })
                .collect();
            random.shuffle(&mut entries);
            format!("{{{}}}", entries.join(","))
        }
        Value::Array(items) => {
            let mut items: Vec<String> = items
                .iter()
                .map(|item| shuffled(item, "", random))
                .collect();
            if matches!(key, "enum" | "parameters" | "required") {
                random.shuffle(&mut items);
            }
            format!("[{}]", items.join(","))
        }
        scalar => scalar.to_string(),
    }
}

#[test]
fn another_order_is_no_change() {
    let files = generated(&TEXT).unwrap().files;
    for seed in 0..4 {
        let spec = shuffled(&SPEC, "", &mut Random(seed));
        assert_ne!(spec, *TEXT);
        let (generated, diff) = outcome(&spec).unwrap();
        assert!(diff.is_empty(), "{}", diff.text());
        assert!(generated.files == files, "seed {seed}: other files");
    }
}

#[test]
fn other_words_are_no_change() {
    fn reword(value: &mut Value) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    match value {
                        Value::String(text) if key == "description" => text.push_str(" Indeed."),
                        value => reword(value),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(reword),
            _ => {}
        }
    }
    let mut spec = SPEC.clone();
    reword(&mut spec);
    let (generated, diff) = outcome(&spec.to_string()).unwrap();
    assert!(diff.is_empty(), "{}", diff.text());
    assert_eq!(code(&generated), *CODE);
}

/// Compiling every mutation would take hours, so this test makes many edits at once. They are to
/// customers and payment methods, which handwritten code does not use.
#[test]
fn mutated_code_compiles() {
    let is_elsewhere = |edit: &Edit| {
        let of = |word: &str| edit.what.contains(word);
        (of("customer") || of("payment_method")) && !of("financial_connections")
    };
    let mut spec = SPEC.clone();
    let mut made = Vec::new();
    for seed in 0..400 {
        let mut edited = spec.clone();
        let edit = KINDS[seed % KINDS.len()](&mut edited, &mut Random(seed as u64));
        if is_elsewhere(&edit) && generated(&edited.to_string()).is_ok() {
            spec = edited;
            made.push(edit.what);
        }
        if made.len() == 16 {
            break;
        }
    }
    assert_eq!(made.len(), 16, "{made:#?}");
    let generated = generated(&spec.to_string()).unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let made_crate = Crate::new(folder, "mutations", &generated.files).unwrap();
    let said = made_crate.check(&["--features", "webhook"]).unwrap();
    assert!(said.is_empty(), "{said}\n{made:#?}");
}
