//! Checks the name of a crate.

use anyhow::{Result, bail};

/// Names that mean something else to the compiler or to its documentation.
const TAKEN: &[&str] = &["alloc", "core", "proc-macro", "self", "std", "test"];

/// Rust's keywords.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "static", "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe",
    "unsized", "use", "virtual", "where", "while", "yield",
];

/// The longest name that the public registry takes.
const LONGEST: usize = 64;

/// The name of a crate: lower case words with `-` or `_` between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CrateName(String);

impl CrateName {
    /// # Errors
    ///
    /// Returns an error if a crate with the name `text` would not compile without warnings.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let is_word = |word: &str| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        let shown = text.escape_debug();
        if text.contains(['/', '\\']) {
            bail!(
                "`{shown}` is a path, not the name of a crate; the folder goes in with `--out`, \
                 the name with `--crate-name`, such as `my-stripe`"
            );
        }
        if !text.starts_with(|first: char| first.is_ascii_lowercase())
            || !text.split(['-', '_']).all(is_word)
        {
            bail!(
                "`{shown}` is not the name of a crate: it has to be lower case words of the \
                 letters a to z and digits, with `-` or `_` between them, such as `my-stripe`"
            );
        }
        if text.len() > LONGEST {
            bail!("`{shown}` is too long for the name of a crate: {LONGEST} letters are the limit");
        }
        if KEYWORDS.contains(&text) || TAKEN.contains(&text.replace('_', "-").as_str()) {
            bail!(
                "`{shown}` means something else in Rust; take another name, such as `my-{shown}`"
            );
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the name as in the manifest, such as `my-stripe`.
    pub(crate) fn package(&self) -> &str {
        &self.0
    }

    /// Returns the name as in code, such as `my_stripe`.
    pub(crate) fn ident(&self) -> String {
        self.0.replace('-', "_")
    }
}

#[cfg(test)]
mod tests {
    use super::CrateName;

    #[test]
    fn invalid_crate_names_are_refused_with_the_reason() {
        for good in ["my-stripe", "stripe_issuing", "a", "s3-client-2"] {
            assert_eq!(CrateName::parse(good).expect("a name").package(), good);
        }
        for (bad, why) in [
            ("", "lower case words"),
            ("-a", "lower case words"),
            ("a-", "lower case words"),
            ("a--b", "lower case words"),
            ("2fast", "lower case words"),
            ("MyStripe", "lower case words"),
            ("my stripe", "lower case words"),
            ("straße", "lower case words"),
            ("a\nb", "lower case words"),
            ("a\"]\nb = [\"", "lower case words"),
            ("my.stripe", "lower case words"),
            ("../my-stripe", "a path"),
            ("/tmp/x", "a path"),
            ("c:\\x", "a path"),
            ("async", "something else in Rust"),
            ("proc_macro", "something else in Rust"),
            (&"a".repeat(65), "too long"),
        ] {
            let error = CrateName::parse(bad).expect_err(bad).to_string();
            assert!(error.contains(why), "{bad}: {error}");
            assert_eq!(error.lines().count(), 1, "{bad}: {error}");
        }
        let name = CrateName::parse("my-stripe").expect("a name");
        assert_eq!(name.ident(), "my_stripe");
    }
}
