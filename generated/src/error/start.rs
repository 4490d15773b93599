//! The start of a body that is not an error from Stripe, for `Display`.

use std::borrow::Cow;

use super::shown::{is_key, shown};

/// The largest number of bytes that are shown.
const LONGEST: usize = 200;

/// Returns the start of a body that is not JSON, such as the page of a proxy. JSON is not shown,
/// as it may contain anything.
pub(super) fn start_of_body(body: &[u8]) -> Option<String> {
    let body = &body[..body.len().min(4 * LONGEST)];
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start();
    if text.starts_with(['{', '[', '"']) {
        return None;
    }
    let text = without_tags(text);
    let text = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    Some(shown(text, LONGEST, |word| {
        is_key(word) || is_personal(word)
    }))
}

/// Returns whether a word may be an address, an account number or a token.
fn is_personal(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    word.contains('@') || digits >= 6 || word.len() >= 32
}

/// Removes the tags of an HTML page.
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
    fn the_start_of_a_foreign_body_is_shown() {
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
