//! Takes in a made-up version with every kind of change: the first run prints all decisions, and
//! after those edits the second run succeeds.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::tests::{edit_upstream, repository, run, snapshots};
use crate::{screen, source, spec};

const UPSTREAM: &str = "
openapi: 3.0.0
info: {title: Pets, version: 2026-01-01.old}
paths:
  /v1/pets:
    get:
      operationId: GetPets
      parameters:
      - {name: kind, in: query, required: false, schema: {type: string}}
      - {name: gone, in: query, required: false, schema: {type: string}}
      responses:
        '200':
          description: ok
          content: {application/json: {schema: {$ref: '#/components/schemas/pet'}}}
  /v1/hooks:
    post: {operationId: PostHooks, events: {enum: [pet.born, shop.opened]}}
components:
  schemas:
    kinds: {type: string, enum: [bank]}
    shop:
      type: object
      x-resourceId: shop
      required: [id, object]
      properties: {id: {type: string}, object: {type: string, enum: [shop]}}
    pet:
      type: object
      x-resourceId: pet
      required: [id, object, mood]
      properties:
        id: {type: string}
        object: {type: string, enum: [pet]}
        age: {type: integer}
        mood: {type: string, enum: [merry, sad]}
        lost: {type: string}
        shop: {$ref: '#/components/schemas/shop'}
";

const RULES: &str = "
# About this file.
api_version: 2026-01-01.old
descriptions: drop
event_types: /paths/~1v1~1hooks/post/events
payment_methods: {types: /components/schemas/kinds, keep: [bank]}
raw:
  - place: pet shop
    to: [shop]
    why: Shops are none of ours.
features:
  default:
    operations:
      - /v1/pets**
    events:
      - pet.*
    resources:
      - pet
";

const DOCS: &str = "
overlay: 1.0.0
info: {title: Pets, version: 1.0.0}
actions:
  - target: $.paths['/v1/pets'].get
    update:
      description: Lists pets.
  - target: $.paths['/v1/pets'].get.parameters[?@.name == 'kind']
    update:
      description: The kind.
  - target: $.paths['/v1/pets'].get.parameters[?@.name == 'gone']
    update:
      description: What goes.
  - target: $['x-events']
    update:
      pet.born:
        description: A pet is born.
  - target: $.components.schemas.pet
    update:
      description: A pet.
      properties:
        id:
          description: The id.
        object:
          description: The kind of object.
        age:
          description: How old it is.
        lost:
          description: >-
            What goes,

            in two paragraphs.
        mood:
          description: How it feels.
          x-enum-descriptions:
            merry: Well.
            sad: Not so well.
        shop:
          description: Where it is from.
";

/// Every kind of change: a resource, an operation, fields, values and events are new, a required
/// field is optional, a field and a parameter are gone, and a field has another type.
const CHANGES: &[(&str, &str)] = &[
    ("2026-01-01.old", "2026-02-01.new"),
    (
        "  /v1/hooks:",
        "  /v1/pets/{pet}/toys:
    get:
      operationId: GetPetsPetToys
      parameters:
      - {name: pet, in: path, required: true, schema: {type: string}}
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema:
                type: object
                required: [data, has_more, object, url]
                properties:
                  data: {type: array, items: {$ref: '#/components/schemas/toy'}}
                  has_more: {type: boolean}
                  object: {type: string, enum: [list]}
                  url: {type: string}
  /v1/hooks:",
    ),
    (
        "    pet:\n",
        "    toy:
      type: object
      x-resourceId: toy
      required: [id, object, colour]
      properties:
        id: {type: string}
        object: {type: string, enum: [toy]}
        colour: {type: string, enum: [blue, '1 red']}
        maker: {anyOf: [{type: string}, {$ref: '#/components/schemas/shop'}]}
    pet:\n",
    ),
    (
        "      - {name: gone, in: query, required: false, schema: {type: string}}\n",
        "      - name: born
        in: query
        schema:
          anyOf:
          - {title: range, type: object, properties: {gt: {type: integer}}}
          - {type: integer}\n",
    ),
    ("        lost: {type: string}\n", ""),
    ("required: [id, object, mood]", "required: [id, object]"),
    ("age: {type: integer}", "age: {type: string}"),
    ("enum: [merry, sad]", "enum: [merry, calm]"),
    (
        "[pet.born, shop.opened]",
        "[pet.born, pet.fed, shop.opened]",
    ),
    (
        "        shop: {$ref: '#/components/schemas/shop'}\n",
        "        shop: {$ref: '#/components/schemas/shop'}
        seller: {anyOf: [{type: string}, {$ref: '#/components/schemas/shop'}]}
        extra: {type: object}\n",
    ),
];

/// The names that the final summary has to contain.
const NAMED: &[&str] = &[
    "/v1/pets/{pet}/toys",
    "Toy",
    "extra",
    "seller",
    "born",
    "Calm",
    "PetFed",
    "mood",
    "age",
    "lost",
    "Sad",
    "gone",
];

