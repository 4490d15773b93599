//! Tests names: by rule, from the names file, and after edits by a person.

use stripe_codegen::{By, Diagnostics, Version, complete, diff, generate, surface};

use super::reading::case;

const HERD: &str = "
openapi: 3.0.0
info: {title: Farm, version: '1'}
paths:
  /v1/farm/cows:
    post:
      operationId: PostCows
      requestBody:
        content:
          application/x-www-form-urlencoded:
            schema:
              type: object
              properties:
                barn: {type: object, title: barn_param, properties: {door: {type: string}}}
                mood: {type: string, enum: [calm, wild]}
                stall: {type: object, title: barn_param, properties: {door: {type: string}}}
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/farm.cow'}}}}}
  /v1/farm/cows/{cow}:
    get:
      operationId: GetCow
      parameters: [{name: cow, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/farm.cow'}}}}}
components:
  schemas:
    farm.cow:
      type: object
      required: [id]
      properties:
        id: {type: string}
        bell: {$ref: '#/components/schemas/bell'}
        mood: {type: string, enum: [calm, wild]}
    bell: {type: object, properties: {tone: {type: string}}}
";

fn named() -> String {
    complete(HERD, "", None).expect("names").names
}

/// Returns the whole surface as one text.
fn shown(spec: &str, names: &str) -> Result<String, Diagnostics> {
    surface(spec, Some(names)).map(|parts| parts.into_values().collect())
}

#[track_caller]
fn edited(names: &str, from: &str, to: &str) -> String {
    assert!(names.contains(from), "{from}\n{names}");
    names.replacen(from, to, 1)
}

/// Returns the breaking changes that an edit of the names file makes.
fn broken(before: &str, after: &str) -> Vec<(String, By)> {
    let version = |names| Version {
        spec: HERD,
        names: Some(names),
    };
    let diff = diff(version(before), version(after)).expect("both are sound");
    let breaking = diff.breaking();
    breaking
        .map(|change| {
            let cause = change.cause.clone().expect("a break has a cause");
            (change.what.clone(), cause.by)
        })
        .collect()
}

#[test]
fn the_rule_names_a_part_after_its_owner() {
    let expected = "\
# What every type of the generated crate is called, and which places of the spec are this type.
# Added to by machine, changed by people only.
farm:
  Cow:
    at:
    - farm.cow
  CowBarnParams:
    at:
    - POST /v1/farm/cows barn
    - POST /v1/farm/cows stall
  CowBell:
    at:
    - bell
  CowMood:
    at:
    - farm.cow mood
    - POST /v1/farm/cows mood
";
    assert_eq!(named(), expected);
}

#[test]
fn a_person_renames_a_type() {
    let names = named();
    let renamed = edited(&names, "  CowBell:", "  BrassBell:");
    let shown = shown(HERD, &renamed).expect("it is sound");
    assert!(shown.contains("struct BrassBell") && !shown.contains("CowBell"));
    let broken = broken(&names, &renamed);
    assert!(
        broken
            .iter()
            .any(|(what, _)| what == "is now `farm::BrassBell`"),
        "{broken:?}"
    );
    assert!(broken.iter().all(|(_, by)| *by == By::Us), "{broken:?}");
    // The name stays.
    assert_eq!(
        complete(HERD, &renamed, Some(HERD)).expect("names").names,
        {
            let mut lines: Vec<&str> = renamed.lines().collect();
            let at = lines
                .iter()
                .position(|line| *line == "  BrassBell:")
                .expect("it");
            let moved: Vec<&str> = lines.drain(at..at + 3).collect();
            let to = lines.iter().position(|line| *line == "farm:").expect("it") + 1;
            lines.splice(to..to, moved);
            lines.join("\n") + "\n"
        }
    );
}

#[test]
fn a_person_moves_a_type() {
    let names = named();
    let bell = "  CowBell:\n    at:\n    - bell\n";
    let moved = edited(&names, bell, "") + "music:\n" + bell;
    assert!(
        shown(HERD, &moved)
            .expect("it is sound")
            .contains("music::CowBell")
    );
    assert!(broken(&names, &moved).iter().all(|(_, by)| *by == By::Us));
}

#[test]
fn a_person_splits_a_type() {
    let names = named();
    let line = "    - POST /v1/farm/cows stall\n";
    let split = edited(&names, line, "") + "  CowStallParams:\n    at:\n" + line;
    let shown = shown(HERD, &split).expect("it is sound");
    assert!(shown.contains("stall: farm::CowStallParams"), "{shown}");
    assert!(shown.contains("barn: farm::CowBarnParams"), "{shown}");
    let broken = broken(&names, &split);
    assert!(
        !broken.is_empty() && broken.iter().all(|(_, by)| *by == By::Us),
        "{broken:?}"
    );
}

#[test]
fn a_person_joins_two_types() {
    let names = named();
    let line = "    - POST /v1/farm/cows stall\n";
    let apart = edited(&names, line, "") + "  CowStallParams:\n    at:\n" + line;
    let joined = edited(&apart, "  CowStallParams:\n    at:\n", "").replace(line, "");
    let joined = edited(
        &joined,
        "    - POST /v1/farm/cows barn\n",
        &format!("    - POST /v1/farm/cows barn\n{line}"),
    );
    assert_eq!(joined, names);
    let broken = broken(&apart, &joined);
    assert!(
        broken
            .iter()
            .any(|(what, _)| what == "is now `farm::CowBarnParams`"),
        "{broken:?}"
    );
}

#[test]
fn a_person_says_of_what_one_is_sent() {
    let names = named();
    let one_of = edited(
        &names,
        "  CowBarnParams:\n",
        "  CowBarnParams:\n    one_of:\n      door: {bell: low}\n      wall: {}\n",
    );
    let code = |names: &str| {
        let generated = generate(HERD, Some(names), "farm").expect("it is sound");
        let files: Vec<String> = generated.files.into_values().collect();
        files.concat()
    };
    let (before, after) = (code(&names), code(&one_of));
    assert!(before.contains("pub fn new() -> Self"), "{before}");
    let made = "pub fn door(door: impl Into<String>) -> Self {\n        \
                Self(Params::new().with(\"bell\", \"low\").with(\"door\", ";
    assert!(after.contains(made), "{after}");
    // Neither `new` nor `default`, which would send none of them.
    assert!(!after.contains("pub fn new() -> Self"), "{after}");
    assert!(!after.contains("PartialEq, Default)]\npub struct CowBarnParams"));
    let broken = broken(&names, &one_of);
    let what: Vec<&str> = broken.iter().map(|(what, _)| what.as_str()).collect();
    assert_eq!(
        what,
        ["the setter `door` is now a constructor", "`new` is gone"]
    );
    assert!(broken.iter().all(|(_, by)| *by == By::Us), "{broken:?}");
}

#[test]
fn a_joined_type_is_the_union_of_its_places() {
    let spec = HERD.replace(
        "stall: {type: object, title: barn_param, properties: {door: {type: string}}}",
        "stall: {type: object, title: stall_param, required: [door], properties: {door: {type: string}, straw: {type: boolean, description: Fresh.}}}",
    );
    let files = generate(&spec, Some(&named()), "farm")
        .expect("files")
        .files;
    let text: String = files.into_values().collect();
    // Not all places of the type require the field, or have it.
    assert!(text.contains("pub fn door(mut self"), "{text}");
    assert!(text.contains("Only in `stall`."), "{text}");
    let version = |spec, names| Version {
        spec,
        names: Some(names),
    };
    let names = named();
    let diff = diff(version(HERD, &names), version(&spec, &names)).expect("both are sound");
    // The compiler does not notice this change, but it breaks callers.
    let [change] = diff.breaking().collect::<Vec<_>>()[..] else {
        panic!("{}", diff.text());
    };
    assert_eq!(change.place, "client.farm().cows().create()");
    assert!(
        change.what.starts_with("`door` is required now"),
        "{}",
        change.what
    );
    assert!(!change.is_ours());
}

#[test]
fn a_wrong_names_file_says_where() {
    let names = named();
    for (from, to, line, says) in [
        (
            "    - bell\n",
            "    - bell\n    - farm.cow mood\n",
            17,
            "is `farm::CowBell` already",
        ),
        (
            "    - bell\n",
            "    - bell\n    - farm.bull\n",
            14,
            "the spec has no type at `farm.bull`",
        ),
        ("  CowBell:", "  Cow:", 11, "appears twice"),
        ("  CowBell:", "  Option:", 11, "would hide a type"),
        (
            "  CowBell:",
            "  CreateCow:",
            11,
            "the builder of an operation",
        ),
        ("  CowBell:", "  Cows:", 11, "a service"),
        ("  CowBell:", "  CowId:", 11, "the newtype of an id"),
        ("  CowBell:", "  cowBell:", 11, "UpperCamelCase"),
        (
            "  CowBell:\n",
            "  CowBell:\n    doc: A bell.\n",
            12,
            "`doc` is not a key of a type",
        ),
        ("farm:", "client:", 3, "can't be the name of a module"),
    ] {
        let wrong = edited(&names, from, to);
        let found = shown(HERD, &wrong).expect_err(to);
        let found: Vec<_> = found.iter().collect();
        let told = found.iter().find(|wrong| wrong.message.contains(says));
        let told = told.unwrap_or_else(|| panic!("{to}: {found:#?}"));
        assert_eq!(told.file, "names.yaml", "{told}");
        assert_eq!(told.position.map(|at| at.line), Some(line), "{told}");
    }
}

#[test]
fn a_place_without_a_name_says_which_command_gives_it_one() {
    let names = edited(&named(), "  CowBell:\n    at:\n    - bell\n", "");
    let found = shown(HERD, &names)
        .expect_err("a bell has no name")
        .to_string();
    assert!(found.contains("`bell` has no name"), "{found}");
    assert!(found.contains("cargo xtask spec"), "{found}");
}

#[test]
fn removed_places_are_deleted_and_listed() {
    let spec = HERD.replace("        bell: {$ref: '#/components/schemas/bell'}\n", "");
    let completed = complete(&spec, &named(), Some(HERD)).expect("names");
    assert!(!completed.names.contains("CowBell"), "{}", completed.names);
    let notes: Vec<String> = completed.notes.iter().map(ToString::to_string).collect();
    assert!(
        notes.contains(&"`farm::CowBell` is gone, with all its places".to_owned()),
        "{notes:?}"
    );
}

/// Returns the names after an update from `old` to `new`, and the diff.
pub(super) fn updated(old: &str, new: &str) -> (String, stripe_codegen::Diff) {
    let was = complete(old, "", None).expect("names").names;
    let is = complete(new, &was, Some(old)).expect("names").names;
    let version = |spec, names| Version {
        spec,
        names: Some(names),
    };
    let diff = diff(version(old, &was), version(new, &is)).expect("both are sound");
    (is, diff)
}

#[test]
fn a_renamed_component_keeps_its_type() {
    let new = HERD
        .replace("schemas/bell'", "schemas/cow_bell'")
        .replace("\n    bell: {", "\n    cow_bell: {");
    let (names, diff) = updated(HERD, &new);
    assert!(
        names.contains("  CowBell:\n    at:\n    - cow_bell\n"),
        "{names}"
    );
    assert_eq!(diff.changes, []);
}

#[test]
fn what_is_lost_where_two_components_take_the_place_of_one_is_told() {
    let herd = |bells: &str, of_cow: &str, of_bull: &str| {
        HERD.replace(
            "    bell: {type: object, properties: {tone: {type: string}}}\n",
            &format!(
                "    farm.bull: {{type: object, properties: {{bell: {{$ref: '#/components/schemas/{of_bull}'}}}}}}\n{bells}"
            ),
        )
        .replace(
            "bell: {$ref: '#/components/schemas/bell'}\n",
            &format!(
                "bell: {{$ref: '#/components/schemas/{of_cow}'}}\n        bull: {{$ref: '#/components/schemas/farm.bull'}}\n"
            ),
        )
    };
    let bell = |name: &str, more: &str| {
        format!(
            "    {name}: {{type: object, properties: {{tone: {{type: string}}, clapper: {{type: object, properties: {{{more}}}}}}}}}\n"
        )
    };
    let both = "size: {type: integer}, wood: {type: string}";
    let one = "wood: {type: string}";
    let old = herd(&bell("bell", both), "bell", "bell");
    let new = [bell("bull_bell", both), bell("cow_bell", one)].concat();
    let new = herd(&new, "cow_bell", "bull_bell");
    let (names, diff) = updated(&old, &new);
    assert!(
        names.contains("    - bull_bell\n    - cow_bell\n"),
        "{names}"
    );
    let [change] = diff.breaking().collect::<Vec<_>>()[..] else {
        panic!("{}", diff.text());
    };
    assert!(!change.is_ours());
    assert_eq!(change.name, "size");
    assert!(
        change
            .what
            .contains("`size` is gone, in `cow_bell clapper`"),
        "{}",
        change.what
    );
}

#[test]
fn a_second_alternative_leaves_the_first_its_type() {
    let new = HERD.replace(
        "stall: {type: object, title: barn_param, properties: {door: {type: string}}}",
        "stall: {anyOf: [{type: object, title: barn_param, properties: {door: {type: string}}}, {type: string}]}",
    );
    let (names, _) = updated(HERD, &new);
    assert!(
        names.contains("    - POST /v1/farm/cows barn\n    - POST /v1/farm/cows stall|object\n"),
        "{names}"
    );
    let (back, _) = updated(&new, HERD);
    assert!(back.contains("    - POST /v1/farm/cows stall\n"), "{back}");
}

#[test]
fn an_old_field_is_not_boxed_by_a_new_one() {
    let (names, diff) = updated(
        &case("diff_box_moved2_old.yaml"),
        &case("diff_box_moved2_new.yaml"),
    );
    assert_eq!(diff.breaking().count(), 0, "{}", diff.text());
    assert!(names.contains("boxed: [cow]"), "{names}");
    // A type that contains itself, directly and through a `MaybeDeleted`.
    let cow = |fields: &str| {
        HERD.replace(
            "        bell: {$ref: '#/components/schemas/bell'}\n",
            &format!("        bell: {{$ref: '#/components/schemas/bell'}}\n{fields}"),
        )
    };
    for fields in [
        "        mother: {$ref: '#/components/schemas/farm.cow'}\n",
        "        twin: {anyOf: [{$ref: '#/components/schemas/farm.cow'}, {$ref: '#/components/schemas/bell'}], x-expansionResources: {}}\n",
    ] {
        let (_, diff) = updated(HERD, &cow(fields));
        assert_eq!(diff.breaking().count(), 0, "{}", diff.text());
    }
}

#[test]
fn a_new_value_leaves_an_old_one_its_variant() {
    let (names, diff) = updated(
        &case("diff_enum_value_case_added_old.yaml"),
        &case("diff_enum_value_case_added_new.yaml"),
    );
    assert_eq!(diff.breaking().count(), 0, "{}", diff.text());
    assert!(names.contains("a-b: AB\n"), "{names}");
    let shown = shown(&case("diff_enum_value_case_added_new.yaml"), &names).expect("it is sound");
    assert!(
        shown.contains("AB = a-b\n") && shown.contains("= a_b\n"),
        "{shown}"
    );
}

#[test]
fn equal_rust_names_are_a_line_for_the_maintainer() {
    let spec = case("enum_case.yaml");
    let found = generate(&spec, None, "farm").expect_err("two values, one variant");
    let help = found
        .iter()
        .map(|wrong| wrong.help.clone())
        .collect::<String>();
    assert!(help.contains("variants: {\"asc\":"), "{found}");
    let names =
        "cow:\n  Cow:\n    at: [cow]\n  CowV:\n    variants: {asc: Ascending}\n    at: [cow v]\n";
    let shown = shown(&spec, names).expect("it is sound");
    assert!(
        shown.contains("Asc = ASC\n") && shown.contains("Ascending = asc\n"),
        "{shown}"
    );
}

#[test]
fn letters_that_rust_does_not_have_are_spelled_out() {
    let shown: String = surface(&case("enum_sup.yaml"), None)
        .expect("it is sound")
        .into_values()
        .collect();
    assert!(
        shown.contains("M = m\n") && shown.contains("= m²\n"),
        "{shown}"
    );
}

#[test]
fn moving_a_parameter_to_its_path_is_no_change() {
    let (_, diff) = updated(
        &case("diff_param_to_pathlevel_old.yaml"),
        &case("diff_param_to_pathlevel_new.yaml"),
    );
    assert!(
        diff.changes.iter().all(|change| !change.is_breaking()),
        "{}",
        diff.text()
    );
}

#[test]
fn recursion_without_an_object_is_a_diagnostic() {
    for (name, says) in [
        ("rec_map.yaml", "`tree` contains itself"),
        ("rec_anyof_self.yaml", "no `object` property"),
    ] {
        let found = generate(&case(name), None, "farm").expect_err(name);
        let found = found.iter().find(|wrong| wrong.message.contains(says));
        assert!(
            found.is_some_and(|wrong| wrong.position.is_some()),
            "{name}"
        );
    }
}

#[test]
fn the_lowest_success_with_json_is_the_answer() {
    for name in ["two_2xx_202first.yaml", "resp_charset.yaml"] {
        let made = generate(&case(name), None, "farm").expect(name);
        assert_eq!((made.operations, made.left_out.len()), (2, 0), "{name}");
    }
    let spec = case("two_2xx_202first.yaml");
    for (code, media) in [
        ("2XX", "application/json"),
        ("default", "Application/JSON"),
        ("201", "application/json ; charset=utf-8"),
    ] {
        let spec = spec.replace("'202': {description: later}, '200'", &format!("'{code}'"));
        let spec =
            spec.replacen("application/json", media, 2)
                .replacen(media, "application/json", 1);
        let made = generate(&spec, None, "farm").unwrap_or_else(|found| panic!("{code}: {found}"));
        assert_eq!(
            (made.operations, made.left_out.len()),
            (2, 0),
            "{code} {media}"
        );
    }
}

#[test]
fn one_name_for_two_parameters_is_a_line_for_the_maintainer() {
    let found =
        generate(&case("param_dup_query_body.yaml"), None, "farm").expect_err("two setters");
    let help = found
        .iter()
        .map(|wrong| wrong.help.clone())
        .collect::<String>();
    assert!(help.contains("`POST /v1/cows/{}: {params: {"), "{found}");
}

#[test]
fn null_behind_a_reference_or_in_a_container_is_an_option() {
    let shown: String = surface(&case("nullable_comp.yaml"), None)
        .expect("it is sound")
        .into_values()
        .collect();
    for field in ["s: Option<", "e: Option<", "t: Option<String>"] {
        assert!(shown.contains(field), "{shown}");
    }
    let shown: String = surface(&case("nullable_items.yaml"), None)
        .expect("it is sound")
        .into_values()
        .collect();
    for field in [
        "s: Option<Vec<Option<String>>>",
        "m: Option<Map<Option<String>>>",
        "e: Option<Vec<Option<cow::",
    ] {
        assert!(shown.contains(field), "{shown}");
    }
}

#[test]
fn bounds_do_not_matter_to_a_number() {
    let shown: String = surface(&case("int_max_float.yaml"), None)
        .expect("it is sound")
        .into_values()
        .collect();
    assert!(shown.contains("n: Option<i64>"), "{shown}");
}

#[test]
fn names_that_the_crate_needs_are_avoided() {
    for (name, file) in [
        ("name_events.yaml", "events_/events.rs"),
        ("name_option.yaml", "option/option_resource.rs"),
        ("ns_farm.mod.yaml", "farm/mod_.rs"),
    ] {
        let made = generate(&case(name), None, "farm").expect(name);
        let files: Vec<_> = made
            .files
            .keys()
            .map(|path| path.display().to_string())
            .collect();
        assert!(files.iter().any(|path| path == file), "{name}: {files:?}");
    }
}
