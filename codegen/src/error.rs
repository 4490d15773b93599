//! Diagnostics: what is wrong, where, and what to do about it.

use std::collections::BTreeMap;
use std::fmt;

/// One problem found in an input, with its place and the way out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The input it was found in, as the caller named it; empty when there is only one.
    pub file: String,
    /// A JSON pointer into that input; empty for the whole of it.
    pub pointer: String,
    /// Where that is in its text; none when it has none, as a spec that was only just made.
    pub position: Option<Position>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// How a file is edited to be rid of it, when that is plain.
    pub(crate) fix: Box<Fix>,
}

/// How a file is edited to be rid of a problem.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fix {
    /// A person has to find out.
    #[default]
    None,
    /// What the pointer points to is of no use any more.
    Remove,
    /// An overlay has to say what the pointer points to.
    Describe,
    /// An overlay has to say what this value of an enum means.
    DescribeValue(String),
    /// The rules have to say that the place stays raw, of these resources.
    LeaveRaw { place: String, to: Vec<String> },
    /// A feature of the rules has to have this resource.
    AddResource { feature: String, resource: String },
}

/// A change of a file that a person reads, fills in and makes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// The file, as the caller named it.
    pub file: String,
    /// The line in question.
    pub line: usize,
    /// What happens there.
    pub change: LineChange,
}

/// What happens to the lines of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineChange {
    /// Lines are added after this one; after line 0 of a file that is not there yet.
    Insert(String),
    /// The lines from this one to that one go.
    Delete {
        /// The last of them.
        to: usize,
    },
}

/// A place in a text.
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

    /// The line and the column.
    pub(crate) fn pair(self) -> (usize, usize) {
        (self.line as usize, self.column as usize)
    }
}

impl Diagnostic {
    /// A diagnostic about the place `pointer` points to.
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

    /// Whether what is wrong is that documentation is missing, which the edits add.
    pub fn is_undocumented(&self) -> bool {
        matches!(*self.fix, Fix::Describe | Fix::DescribeValue(_))
    }

    /// The same diagnostic, with a way to be rid of it.
    pub(crate) fn with(mut self, fix: Fix) -> Self {
        *self.fix = fix;
        self
    }

    /// The same diagnostic, said of `file`.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = file.into();
        self
    }

    /// The same diagnostic, of a place that is at `position`.
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

/// Every problem of an input at once, never only the first.
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

    /// What to edit to be rid of those whose way out is plain, by file and from its end to its
    /// beginning, so that one edit does not move the lines of the next.
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// What was made all the same, when what is wrong is only what people have to decide: whoever
    /// goes on with it finds out what else is wrong.
    pub fn draft(&self) -> Option<&str> {
        self.draft.as_deref()
    }

    /// These and others.
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

    /// The same diagnostics, said of `file` where they are said of none.
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

    /// `value` when nothing is wrong, else all that is.
    ///
    /// # Errors
    ///
    /// Returns the diagnostics when there are any.
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

/// So many diagnostics that only some are shown: those that are, and a sum of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary<'a> {
    /// What is shown: of each kind some, before another kind has all.
    pub shown: Vec<&'a Diagnostic>,
    /// How many of each kind are not shown. Of one kind are those whose messages differ in what
    /// they quote only.
    pub more: BTreeMap<String, usize>,
    /// How many there are.
    pub total: usize,
}

impl<'a> Summary<'a> {
    /// At most `limit` of `found`, and the sum of all.
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

/// `message` without what it quotes.
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
