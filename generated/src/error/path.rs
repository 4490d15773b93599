//! The JSON path of an error, from its place in the text: nothing is tracked while all goes well.

use std::fmt::Write;

/// The path of what is at a line (from 1) and column (bytes of that line read so far).
///
/// `closed` asks for the last child when an object or array ends exactly there: serde_json reads
/// up to the closing bracket before it places an error that comes from the last value.
pub(super) fn json_path(json: &[u8], line: usize, column: usize, closed: bool) -> String {
    let start = json
        .split_inclusive(|&byte| byte == b'\n')
        .take(line.saturating_sub(1))
        .map(<[u8]>::len)
        .sum::<usize>();
    let end = json.len().min(start.saturating_add(column));
    Walk::default().path(&json[..end], closed)
}

/// A container that is open, and where in it the walk is.
enum Step<'a> {
    Object(Option<&'a [u8]>),
    Array(usize),
}

#[derive(Default)]
struct Walk<'a> {
    open: Vec<Step<'a>>,
    closed: Option<Step<'a>>,
}

impl<'a> Walk<'a> {
    fn path(mut self, json: &'a [u8], last_child: bool) -> String {
        let mut at = 0;
        while let Some(&byte) = json.get(at) {
            if !byte.is_ascii_whitespace() {
                self.closed = None;
            }
            match byte {
                b'"' => {
                    let start = at + 1;
                    at = string_end(json, start);
                    let text = &json[start..at.min(json.len())];
                    // Only a string with a colon behind it is a key; until then it may be one.
                    if let Some(Step::Object(key @ None)) = self.open.last_mut() {
                        *key = Some(text);
                    }
                }
                b'{' => self.open.push(Step::Object(None)),
                b'[' => self.open.push(Step::Array(0)),
                b'}' | b']' => self.closed = self.open.pop(),
                b',' => match self.open.last_mut() {
                    Some(Step::Object(key)) => *key = None,
                    Some(Step::Array(index)) => *index += 1,
                    None => {}
                },
                _ => {}
            }
            at += 1;
        }
        let mut path = String::new();
        let closed = self.closed.filter(|_| last_child);
        for step in self.open.iter().chain(&closed) {
            match step {
                Step::Object(None) => {}
                Step::Object(Some(key)) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(&String::from_utf8_lossy(key));
                }
                Step::Array(index) => {
                    // Writing to a string cannot fail.
                    let _ = write!(path, "[{index}]");
                }
            }
        }
        path
    }
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
        for (read, closed, path) in [
            ("", false, ""),
            ("{", false, ""),
            (r#"{"a""#, false, "a"),
            (r#"{"a": "#, false, "a"),
            (r#"{"a": tru"#, false, "a"),
            (r#"{"a": "x"#, false, "a"),
            (r#"{"a": 1,"#, false, ""),
            (r#"{"a": {"b": [1, {"c": 2"#, false, "a.b[1].c"),
            (r#"{"a": {"b": [1, {"c": 2}"#, false, "a.b[1]"),
            (r#"{"a": {"b": [1, {"c": 2} "#, true, "a.b[1].c"),
            (r#"[[1, 2], [3"#, false, "[1][0]"),
            (r#"[{"a": 1}, {"a": 2}]"#, true, "[1]"),
            (r#"{"x\"{": "}", "b": "#, false, "b"),
            (r#"{"x\"{": "#, false, r#"x\"{"#),
            ("{\"a\": {\n  \"b\": 1,\n  \"c\": 2", false, "a.c"),
        ] {
            let line = read.matches('\n').count() + 1;
            let column = read.rsplit('\n').next().unwrap_or(read).len();
            let json = format!("{read} ,\"never\": \"read\"");
            assert_eq!(
                json_path(json.as_bytes(), line, column, closed),
                path,
                "{read}"
            );
        }
    }

    #[test]
    fn places_outside_of_the_text_do_no_harm() {
        for (line, column) in [(0, 0), (9, 9), (1, usize::MAX), (usize::MAX, 1)] {
            assert_eq!(
                json_path(b"{\"a\": \"\\", line, column, true),
                json_path(b"{\"a\": \"\\", line, column, false)
            );
        }
    }
}
