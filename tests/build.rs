//! Takes the samples of the guide and the examples of the reference out of their pages, as functions
//! that `tests/samples` runs.
//!
//! A sample of the guide that can run on its own is a block of Rust with
//! `async fn example(client: &Client, …)` in it; its other arguments are named after what a world of
//! the sandbox gives. What it prints is the block `output` after it.
//!
//! The example of an operation has ids such as `cus_123` in it; ids of a world take their places.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

const PAGES: &str = "../generated/src/guide";
const REFERENCE: &str = "../generated/src/api";

fn main() {
    println!("cargo::rerun-if-changed={PAGES}");
    println!("cargo::rerun-if-changed={REFERENCE}");
    let out = env::var("OUT_DIR").expect("cargo names a folder");
    let out = Path::new(&out);
    fs::write(out.join("samples.rs"), samples()).expect("the folder can be written to");
    fs::write(out.join("operations.rs"), operations()).expect("the folder can be written to");
}

/// The samples of the guide.
fn samples() -> String {
    let mut modules = String::new();
    let mut table = String::from("pub(crate) const SAMPLES: &[Sample] = &[\n");
    for page in entries(PAGES) {
        let name = page.file_stem().expect("a page has a name");
        let name = name.to_str().expect("the name is UTF-8");
        let text = fs::read_to_string(&page).expect("a page can be read");
        for (at, code) in tests(&text).enumerate() {
            writeln!(modules, "mod {name}_test_{} {{\n{code}\n}}", at + 1)
                .expect("a string can be written to");
        }
        for (at, block) in runnable(&text).enumerate() {
            let module = format!("{name}_{}", at + 1);
            let arguments = arguments(&block.code).join(", ");
            let code = &block.code;
            writeln!(
                modules,
                "#[allow(unused_imports, unused_variables, unused_mut, clippy::all)]\nmod {module} {{\n\
                 {code}\npub(super) async fn run(world: &crate::World) -> Result<(), Error> {{ \
                 example({arguments}).await }}\n}}"
            )
            .expect("a string can be written to");
            writeln!(
                table,
                "Sample {{ name: {module:?}, output: {:?}, \
                 run: |world| Box::pin({module}::run(world)) }},",
                block.output
            )
            .expect("a string can be written to");
        }
    }
    table.push_str("];\n");
    format!("{modules}\n{table}")
}

/// Returns the files of a folder, sorted.
fn entries(folder: impl AsRef<Path>) -> Vec<PathBuf> {
    let folder = fs::read_dir(folder).expect("the folder is there");
    let mut entries: Vec<PathBuf> = folder
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    entries.sort();
    entries
}

/// The examples of the reference.
fn operations() -> String {
    let mut modules = String::new();
    let mut table = String::from("pub(crate) const EXAMPLES: &[Example] = &[\n");
    let files = entries(REFERENCE).into_iter();
    let files = files.map(|module| module.join("operations.rs"));
    let mut count = 0;
    for file in files.filter(|file| file.exists()) {
        let text = fs::read_to_string(&file).expect("a file can be read");
        for (route, code) in examples(&text) {
            count += 1;
            let (code, ids) = with_ids(&code);
            let code = code.replace("(client: &Client)", "(client: &Client, ids: &crate::Ids)");
            writeln!(
                modules,
                "#[allow(unused_imports, unused_variables, clippy::all)]\nmod example_{count} {{\n\
                 {code}\npub(super) async fn run(client: &Client, ids: &crate::Ids) \
                 -> Result<(), Error> {{ example(client, ids).await }}\n}}"
            )
            .expect("a string can be written to");
            writeln!(
                table,
                "Example {{ operation: {route:?}, ids: &{ids:?}, \
                 run: |client, ids| Box::pin(example_{count}::run(client, ids)) }},"
            )
            .expect("a string can be written to");
        }
    }
    table.push_str("];\n");
    format!("{modules}\n{table}")
}

