//! Emits documentation comments.

use proc_macro2::TokenStream;
use quote::quote;

use super::prose;

/// The width of the comments.
const WIDTH: usize = 92;

/// Returns the comment of an item: the spec's description, or `fallback` if there is none.
pub(super) fn docs(text: &str, fallback: &str) -> TokenStream {
    let text = prose::markdown(text);
    lines(&wrap(if text.is_empty() { fallback } else { &text }))
}

/// Returns a comment of these lines.
pub(super) fn lines(lines: &[String]) -> TokenStream {
    let lines = lines.iter().map(|line| {
        // The line may contain a name from the spec.
        let line = prose::plain(line).replace('\n', " ");
        let line = if line.is_empty() {
            String::new()
        } else {
            format!(" {line}")
        };
        quote! { #[doc = #line] }
    });
    quote! { #(#lines)* }
}

/// Wraps paragraphs. Code blocks are not changed.
pub(super) fn wrap(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut fence: Option<usize> = None;
    // The indent of the open paragraph; `None` if there is none.
    let mut open: Option<&str> = None;
    for line in text.trim().lines() {
        let line = line.trim_end();
        let marks = line.trim_start();
        let marks = marks.len() - marks.trim_start_matches('`').len();
        let is_fence = marks >= 3 && fence.is_none_or(|opened| marks >= opened);
        if fence.is_some() || is_fence || line.is_empty() {
            fence = match fence {
                Some(_) if is_fence => None,
                None if is_fence => Some(marks),
                same => same,
            };
            out.push(line.to_owned());
            open = None;
            continue;
        }
        let indent = match marker(line) {
            Some(_) if line.starts_with(|c: char| c.is_ascii_digit()) => "   ",
            Some("#") => "",
            Some(_) => "  ",
            None => "",
        };
        let (mut current, indent) = match (open, out.pop()) {
            (Some(indent), Some(last)) if !starts_block(line) => (last, indent),
            (_, last) => {
                out.extend(last);
                (String::new(), indent)
            }
        };
        for word in line.split_whitespace() {
            let is_full = current.chars().count() + 1 + word.chars().count() > WIDTH;
            // A marker at the start of a line would begin a list, a heading or a quotation.
            if !current.is_empty() && is_full && !is_marker(word) {
                out.push(std::mem::take(&mut current));
                current.push_str(indent);
            } else if !current.trim().is_empty() {
                current.push(' ');
            }
            current.push_str(word);
        }
        out.push(current);
        open = Some(indent);
    }
    out
}

/// Returns whether `line` begins a block, and does not continue a paragraph.
pub(super) fn starts_block(line: &str) -> bool {
    marker(line).is_some() || line.starts_with([' ', '|'])
}

/// Returns the marker of the block that `line` begins: a list item, a heading or a quotation.
fn marker(line: &str) -> Option<&str> {
    let word = line.split_whitespace().next()?;
    let is_block = line.starts_with(word) && is_marker(word);
    is_block.then_some(if word.starts_with('#') { "#" } else { word })
}

fn is_marker(word: &str) -> bool {
    let number = word.strip_suffix(['.', ')']);
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    matches!(word, "-" | "*" | "+")
        || [">", "~~~", "```"]
            .iter()
            .any(|mark| word.starts_with(mark))
        || word.starts_with('<') && !word.starts_with("<http")
        || number.is_some_and(is_number)
        || ["#", "=", "-"]
            .iter()
            .any(|mark| word.trim_matches(|c| mark.contains(c)).is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_filled_and_code_is_left_alone() {
        let text = "One\ntwo.\n\n- item\n\n```\n  code   here\n```\nAfter.";
        assert_eq!(
            wrap(text),
            [
                "One two.",
                "",
                "- item",
                "",
                "```",
                "  code   here",
                "```",
                "After."
            ]
        );
    }

    #[test]
    fn long_lines_break_between_words() {
        let lines = wrap(&"word ".repeat(60));
        assert!(lines.iter().all(|line| line.len() <= WIDTH), "{lines:?}");
        assert_eq!(lines.join(" ").split(' ').count(), 60);
    }
}
