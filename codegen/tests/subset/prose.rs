//! Tests that any prose of a spec becomes a doc comment without warnings from rustc and rustdoc.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::reading::case;

/// Returns a spec with a resource that has a property for each of `texts`.
fn spec(texts: &[String]) -> String {
    let mut properties = json!({"id": {"type": "string"}});
    for (index, text) in texts.iter().enumerate() {
        properties[format!("p{index}")] = json!({"type": "string", "description": text});
    }
    let answer = json!({"$ref": "#/components/schemas/cow"});
    json!({
        "openapi": "3.0.0", "info": {"title": "Farm", "version": "x"},
        "paths": {"/v1/cows": {"get": {
            "operationId": "GetCows",
            "description": texts.first(),
            "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": answer}}}},
        }}},
        "components": {"schemas": {"cow": {
            "x-resourceId": "cow", "type": "object", "required": ["id"], "properties": properties,
            "description": texts.last(),
        }}},
    })
    .to_string()
}

/// Returns the comments of the generated fields as a file that compiles alone.
fn standalone(spec: &str) -> String {
    let generated = stripe_codegen::generate(spec, None, "farm").expect("files");
    let mut out = "//! Comments.\n#![deny(warnings, rustdoc::all, missing_docs)]\n#![allow(rustdoc::missing_crate_level_docs)]\n/// All.\npub struct All {\n".to_owned();
    let mut fields = 0;
    for text in generated.files.values() {
        let mut comment = String::new();
        for line in text.lines().map(str::trim_start) {
            if line.starts_with("///") {
                comment.push_str(line);
                comment.push('\n');
            } else if line.starts_with("pub ") && line.ends_with(',') && !comment.is_empty() {
                _ = writeln!(out, "{comment}pub f{fields}: (),");
                fields += 1;
                comment.clear();
            } else if !line.starts_with("#[") {
                comment.clear();
            }
        }
    }
    assert!(fields > 0);
    out + "}\n"
}

/// Returns the warnings of rustdoc about `code`, and the tests that it finds.
fn rustdoc(name: &str, code: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("comments.rs");
    fs::write(&file, code).expect("a file");
    let rustdoc = PathBuf::from(env!("CARGO")).with_file_name("rustdoc");
    let mut said = String::new();
    for arguments in [&["--out-dir"][..], &["--test", "--out-dir"]] {
        let output = Command::new(&rustdoc)
            .args(["--edition", "2024", "--crate-type", "lib"])
            .args(arguments)
            .arg(&folder)
            .arg(&file)
            .output()
            .expect("rustdoc");
        said.push_str(&String::from_utf8_lossy(&output.stderr));
        let tests = String::from_utf8_lossy(&output.stdout);
        if arguments.len() > 1 && !tests.contains("running 0 tests") {
            said.push_str(&tests);
        }
    }
    said
}

#[test]
fn small_specs_are_taken() {
    for name in ["doc_rtl.json", "doc_fence_curl.json"] {
        assert_eq!(rustdoc(name, &standalone(&case(name))), "", "{name}");
    }
    let text = standalone(&case("doc_fence_curl.json"));
    assert!(
        text.contains("/// ```text\n/// curl https://api.stripe.com"),
        "{text}"
    );
}

/// Pieces of text with a meaning in Markdown, HTML, rustc or rustdoc.
const PIECES: &[&str] = &[
    "word",
    " ",
    " ",
    " ",
    "\n",
    "\n",
    "\n\n",
    "`",
    "``",
    "```",
    "```rust",
    "```text\n",
    "~~~",
    "~~~~",
    "    ",
    "\t",
    "\r",
    "\r\n",
    "[",
    "]",
    "[x]",
    "[`Vec`]",
    "[a](b)",
    "[a](/b)",
    "[a](#b)",
    "[a](https://b.c)",
    "[a]: b",
    "[^1]",
    "![i](j)",
    "](",
    ")",
    "(",
    "<",
    ">",
    "<p>",
    "</p>",
    "<T>",
    "Vec<T>",
    "<a href=\"/docs/x\">",
    "</a>",
    "<code>",
    "</code>",
    "<pre>",
    "</pre>",
    "<ul>",
    "<li>",
    "</ul>",
    "<br/>",
    "<!--",
    "-->",
    "<script>",
    "</script>",
    "<https://a.b>",
    "https://a.b/c?d=e",
    "http://a.b.",
    "(https://a.b)",
    "www.a.b",
    "a@b.c",
    "&lt;",
    "&amp;",
    "&#39;",
    "&#x202e;",
    "&bogus;",
    "\u{202e}",
    "\u{2066}",
    "\u{200f}",
    "\u{0}",
    "\u{7}",
    "\u{2028}",
    "\u{feff}",
    "\\",
    "\\[",
    "*",
    "**",
    "_",
    "__",
    "- ",
    "+ ",
    "* ",
    "1. ",
    "9) ",
    "# ",
    "## ",
    "=== ",
    "---",
    "> ",
    "| a | b |\n|---|---|",
    "//",
    "/*",
    "*/",
    "\"",
    "#[doc]",
    "crate::x",
    "fn main() { panic!() }",
    "assert!(false);",
    "é",
    "日本",
    "🐄",
    "a-very-long-word-that-goes-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on",
];

#[test]
fn rustdoc_accepts_any_combination_of_pieces() {
    crate::fuzz::rounds(1, |random| {
        let texts: Vec<String> = (0..300)
            .map(|_| {
                let count = random.usize(1..14);
                (0..count)
                    .map(|_| PIECES[random.usize(..PIECES.len())])
                    .collect()
            })
            .collect();
        assert_eq!(rustdoc("pieces", &standalone(&spec(&texts))), "");
    });
}

#[test]
fn html_of_upstream_becomes_markdown() {
    let text = "<p>Retrieves a <code>Cow</code> by <a href=\"/docs/cows#id\">its id</a>.</p>\n\n\
                <p>See <a href=\"#milk\">milk</a>, [herds](/api/herds) &amp; more:</p><ul><li>one</li><li>two</li></ul>";
    let text = spec(&[text.to_owned()]);
    let code = standalone(&text);
    let expected = "/// Retrieves a `Cow` by [its id](https://docs.stripe.com/cows#id).\n///\n\
                    /// See [milk](https://docs.stripe.com/api#milk), [herds](https://docs.stripe.com/api/herds) &\n/// more:\n///\n\
                    /// - one\n/// - two\n";
    assert!(code.contains(expected), "{code}");
    assert_eq!(rustdoc("page", &code), "");
    // A place without a description gets a sentence made from its name.
    let mut spec: Value = serde_json::from_str(&text).expect("JSON");
    let fields = &mut spec["components"]["schemas"]["cow"]["properties"];
    fields["p0"]
        .as_object_mut()
        .expect("an object")
        .remove("description");
    assert!(standalone(&spec.to_string()).contains("/// `p0` in Stripe's API.\n"));
}
