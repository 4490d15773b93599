//! What of a server's text an error shows: one short line without secrets, whatever was answered.

use std::borrow::Cow;

/// Most bytes of one text.
const LONGEST: usize = 1000;

/// Most bytes of the start of a body that is no error of Stripe.
const LONGEST_BODY: usize = 200;

/// A text as one line: logs are read line by line.
pub(crate) fn line(text: &str) -> String {
    shown(text, LONGEST, is_key)
}

/// The start of a body that is not JSON, such as a proxy's page; `None` if there is nothing to
/// show. JSON is not shown: what is in it may be anything.
pub(crate) fn start_of_body(body: &[u8]) -> Option<String> {
    let body = &body[..body.len().min(4 * LONGEST_BODY)];
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start();
    if text.starts_with(['{', '[', '"']) {
        return None;
    }
    let text = without_tags(text);
    let text = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    Some(shown(text, LONGEST_BODY, |word| {
        is_key(word) || is_personal(word)
    }))
}

fn shown(text: &str, longest: usize, is_hidden: impl Fn(&str) -> bool) -> String {
    let (start, is_cut) = cut(text.trim(), longest);
    let mut line = String::with_capacity(start.len());
    for word in start.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        push_word(&mut line, word, &is_hidden);
    }
    if is_cut {
        line.push('…');
    }
    line
}

/// At most so many bytes, cut between two characters, and whether something was cut off.
pub(crate) fn cut(text: &str, longest: usize) -> (&str, bool) {
    if text.len() <= longest {
        return (text, false);
    }
    let end = (0..=longest).rev().find(|end| text.is_char_boundary(*end));
    (&text[..end.unwrap_or_default()], true)
}

fn push_word(line: &mut String, word: &str, is_hidden: impl Fn(&str) -> bool) {
    let is_part = |char: char| char.is_ascii_alphanumeric() || "_-.@+".contains(char);
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        let end = if is_part(first) {
            rest.find(|char| !is_part(char)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (part, after) = rest.split_at(end);
        rest = after;
        if is_hidden(part) {
            line.push_str("[hidden]");
        } else {
            line.extend(part.chars().filter(|char| !char.is_control()));
        }
    }
}

/// Whether it looks like an API key, a webhook secret or a client secret.
fn is_key(word: &str) -> bool {
    let prefixes = ["sk_", "rk_", "ek_", "whsec_"];
    prefixes.iter().any(|prefix| word.contains(prefix)) || word.contains("_secret_")
}

/// Whether it may be an address, the number of an account, or a token.
fn is_personal(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    word.contains('@') || digits >= 6 || word.len() >= 32
}

/// The text of a page: what is between its tags.
fn without_tags(text: &str) -> Cow<'_, str> {
    if !text.starts_with('<') {
        return text.into();
    }
    let mut out = String::new();
    for part in text.split('<') {
        let (_, between) = part.split_once('>').unwrap_or(("", ""));
        if !between.trim().is_empty() {
            out.push_str(between);
            out.push('\n');
        }
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_short_and_hold_no_keys() {
        for (text, line_of_it) in [
            ("a\r\n b\t\tc ", "a b c"),
            ("Invalid key: sk_test_51H,", "Invalid key: [hidden],"),
            ("(pi_1_secret_2)", "([hidden])"),
            ("a\u{1b}[31mb", "a[31mb"),
            ("No such customer: 'cus_1'", "No such customer: 'cus_1'"),
        ] {
            assert_eq!(line(text), line_of_it);
        }
        let long = line(&"é".repeat(1 << 20));
        assert!(long.len() <= LONGEST + '…'.len_utf8() && long.ends_with("é…"));
    }

    #[test]
    fn the_start_of_what_is_no_error_of_stripe() {
        for (body, start) in [
            ("", None),
            ("  \n", None),
            (r#"{"name": "Jenny"}"#, None),
            ("[1]", None),
            ("upstream is down\nsecond line", Some("upstream is down")),
            (
                "<html>\n<body><h1>502 Bad Gateway</h1></body></html>",
                Some("502 Bad Gateway"),
            ),
            (
                "mail jenny@example.com about 000123456789",
                Some("mail [hidden] about [hidden]"),
            ),
        ] {
            assert_eq!(start_of_body(body.as_bytes()).as_deref(), start, "{body}");
        }
        assert!(
            start_of_body(&[b'a', 0xff, b' '].repeat(1 << 20))
                .unwrap()
                .len()
                < 1000
        );
    }
}
