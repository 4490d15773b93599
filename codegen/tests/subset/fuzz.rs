//! Runs the generator on random inputs. It never panics, and every part of the input is in the
//! output or in a diagnostic. By default a few inputs; `FUZZ_SECONDS` sets a time instead.

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;
use std::time::{Duration, Instant};

use fastrand::Rng;
use serde_json::{Map, Value, json};

use crate::reading::case;
use crate::support::{DOCS, RULES, run, spec};

const SEED: u64 = 20;

/// Calls `work` with a random generator: for a number of rounds, or for the time set by
/// `FUZZ_SECONDS`.
pub(crate) fn rounds(count: usize, mut work: impl FnMut(&mut Rng)) {
    let mut random = Rng::with_seed(SEED);
    let seconds = std::env::var("FUZZ_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok());
    match seconds {
        Some(seconds) => {
            let end = Instant::now() + Duration::from_secs(seconds);
            while Instant::now() < end {
                work(&mut random);
            }
        }
        None => (0..count).for_each(|_| work(&mut random)),
    }
}

fn pick<'a, T>(random: &mut Rng, all: &'a [T]) -> &'a T {
    &all[random.usize(..all.len())]
}

/// Pieces of text with a meaning for a parser.
const BITS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "- ",
    "\n",
    "  ",
    "\t",
    "\"",
    "'",
    "#",
    "&a ",
    "*a",
    "<<: ",
    "!t ",
    "|",
    ">",
    "---\n",
    "...",
    "? ",
    "%",
    "@",
    "`",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "é",
    "🐄",
    "null",
    "~",
    "true",
    "no",
    "1e999",
    ".nan",
    "-0",
    "0x1F",
    "1_000",
    "12:30",
    "2001-01-01",
    "$ref",
    "x-sensitive",
    "\\",
    "\\u0000",
    "\\ud800",
    "[[[[[[[[",
    "{{{{{{",
];

/// Returns `text` with pieces removed, doubled, swapped or added.
fn mutated_text(random: &mut Rng, text: &str) -> String {
    let mut text: Vec<char> = text.chars().collect();
    for _ in 0..random.usize(1..5) {
        let at = random.usize(..=text.len());
        let end = (at + random.usize(..12)).min(text.len());
        match random.u8(..6) {
            0 => drop(text.drain(at..end)),
            1 => {
                let copy: Vec<char> = text[at..end].to_vec();
                text.splice(at..at, copy);
            }
            2 => text.truncate(at),
            3 => {
                let lines: Vec<usize> = (0..text.len()).filter(|at| text[*at] == '\n').collect();
                if let Some(line) = lines.get(random.usize(..lines.len().max(1))) {
                    let spaces = vec![' '; random.usize(1..4)];
                    text.splice(line + 1..line + 1, spaces);
                }
            }
            _ => {
                let bit: Vec<char> = pick(random, BITS).chars().collect();
                text.splice(at..at, bit);
            }
        }
    }
    text.into_iter().collect()
}

/// Adds pointers to all nodes of `value`.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let key = key.replace('~', "~0").replace('/', "~1");
                places(value, &format!("{at}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// Returns a random value, which often has a meaning at its place.
fn anything(random: &mut Rng, root: &Value) -> Value {
    let all = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5),
        json!(""),
        json!("x"),
        json!([]),
        json!({}),
        json!(["a", "a"]),
        json!({"$ref": "#/components/schemas/pet"}),
        json!({"$ref": "#/components/schemas/gone"}),
        json!({"$ref": "#/paths"}),
        json!({"$ref": "#"}),
        json!({"$ref": 5}),
        json!({"type": "string", "enum": ["a", "A", "", null, true]}),
        json!({"type": "object", "additionalProperties": {"$ref": "#/components/schemas/pet"}}),
        json!({"type": "array", "items": {"type": "integer", "maximum": 1.5}}),
        json!({"type": "object", "nullable": true, "properties": {"a b": {"type": "boolean"}}}),
        json!({"anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/pet"}]}),
        json!({"allOf": [{}, {}], "not": {}}),
        json!({"description": "<p>`[x]</p>", "type": "string"}),
    ];
    if random.u8(..4) > 0 {
        return pick(random, &all).clone();
    }
    // Copies a value from elsewhere in the document.
    let mut found = Vec::new();
    places(root, "", &mut found);
    let place: &String = pick(random, &found);
    let copy = root.pointer(place).cloned().unwrap_or_default();
    if copy.to_string().len() > 4_000 {
        Value::Null
    } else {
        copy
    }
}

