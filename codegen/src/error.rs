//! Diagnostics: what is wrong, where, and how to fix it.

use std::collections::BTreeMap;
use std::fmt;

/// One problem of an input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The name of the input, as given by the caller; empty if there is only one input.
    pub file: String,
    /// The JSON pointer of the place in the input; empty for the whole input.
    pub pointer: String,
    /// The position in the text of the input; `None` if there is no text, as for a spec in
    /// memory.
    pub position: Option<Position>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// The edit of a file that fixes it, if there is one.
    pub(crate) fix: Box<Fix>,
}

/// A kind of edit that fixes a problem.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fix {
    /// No edit: a person has to find out.
    #[default]
    None,
    /// Remove the place that the pointer names.
    Remove,
    /// Describe the place in an overlay.
    Describe,
    /// Describe this value of the enum in an overlay.
    DescribeValue(String),
    /// Add a decision to the rules that the place stays raw JSON, with the resources it refers
    /// to.
    LeaveRaw { place: String, to: Vec<String> },
    /// Add the resource to a feature of the rules.
    AddResource { feature: String, resource: String },
}

/// A change of a file, for a person to complete and make.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// The name of the file, as given by the caller.
    pub file: String,
    /// The line that the change applies to.
    pub line: usize,
    /// The change.
    pub change: LineChange,
}

/// A change of lines.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineChange {
    /// Adds lines after this one; line 0 means a new file.
    Insert(String),
    /// Deletes the lines from this one to `to`.
    Delete {
        /// The last line to delete.
        to: usize,
    },
}

/// A position in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl Position {
    pub(crate) fn new(line: usize, column: usize) -> Self {
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Self {
            line: number(line),
            column: number(column),
        }
    }

    /// Returns line and column.
    pub(crate) fn pair(self) -> (usize, usize) {
        (self.line as usize, self.column as usize)
    }
}

impl Diagnostic {
    /// Creates a diagnostic about the place at `pointer`.
    pub fn new(
        pointer: impl Into<String>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            file: String::new(),
            pointer: pointer.into(),
            position: None,
            message: message.into(),
            help: help.into(),
            fix: Box::default(),
        }
    }

    /// Returns whether the problem is missing documentation.
    pub fn is_undocumented(&self) -> bool {
        matches!(*self.fix, Fix::Describe | Fix::DescribeValue(_))
    }

    /// Returns the diagnostic with an edit that fixes it.
    pub(crate) fn with(mut self, fix: Fix) -> Self {
        *self.fix = fix;
        self
    }

    /// Returns the diagnostic with `file` as its input.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = file.into();
        self
    }

    /// Returns the diagnostic with `position`.
    #[must_use]
    pub fn at(mut self, position: Position) -> Self {
        self.position = Some(position);
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = if self.pointer.is_empty() {
            "/"
        } else {
            &self.pointer
        };
        f.write_str(&self.file)?;
        if let Some(Position { line, column }) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, "#{pointer}: {}", self.message)?;
        if !self.help.is_empty() {
            write!(f, "\n  help: {}", self.help)?;
        }
        Ok(())
    }
}

/// All problems of the inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
    edits: Vec<Edit>,
    draft: Option<String>,
}

impl Diagnostics {
    /// The problems, in the order of their places.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.found.iter()
    }

    /// Returns the edits that fix problems, grouped by file. In each file they are sorted from
    /// the end to the beginning, so that one edit does not move the lines of the next.
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// Returns the spec that was made in spite of the problems, if they are only decisions for
    /// people. Use it to find later problems in the same run.
    pub fn draft(&self) -> Option<&str> {
        self.draft.as_deref()
    }

    /// Returns the diagnostics of both.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.found.extend(others.found);
        self.edits.extend(others.edits);
        self
    }

    pub(crate) fn with_edits(self, edits: Vec<Edit>) -> Self {
        Self { edits, ..self }
    }

    pub(crate) fn with_draft(self, draft: Option<String>) -> Self {
        Self { draft, ..self }
    }

    /// Sets `file` as the input of the diagnostics that have none.
    #[must_use]
    pub fn in_file(self, file: &str) -> Self {
        let found = self
            .found
            .into_iter()
            .map(|wrong| match wrong.file.is_empty() {
                true => wrong.in_file(file),
                false => wrong,
            });
        Self {
            found: found.collect(),
            ..self
        }
    }

    /// Returns `value` if `found` is empty.
    ///
    /// # Errors
    ///
    /// Returns the diagnostics if there are any.
    pub fn check<T>(value: T, found: Vec<Diagnostic>) -> Result<T, Self> {
        if found.is_empty() {
            Ok(value)
        } else {
            Err(found.into())
        }
    }
}

