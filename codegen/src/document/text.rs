//! Reads properties of a document's text, before it is parsed.

use crate::error::Position;

/// Whether `text` is meant as JSON: a brace and a quoted key, or a bracket. YAML can begin like
/// that too, but then it is read by the same rules.
pub(super) fn is_json(text: &str) -> bool {
    let text = text.trim_start();
    match text.strip_prefix('{') {
        Some(rest) => rest.trim_start().is_empty() || rest.trim_start().starts_with(['"', '}']),
        None => text.starts_with('['),
    }
}

/// The text without the mark that some editors put before it.
pub(super) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// Returns the position of the byte `offset` in `text`.
pub(super) fn position_of(text: &str, offset: usize) -> Position {
    let before = &text[..offset];
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    Position::new(
        before.matches('\n').count() + 1,
        before[start..].chars().count() + 1,
    )
}