fn mutated_tree(random: &mut Rng, root: &Value) -> Value {
    let mut tree = root.clone();
    for _ in 0..random.usize(1..4) {
        let mut found = Vec::new();
        places(&tree, "", &mut found);
        let at = pick(random, &found).clone();
        let new = anything(random, root);
        let key = pick(
            random,
            &[
                "type",
                "x",
                "$ref",
                "properties",
                "nullable",
                "in",
                "x-name",
                "a/b",
                "",
            ],
        );
        match tree.pointer_mut(&at) {
            Some(Value::Object(map)) if random.bool() => match random.u8(..3) {
                0 => drop(map.insert((*key).to_owned(), new)),
                1 => {
                    let keys: Vec<String> = map.keys().cloned().collect();
                    if !keys.is_empty() {
                        map.remove(pick(random, &keys));
                    }
                }
                _ => {
                    let keys: Vec<String> = map.keys().cloned().collect();
                    if !keys.is_empty()
                        && let Some(value) = map.remove(pick(random, &keys))
                    {
                        map.insert((*key).to_owned(), value);
                    }
                }
            },
            Some(Value::Array(items)) if random.bool() => {
                let at = random.usize(..=items.len());
                items.insert(at, new);
            }
            Some(node) => *node = new,
            None => {}
        }
    }
    tree
}

/// Runs `work`, and prints `input` if it panics.
fn survives<T>(input: &[&str], work: impl FnOnce() -> T + std::panic::UnwindSafe) -> T {
    catch_unwind(work).unwrap_or_else(|_| panic!("it panics on:\n{}", input.join("\n=====\n")))
}

fn told(text: &str, wrong: &stripe_codegen::Diagnostics, input: &str) {
    assert!(
        wrong.iter().count() > 0,
        "an error without a problem: {input}"
    );
    let lines = input.lines().count().max(1);
    for wrong in wrong.iter() {
        assert!(
            !wrong.message.is_empty() && !wrong.help.is_empty(),
            "{wrong}: {text}"
        );
        if let Some(at) = wrong.position {
            assert!(
                (1..=lines + 1).contains(&(at.line as usize)) && at.column > 0,
                "{wrong}: {input}"
            );
        }
    }
}

fn bases() -> Vec<Value> {
    let mut bases = vec![spec()];
    for name in [
        "ref_body.yaml",
        "merge_props.yaml",
        "pathlevel_query_only.yaml",
    ] {
        bases.push(serde_yaml::from_str(&case(name)).expect("YAML"));
    }
    bases
}

/// Runs the generator. Refused specs are accepted.
fn generate(text: &str) {
    let made = survives(&[text], || stripe_codegen::generate(text, None, "farm"));
    if let Err(wrong) = made {
        told("generate", &wrong, text);
    }
}

#[test]
fn any_text_is_read_or_refused() {
    let documents = [
        case("merge_props.yaml"),
        case("ref_body.yaml"),
        case("dup_prop.json"),
        serde_yaml::to_string(&spec()).expect("YAML"),
        spec().to_string(),
    ];
    rounds(20, |random| {
        let text = pick(random, &documents);
        let text = mutated_text(random, text);
        let all = survives(&[&text], || run(&text, RULES, &[DOCS]));
        if let Err(wrong) = all {
            for wrong in wrong.iter().filter(|wrong| wrong.file == "spec.json") {
                told("subset", &wrong.clone().into(), &text);
            }
        }
        generate(&text);
    });
}

#[test]
fn any_tree_is_made_or_refused() {
    let bases = bases();
    rounds(20, |random| {
        let base = pick(random, &bases);
        let text = mutated_tree(random, base).to_string();
        generate(&text);
        _ = survives(&[&text], || {
            run(&text, "features: {default: {operations: [/**]}}", &[])
        });
        _ = survives(&[&text], || run(&text, RULES, &[DOCS]));
        _ = survives(&[&text], || stripe_codegen::diff(&text, &base.to_string()));
    });
}

