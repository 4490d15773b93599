//! Words that stand for words to come.

use crate::error::Diagnostic;

/// What the stubs of diagnostics have in place of what a person says.
pub(crate) const TODO: &str = "TODO";

/// What people write as well.
const WORDS: &[&str] = &[TODO, "FIXME", "TBD", "XXX"];

/// What is wrong with `text`, which is at `pointer`, if it is not written yet.
pub(crate) fn check(text: &str, pointer: &str) -> Option<Diagnostic> {
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    let word = words.find(|word| WORDS.contains(word));
    let what = match word {
        Some(word) => format!("`{word}` is not filled in"),
        None if text.chars().all(|c| !c.is_alphanumeric()) => "a text without a word".to_owned(),
        None => return None,
    };
    let help = "say it, in a sentence that the users of the crate read";
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
