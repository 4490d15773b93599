//! Finds placeholders in documentation.

use crate::error::Diagnostic;

/// The placeholder in the stubs that diagnostics suggest.
pub(crate) const TODO: &str = "TODO";

/// Placeholders that people use.
const WORDS: &[&str] = &[TODO, "FIXME", "TBD", "XXX"];

/// Returns a diagnostic if `text`, at `pointer`, is a placeholder or has no words.
pub(crate) fn check(text: &str, pointer: &str) -> Option<Diagnostic> {
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    let word = words.find(|word| WORDS.contains(word));
    let what = match word {
        Some(word) => format!("`{word}` is not filled in"),
        None if text.chars().all(|c| !c.is_alphanumeric()) => "the text has no word".to_owned(),
        None => return None,
    };
    let help = "write a sentence for the users of the crate";
    Some(Diagnostic::new(pointer, what, help))
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn a_text_says_something() {
        for text in [
            "TODO",
            "TODO: say it",
            "The id. (FIXME)",
            "TBD.",
            "…",
            " ",
            "-",
        ] {
            assert!(check(text, "").is_some(), "{text:?}");
        }
        for text in [
            "The id.",
            "What is left to do.",
            "Methods TODOs name",
            "50 %",
        ] {
            assert!(check(text, "").is_none(), "{text:?}");
        }
    }
}
