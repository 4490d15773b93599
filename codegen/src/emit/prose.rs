//! Converts the text of a spec to Markdown with the same meaning, which rustc and rustdoc accept
//! without a warning.
//!
//! The text is Markdown, HTML or a mixture, written for a web page. In a doc comment, code would
//! be run as a test, brackets would be links to Rust items, tags and bare URLs cause warnings,
//! and characters that change the direction of text are errors.

use std::fmt::Write as _;

use super::docs::starts_block;
use super::html;

/// Converts `text` to Markdown for a doc comment.
pub(super) fn markdown(text: &str) -> String {
    let text = html::to_markdown(&plain(text));
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let mut paragraph: Vec<&str> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let fence = fence(line);
        let is_text = fence.is_none() && !line.trim().is_empty();
        if is_text && (paragraph.is_empty() || !starts_block(line)) {
            paragraph.push(line);
            continue;
        }
        if !paragraph.is_empty() {
            inline(&paragraph.join("\n"), &mut out, true);
            out.push('\n');
            paragraph.clear();
        }
        if is_text {
            paragraph.push(line);
        } else if fence.is_none() {
            out.push('\n');
        }
        if let Some((mark, indent)) = fence {
            let ends = |line: &&str| {
                let line = line.trim();
                line.len() >= mark.len() && line.chars().all(|c| mark.starts_with(c))
            };
            let code: Vec<&str> = lines.by_ref().take_while(|line| !ends(line)).collect();
            block(&code, indent, &mut out);
        }
    }
    inline(&paragraph.join("\n"), &mut out, true);
    out.trim().to_owned()
}

/// Removes characters that are invisible or affect the text around them.
pub(super) fn plain(text: &str) -> String {
    let turns = |c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{feff}');
    let text = text.replace("\r\n", "\n");
    let kept = text.chars().filter(|c| !turns(*c));
    kept.map(|c| match c {
        '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' => '\n',
        '\n' => '\n',
        c if c.is_control() => ' ',
        c => c,
    })
    .collect()
}

/// Returns the mark of the code block that `line` opens, and the indent of the block.
fn fence(line: &str) -> Option<(&str, usize)> {
    // In a list item or a quotation it becomes a block of its own.
    let start = line.trim_start_matches(|c: char| c.is_whitespace() || "-*+>".contains(c));
    let mark = ['`', '~']
        .into_iter()
        .find(|mark| start.starts_with(*mark))?;
    let length = start.len() - start.trim_start_matches(mark).len();
    let is_fence = length >= 3 && !(mark == '`' && start[length..].contains('`'));
    is_fence.then(|| (&start[..length], line.len() - start.len()))
}

/// Writes a code block that is not run as a test.
fn block(code: &[&str], indent: usize, out: &mut String) {
    let longest = code
        .iter()
        .map(|line| run(line.trim_start(), '`'))
        .max()
        .unwrap_or(0);
    let mark = "`".repeat(longest.max(2) + 1);
    _ = writeln!(out, "{mark}text");
    for line in code {
        let spaces = line.len() - line.trim_start_matches(' ').len();
        _ = writeln!(out, "{}", &line[spaces.min(indent)..]);
    }
    _ = writeln!(out, "{mark}");
}

/// Returns the number of `mark` characters at the start of the text.
fn run(text: &str, mark: char) -> usize {
    text.chars().take_while(|c| *c == mark).count()
}