#[test]
fn any_rules_and_overlays_are_taken_or_refused() {
    let spec = spec().to_string();
    let targets = [
        "$",
        "$..*",
        "$.paths.*.*",
        "$..properties",
        "$..properties.*",
        "$..[?@.type]",
        "$..[0]",
        "$..[-1,0]",
        "$.components.schemas[*]",
        "$.components.schemas.pet.required[2,0,0]",
        "$['x-events'].*",
        "$..parameters[::2]",
        "$.components.schemas.pett",
        "$.paths['/v1/pet'].get",
        "$..[?@.name=='pe', ?@.in<'q']",
        "$[",
        "$..[?(@.a)]",
        "",
    ];
    let overlay: Value = serde_yaml::from_str(DOCS).expect("YAML");
    let rules: Value = serde_yaml::from_str(RULES).expect("YAML");
    rounds(20, |random| {
        let mut actions = Vec::new();
        for _ in 0..random.usize(1..4) {
            let mut action = Map::new();
            action.insert("target".to_owned(), json!(pick(random, &targets)));
            if random.bool() {
                action.insert("remove".to_owned(), json!(true));
            } else {
                action.insert("update".to_owned(), anything(random, &rules));
            }
            actions.push(Value::Object(action));
        }
        let made =
            json!({"overlay": "1.0.0", "info": {"title": "x", "version": "1"}, "actions": actions})
                .to_string();
        let broken = mutated_text(random, DOCS);
        let shaken = mutated_tree(random, &overlay).to_string();
        let own = mutated_tree(random, &rules).to_string();
        let text = mutated_text(random, RULES);
        let cuts: Vec<Value> = (0..random.usize(..3))
            .map(|_| json!({"target": pick(random, &targets), "why": "x"}))
            .collect();
        let mut cut = rules.clone();
        cut["cuts"] = json!(cuts);
        let cut = cut.to_string();
        for (rules, overlays) in [
            (RULES, vec![&*made, DOCS]),
            (RULES, vec![DOCS, &*made]),
            (RULES, vec![&*broken]),
            (RULES, vec![&*shaken]),
            (&*own, vec![DOCS]),
            (&*text, vec![DOCS]),
            (&*cut, vec![DOCS, &*made]),
        ] {
            let made = survives(&[rules, overlays[0]], || run(&spec, rules, &overlays));
            match made {
                Ok(subset) => generate(&subset.yaml),
                Err(wrong) => assert!(wrong.iter().all(|wrong| !wrong.help.is_empty()), "{wrong}"),
            }
        }
    });
}

fn schema(random: &mut Rng, word: &mut dyn FnMut(&mut Rng) -> String, depth: usize) -> Value {
    match random.u8(..if depth > 3 { 4 } else { 7 }) {
        0 => json!({"type": "string"}),
        1 => json!({"type": "integer", "nullable": true}),
        2 => json!({"type": "string", "enum": [word(random), word(random)]}),
        3 => json!({"type": "boolean"}),
        4 => json!({"type": "array", "items": schema(random, word, depth + 1)}),
        5 => json!({"type": "object", "additionalProperties": schema(random, word, depth + 1)}),
        _ => {
            let mut properties = Map::new();
            for _ in 0..random.usize(1..4) {
                properties.insert(word(random), schema(random, word, depth + 1));
            }
            json!({"type": "object", "properties": properties})
        }
    }
}

