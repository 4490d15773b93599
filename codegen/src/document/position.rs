//! Finds line and column of JSON pointers. It reads the text a second time, and only if there are
//! diagnostics.

use std::collections::{BTreeMap, HashMap};

use saphyr_parser::{Event, Marker, Parser};
use serde::de::{Deserializer as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::text::{is_json, position_of, without_mark};
use crate::error::{Diagnostic, Position};

/// Sets the position of each diagnostic that has a pointer but no position. A place that does not
/// exist gets the position of its nearest parent that does.
pub(crate) fn add(text: &str, found: &mut [Diagnostic]) {
    let text = without_mark(text);
    let mut wanted = Wanted::default();
    for (index, wrong) in found.iter().enumerate() {
        if wrong.position.is_none() && !wrong.pointer.is_empty() {
            wanted.add(&wrong.pointer, index);
        }
    }
    if wanted.below.is_empty() {
        return;
    }
    let mut tell = |index: usize, position: Position| found[index].position = Some(position);
    if is_json(text) {
        if let Ok(value) = serde_json::from_str(text) {
            in_json(text, value, &wanted, &mut tell);
        }
    } else {
        let tree = Yaml::read(text);
        if let Some(root) = tree.nodes.len().checked_sub(1) {
            tree.tell(root, &wanted, &mut tell);
        }
    }
}

/// Returns the position at which the second document of a YAML stream begins.
pub(super) fn second_document(text: &str) -> Option<Position> {
    let starts = Parser::new_from_str(text)
        .map_while(Result::ok)
        .filter(|(event, _)| matches!(event, Event::DocumentStart(_)));
    let (_, span) = { starts }.nth(1)?;
    Some(of(span.start))
}

fn of(marker: Marker) -> Position {
    Position::new(marker.line(), marker.col() + 1)
}

/// The pointers to find, as a tree.
#[derive(Default)]
struct Wanted {
    here: Vec<usize>,
    below: BTreeMap<String, Wanted>,
}

impl Wanted {
    fn add(&mut self, pointer: &str, index: usize) {
        let mut node = self;
        for step in pointer.split('/').skip(1) {
            let step = step.replace("~1", "/").replace("~0", "~");
            node = node.below.entry(step).or_default();
        }
        node.here.push(index);
    }

    /// Reports `position` for this place and all places below it.
    fn all(&self, position: Position, tell: &mut dyn FnMut(usize, Position)) {
        self.here.iter().for_each(|index| tell(*index, position));
        for below in self.below.values() {
            below.all(position, tell);
        }
    }
}

/// Reports the position of the key for an object member, and of the value for an array item.
fn in_json(text: &str, value: &RawValue, wanted: &Wanted, tell: &mut dyn FnMut(usize, Position)) {
    let offset = |part: &RawValue| part.get().as_ptr() as usize - text.as_ptr() as usize;
    let members = serde_json::Deserializer::from_str(value.get())
        .deserialize_any(Members)
        .unwrap_or_default();
    for (step, below) in &wanted.below {
        // Of a duplicate key the last one counts, as it is the one to remove.
        if let Some((_, at, value)) = members.iter().rev().find(|(key, ..)| key == step) {
            let position = position_of(text, offset(at));
            below.here.iter().for_each(|index| tell(*index, position));
            for deeper in below.below.values() {
                deeper.all(position, tell);
            }
            in_json(text, value, below, tell);
        }
    }
}

struct Members;

type Member<'de> = (String, &'de RawValue, &'de RawValue);

impl<'de> Visitor<'de> for Members {
    type Value = Vec<Member<'de>>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("members or items")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((key, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            let name = serde_json::from_str(key.get()).unwrap_or_default();
            members.push((name, key, value));
        }
        Ok(members)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element::<&RawValue>()? {
            items.push((items.len().to_string(), item, item));
        }
        Ok(items)
    }
}

/// The nodes of a YAML document; the last one is the root.
struct Yaml {
    nodes: Vec<Vec<Entry>>,
}

/// The key or index of an entry, its position, and the node of its value.
struct Entry {
    step: String,
    at: Position,
    node: usize,
}

/// A mapping or sequence whose end is not yet read.
struct Open {
    anchor: usize,
    at: Position,
    is_map: bool,
    key: Option<(String, Position)>,
    entries: Vec<Entry>,
}

impl Yaml {
    fn read(text: &str) -> Self {
        let mut tree = Self { nodes: Vec::new() };
        let mut anchors: HashMap<usize, usize> = HashMap::new();
        let mut open: Vec<Open> = Vec::new();
        for (event, span) in Parser::new_from_str(text).map_while(Result::ok) {
            let at = of(span.start);
            match event {
                Event::MappingStart(anchor, _) | Event::SequenceStart(anchor, _) => {
                    open.push(Open {
                        anchor,
                        at,
                        is_map: matches!(event, Event::MappingStart(..)),
                        key: None,
                        entries: Vec::new(),
                    });
                }
                Event::MappingEnd | Event::SequenceEnd => {
                    let Some(closed) = open.pop() else { break };
                    tree.nodes.push(closed.entries);
                    let node = tree.nodes.len() - 1;
                    anchors.insert(closed.anchor, node);
                    add_value(&mut open, node, closed.at);
                }
                Event::Scalar(text, _, anchor, _) => {
                    if let Some(Open {
                        is_map: true,
                        key: key @ None,
                        ..
                    }) = open.last_mut()
                    {
                        *key = Some((text.into_owned(), at));
                        continue;
                    }
                    tree.nodes.push(Vec::new());
                    let node = tree.nodes.len() - 1;
                    anchors.insert(anchor, node);
                    add_value(&mut open, node, at);
                }
                Event::Alias(anchor) => {
                    let node = anchors.get(&anchor).copied();
                    let node = node.unwrap_or_else(|| {
                        tree.nodes.push(Vec::new());
                        tree.nodes.len() - 1
                    });
                    add_value(&mut open, node, at);
                }
                Event::DocumentEnd => break,
                _ => {}
            }
        }
        // If the text is cut off, the collections that are still open end here.
        while let Some(closed) = open.pop() {
            tree.nodes.push(closed.entries);
            let node = tree.nodes.len() - 1;
            add_value(&mut open, node, closed.at);
        }
        tree
    }

    fn tell(&self, node: usize, wanted: &Wanted, tell: &mut dyn FnMut(usize, Position)) {
        for (step, below) in &wanted.below {
            if let Some(entry) = self.entry(node, step, 0) {
                below.all(entry.at, tell);
                self.tell(entry.node, below, tell);
            }
        }
    }

    fn entry(&self, node: usize, step: &str, merges: usize) -> Option<&Entry> {
        let entries = &self.nodes[node];
        let own = entries.iter().rev().find(|entry| entry.step == step);
        if own.is_some() || merges > 4 {
            return own;
        }
        // The value of a merge key is a mapping, or a sequence of mappings.
        let merged = entries.iter().find(|entry| entry.step == "<<")?.node;
        self.entry(merged, step, merges + 1).or_else(|| {
            let list = self.nodes[merged].iter();
            list.filter(|item| item.step.parse::<usize>().is_ok())
                .find_map(|item| self.entry(item.node, step, merges + 1))
        })
    }
}

fn add_value(open: &mut [Open], node: usize, at: Position) {
    let Some(parent) = open.last_mut() else {
        return;
    };
    let (step, at) = if parent.is_map {
        // A key that is not a scalar has no pointer.
        parent.key.take().unwrap_or_else(|| (String::new(), at))
    } else {
        (parent.entries.len().to_string(), at)
    };
    parent.entries.push(Entry { step, at, node });
}
