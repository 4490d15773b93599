//! Documentation comments.

use proc_macro2::TokenStream;
use quote::quote;

/// As wide as the code around it.
const WIDTH: usize = 92;

/// The comment of an item; `fallback` when the spec has no words for it.
pub(super) fn docs(text: &str, fallback: &str) -> TokenStream {
    let text = if text.trim().is_empty() {
        fallback
    } else {
        text
    };
    lines(&wrap(text))
}

/// A comment of these lines.
pub(super) fn lines(lines: &[String]) -> TokenStream {
    let lines = lines.iter().map(|line| {
        let line = if line.is_empty() {
            String::new()
        } else {
            format!(" {line}")
        };
        quote! { #[doc = #line] }
    });
    quote! { #(#lines)* }
}

/// Fills paragraphs; what is indented or in a code block stays as it is.
pub(super) fn wrap(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut in_code = false;
    let mut open = false;
    for line in text.trim().lines() {
        let line = line.trim_end();
        let is_fence = line.trim_start().starts_with("```");
        if is_fence {
            in_code = !in_code;
        }
        let starts_block = line.is_empty()
            || line.starts_with([' ', '-', '*', '#', '|', '>'])
            || line.starts_with(|c: char| c.is_ascii_digit());
        if in_code || is_fence {
            out.push(line.to_owned());
            open = false;
            continue;
        }
        if line.is_empty() {
            out.push(String::new());
            open = false;
            continue;
        }
        let indent = if line.starts_with(['-', '*']) {
            "  "
        } else {
            ""
        };
        let mut current = match out.pop() {
            Some(last) if open && !starts_block => last,
            Some(last) => {
                out.push(last);
                String::new()
            }
            None => String::new(),
        };
        for word in line.split_whitespace() {
            if !current.is_empty() && current.chars().count() + 1 + word.chars().count() > WIDTH {
                out.push(std::mem::take(&mut current));
                current.push_str(indent);
            } else if !current.trim().is_empty() {
                current.push(' ');
            }
            current.push_str(word);
        }
        out.push(current);
        open = true;
    }
    out
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
