//! Finds the lines of an entry in a YAML text.

use crate::document;
use crate::error::{Diagnostic, Position};
use crate::source::Source;

pub(super) struct Lines<'a> {
    source: Source<'a>,
    lines: Vec<&'a str>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(source: Source<'a>) -> Self {
        Self {
            source,
            lines: source.text.lines().collect(),
        }
    }

    /// Returns the number of the last line that is not empty.
    pub(super) fn last(&self) -> usize {
        let filled = self.lines.iter().rposition(|line| !line.trim().is_empty());
        filled.map_or(0, |index| index + 1)
    }

    /// Returns the first and last line of the entry at `pointer`, found by its indent. `None` if
    /// the entry shares a line with another.
    pub(super) fn block(&self, pointer: &str) -> Option<(usize, usize)> {
        let (line, column) = self.position(pointer)?.pair();
        let first = self.lines.get(line - 1)?;
        let before = first.chars().take(column - 1).collect::<String>();
        let is_item = match before.trim() {
            "" => false,
            "-" => true,
            _ => return None,
        };
        let indent = indent(first);
        let belongs = |text: &str| {
            let deeper = self::indent(text) > indent;
            // Items of a list may have the same indent as its key.
            let is_own_item =
                !is_item && self::indent(text) == indent && text[indent..].starts_with("- ");
            deeper || is_own_item
        };
        let rest = self.lines.iter().enumerate().skip(line);
        let rest = rest.take_while(|(_, text)| text.trim().is_empty() || belongs(text));
        let last = rest.filter(|(_, text)| !text.trim().is_empty()).last();
        Some((line, last.map_or(line, |(index, _)| index + 1)))
    }

    /// Returns the indent of the items of the list at `pointer`.
    pub(super) fn items(&self, pointer: &str) -> Option<usize> {
        let (first, _) = self.block(&format!("{pointer}/0"))?;
        let text = self.lines.get(first - 1)?;
        text.trim_start().starts_with("- ").then(|| indent(text))
    }

    fn position(&self, pointer: &str) -> Option<Position> {
        let wanted = Diagnostic::new(pointer, "", "").in_file(self.source.name);
        let found = document::locate_in(&[self.source], vec![wanted]);
        // A missing place would get the position of its parent.
        let document = document::open(self.source).ok()?;
        document.pointer(pointer)?;
        found.first()?.position
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

#[cfg(test)]
mod tests {
    use super::Lines;
    use crate::source::Source;

    const TEXT: &str = "\
actions:
  - target: a
    update:
      description: >-
        One,

        two.
  # Of the next.
  - target: b
    update: {description: three}
list:
- one
- two
last: 1
";

    #[test]
    fn a_block_ends_where_its_indent_does() {
        let text = TEXT;
        let lines = Lines::of(Source { name: "f", text });
        for (pointer, expected) in [
            ("/actions/0", Some((2, 7))),
            ("/actions/0/update", Some((3, 7))),
            ("/actions/0/update/description", Some((4, 7))),
            ("/actions/1", Some((9, 10))),
            ("/actions/1/update/description", None),
            ("/actions/2", None),
            ("/list", Some((11, 13))),
            ("/list/1", Some((13, 13))),
            ("/last", Some((14, 14))),
        ] {
            assert_eq!(lines.block(pointer), expected, "{pointer}");
        }
        assert_eq!(lines.items("/actions"), Some(2));
        assert_eq!(lines.items("/list"), Some(0));
        assert_eq!(lines.last(), 14);
    }
}
