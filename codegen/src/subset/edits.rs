//! Makes the edits that fix problems, for a person to complete and make.

mod lines;
mod stubs;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use self::lines::Lines;
use crate::document::{self, join, steps};
use crate::error::{Diagnostic, Edit, Fix, LineChange};
use crate::placeholder::TODO;
use crate::source::Source;

/// Returns the edits for the fixes of `found`, by file, each from its end to its beginning.
/// `sources` are the overlays and the rules; `tree` is the new spec.
pub(super) fn of(
    found: &[Diagnostic],
    rules: Source<'_>,
    sources: &[Source<'_>],
    tree: &Value,
) -> Vec<Edit> {
    let mut edits = Vec::new();
    for source in sources {
        edits.extend(removals(found, *source));
    }
    edits.extend(decisions(found, rules));
    let overlays: Vec<Source<'_>> = sources
        .iter()
        .filter(|source| source.name != rules.name)
        .copied()
        .collect();
    edits.extend(stubs::of(found, &overlays, tree));
    edits.sort_by(|a, b| (&a.file, b.line, &a.change).cmp(&(&b.file, a.line, &b.change)));
    edits
}

/// Returns edits that delete the unused entries of `source`.
fn removals(found: &[Diagnostic], source: Source<'_>) -> Vec<Edit> {
    let own = found
        .iter()
        .filter(|wrong| wrong.file == source.name && *wrong.fix == Fix::Remove);
    let stale: BTreeSet<String> = own.map(|wrong| wrong.pointer.clone()).collect();
    if stale.is_empty() {
        return Vec::new();
    }
    let Ok(document) = document::open(source) else {
        return Vec::new();
    };
    let lines = Lines::of(source);
    let whole = whole(stale, &document);
    let blocks = whole.iter().filter_map(|pointer| lines.block(pointer));
    let edit = |(line, to)| Edit {
        file: source.name.to_owned(),
        line,
        change: LineChange::Delete { to },
    };
    blocks.map(edit).collect()
}

/// Replaces the places in `stale` by their parent if all its parts are stale.
fn whole(mut stale: BTreeSet<String>, document: &Value) -> BTreeSet<String> {
    loop {
        let mut more = BTreeSet::new();
        for pointer in &stale {
            let Some((parent, key)) = pointer.rsplit_once('/') else {
                continue;
            };
            let is_entry = steps(parent).len() < 2;
            let all = match document.pointer(parent) {
                _ if is_entry => false,
                // An action without its target or update has no use.
                Some(Value::Object(_)) if matches!(key, "target" | "update" | "to") => true,
                Some(Value::Object(map)) => {
                    map.keys().all(|key| stale.contains(&join(parent, key)))
                }
                Some(Value::Array(items)) => {
                    (0..items.len()).all(|index| stale.contains(&join(parent, index)))
                }
                _ => false,
            };
            if all {
                more.insert(parent.to_owned());
            }
        }
        if more.is_subset(&stale) {
            break;
        }
        stale.extend(more);
    }
    let is_inside = |pointer: &String| {
        let around = pointer.match_indices('/').map(|(at, _)| &pointer[..at]);
        around.into_iter().any(|around| stale.contains(around))
    };
    stale
        .iter()
        .filter(|pointer| !is_inside(pointer))
        .cloned()
        .collect()
}

/// Returns the entries to add to the rules.
fn decisions(found: &[Diagnostic], rules: Source<'_>) -> Vec<Edit> {
    let mut edits = Vec::new();
    let lines = Lines::of(rules);
    let mut raw: BTreeMap<&[String], BTreeSet<&str>> = BTreeMap::new();
    let mut resources: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for wrong in found {
        match &*wrong.fix {
            Fix::LeaveRaw { place, to } => {
                raw.entry(to).or_default().insert(place);
            }
            Fix::AddResource { feature, resource } => {
                let at = format!("{}/resources", join("/features", feature));
                resources.entry(at).or_default().insert(resource);
            }
            _ => {}
        }
    }
    let mut insert = |line: usize, text: String| {
        edits.push(Edit {
            file: rules.name.to_owned(),
            line,
            change: LineChange::Insert(text),
        });
    };
    if !raw.is_empty()
        && let Some((_, last)) = lines.block("/raw")
    {
        let indent = lines.items("/raw").unwrap_or(2);
        let indent = " ".repeat(indent);
        let mut text = String::new();
        for (to, places) in raw {
            for place in places {
                text.push_str(&format!("{indent}- place: {}\n", stubs::scalar(place)));
                if !to.is_empty() {
                    text.push_str(&format!("{indent}  to: [{}]\n", to.join(", ")));
                }
                text.push_str(&format!("{indent}  why: {TODO}\n"));
            }
        }
        if lines.items("/raw").is_none() {
            text.insert_str(0, "raw:\n");
            insert(last - 1, text);
            edits.push(Edit {
                file: rules.name.to_owned(),
                line: last,
                change: LineChange::Delete { to: last },
            });
        } else {
            insert(last, text);
        }
    }
    let mut insert = |line: usize, text: String| {
        edits.push(Edit {
            file: rules.name.to_owned(),
            line,
            change: LineChange::Insert(text),
        });
    };
    for (at, names) in resources {
        if let (Some((_, last)), Some(indent)) = (lines.block(&at), lines.items(&at)) {
            let indent = " ".repeat(indent);
            let lines = names.iter().map(|name| format!("{indent}- {name}\n"));
            insert(last, lines.collect());
        }
    }
    edits
}