/// Writes a paragraph. With `links` false, links become plain text.
fn inline(text: &str, out: &mut String, links: bool) {
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '`' => code_span(rest, out),
            '~' if run(rest, '~') >= 3 => {
                let length = run(rest, '~');
                out.push_str(&"\\~".repeat(length));
                length
            }
            '\\' => {
                let escaped = rest[1..].chars().next().filter(char::is_ascii_punctuation);
                // Before a letter, a backslash is a plain character.
                out.push('\\');
                out.push(escaped.unwrap_or('\\'));
                1 + escaped.map_or(0, char::len_utf8)
            }
            '<' => match autolink(rest) {
                Some(link) => {
                    out.push_str(link);
                    link.len()
                }
                None => escape(first, out),
            },
            '[' => match link(rest).filter(|_| links) {
                Some((words, url, taken)) => {
                    out.push('[');
                    inline(words, out, false);
                    _ = write!(out, "]({url})");
                    taken
                }
                None => escape(first, out),
            },
            ']' => escape(first, out),
            'h' if rest.starts_with("http://") || rest.starts_with("https://") => {
                let url = url(rest).filter(|_| links);
                if let Some(url) = url {
                    _ = write!(out, "<{url}>");
                    url.len()
                } else {
                    // Text that only looks like a URL is not linked.
                    let scheme = rest.find('/').unwrap_or_default();
                    _ = write!(out, "{}\\/", &rest[..scheme]);
                    scheme + 1
                }
            }
            _ => {
                out.push(first);
                first.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
}

fn escape(character: char, out: &mut String) -> usize {
    out.push('\\');
    out.push(character);
    character.len_utf8()
}

/// Writes code up to the closing mark, if the paragraph has one.
fn code_span(text: &str, out: &mut String) -> usize {
    let length = run(text, '`');
    let mut at = length;
    while let Some(next) = text[at..].find('`') {
        let close = at + next;
        let closing = run(&text[close..], '`');
        if closing != length {
            at = close + closing;
            continue;
        }
        let code = text[length..close].replace('\n', " ");
        // A mark of three could open a block after lines are wrapped again.
        let mark = if !code.contains('`') { "`" } else { "``" };
        if length >= 3 && code.contains("``") {
            break;
        }
        let mark = if length < 3 { &text[..length] } else { mark };
        let space = if length >= 3 && code.contains('`') {
            " "
        } else {
            ""
        };
        _ = write!(out, "{mark}{space}{code}{space}{mark}");
        return close + closing;
    }
    out.push_str(&"\\`".repeat(length));
    length
}

/// Reads a link such as `<https://…>`.
fn autolink(text: &str) -> Option<&str> {
    let end = text.find('>')?;
    let url = &text[1..end];
    let is_url = is_absolute(url) && !url.contains(|c: char| c.is_whitespace() || c == '<');
    is_url.then_some(&text[..=end])
}

fn is_absolute(url: &str) -> bool {
    ["https://", "http://", "mailto:"].iter().any(|scheme| {
        url.strip_prefix(scheme)
            .is_some_and(|rest| rest.starts_with(char::is_alphanumeric))
    })
}

/// Returns text and address of `[text](address)`, and the length of the whole.
fn link(text: &str) -> Option<(&str, &str, usize)> {
    let mut depth = 0_usize;
    let mut close = None;
    for (at, character) in text.char_indices() {
        match character {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            close = Some(at);
            break;
        }
    }
    let close = close?;
    let after = text[close + 1..].strip_prefix('(')?;
    let end = after.find(')')?;
    // A title after the address is dropped.
    let url = after[..end].split_whitespace().next()?;
    let is_url = is_absolute(url) && !url.contains(['<', '>', '(', '`', '\\', '[', ']']);
    let words = &text[1..close];
    (is_url && !words.trim().is_empty()).then_some((words, url, close + 1 + 1 + end + 1))
}

/// Returns the URL at the start of the text.
fn url(text: &str) -> Option<&str> {
    let ends = |c: char| c.is_whitespace() || "<>\"`|\\^{}[]()".contains(c);
    let url = &text[..text.find(ends).unwrap_or(text.len())];
    let url = url.trim_end_matches(|c: char| ".,;:!?'*_~".contains(c));
    (is_absolute(url) && !url.starts_with("mailto:")).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::markdown;

    #[test]
    fn what_rustdoc_refuses_is_escaped() {
        let cases = [
            ("a \u{202e} b \u{2066} c", "a  b  c"),
            ("bell\u{7} tab\tnul\0 cr\rline", "bell  tab nul  cr\nline"),
            (
                "see [Account] and [`Id`]",
                "see \\[Account\\] and \\[`Id`\\]",
            ),
            (
                "[a](b::C) [c](d e) [e][f]",
                "\\[a\\](b::C) \\[c\\](d e) \\[e\\]\\[f\\]",
            ),
            (
                "[^1] and [x]: https://a.b",
                "\\[^1\\] and \\[x\\]: <https://a.b>",
            ),
            ("[a [b]](https://x.y/z)", "[a \\[b\\]](https://x.y/z)"),
            ("[a](https://x.y \"title\")", "[a](https://x.y)"),
            ("[https://a.b](https://a.b)", "[https:\\//a.b](https://a.b)"),
            ("a Vec<T> of <currency>", "a Vec\\<T> of \\<currency>"),
            ("`Vec<T>` and ``a`b``", "`Vec<T>` and ``a`b``"),
            ("lone ` and ``two", "lone \\` and \\`\\`two"),
            ("```x``` y", "`x` y"),
            (
                "at https://a.b/c?d=[e]. End",
                "at <https://a.b/c?d=>\\[e\\]. End",
            ),
            (
                "(https://a.b/c), <https://d.e>",
                "(<https://a.b/c>), <https://d.e>",
            ),
            (
                "xhttps://a.b http:// https:",
                "x<https://a.b> http:\\// https:",
            ),
            ("a ~~~ b", "a \\~\\~\\~ b"),
            ("\\[kept\\] \\a end\\", "\\[kept\\] \\\\a end\\\\"),
        ];
        for (text, expected) in cases {
            assert_eq!(markdown(text), expected, "{text}");
        }
    }

    #[test]
    fn code_is_never_a_test() {
        let cases = [
            (
                "Call:\n\n```\ncurl x\n```\nEnd.",
                "Call:\n\n```text\ncurl x\n```\nEnd.",
            ),
            ("```rust\nfail!()\n```", "```text\nfail!()\n```"),
            ("~~~ should_panic\nx\n~~~", "```text\nx\n```"),
            ("```\nnever closed", "```text\nnever closed\n```"),
            ("- ```sh\n  x\n  ```\n- y", "```text\nx\n```\n- y"),
            ("> ```\n> x", "```text\n> x\n```"),
            ("````\n```\nx\n````", "````text\n```\nx\n````"),
            ("a\n```\nx\n```", "a\n```text\nx\n```"),
        ];
        for (text, expected) in cases {
            assert_eq!(markdown(text), expected, "{text}");
        }
    }
}
