//! Comments that people write into a names file: each stays with the line that it is about, wherever
//! that is written.

use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use std::collections::BTreeMap;
use std::ops::Range;

/// The comments of a file, without its head.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Comments {
    /// On lines of their own, above a line.
    above: BTreeMap<String, Vec<String>>,
    /// On the line itself.
    beside: BTreeMap<String, String>,
    /// After the last line.
    end: Vec<String>,
}

/// Returns the key of the comments at a line with a key: its JSON pointer.
pub(super) fn of_key(pointer: &str, key: &str) -> String {
    crate::document::join(pointer, key)
}

/// Returns the key of the comments at a place, whichever type has it.
pub(super) fn of_place(place: &str) -> String {
    format!("at {place}")
}

impl Comments {
    /// The comments in `text`, but for those in its first lines, of which there are `head`.
    pub(super) fn read(text: &str, head: usize) -> Self {
        let mut comments = Self::default();
        // Most files have none.
        if text.lines().skip(head).all(|line| !line.contains('#')) {
            return comments;
        }
        let layout = Layout::of(text);
        let mut start = 0;
        for (at, line) in text.lines().enumerate() {
            let chars: Vec<char> = line.chars().collect();
            if let Some(column) = layout.comment(&chars, start).filter(|_| at >= head) {
                let comment: String = chars[column..].iter().collect();
                let is_alone = chars[..column].iter().all(|c| c.is_whitespace());
                comments.add(
                    comment.trim_end(),
                    layout.subject(at + 1, is_alone),
                    is_alone,
                );
            }
            start += chars.len() + 1;
        }
        comments
    }

    fn add(&mut self, comment: &str, subject: Option<&str>, is_alone: bool) {
        let Some(subject) = subject.map(str::to_owned) else {
            return self.end.push(comment.to_owned());
        };
        if is_alone || self.beside.contains_key(&subject) {
            let above = self.above.entry(subject).or_default();
            above.push(comment.to_owned());
        } else {
            self.beside.insert(subject, comment.to_owned());
        }
    }

    pub(super) fn above(&self, subject: &str) -> &[String] {
        self.above.get(subject).map_or(&[], Vec::as_slice)
    }

    pub(super) fn beside(&self, subject: &str) -> Option<&str> {
        self.beside.get(subject).map(String::as_str)
    }

    pub(super) fn end(&self) -> &[String] {
        &self.end
    }

    /// Lets a new place have what was said of the old one that stood there.
    pub(crate) fn follow(&mut self, from: &str, to: &str) {
        let (from, to) = (of_place(from), of_place(to));
        if let Some(above) = self.above.remove(&from) {
            self.above.entry(to.clone()).or_default().extend(above);
        }
        if let Some(beside) = self.beside.remove(&from) {
            self.beside.entry(to).or_insert(beside);
        }
    }
}

/// The lines of the keys, items and strings in a text.
#[derive(Default)]
struct Layout {
    /// The line of each key and item, in their order, with what comments there are about.
    subjects: Vec<(usize, String)>,
    /// The characters of each text, in which nothing is a comment.
    texts: Vec<Range<usize>>,
}

/// A collection that is not at its end yet.
struct Open {
    pointer: String,
    is_map: bool,
    key: Option<String>,
}

impl Open {
    /// Its content below the last key.
    fn below(&mut self) -> String {
        match self.key.take() {
            Some(key) => of_key(&self.pointer, &key),
            None => self.pointer.clone(),
        }
    }
}

impl Layout {
    fn of(text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let mut layout = Self::default();
        let mut open: Vec<Open> = Vec::new();
        for (event, span) in Parser::new_from_str(text).map_while(Result::ok) {
            match event {
                Event::MappingStart(..) | Event::SequenceStart(..) => {
                    let is_map = matches!(event, Event::MappingStart(..));
                    let pointer = open.last_mut().map_or_else(String::new, Open::below);
                    open.push(Open {
                        pointer,
                        is_map,
                        key: None,
                    });
                }
                Event::MappingEnd | Event::SequenceEnd => _ = open.pop(),
                Event::Scalar(scalar, style, ..) => {
                    let range = match style {
                        ScalarStyle::SingleQuoted => quoted(&chars, span, '\''),
                        ScalarStyle::DoubleQuoted => quoted(&chars, span, '"'),
                        _ => span.start.index()..span.end.index(),
                    };
                    layout.texts.push(range);
                    layout.scalar(&scalar, span.start.line(), open.last_mut());
                }
                _ => {}
            }
        }
        layout
    }

    fn scalar(&mut self, text: &str, line: usize, inside: Option<&mut Open>) {
        let Some(open) = inside else { return };
        let subject = match open.is_map {
            true if open.key.is_none() => {
                open.key = Some(text.to_owned());
                of_key(&open.pointer, text)
            }
            true => {
                open.key = None;
                return;
            }
            false if open.pointer.ends_with("/at") => of_place(text),
            // Other lists are written on one line.
            false => open.pointer.clone(),
        };
        self.subjects.push((line, subject));
    }

    /// The column of the comment of a line that begins at the character `start` of the text.
    fn comment(&self, line: &[char], start: usize) -> Option<usize> {
        (0..line.len()).find(|&at| {
            let is_apart = at == 0 || line[at - 1].is_whitespace();
            let index = start + at;
            let is_inside = || {
                let after = self.texts.partition_point(|text| text.start <= index);
                after > 0 && self.texts[after - 1].contains(&index)
            };
            line[at] == '#' && is_apart && !is_inside()
        })
    }

    /// Returns the subject of a comment on `line`: the entry on that line, or else the next one.
    fn subject(&self, line: usize, is_alone: bool) -> Option<&str> {
        let after = self.subjects.partition_point(|(at, _)| *at <= line);
        let at = if is_alone {
            after
        } else {
            after.checked_sub(1)?
        };
        self.subjects.get(at).map(|(_, subject)| subject.as_str())
    }
}

/// The characters of a text in quotes: the parser looks further for a colon.
fn quoted(chars: &[char], span: Span, quote: char) -> Range<usize> {
    let start = span.start.index();
    let mut at = start + 1;
    while at < span.end.index() {
        match chars[at] {
            '\\' if quote == '"' => at += 1,
            c if c == quote && chars.get(at + 1) == Some(&quote) && quote == '\'' => at += 1,
            c if c == quote => break,
            _ => {}
        }
        at += 1;
    }
    start..at + 1
}
