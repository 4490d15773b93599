//! Recognizes files that are not JSON or YAML, for helpful error messages.

use super::position;
use super::text::position_of;
use crate::error::{Diagnostic, Position};

/// Converts `bytes` to text.
///
/// # Errors
///
/// Returns the kind of data and the position of the first wrong byte if `bytes` are not UTF-8.
pub fn utf8(bytes: &[u8]) -> Result<&str, Diagnostic> {
    let known: &[(&[u8], &str, &str)] = &[
        (b"\x1f\x8b", "compressed by gzip", "unpack it with `gunzip`"),
        (b"PK\x03\x04", "a ZIP archive", "unpack it with `unzip`"),
        (
            b"\x28\xb5\x2f\xfd",
            "compressed by zstd",
            "unpack it with `unzstd`",
        ),
        (b"BZh", "compressed by bzip2", "unpack it with `bunzip2`"),
        (b"\xfd7zXZ", "compressed by xz", "unpack it with `unxz`"),
        (b"%PDF", "a PDF", "get the spec as JSON or YAML"),
        (b"\xff\xfe", "UTF-16 text", "save it as UTF-8"),
        (b"\xfe\xff", "UTF-16 text", "save it as UTF-8"),
    ];
    if let Some((_, what, help)) = known.iter().find(|(magic, ..)| bytes.starts_with(magic)) {
        return Err(at(1, 1, format!("this is {what}, not JSON or YAML"), help));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let (line, column) = position_of(&String::from_utf8_lossy(before), before.len()).pair();
        let byte = bytes[error.valid_up_to()];
        let what = format!("not UTF-8 text: the byte 0x{byte:02x}");
        at(
            line,
            column,
            what,
            "get the file again, or save it as UTF-8",
        )
    })?;
    match text.find('\0') {
        Some(offset) => {
            let (line, column) = position_of(text, offset).pair();
            let what = "binary data, not text: a zero byte";
            Err(at(line, column, what, "get the file again"))
        }
        None => Ok(text),
    }
}

fn at(line: usize, column: usize, what: impl Into<String>, help: &str) -> Diagnostic {
    Diagnostic::new("", what, help).at(Position::new(line, column))
}

pub(super) fn empty() -> Diagnostic {
    at(
        1,
        1,
        "the file is empty",
        "check that the whole file is there",
    )
}

/// Returns a diagnostic if `text` is clearly something other than JSON or YAML.
pub(super) fn text(text: &str) -> Option<Diagnostic> {
    let start = text.trim_start();
    if start.is_empty() {
        return Some(empty());
    }
    let (line, column) = position_of(text, text.len() - start.len()).pair();
    if start.starts_with('<') && !start.starts_with("<<") {
        let head: String = start.chars().take(2000).collect();
        let head = head.to_ascii_lowercase();
        let kind = if head.contains("<html") || head.starts_with("<!doctype html") {
            "an HTML page"
        } else {
            "XML"
        };
        let title = title(start).map_or(String::new(), |title| format!(" (`{title}`)"));
        return Some(at(
            line,
            column,
            format!("this is {kind}{title}, not JSON or YAML"),
            "check the address of the download: a proxy or a login page may have answered instead",
        ));
    }
    if start.starts_with("version https://git-lfs.github.com/spec/") {
        let what = "this is a Git LFS pointer, not the file itself";
        return Some(at(
            line,
            column,
            what,
            "get the file itself with `git lfs pull`",
        ));
    }
    let begins = |mark: &str| text.lines().position(|line| line.starts_with(mark));
    if let Some(line) = begins("<<<<<<< ").filter(|_| begins(">>>>>>> ").is_some()) {
        let what = "a conflict of a git merge is not resolved";
        return Some(at(line + 1, 1, what, "resolve it, and remove its marks"));
    }
    if let Some(offset) = text.find('\0') {
        let (line, column) = position_of(text, offset).pair();
        let what = "binary data, not text: a zero byte";
        return Some(at(line, column, what, "get the file again"));
    }
    None
}

/// Returns the title of an HTML page, which often names the error.
fn title(html: &str) -> Option<&str> {
    let lower = html.to_ascii_lowercase();
    let start = lower.find("<title>")? + "<title>".len();
    let end = start + lower[start..].find("</title>")?;
    let title = html[start..end].trim();
    let is_short = !title.is_empty() && title.len() <= 80 && !title.contains('\n');
    is_short.then_some(title)
}

pub(super) fn json_error(error: &serde_json::Error, text: &str) -> Diagnostic {
    let said = error.to_string();
    let said = said
        .rsplit_once(" at line ")
        .map_or(&*said, |(said, _)| said);
    let (line, column) = (error.line(), error.column().max(1));
    let help = "correct the JSON; `python3 -m json.tool` finds the next mistake";
    if error.is_eof() {
        let what = format!("the JSON is cut off: {}", said.replace("EOF", "the end"));
        return at(
            line,
            column,
            what,
            "get the whole file: its download may have stopped early",
        );
    }
    match said {
        "trailing comma" => {
            let what = "the JSON has a comma after the last item";
            at(line, column, what, "remove the comma")
        }
        "trailing characters" => {
            let rest = text.lines().nth(line - 1).unwrap_or_default();
            let rest = rest.chars().nth(column - 1);
            let what = match rest {
                Some('{' | '[') => "a second JSON document begins after the first",
                _ => "there is something after the end of the JSON document",
            };
            at(
                line,
                column,
                what,
                "a file holds one document: take out the other",
            )
        }
        _ => at(
            line,
            column,
            format!("this JSON can't be read: {said}"),
            help,
        ),
    }
}

pub(super) fn yaml_error(error: &serde_yaml::Error, text: &str) -> Diagnostic {
    let said = error.to_string();
    if said.contains("more than one document") {
        let wrong = Diagnostic::new(
            "",
            "a second YAML document begins after the first",
            "a file holds one document: take out the other",
        );
        return match position::second_document(text) {
            Some(position) => wrong.at(position),
            None => wrong,
        };
    }
    let Some(location) = error.location() else {
        let what = format!("this YAML can't be read: {said}");
        return Diagnostic::new("", what, "check that the whole file is there");
    };
    let (line, column) = (location.line().max(1), location.column().max(1));
    let own = format!(" at line {} column {}", location.line(), location.column());
    let what = format!("this YAML can't be read: {}", said.replacen(&own, "", 1));
    let tab = text.lines().nth(line - 1).is_some_and(|line| {
        let indent = line.len() - line.trim_start().len();
        line[..indent].contains('\t')
    });
    let help = if tab {
        "indent with spaces: YAML takes no tabs"
    } else {
        "look at how this line and the one before it are indented and quoted"
    };
    at(line, column, what, help)
}