impl From<Vec<Diagnostic>> for Diagnostics {
    fn from(mut found: Vec<Diagnostic>) -> Self {
        found.sort();
        found.dedup();
        Self {
            found,
            edits: Vec::new(),
            draft: None,
        }
    }
}

impl From<Diagnostics> for Vec<Diagnostic> {
    fn from(found: Diagnostics) -> Self {
        found.found
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        vec![diagnostic].into()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.found.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

/// A part of many diagnostics, with the numbers of the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary<'a> {
    /// The diagnostics to show; each kind gets some before any kind gets all.
    pub shown: Vec<&'a Diagnostic>,
    /// The number of diagnostics of each kind that are not shown. Two diagnostics are of one kind
    /// if their messages differ only in the quoted parts.
    pub more: BTreeMap<String, usize>,
    /// The number of all diagnostics.
    pub total: usize,
}

impl<'a> Summary<'a> {
    /// Selects at most `limit` of `found`.
    #[must_use]
    pub fn new(found: &'a [Diagnostic], limit: usize) -> Self {
        let mut of_kind: BTreeMap<String, usize> = BTreeMap::new();
        let mut ranked: Vec<(usize, usize, String)> = Vec::new();
        for (index, diagnostic) in found.iter().enumerate() {
            let kind = kind(&diagnostic.message);
            let rank = of_kind.entry(kind.clone()).or_default();
            ranked.push((*rank, index, kind));
            *rank += 1;
        }
        ranked.sort();
        let rest = ranked.split_off(limit.min(ranked.len()));
        ranked.sort_by_key(|(_, index, _)| *index);
        let mut more = BTreeMap::new();
        for (_, _, kind) in rest {
            *more.entry(kind).or_default() += 1;
        }
        Self {
            shown: ranked.iter().map(|(_, index, _)| &found[*index]).collect(),
            more,
            total: found.len(),
        }
    }
}

/// Returns `message` without the quoted parts.
fn kind(message: &str) -> String {
    let parts = message.split('`').enumerate();
    let parts = parts.map(|(index, part)| if index % 2 == 0 { part } else { "`…`" });
    parts.collect()
}

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for diagnostic in &self.shown {
            writeln!(f, "{diagnostic}")?;
        }
        for (kind, count) in &self.more {
            writeln!(f, "… and {count} more: {kind}")?;
        }
        write!(f, "{} in all", self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::{Diagnostic, Summary};

    #[test]
    fn a_summary_shows_some_of_each_kind_and_counts_the_rest() {
        let many = (0..50).map(|at| Diagnostic::new(format!("/{at}"), format!("no `{at}`"), "add"));
        let other = Diagnostic::new("/other", "something else", "look");
        let found: Vec<Diagnostic> = many.chain([other]).collect();
        let summary = Summary::new(&found, 3);
        let shown: Vec<&str> = summary.shown.iter().map(|d| d.pointer.as_str()).collect();
        assert_eq!(shown, ["/0", "/1", "/other"]);
        assert_eq!(
            summary.more.into_iter().collect::<Vec<_>>(),
            [("no `…`".to_owned(), 48)]
        );
        assert_eq!(summary.total, 51);
        assert!(Summary::new(&found, 51).more.is_empty());
        assert!(Summary::new(&[], 3).shown.is_empty());
    }
}