/// The examples in a file of operations, each with the method and path of its operation.
fn examples(text: &str) -> Vec<(String, String)> {
    let mut examples = Vec::new();
    let mut docs: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(comment) = line.strip_prefix("///") {
            docs.push(comment.strip_prefix(' ').unwrap_or(comment));
            continue;
        }
        if line.starts_with("pub fn ") {
            let mut lines = docs.iter().copied();
            let route = lines.by_ref().find_map(|line| {
                let route = line.strip_prefix('`')?.strip_suffix('`')?;
                let is_route = ["GET /", "POST /", "DELETE /"];
                is_route
                    .iter()
                    .any(|verb| route.starts_with(verb))
                    .then(|| route.to_owned())
            });
            let code = lines.skip_while(|line| !line.starts_with("```")).skip(1);
            let code = code.take_while(|line| !line.starts_with("```"));
            let code: String = code.map(|line| shown(line) + "\n").collect();
            if let Some(route) = route.filter(|_| !code.is_empty()) {
                examples.push((route, code));
            }
        }
        if !line.starts_with("#[") {
            docs.clear();
        }
    }
    examples
}

/// An example whose ids, such as `"cus_123"`, are those of a world, and the ids it had.
fn with_ids(code: &str) -> (String, Vec<&str>) {
    let mut out = String::new();
    let mut ids = Vec::new();
    for (at, part) in code.split('"').enumerate() {
        let is_literal = at % 2 == 1;
        let is_id = part.strip_suffix("_123").is_some_and(|kind| {
            kind.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        });
        match (is_literal, is_id) {
            (false, _) => out.push_str(part),
            (true, false) => write!(out, "\"{part}\"").expect("a string can be written to"),
            (true, true) => {
                write!(out, "ids.get({part:?})").expect("a string can be written to");
                if !ids.contains(&part) {
                    ids.push(part);
                }
            }
        }
    }
    (out, ids)
}

struct Block {
    code: String,
    /// The output that the page shows.
    output: Option<String>,
}

/// The blocks of a page that are tests. They name the sandbox, which the crate itself does not know.
fn tests(page: &str) -> impl Iterator<Item = String> {
    let mut blocks = page.split("```rust,ignore\n").skip(1);
    std::iter::from_fn(move || {
        blocks.find_map(|rest| {
            let (code, _) = rest.split_once("\n```")?;
            code.contains("test]\n").then(|| code.to_owned())
        })
    })
}

/// The blocks of a page that can run on their own, with their output.
fn runnable(page: &str) -> impl Iterator<Item = Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_last_runnable = false;
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(language) = line.strip_prefix("```") else {
            continue;
        };
        let text: Vec<&str> = lines
            .by_ref()
            .take_while(|line| !line.starts_with("```"))
            .collect();
        match language {
            "rust" | "rust,no_run" => {
                let code: String = text.iter().map(|line| shown(line) + "\n").collect();
                is_last_runnable = code.contains("async fn example(");
                if is_last_runnable {
                    blocks.push(Block { code, output: None });
                }
            }
            "output" if is_last_runnable => {
                if let Some(block) = blocks.last_mut() {
                    block.output = Some(text.join("\n"));
                }
            }
            _ => {}
        }
    }
    blocks.into_iter()
}

/// A line as the compiler takes it: the mark of a line that readers do not see is off.
fn shown(line: &str) -> String {
    let code = line.trim_start();
    match code.strip_prefix("# ") {
        Some(hidden) => hidden.to_owned(),
        None if code == "#" => String::new(),
        None => line.to_owned(),
    }
}

/// Returns the arguments of `example`.
fn arguments(code: &str) -> Vec<String> {
    let (_, rest) = code
        .split_once("async fn example(")
        .expect("it is a sample");
    let (list, _) = rest.split_once(')').expect("the list of arguments ends");
    list.split(',')
        .filter_map(|argument| argument.split_once(':'))
        .map(|(name, _)| match name.trim() {
            "client" => "world.client()".to_owned(),
            name => format!("&world.{name}().await"),
        })
        .collect()
}
