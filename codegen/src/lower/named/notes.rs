//! Writes the note for a parameter that only some places of its type take.

use super::All;
use crate::lower::types::PlaceId;
use crate::lower::ways::Way;
use crate::naming;
use std::collections::BTreeSet;

/// Returns the note, if only `some` of the places have the parameter.
pub(super) fn only(all: &All<'_>, places: &[PlaceId], some: &[PlaceId]) -> Option<String> {
    if places.len() == some.len() {
        return None;
    }
    let rest = places.iter().filter(|id| !some.contains(id)).copied();
    let (with, without) = (roots(all, some), roots(all, &rest.collect::<Vec<_>>()));
    let with: Vec<&(Option<usize>, String)> = with.iter().collect();
    let calls: Option<BTreeSet<usize>> = with.iter().map(|(call, _)| *call).collect();
    let others: BTreeSet<usize> = without.iter().filter_map(|(call, _)| *call).collect();
    if let Some(calls) = calls.filter(|calls| calls.is_disjoint(&others)) {
        let ways: Vec<&Way> = calls.iter().map(|at| &all.ways[*at]).collect();
        return Some(format!("Only when {}.", doing(&ways)));
    }
    let paths: BTreeSet<String> = with.iter().map(|(_, path)| format!("`{path}`")).collect();
    let paths: Vec<String> = paths.into_iter().collect();
    Some(format!("Only in {}.", list(&paths, "and")))
}

/// Returns the operation of each place, and the steps below it.
fn roots(all: &All<'_>, places: &[PlaceId]) -> Vec<(Option<usize>, String)> {
    let places = places.iter().map(|id| {
        let place = &all.types.get(*id).place;
        let call = all.ways.iter().position(|way| {
            let rest = place.strip_prefix(&way.place);
            rest.is_some_and(|rest| rest.starts_with(' '))
        });
        let steps = match call {
            Some(at) => place[all.ways[at].place.len()..].trim_start(),
            None => place,
        };
        let steps = steps
            .trim_start_matches('?')
            .replace("[]", "")
            .replace("{}", "");
        (call, steps)
    });
    places.collect()
}

/// Describes operations, such as `creating or updating a payment intent, or creating a customer`.
fn doing(ways: &[&Way]) -> String {
    let mut by_noun: Vec<(String, Vec<String>)> = Vec::new();
    for way in ways {
        let noun = noun(way);
        let verb = gerund(&way.method);
        match by_noun.iter_mut().find(|(known, _)| *known == noun) {
            Some((_, verbs)) => verbs.push(verb),
            None => by_noun.push((noun, vec![verb])),
        }
    }
    let phrases: Vec<String> = by_noun
        .into_iter()
        .map(|(noun, verbs)| format!("{} {noun}", list(&verbs, "or")))
        .collect();
    list(&phrases, "or")
}

/// Describes the object of an operation, such as `a payment intent`.
fn noun(way: &Way) -> String {
    let last = way.service.last().map_or("", |last| naming::plain(last));
    let mut words = naming::singular(last).replace('_', " ");
    // `checkout.sessions` are named `Checkout sessions`, to tell them from other sessions.
    let namespace = way.service.first().map(|first| naming::plain(first));
    if let Some(namespace) = namespace.filter(|first| way.service.len() > 1 && *first == way.module)
    {
        words = format!("{} {words}", namespace.replace('_', " "));
    }
    let article = match words.starts_with(['a', 'e', 'i', 'o', 'u']) {
        true => "an",
        false => "a",
    };
    format!("{article} {words}")
}

/// Returns the -ing form of a method's verb.
fn gerund(method: &str) -> String {
    let method = naming::plain(method).replace('_', " ");
    let (verb, rest) = match method.split_once(' ') {
        Some((verb, rest)) => (verb, format!(" {rest} of")),
        None => (method.as_str(), String::new()),
    };
    let stem = match verb.strip_suffix('e') {
        Some(stem) if !verb.ends_with("ee") => stem,
        _ => verb,
    };
    format!("{stem}ing{rest}")
}

fn list(items: &[String], word: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first, second] => format!("{first} {word} {second}"),
        [first @ .., last] => format!("{}, {word} {last}", first.join(", ")),
    }
}

/// Returns a text with a note.
pub(super) fn with(docs: &str, note: Option<String>) -> String {
    match (docs.is_empty(), note) {
        (_, None) => docs.to_owned(),
        (true, Some(note)) => note,
        (false, Some(note)) => format!("{docs}\n\n{note}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_and_nouns_read_as_english() {
        let way = |call: &str| {
            let (service, method) = call.rsplit_once('.').unwrap_or_default();
            Way {
                place: String::new(),
                service: service.split('.').map(str::to_owned).collect(),
                method: method.to_owned(),
                module: "farm".to_owned(),
                builder: String::new(),
                stem: String::new(),
            }
        };
        for (calls, expected) in [
            (&["cows.create"][..], "creating a cow"),
            (
                &["cows.create", "cows.update"],
                "creating or updating a cow",
            ),
            (
                &["barn_owls.confirm", "oxen.free", "farm.cows.pay"],
                "confirming a barn owl, freeing an oxen, or paying a farm cow",
            ),
            (&["cows.verify_milk"], "verifying milk of a cow"),
        ] {
            let ways: Vec<Way> = calls.iter().map(|call| way(call)).collect();
            assert_eq!(doing(&ways.iter().collect::<Vec<_>>()), expected);
        }
    }
}
