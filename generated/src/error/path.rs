//! Finds the JSON path of an error from its position in the text, so that parsing needs no path.

use std::fmt::Write;

use super::shown::cut;

/// The largest number of levels, and the longest key, in a path.
const DEEPEST: usize = 32;
const LONGEST_KEY: usize = 60;

/// Returns the text before a line (from 1) and column (in bytes).
pub(super) fn text_before(json: &[u8], line: usize, column: usize) -> &[u8] {
    let start = json
        .split_inclusive(|&byte| byte == b'\n')
        .take(line.saturating_sub(1))
        .map(<[u8]>::len)
        .sum::<usize>();
    &json[..json.len().min(start.saturating_add(column))]
}

/// A container that is open at the end of the text.
enum Step<'a> {
    Object(Option<&'a [u8]>),
    Array(usize),
}

/// Returns the path of the value that follows the text `read`.
pub(super) fn json_path(read: &[u8]) -> String {
    let mut path = String::new();
    let (open, is_cut) = open_at_end(read);
    for step in open {
        match step {
            Step::Object(None) => {}
            Step::Object(Some(key)) => {
                if !path.is_empty() {
                    path.push('.');
                }
                // Only a key of broken JSON is cut. It must not add lines to a log.
                let key = String::from_utf8_lossy(&key[..key.len().min(4 * LONGEST_KEY)]);
                let (key, is_cut) = cut(&key, LONGEST_KEY);
                path.extend(key.chars().filter(|char| !char.is_control()));
                if is_cut {
                    path.push('…');
                }
            }
            Step::Array(index) => {
                // Writing to a string can't fail.
                let _ = write!(path, "[{index}]");
            }
        }
    }
    if is_cut {
        path.push('…');
    }
    path
}

/// Returns the containers that are open at the end of a text, and whether they contain deeper
/// ones.
fn open_at_end(read: &[u8]) -> (Vec<Step<'_>>, bool) {
    let mut open = Vec::new();
    let mut deeper = 0_usize;
    let mut at = 0;
    while let Some(&byte) = read.get(at) {
        match byte {
            b'"' => {
                let start = at + 1;
                at = string_end(read, start);
                // The first string after `{` or `,` is the key.
                if deeper == 0
                    && let Some(Step::Object(key @ None)) = open.last_mut()
                {
                    *key = Some(&read[start..at.min(read.len())]);
                }
            }
            b'{' | b'[' if open.len() == DEEPEST => deeper += 1,
            b'{' => open.push(Step::Object(None)),
            b'[' => open.push(Step::Array(0)),
            b'}' | b']' if deeper > 0 => deeper -= 1,
            b'}' | b']' => drop(open.pop()),
            b',' if deeper > 0 => {}
            b',' => match open.last_mut() {
                Some(Step::Object(key)) => *key = None,
                Some(Step::Array(index)) => *index += 1,
                None => {}
            },
            _ => {}
        }
        at += 1;
    }
    (open, deeper > 0)
}

/// Returns the index of the closing quote of a string, or the end of the text.
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
    fn a_path_is_short_however_deep_it_is() {
        let deep = json_path("[".repeat(1 << 20).as_bytes());
        assert_eq!(deep, "[0]".repeat(DEEPEST) + "…");
        let deep = r#"{"a": [1, "#.repeat(DEEPEST) + r#"{"b": [1, "c"]}, 2"#;
        let path = "a[1].".repeat(DEEPEST / 2);
        assert_eq!(
            json_path(deep.as_bytes()),
            path.trim_end_matches('.').to_owned() + "…"
        );
        let long = json_path(format!("{{\"{}\": 1", "é".repeat(1 << 20)).as_bytes());
        assert_eq!(long, "é".repeat(LONGEST_KEY / 2) + "…");
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