/// Returns a spec in which every name is a unique word, and these words.
fn marked(random: &mut Rng) -> (Value, Vec<String>) {
    let mut words = Vec::new();
    let mut word = |random: &mut Rng| {
        let letters: String = (0..6).map(|_| random.char('b'..='x')).collect();
        words.push(format!("zq{letters}"));
        words.last().cloned().unwrap_or_default()
    };
    let mut cow = json!({"x-resourceId": "cow", "type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}});
    for _ in 0..random.usize(1..5) {
        let name = word(random);
        cow["properties"][name] = schema(random, &mut word, 0);
    }
    let mut components =
        json!({"schemas": {"cow": cow}, "parameters": {}, "requestBodies": {}, "responses": {}});
    let mut paths = Map::new();
    for _ in 0..random.usize(1..4) {
        let (shared, own) = (word(random), word(random));
        let mut body = Map::new();
        for _ in 0..random.usize(1..4) {
            let name = word(random);
            body.insert(name, schema(random, &mut word, 0));
        }
        let body = json!({"content": {"application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": body}}}});
        let answer = json!({"description": "ok", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/cow"}}}});
        // Each part is written in place, or as a reference.
        let mut part = |kind: &str, name: &str, value: Value| {
            if random.bool() {
                return value;
            }
            components[kind][name] = value;
            json!({"$ref": format!("#/components/{kind}/{name}")})
        };
        let shared_parameter = part(
            "parameters",
            &shared,
            json!({"name": shared, "in": "query", "schema": {"type": "string"}}),
        );
        let own_parameter = part(
            "parameters",
            &own,
            json!({"name": own, "in": "query", "schema": {"type": "integer"}}),
        );
        let body = part("requestBodies", &own, body);
        let answer = part("responses", &own, answer);
        paths.insert(format!("/v1/{own}"), json!({
            "parameters": [shared_parameter],
            "post": {"operationId": format!("Post{own}"), "parameters": [own_parameter], "requestBody": body, "responses": {"200": answer}},
        }));
    }
    let spec = json!({"openapi": "3.0.0", "info": {"title": "Farm", "version": "x"}, "paths": paths, "components": components});
    (spec, words)
}

#[test]
fn every_part_of_the_input_is_in_the_output_or_a_diagnostic() {
    rounds(20, |random| {
        let (spec, words) = marked(random);
        let text = spec.to_string();
        let holds = |output: &str, door: &str| {
            for word in &words {
                assert!(output.contains(word), "{door} lost `{word}` of {text}");
            }
        };
        let said = match stripe_codegen::generate(&text, None, "farm") {
            Ok(made) => {
                let left_out = made.left_out.iter().map(ToString::to_string);
                made.files.into_values().chain(left_out).collect::<String>()
            }
            Err(wrong) => panic!("{wrong}: {text}"),
        };
        holds(&said, "generate");
        let subset = run(&text, "features: {default: {operations: [/v1/**]}}", &[]);
        let subset = subset.unwrap_or_else(|wrong| panic!("{wrong}: {text}"));
        holds(&subset.yaml, "subset");
        // The result is the same by way of a subset.
        let surface = stripe_codegen::surface(&text, None).expect("a surface");
        assert_eq!(
            stripe_codegen::surface(&subset.yaml, None).expect("a surface"),
            surface
        );
    });
}

/// Tests this repository's inputs, and Stripe's whole spec if it is available.
#[test]
fn the_real_inputs_are_taken_or_refused() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |path: &str| fs::read_to_string(root.join(path)).expect("a file of the repository");
    let committed = read("spec/financial_connections.yaml");
    let tree: Value = serde_yaml::from_str(&committed).expect("YAML");
    rounds(1, |random| {
        let text = mutated_text(random, &committed);
        generate(&text);
        generate(&mutated_tree(random, &tree).to_string());
    });

    let path = root.join("../shared/stripe/spec3.2026-05-27.dahlia.json");
    let (Ok(upstream), Ok(_)) = (fs::read_to_string(path), std::env::var("FUZZ_SECONDS")) else {
        return;
    };
    let rules = read("spec/subset.yaml");
    let folder = fs::read_dir(root.join("spec/overlay")).expect("a folder");
    let overlays = folder.map(|file| file.expect("a file").path());
    let mut overlays: Vec<_> = overlays.collect();
    overlays.sort();
    let overlays: Vec<String> = overlays
        .iter()
        .map(|path| fs::read_to_string(path).expect("an overlay"))
        .collect();
    let whole: Value = serde_json::from_str(&upstream).expect("JSON");
    rounds(1, |random| {
        let mut overlays = overlays.clone();
        let one = random.usize(..overlays.len());
        let mut own = rules.clone();
        let mut spec = upstream.clone();
        match random.u8(..4) {
            0 => own = mutated_text(random, &rules),
            1 => overlays[one] = mutated_text(random, &overlays[one]),
            2 => {
                let tree = serde_yaml::from_str(&overlays[one]).expect("YAML");
                overlays[one] = mutated_tree(random, &tree).to_string();
            }
            _ => spec = mutated_tree(random, &whole).to_string(),
        }
        let all: Vec<&str> = overlays.iter().map(String::as_str).collect();
        let made = survives(&[&own, &overlays[one]], || run(&spec, &own, &all));
        match made {
            Ok(subset) => generate(&subset.yaml),
            Err(wrong) => {
                assert!(wrong.iter().all(|wrong| !wrong.help.is_empty()), "{wrong}");
                // Syntax errors are reported alone, and are few here.
                let unreadable = wrong
                    .iter()
                    .any(|wrong| wrong.message.contains("can't be read"));
                assert!(!unreadable || wrong.iter().count() < 10, "{wrong}");
            }
        }
    });
}