fn committed() -> TempDir {
    repository(UPSTREAM, RULES, DOCS)
}

/// Returns the screen of an update that stopped.
fn stopped(root: &Path) -> String {
    let inputs = spec::Inputs::of(&root.join("spec")).expect("they are listed");
    let inputs = inputs.read().expect("they are there");
    let from = root.join("upstream.yaml").display().to_string();
    let upstream = source::read(&from).expect("it is there");
    let found = inputs
        .subset(&upstream, None)
        .expect_err("people have to decide");
    screen::stopped(&found, "cargo xtask update")
}

/// Makes the edits that the screen asks for, as a person would, from the top to the bottom.
fn make_the_edits(root: &Path, screen: &str, filled_in: &str) {
    let (_, body) = screen.split_once("WHAT NEEDS A HUMAN").expect("a screen");
    let (body, _) = body.split_once("\nWHAT TO RUN NEXT").expect("an end");
    let mut file = root.join("nowhere");
    let mut lines = body.lines().peekable();
    while let Some(line) = lines.next() {
        let number = |text: &str| {
            text.trim_end_matches(['.', ':'])
                .parse::<usize>()
                .expect("a number")
        };
        if line.starts_with("spec/") || line.starts_with('/') {
            file = root.join(line);
        } else if let Some(at) = line.strip_prefix("  Delete line ") {
            delete(&file, number(at), number(at));
        } else if let Some(range) = line.strip_prefix("  Delete lines ") {
            let (from, to) = range.split_once(" to ").expect("two numbers");
            delete(&file, number(from), number(to));
        } else if line == "  Make this file, with:" || line.starts_with("  Add after line ") {
            let at = line.strip_prefix("  Add after line ").map_or(0, number);
            assert_eq!(lines.next(), Some(""));
            let mut text = String::new();
            while let Some(line) = lines.next_if(|line| !line.is_empty()) {
                text.push_str(&line.replace("TODO", filled_in));
                text.push('\n');
            }
            insert(&file, at, &text);
        }
    }
}

fn delete(file: &Path, from: usize, to: usize) {
    let text = fs::read_to_string(file).expect("a file");
    let lines = text.split_inclusive('\n').enumerate();
    let left = lines.filter(|(index, _)| !(from..=to).contains(&(index + 1)));
    fs::write(file, left.map(|(_, line)| line).collect::<String>()).expect("a file");
}

fn insert(file: &Path, after: usize, more: &str) {
    let text = if after == 0 {
        assert!(!file.exists(), "{} is there", file.display());
        String::new()
    } else {
        fs::read_to_string(file).expect("a file")
    };
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    lines.insert(after, more);
    fs::write(file, lines.concat()).expect("a file");
}

#[test]
fn two_runs_take_in_every_kind_of_change() {
    let folder = committed();
    let root = folder.path();
    for (from, to) in CHANGES {
        edit_upstream(root, from, to);
    }
    let error = run(root, &snapshots)
        .expect_err("people have to decide")
        .to_string();
    assert!(error.starts_with("problems: "), "{error}");
    let screen = stopped(root);
    for way_out in ["`toy`", "`pet seller`", "`pet extra`", "`toy maker`"] {
        assert!(screen.contains(way_out), "{way_out}: {screen}");
    }

    make_the_edits(root, &screen, "Said.");
    let screen = run(root, &snapshots)
        .unwrap_or_else(|error| panic!("{error}\n{screen}\n{}", stopped(root)));
    for name in NAMED {
        assert!(screen.contains(name), "{name}: {screen}");
    }
    // The entries that were there before are unchanged.
    let rules = fs::read_to_string(root.join("spec/subset.yaml")).expect("a file");
    for line in RULES
        .lines()
        .filter(|line| !line.starts_with("api_version"))
    {
        assert!(rules.contains(line), "{line}: {rules}");
    }
    assert!(rules.contains("\n      - pet\n      - toy\n"), "{rules}");
    let docs = fs::read_to_string(root.join("spec/overlay/docs.yaml")).expect("a file");
    for gone in ["gone", "lost", "paragraphs", "Not so well"] {
        assert!(!docs.contains(gone), "{docs}");
    }
}

#[test]
fn unfilled_todos_stop_the_second_run() {
    let folder = committed();
    let root = folder.path();
    for (from, to) in CHANGES {
        edit_upstream(root, from, to);
    }
    let screen = stopped(root);
    make_the_edits(root, &screen, "TODO");
    let error = run(root, &snapshots)
        .expect_err("nothing is said")
        .to_string();
    let todo = screen.matches(": TODO").count();
    assert_eq!(
        error,
        format!("problems: {todo}; nothing was written"),
        "{}",
        stopped(root)
    );
}
