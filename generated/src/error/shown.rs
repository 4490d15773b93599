//! Makes text from a server safe to show in an error: one short line without secrets.

/// The largest number of bytes of a text.
const LONGEST: usize = 1000;

/// Returns a text as one line, since logs are read by line.
pub(crate) fn line(text: &str) -> String {
    shown(text, LONGEST, is_key)
}

pub(super) fn shown(text: &str, longest: usize, is_hidden: impl Fn(&str) -> bool) -> String {
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

/// Returns at most `longest` bytes of a text, cut between characters, and whether a part was cut.
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

/// Returns whether a word looks like an API key, a webhook secret or a client secret.
pub(super) fn is_key(word: &str) -> bool {
    let prefixes = ["sk_", "rk_", "ek_", "whsec_"];
    prefixes.iter().any(|prefix| word.contains(prefix)) || word.contains("_secret_")
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
}
