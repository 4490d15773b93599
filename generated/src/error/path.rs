//! The JSON path of an error, from its place in the text: nothing is tracked while all goes well.

use std::fmt::Write;

/// The bytes up to a line (from 1) and column (bytes of that line).
pub(super) fn text_before(json: &[u8], line: usize, column: usize) -> &[u8] {
    let start = json
        .split_inclusive(|&byte| byte == b'\n')
        .take(line.saturating_sub(1))
        .map(<[u8]>::len)
        .sum::<usize>();
    &json[..json.len().min(start.saturating_add(column))]
}

/// A container that is open, and where in it the walk is.
enum Step<'a> {
    Object(Option<&'a [u8]>),
    Array(usize),
}

/// The path of the value at which a text was read up to.
pub(super) fn json_path(read: &[u8]) -> String {
    let mut path = String::new();
    for step in open_at_end(read) {
        match step {
            Step::Object(None) => {}
            Step::Object(Some(key)) => {
                if !path.is_empty() {
                    path.push('.');
                }
                // Only a key of broken JSON has them, and it must not break a log.
                let key = String::from_utf8_lossy(key);
                path.extend(key.chars().filter(|char| !char.is_control()));
            }
            Step::Array(index) => {
                // Writing to a string cannot fail.
                let _ = write!(path, "[{index}]");
            }
        }
    }
    path
}

fn open_at_end(read: &[u8]) -> Vec<Step<'_>> {
    let mut open = Vec::new();
    let mut at = 0;
    while let Some(&byte) = read.get(at) {
        match byte {
            b'"' => {
                let start = at + 1;
                at = string_end(read, start);
                // The first string after `{` or `,` is the key.
                if let Some(Step::Object(key @ None)) = open.last_mut() {
                    *key = Some(&read[start..at.min(read.len())]);
                }
            }
            b'{' => open.push(Step::Object(None)),
            b'[' => open.push(Step::Array(0)),
            b'}' | b']' => drop(open.pop()),
            b',' => match open.last_mut() {
                Some(Step::Object(key)) => *key = None,
                Some(Step::Array(index)) => *index += 1,
                None => {}
            },
            _ => {}
        }
        at += 1;
    }
    open
}

/// The place of the closing quote of a string, or the end of the text.
fn string_end(json: &[u8], mut at: usize) -> usize {
    while let Some(&byte) = json.get(at) {
        match byte {
            b'"' => break,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (read, path) in [
            ("", ""),
            ("{", ""),
            (r#"{"a""#, "a"),
            (r#"{"a": "#, "a"),
            (r#"{"a": tru"#, "a"),
            (r#"{"a": "x"#, "a"),
            (r#"{"a": 1,"#, ""),
            (r#"{"a": {"b": [1, {"c": 2"#, "a.b[1].c"),
            (r#"{"a": {"b": [1, {"c": 2}"#, "a.b[1]"),
            (r#"[[1, 2], [3"#, "[1][0]"),
            (r#"{"x\"{": "}", "b": "#, "b"),
            (r#"{"x\"{": "#, r#"x\"{"#),
            ("{\"a\": {\n  \"b\": 1,\n  \"c\": 2", "a.c"),
            (r#"}],,"a"#, ""),
            (r#"{"a\"#, "a\\"),
        ] {
            assert_eq!(json_path(read.as_bytes()), path, "{read}");
        }
    }

    #[test]
    fn the_text_before_a_place() {
        let json = b"ab\n\ncd";
        for (line, column, text) in [
            (1, 0, &b""[..]),
            (1, 2, b"ab"),
            (2, 0, b"ab\n"),
            (3, 1, b"ab\n\nc"),
            (0, 0, b""),
            (3, 9, json),
            (9, 9, json),
            (usize::MAX, usize::MAX, json),
        ] {
            assert_eq!(text_before(json, line, column), text, "{line}:{column}");
        }
    }
}
