//! Copies the handwritten part of the crate into another crate, without the tests and without the
//! parts for Financial Connections.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use stripe_codegen::HEADER;

use super::CrateName;

/// Code between these two marks is not copied.
const BEGIN: &str = "// <this slice only>";
const END: &str = "// </this slice only>";

/// The root of the crate; its documentation is not copied.
pub(super) const ROOT: &str = "lib.rs";

/// The crate that the files are taken from.
const PACKAGE: &str = "stripe-financial-connections";

/// Returns the handwritten files for the crate `name`. `docs` is the documentation of its root.
///
/// # Errors
///
/// Returns an error that names a file which can't be cut.
pub(super) fn files(
    sources: &BTreeMap<PathBuf, String>,
    name: &CrateName,
    docs: &str,
) -> Result<BTreeMap<PathBuf, String>> {
    let mut files = BTreeMap::new();
    let mut at_home = BTreeSet::new();
    for (path, text) in sources {
        let cut = cut(text).map_err(|error| error.context(path.display().to_string()))?;
        let folder = match path.file_name() {
            Some(file) if file == ROOT => PathBuf::new(),
            _ => path.with_extension(""),
        };
        at_home.extend(cut.modules.iter().map(|module| folder.join(module)));
        files.insert(path.clone(), cut.text);
    }
    files.retain(|path, _| {
        let module = path.with_extension("");
        !module.ancestors().any(|part| at_home.contains(part))
    });
    for (path, text) in &mut files {
        let mut body = text.as_str();
        let mut head = String::new();
        if path == Path::new(ROOT) {
            body = without_docs(text);
            head = format!("{docs}\n{LINTS}\n\n");
        }
        let body = format!("{head}{body}")
            .replace(PACKAGE, name.package())
            .replace(&PACKAGE.replace('-', "_"), &name.ident());
        *text = format!("{HEADER}\n{}\n", body.trim_end());
    }
    Ok(files)
}

/// Lints of the copied runtime: a slice may have no operation that uses a part of it, such as
/// lists.
const LINTS: &str = "\
#![allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = \"the runtime is the same whatever is bound\"
)]";

/// Returns the text of a module without its documentation.
fn without_docs(text: &str) -> &str {
    let mut rest = text;
    while rest.starts_with("//!") {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    rest.trim_start()
}

/// Returns whether a line is a condition that holds in tests only.
fn is_of_tests(line: &str) -> bool {
    line.contains("cfg(test)") || line.contains("cfg(all(test,")
}

struct Cut {
    text: String,
    /// The modules whose declarations were removed.
    modules: Vec<String>,
}

/// Removes the parts that are not copied. It relies on rustfmt: the last line of an item begins
/// in the first column and is a brace or ends with a semicolon.
fn cut(text: &str) -> Result<Cut> {
    let mut kept: Vec<&str> = Vec::new();
    let mut modules = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let is_end: fn(&str) -> bool = if line.trim() == BEGIN {
            |line| line.trim() == END
        } else if line.starts_with("#[cfg(") && is_of_tests(line) {
            let is_attached = |line: &&str| line.starts_with("///") || line.starts_with("#[");
            while kept.last().is_some_and(is_attached) {
                kept.pop();
            }
            |line| line == "}" || line.ends_with(';') && !line.starts_with(' ')
        } else {
            ensure!(
                !is_of_tests(line) && line.trim() != END,
                "`{line}`: only whole items of a file can stay out of a slice"
            );
            kept.push(line);
            continue;
        };
        loop {
            let Some(line) = lines.next() else {
                anyhow::bail!("`{line}` has no end");
            };
            let module = line
                .split_once("mod ")
                .and_then(|(_, name)| name.strip_suffix(';'));
            modules.extend(module.map(str::to_owned));
            if is_end(line) {
                break;
            }
        }
        // Keeps one of the two blank lines around the part that was removed.
        if kept.last().is_none_or(|line| line.is_empty()) {
            kept.pop();
        }
    }
    let mut text = kept.join("\n");
    text.push('\n');
    Ok(Cut { text, modules })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use super::{CrateName, cut, files};

    #[test]
    fn tests_and_parts_for_one_slice_are_not_copied() {
        let lib = "\
//! Of stripe_financial_connections.

mod client;

// <this slice only>
mod wait;
// </this slice only>

pub use client::Client;
";
        let client = "\
/// See `stripe_financial_connections::Client`.
pub struct Client;

pub enum Error {
    A,
    // <this slice only>
    /// Waiting.
    B(
        u8,
    ),
    // </this slice only>
}

/// For tests.
#[cfg(test)]
pub(crate) fn test_client() -> Client {
    Client;
    {}
}

const AGENT: &str = \"stripe-financial-connections\";

#[cfg(test)]
mod tests;
";
        let sources: BTreeMap<PathBuf, String> = [
            ("lib.rs", lib),
            ("client.rs", client),
            ("client/tests.rs", ""),
            ("client/key.rs", "//! Keys.\n"),
            ("wait.rs", ""),
            ("wait/refresh.rs", ""),
        ]
        .into_iter()
        .map(|(path, text)| (PathBuf::from(path), text.to_owned()))
        .collect();
        let name = CrateName::parse("my-stripe").expect("a name");
        let files = files(&sources, &name, "//! Mine.\n").expect("sound files");
        let paths: Vec<_> = files
            .keys()
            .map(|path| path.display().to_string())
            .collect();
        assert_eq!(paths, ["client/key.rs", "client.rs", "lib.rs"]);
        let file = |path: &str| files[&PathBuf::from(path)].as_str();
        assert_eq!(
            file("client.rs"),
            "\
// @generated by `cargo xtask codegen`: do not edit.

/// See `my_stripe::Client`.
pub struct Client;

pub enum Error {
    A,
}

const AGENT: &str = \"my-stripe\";
"
        );
        assert!(
            file("lib.rs").starts_with("// @generated"),
            "{}",
            file("lib.rs")
        );
        assert!(
            file("lib.rs").contains("\n\n//! Mine.\n\n#![allow("),
            "{}",
            file("lib.rs")
        );
        let end = ")]\n\nmod client;\n\npub use client::Client;\n";
        assert!(file("lib.rs").ends_with(end), "{}", file("lib.rs"));
    }

    #[test]
    fn code_that_can_not_be_cut_is_an_error() {
        for text in [
            "impl A {\n    #[cfg(all(test, unix))]\n    fn f() {}\n}\n",
            "// <this slice only>\nmod a;\n",
            "mod a;\n// </this slice only>\n",
            "#[cfg(test)]\nmod tests {\n",
        ] {
            assert!(cut(text).is_err(), "{text}");
        }
    }
}
