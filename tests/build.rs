//! Takes the samples of the guide out of its pages, as functions that `tests/samples` runs.
//!
//! A sample that can run on its own is a block of Rust with `async fn example(client: &Client, …)`
//! in it; its other arguments are named after what a world of the sandbox gives. What it prints is
//! the block `output` after it.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

const PAGES: &str = "../generated/src/guide";

fn main() {
    println!("cargo::rerun-if-changed={PAGES}");
    let mut modules = String::new();
    let mut table = String::from("pub(crate) const SAMPLES: &[Sample] = &[\n");
    let mut pages: Vec<_> = fs::read_dir(PAGES)
        .expect("the guide has a folder")
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    pages.sort();
    for page in pages {
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
    let out = env::var("OUT_DIR").expect("cargo names a folder");
    fs::write(
        Path::new(&out).join("samples.rs"),
        format!("{modules}\n{table}"),
    )
    .expect("the folder can be written to");
}

struct Block {
    code: String,
    /// What the page says that it prints.
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

/// What the arguments of `example` are called with.
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
