//! Makes overlay actions for undocumented places, in the style of a person: one nested action for
//! each schema or parameter, in the overlay file that already documents it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::lines::Lines;
use crate::document::{self, join, steps};
use crate::error::{Diagnostic, Edit, Fix, LineChange};
use crate::placeholder::TODO;
use crate::source::Source;

/// The text of an action, and the actions nested below it.
#[derive(Default)]
struct Node {
    described: bool,
    values: Vec<String>,
    below: BTreeMap<String, Node>,
}

/// The subject of an action, which decides its file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Schema(String),
    Path(String),
    Events,
}

type Actions = BTreeMap<String, Node>;

pub(super) fn of(found: &[Diagnostic], overlays: &[Source<'_>], tree: &Value) -> Vec<Edit> {
    let mut by_file: BTreeMap<String, Actions> = BTreeMap::new();
    for wrong in found {
        if !matches!(*wrong.fix, Fix::Describe | Fix::DescribeValue(_)) {
            continue;
        }
        let Some((subject, target, keys)) = address(tree, &wrong.pointer) else {
            continue;
        };
        let actions = by_file.entry(file(&subject, overlays)).or_default();
        let node = keys
            .into_iter()
            .fold(actions.entry(target).or_default(), |node, key| {
                node.below.entry(key).or_default()
            });
        match &*wrong.fix {
            Fix::DescribeValue(value) => node.values.push(value.clone()),
            _ => node.described = true,
        }
    }
    let edit = |(name, actions): (String, Actions)| {
        let known = overlays.iter().find(|source| source.name == name);
        let (line, head, indent) = match known {
            Some(source) => {
                let lines = Lines::of(*source);
                (
                    lines.last(),
                    String::new(),
                    lines.items("/actions").unwrap_or(2),
                )
            }
            None => (0, head(&name), 2),
        };
        let mut text = head;
        for (target, node) in actions {
            action(&target, &node, indent, &mut text);
        }
        Edit {
            file: name,
            line,
            change: LineChange::Insert(text),
        }
    };
    by_file.into_iter().map(edit).collect()
}

/// Returns the head of a new overlay file.
fn head(name: &str) -> String {
    let stem = name.rsplit('/').next().unwrap_or(name);
    let words = stem.trim_end_matches(".yaml").replace(['_', '.'], " ");
    let mut letters = words.chars();
    let title: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect();
    format!("overlay: 1.0.0\ninfo:\n  title: {title}\n  version: 1.0.0\nactions:\n")
}

/// Returns the subject of `pointer`, the target of an action about it, and the keys below the
/// target.
fn address(tree: &Value, pointer: &str) -> Option<(Subject, String, Vec<String>)> {
    let steps = steps(pointer);
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    let (subject, mut target, mut at, mut rest) = match steps.as_slice() {
        ["components", "schemas", name, rest @ ..] => (
            Subject::Schema((*name).to_owned()),
            format!("$.components.schemas{}", step(name)),
            join("/components/schemas", name),
            rest,
        ),
        ["paths", path, method, rest @ ..] => (
            Subject::Path((*path).to_owned()),
            format!("$.paths{}.{method}", step(path)),
            join(&join("/paths", path), method),
            rest,
        ),
        ["x-events", rest @ ..] => (
            Subject::Events,
            "$['x-events']".to_owned(),
            "/x-events".to_owned(),
            rest,
        ),
        _ => return None,
    };
    let mut keys: Vec<String> = Vec::new();
    while let [key, more @ ..] = rest {
        let list = join(&at, key);
        match (tree.pointer(&list), more) {
            (Some(Value::Array(items)), [index, more @ ..]) => {
                // An update appends to lists, so an item of a list needs an action of its own.
                target.extend(keys.drain(..).map(|key| step(&key)));
                let name = items.get(index.parse::<usize>().ok()?)?.get("name");
                match name.and_then(Value::as_str) {
                    Some(name) => target.push_str(&format!("{}[?@.name == '{name}']", step(key))),
                    None => target.push_str(&format!("{}[{index}]", step(key))),
                }
                at = join(&list, index);
                rest = more;
            }
            (_, more) => {
                keys.push((*key).to_owned());
                at = list;
                rest = more;
            }
        }
    }
    // All media types of a body have the same schema. The action is for the successful response.
    if let Some(content) = keys
        .iter()
        .position(|key| key == "schema")
        .filter(|at| *at >= 2)
        && keys[content - 2] == "content"
    {
        let schema = keys.split_off(content + 1);
        keys[content - 1] = "*".to_owned();
        target.extend(keys.drain(..).map(|key| step(&key)));
        keys = schema;
    }
    Some((subject, target, keys))
}

/// Formats a step of a JSONPath.
fn step(key: &str) -> String {
    let is_word = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match key {
        "*" => ".*".to_owned(),
        _ if is_word && !key.starts_with(|c: char| c.is_ascii_digit()) => format!(".{key}"),
        _ => format!("['{}']", key.replace('\\', "\\\\").replace('\'', "\\'")),
    }
}

/// Returns the overlay file that already has actions for the subject or a similar name, or a new
/// file.
fn file(subject: &Subject, overlays: &[Source<'_>]) -> String {
    let targets = overlays.iter().map(|source| (source, targets(*source)));
    let (best, name) = match subject {
        Subject::Events => (
            most(targets, &|target| {
                usize::from(target.starts_with("$['x-events']"))
            }),
            "events",
        ),
        Subject::Path(path) => {
            let likeness = |target: &String| {
                let quoted = target.split('\'').filter(|part| part.starts_with("/v"));
                quoted
                    .map(|known| alike(known, path, '/', 3))
                    .max()
                    .unwrap_or(0)
            };
            let name = path
                .split('/')
                .find(|part| !part.is_empty() && !is_version(part));
            (most(targets, &likeness), name.unwrap_or("paths"))
        }
        Subject::Schema(name) => {
            let likeness = |target: &String| {
                let rest = target.strip_prefix("$.components.schemas");
                let known = rest.map(|rest| {
                    let rest = rest.trim_start_matches(['.', '[', '\'']);
                    rest.split(['\'', '[']).next().unwrap_or(rest)
                });
                let known =
                    known.map(
                        |known| match rest.is_some_and(|rest| rest.starts_with('.')) {
                            true => known.split('.').next().unwrap_or(known),
                            false => known,
                        },
                    );
                known.map_or(0, |known| {
                    alike(&known.replace('.', "_"), &name.replace('.', "_"), '_', 2)
                })
            };
            (most(targets, &likeness), name.as_str())
        }
    };
    best.unwrap_or_else(|| {
        let folder = overlays
            .first()
            .and_then(|source| source.name.rsplit_once('/'));
        let folder = folder.map_or("overlay", |(folder, _)| folder);
        format!("{folder}/{}.yaml", name.replace('.', "_"))
    })
}

fn is_version(part: &str) -> bool {
    part.strip_prefix('v')
        .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
}

/// Returns the overlay whose targets are most similar; of several, the one with most of them.
fn most<'a>(
    overlays: impl Iterator<Item = (&'a Source<'a>, Vec<String>)>,
    likeness: &dyn Fn(&String) -> usize,
) -> Option<String> {
    let scored = overlays.filter_map(|(source, targets)| {
        let best = targets
            .iter()
            .map(likeness)
            .max()
            .filter(|best| *best > 0)?;
        let times = targets
            .iter()
            .filter(|target| likeness(target) == best)
            .count();
        Some(((best, times), source.name.to_owned()))
    });
    let best = scored.max_by_key(|(score, _)| *score);
    best.map(|(_, name)| name)
}

/// Returns the number of words with which both names begin, if it is at least `enough` or all
/// words of `known`. Equal names get the highest number.
fn alike(known: &str, name: &str, between: char, enough: usize) -> usize {
    if known == name {
        return usize::MAX;
    }
    let words = known.split(between).zip(name.split(between));
    let common = words.take_while(|(a, b)| a == b).count();
    let all = known.split(between).count();
    if common >= enough || common == all {
        common
    } else {
        0
    }
}

fn targets(source: Source<'_>) -> Vec<String> {
    let document = document::open(source).unwrap_or_default();
    let actions = document["actions"].as_array().cloned().unwrap_or_default();
    let targets = actions
        .iter()
        .filter_map(|action| action.get("target")?.as_str());
    targets.map(str::to_owned).collect()
}

fn action(target: &str, node: &Node, indent: usize, text: &mut String) {
    let margin = " ".repeat(indent);
    text.push_str(&format!(
        "{margin}- target: {}\n{margin}  update:\n",
        scalar(target)
    ));
    write(node, indent + 4, text);
}

fn write(node: &Node, indent: usize, text: &mut String) {
    let margin = " ".repeat(indent);
    if node.described {
        text.push_str(&format!("{margin}description: {TODO}\n"));
    }
    if !node.values.is_empty() {
        text.push_str(&format!("{margin}x-enum-descriptions:\n"));
    }
    for value in &node.values {
        text.push_str(&format!("{margin}  {}: {TODO}\n", scalar(value)));
    }
    for (key, below) in &node.below {
        text.push_str(&format!("{margin}{}:\n", scalar(key)));
        write(below, indent + 2, text);
    }
}

/// Formats `text` as a YAML scalar, with quotes only if needed.
pub(super) fn scalar(text: &str) -> String {
    let written = serde_yaml::to_string(text).unwrap_or_default();
    written.trim_end().to_owned()
}
