//! Tests the reader of all commands: it recognizes wrong files, and reports positions.

use std::fs;
use std::path::Path;

use crate::support::{DOCS, RULES, located, run, spec};

/// Returns one of the small specs next to the tests.
pub(crate) fn case(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases")
        .join(name);
    fs::read_to_string(path).expect("a case")
}

/// Returns the problems of the spec `text` as `line:column#pointer: message`. All commands report
/// the same ones.
pub(crate) fn wrong(text: &str) -> Vec<String> {
    let lines = |wrong: stripe_codegen::Diagnostics| -> Vec<String> {
        wrong
            .iter()
            .map(|wrong| {
                wrong
                    .to_string()
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect()
    };
    let generated = stripe_codegen::generate(text, None, "farm").map(|_| ());
    let surface = stripe_codegen::surface(text, None).map(|_| ());
    let diff = stripe_codegen::diff(text, text).map(|_| ());
    let generated = generated.map_err(lines).err().unwrap_or_default();
    assert_eq!(surface.map_err(lines).err().unwrap_or_default(), generated);
    let both = diff.map_err(lines).err().unwrap_or_default();
    let both: Vec<String> = both
        .iter()
        .filter_map(|line| line.strip_prefix("old spec").map(str::to_owned))
        .collect();
    assert_eq!(both, generated);
    generated
        .iter()
        .map(|line| line.trim_start_matches(':').to_owned())
        .collect()
}

const FARM: &str = "openapi: 3.0.0
info: {title: Farm, version: x}
paths:
  /v1/cows:
    get:
      operationId: GetCows
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/cow'}}}}}
components:
  schemas:
    cow:
      type: object
      required: [id]
      properties:
        id: {type: string}
";

#[test]
fn files_of_other_kinds_are_recognized() {
    let json = spec().to_string();
    let pretty = serde_json::to_string_pretty(&spec()).expect("JSON");
    let html = "<!DOCTYPE html>\n<html><head><title>403 Forbidden</title></head></html>";
    let lfs = "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 4\n";
    let cases = [
        (String::new(), "1:1#/: the file is empty"),
        ("\u{feff} \n\n".to_owned(), "1:1#/: the file is empty"),
        ("# only a comment\n".to_owned(), "1:1#/: the file is empty"),
        (
            html.to_owned(),
            "1:1#/: this is an HTML page (`403 Forbidden`), not JSON or YAML",
        ),
        (format!("\n\n  {html}"), "3:3#/: this is an HTML page"),
        (
            "<?xml version='1.0'?><Error/>".to_owned(),
            "1:1#/: this is XML",
        ),
        (lfs.to_owned(), "1:1#/: this is a Git LFS pointer"),
        (json[..json.len() / 2].to_owned(), "1:"),
        (
            pretty[..pretty.len() - 2].to_owned(),
            "the JSON is cut off: the end",
        ),
        (
            format!("{pretty}\n{pretty}"),
            "#/: a second JSON document begins after the first",
        ),
        (
            format!("{json} x"),
            "#/: there is something after the end of the JSON document",
        ),
        (
            pretty.replacen("\n}", ",\n}", 1),
            "#/: the JSON has a comma after the last item",
        ),
        (
            json.replacen(':', "=", 1),
            "1:14#/: this JSON can't be read: expected `:`",
        ),
        (
            json.replacen("\"openapi\"", "\"openapi\" /* x */", 1),
            "this JSON can't be read",
        ),
        (
            format!("{FARM}---\n{FARM}"),
            "15:1#/: a second YAML document begins after the first",
        ),
        (
            FARM.replace("  /v1/cows:", "\t/v1/cows:"),
            "4:1#/: this YAML can't be read",
        ),
        (
            FARM.replace("    get:", "   get:\n    x: y"),
            "#/: this YAML can't be read",
        ),
        (
            FARM.replace(
                "    cow:\n",
                "<<<<<<< ours\n    cow:\n=======\n    bull:\n>>>>>>> theirs\n",
            ),
            "10:1#/: a conflict of a git merge is not resolved",
        ),
        (
            "404: Not Found".to_owned(),
            "not an OpenAPI 3.0 document: there is no `openapi`, but `404`",
        ),
        (
            "Moved permanently".to_owned(),
            "document: it is the text `Moved permanently`",
        ),
        (
            "{\"message\": \"x\"}".to_owned(),
            "there is no `openapi`, but `message`",
        ),
        ("[1, 2]".to_owned(), "document: it is a list"),
        (
            "swagger: '2.0'".to_owned(),
            "1:1#/swagger: not an OpenAPI 3.0 document: it is Swagger 2.0",
        ),
        (
            FARM.replace("3.0.0", "3.1.0"),
            "1:1#/openapi: not an OpenAPI 3.0 document: its version is 3.1.0",
        ),
        (
            DOCS.to_owned(),
            "#/overlay: not an OpenAPI 3.0 document: it is an OpenAPI Overlay",
        ),
        ("openapi: \"3.0.0\0\"".to_owned(), "1:16#/: binary data"),
    ];
    for (text, expected) in cases {
        let found = wrong(&text);
        assert_eq!(found.len(), 1, "{expected}: {found:?}");
        assert!(found[0].contains(expected), "{expected}: {found:?}");
        // As another input they are reported in the same way, as one problem.
        if !found[0].contains("not an OpenAPI") {
            for found in [
                located(&json, &text, &[DOCS]),
                located(&json, RULES, &[DOCS, &text]),
            ] {
                assert_eq!(found.len(), 1, "{expected}: {found:?}");
            }
        }
    }
}

#[test]
fn binary_files_are_recognized() {
    let cases: [(&[u8], &str); 8] = [
        (b"\x1f\x8b\x08\x00", "compressed by gzip"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"%PDF-1.7", "a PDF"),
        (b"\xff\xfe{\0", "UTF-16"),
        (b"{\"a\": \"caf\xe9\"}", "not UTF-8 text: the byte 0xe9"),
        (b"\xe2\x82", "not UTF-8 text"),
        (b"a\0b", "a zero byte"),
    ];
    for (bytes, expected) in cases {
        let wrong = stripe_codegen::utf8(bytes).expect_err("no text");
        assert!(wrong.message.contains(expected), "{expected}: {wrong}");
        assert!(wrong.position.is_some(), "{wrong}");
    }
    let wrong = stripe_codegen::utf8("a: ä\nb: \u{e9}".as_bytes()).map(str::len);
    assert_eq!(wrong.expect("text"), 11);
    let latin = stripe_codegen::utf8(b"a: x\nb:  \xe9").expect_err("no text");
    assert_eq!(latin.position.map(|at| (at.line, at.column)), Some((2, 5)));
}

#[test]
fn duplicate_keys_are_reported() {
    assert_eq!(
        wrong(&case("dup_prop.json")),
        ["1:466#/components/schemas/cow/properties/name: the key `name` appears twice"]
    );
    assert_eq!(
        wrong(&case("dup_type.yaml")),
        ["12:111#/components/schemas/cow/properties/n/type: the key `type` appears twice"]
    );
    // Keys of all kinds, at any depth, in any notation.
    let twice = FARM
        .replace(
            "        id: {type: string}",
            "        id: {type: string}\n        'id': {type: string}",
        )
        .replace("  schemas:", "  x-a: {1: x, '1': y, 0x1: z}\n  schemas:")
        + "info: {title: Farm, version: y}\n";
    let found = wrong(&twice);
    let expected = [
        "#/components/schemas/cow/properties/id: the key",
        "#/components/x-a/1: the key `1`",
        "17:1#/info: the key `info`",
    ];
    assert_eq!(found.len(), 3, "{found:#?}");
    for expected in expected {
        assert!(
            found.iter().any(|found| found.contains(expected)),
            "{expected}: {found:#?}"
        );
    }
    let json = r#"{"openapi": "3.0.0", "open\u0061pi": "3.0.0", "a": [{"b": 1, "b": 1}]}"#;
    assert_eq!(wrong(json).len(), 2, "{:?}", wrong(json));
    for text in [
        format!("{RULES}descriptions: keep\n"),
        DOCS.replace("info:", "overlay: 1.0.0\ninfo:"),
    ] {
        let inputs = [(&*text, vec![DOCS]), (RULES, vec![DOCS, &text])];
        assert!(inputs.iter().any(|(rules, overlays)| {
            let found = located(&spec().to_string(), rules, overlays);
            found.len() == 1 && found[0].0.ends_with("appears twice")
        }));
    }
}

#[test]
fn merge_keys_are_merged() {
    let generated =
        stripe_codegen::generate(&case("merge_props.yaml"), None, "farm").expect("files");
    let code: String = generated.files.into_values().collect();
    assert!(
        code.contains("pub created: Option<") && code.contains("pub livemode: Option<bool>"),
        "{code}"
    );
    // Own keys take precedence, then the first of several mappings. Merges can be nested.
    let text = "x-a: &a {type: string, title: A}\nx-b: &b {<<: *a, title: B, description: B.}\n"
        .to_owned()
        + &FARM.replace("{type: string}", "{<<: [*b, *a], description: Own.}");
    let generated = stripe_codegen::generate(&text, None, "farm").expect("files");
    let code: String = generated.files.into_values().collect();
    assert!(
        code.contains("/// Own.") && !code.contains("/// B."),
        "{code}"
    );
    for (merged, expected) in [
        ("{<<: 5}", "/id/<<: there is no mapping to merge"),
        (
            "{<<: [{type: string}, 5]}",
            "/id/<<: there is no mapping to merge",
        ),
        (
            "{<<: {type: string}, <<: {a: b}}",
            "/id/<<: the key `<<` appears twice",
        ),
    ] {
        let found = wrong(&FARM.replace("{type: string}", merged));
        assert!(
            found.len() == 1 && found[0].ends_with(expected),
            "{expected}: {found:?}"
        );
    }
    // A problem inside a merged mapping has the position of that mapping.
    let text = "x-a: &a\n  type: strin\n".to_owned() + &FARM.replace("{type: string}", "{<<: *a}");
    assert!(wrong(&text)[0].starts_with("2:3#"), "{:?}", wrong(&text));
}

#[test]
fn a_byte_order_mark_is_skipped() {
    stripe_codegen::generate(&case("bom.yaml"), None, "farm").expect("files");
    let json = format!("\u{feff}{}", spec());
    let documented = format!("\u{feff}{DOCS}");
    run(&json, &format!("\u{feff}{RULES}"), &[&documented]).expect("a subset");
    let crlf = FARM.replace('\n', "\r\n");
    assert_eq!(
        stripe_codegen::surface(&crlf, None).expect("a surface"),
        stripe_codegen::surface(FARM, None).expect("a surface")
    );
    assert!(wrong(&crlf.replace("{type: string}", "{type: strin}"))[0].starts_with("14:14#"));
}

#[test]
fn yaml_without_a_json_form_is_reported() {
    for (value, expected) in [
        ("!cow x", "the tag `!cow`"),
        ("!cow {a: b}", "the tag `!cow`"),
        (".nan", "a number that JSON does not have"),
        ("-.inf", "a number that JSON does not have"),
        ("{? [a, b] : c}", "this YAML can't be read"),
        ("{? {a: b} : c}", "this YAML can't be read"),
    ] {
        let found =
            wrong(&FARM.replace("{type: string}", &format!("{{type: string, x-a: {value}}}")));
        assert!(
            found.len() == 1 && found[0].contains(expected),
            "{expected}: {found:?}"
        );
        assert!(found[0].starts_with("14:"), "{found:?}");
    }
    let numbers =
        "{type: string, x-a: 99999999999999999999999, x-b: -9223372036854775809, 1.10: x}";
    assert_eq!(
        wrong(&FARM.replace("{type: string}", numbers)),
        Vec::<String>::new()
    );
}

#[test]
fn departures_from_openapi_are_reported_at_the_smallest_place() {
    let field = |schema: &str| FARM.replace("{type: string}", schema);
    let operation = |keys: &str| FARM.replace("operationId: GetCows", keys);
    let id = "#/components/schemas/cow/properties/id";
    let get = "#/paths/~1v1~1cows/get";
    let cases = [
        (
            field("{type: strin}"),
            format!("{id}/type: `type` can't be `strin`"),
        ),
        (
            field("{type: [string, 'null']}"),
            format!("{id}/type: `type` is a list, not a text"),
        ),
        (
            field("{type: string, maxLength: x}"),
            format!("{id}/maxLength: `maxLength` is the text `x`"),
        ),
        (
            field("{type: string, maxLength: -1}"),
            format!("{id}/maxLength: "),
        ),
        (
            field("{type: string, nullable: 'yes'}"),
            format!("{id}/nullable: "),
        ),
        (
            field("{type: string, enum: [true, yes, 5]}"),
            format!("{id}/enum/0: true is not a value"),
        ),
        (
            field("{type: boolean, enum: ['true']}"),
            format!("{id}/enum/0: \"true\" is not"),
        ),
        (
            field("{type: string, enum: a}"),
            format!("{id}/enum: `enum` is the text `a`, not a list"),
        ),
        (
            field("{type: array}"),
            format!("{id}: an array without `items`"),
        ),
        (
            field("{type: object, properties: [a]}"),
            format!("{id}/properties: "),
        ),
        (
            field("{type: object, required: a, properties: {}}"),
            format!("{id}/required: "),
        ),
        (
            field("{anyOf: {type: string}}"),
            format!("{id}/anyOf: `anyOf` is a mapping, not a list"),
        ),
        (
            field("{anyOf: [{type: string}, 5]}"),
            format!("{id}/anyOf/1: this item is the number 5"),
        ),
        (
            field("{tpye: string}"),
            format!("{id}/tpye: a schema has no key `tpye`"),
        ),
        (
            field("string"),
            format!("{id}: `id` is the text `string`, not a schema"),
        ),
        (
            field("{$ref: 5}"),
            format!("{id}/$ref: `$ref` is the number 5"),
        ),
        (
            operation("parameters: [{name: a, schema: {type: string}}]"),
            format!("{get}/parameters/0: a parameter without `in`"),
        ),
        (
            operation("parameters: [{in: query, schema: {type: string}}]"),
            format!("{get}/parameters/0: a parameter without `name`"),
        ),
        (
            operation("parameters: [{name: a, in: qurey, schema: {type: string}}]"),
            format!("{get}/parameters/0/in: `in` can't be `qurey`"),
        ),
        (
            operation("parameters: [{name: a, in: query}]"),
            format!("{get}/parameters/0: a parameter without `schema`"),
        ),
        (
            operation("parameters: {a: b}"),
            format!("{get}/parameters: `parameters` is a mapping"),
        ),
        (
            operation("requestBody: {required: true}"),
            format!("{get}/requestBody: a request body without `content`"),
        ),
        (
            FARM.replace("{description: ok, ", "{"),
            format!("{get}/responses/200: a response without `description`"),
        ),
        (
            FARM.replace("'200'", "ok"),
            format!("{get}/responses/ok: `ok` is not a response status"),
        ),
        (
            FARM.replace("  /v1/cows:", "  v1/cows:"),
            "#/paths/v1~1cows: the path `v1/cows` does not begin with `/`".to_owned(),
        ),
        (
            FARM.replace("version: x", "version: 5"),
            "#/info/version: `version` is the number 5".to_owned(),
        ),
        (
            FARM.replace(", version: x", ""),
            "#/info: the information on the API without `version`".to_owned(),
        ),
        (
            FARM.replace("    cow:", "    'my cow':"),
            "#/components/schemas/my cow: `my cow` is not a valid name".to_owned(),
        ),
        (
            FARM.replace("paths:", "path:"),
            "#/path: an OpenAPI document has no key `path`".to_owned(),
        ),
    ];
    for (text, expected) in &cases {
        assert_ne!(text, FARM, "{expected}");
        let found = wrong(text);
        assert!(
            found.iter().any(|found| found.contains(expected)),
            "{expected}: {found:#?}"
        );
        assert!(
            found[0].starts_with(|c: char| c.is_ascii_digit()),
            "{found:#?}"
        );
        // The same result as for JSON.
        let json: serde_json::Value = serde_yaml::from_str(text).expect("YAML");
        let found = wrong(&json.to_string());
        assert!(
            found.iter().any(|found| found.contains(expected)),
            "{expected}: {found:#?}"
        );
    }
    let all = FARM
        .replace("{type: string}", "{type: strin, maxLength: x}")
        .replace(
            "operationId: GetCows",
            "parameters: [{name: a, schema: {type: string}}]",
        );
    assert_eq!(wrong(&all).len(), 3, "{:#?}", wrong(&all));
}

#[test]
fn too_deep_nesting_is_refused_everywhere() {
    let deep = |open: &str, close: &str, times: usize| {
        format!(
            "{}{{type: string}}{}",
            open.repeat(times),
            close.repeat(times)
        )
    };
    let field = |schema: &str| FARM.replace("{type: string}", schema);
    let found = wrong(&case("deeparr50.yaml"));
    assert!(
        found.len() == 1 && found[0].contains("schemas within schemas, more than 32"),
        "{found:?}"
    );
    for (open, close) in [
        ("{type: array, items: ", "}"),
        ("{type: object, properties: {a: ", "}}"),
        ("{type: object, additionalProperties: ", "}"),
        ("{anyOf: [", "]}"),
        ("{oneOf: [{type: string}, ", "]}"),
        ("{allOf: [", "]}"),
        ("{not: ", "}"),
    ] {
        for times in [33, 90, 20_000] {
            // The YAML parsers need quadratic time for this input.
            let text = if times > 90 {
                let json: String = deep(open, close, times)
                    .replace("type: ", "\"type\": ")
                    .replace("properties: ", "\"properties\": ")
                    .replace("additionalProperties: ", "\"additionalProperties\": ");
                let json = json.replace("{type", "{\"type");
                format!("{{\"openapi\": \"3.0.0\", \"x\": {json}")
            } else {
                field(&deep(open, close, times))
            };
            let found = wrong(&text);
            assert!(!found.is_empty(), "{open} {times}");
        }
        // An input that is less deep is accepted, or refused for another reason.
        _ = stripe_codegen::generate(&field(&deep(open, close, 20)), None, "farm");
    }
    // Data that is not a schema, and brackets without an end.
    let example = format!(
        "{{type: string, example: {}{}}}",
        "[".repeat(110),
        "]".repeat(110)
    );
    assert!(
        wrong(&field(&example))[0].contains("more than 100 levels deep"),
        "{:?}",
        wrong(&field(&example))
    );
    for bracket in ["[", "{\"a\":", "{a: ", "- ", "a:\n ", "? "] {
        for times in [200, 2_000] {
            assert!(!wrong(&bracket.repeat(times)).is_empty(), "{bracket}");
            let found = located(
                &spec().to_string(),
                &bracket.repeat(times),
                &[&bracket.repeat(times)],
            );
            assert!(!found.is_empty(), "{bracket}");
        }
    }
    // An anchor that is used many times is not copied each time.
    let mut laughs = "x0: &x0 [a, a, a, a, a, a, a, a, a]\n".to_owned();
    for at in 1..12 {
        let one = format!("*x{}, ", at - 1);
        laughs += &format!("x{at}: &x{at} [{}]\n", one.repeat(9));
    }
    let found = wrong(&(laughs + FARM));
    assert!(
        found.len() == 1 && found[0].contains("repetition limit"),
        "{found:?}"
    );
}

#[test]
fn types_as_deep_as_allowed_are_made() {
    let array = format!(
        "{}{{type: string}}{}",
        "{type: array, items: ".repeat(29),
        "}".repeat(29)
    );
    stripe_codegen::generate(&FARM.replace("{type: string}", &array), None, "farm").expect("files");
    let object = format!(
        "{}{{type: string}}{}",
        "{type: object, properties: {a: ".repeat(29),
        "}}".repeat(29)
    );
    stripe_codegen::generate(&FARM.replace("{type: string}", &object), None, "farm")
        .expect("files");
}
