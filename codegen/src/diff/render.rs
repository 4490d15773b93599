//! Formats a diff as text, Markdown and JSON.

use std::collections::BTreeMap;

use super::{Action, By, Cause, Change, Diff, Effect, Step, Subject};

impl Diff {
    /// Formats for a terminal.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = format!("{}\n", self.headline());
        for (title, section) in self.sections() {
            out.push_str(&format!("\n{title}:\n"));
            for (place, changes) in by_place(&section) {
                out.push_str(&format!("  {place}\n"));
                for change in changes {
                    let (who, what, cause) = (concerned(change), &change.what, cause(change));
                    out.push_str(&format!("    {who}: {what}{cause}\n"));
                }
            }
            for (title, types) in whole_types(&section) {
                out.push_str(&format!("  {title}\n"));
                for (module, names) in types {
                    out.push_str(&format!("    {module}: {}\n", names.join(", ")));
                }
            }
        }
        out.push_str(&format!("\n{}\n", self.asked()));
        out.replace('`', "")
    }

    /// Formats for a pull request.
    #[must_use]
    pub fn markdown(&self) -> String {
        format!("{}\n{}\n", self.changelog(), self.asked())
    }

    /// Formats for a changelog: like a pull request, without the version, which the changelog
    /// has.
    #[must_use]
    pub fn changelog(&self) -> String {
        let mut out = format!("{}\n", self.headline());
        for (title, section) in self.sections() {
            out.push_str(&format!("\n### {title}\n\n"));
            for (place, changes) in by_place(&section) {
                out.push_str(&format!("- `{place}`\n"));
                for change in changes {
                    let (who, what, cause) = (concerned(change), &change.what, cause(change));
                    out.push_str(&format!("  - {who}: {what}{cause}\n"));
                }
            }
            for (title, types) in whole_types(&section) {
                out.push_str(&format!("- {title}\n"));
                for (module, names) in types {
                    let names: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
                    out.push_str(&format!("  - `{module}`: {}\n", names.join(", ")));
                }
            }
        }
        out
    }

    /// Formats for a program: all changes, and the step of the version.
    #[must_use]
    pub fn json(&self) -> String {
        let mut value = serde_json::to_value(self).expect("a diff is plain data");
        value["step"] = serde_json::to_value(self.step()).expect("a step is a word");
        serde_json::to_string_pretty(&value).expect("a value is JSON")
    }

    fn headline(&self) -> String {
        let (old, new) = (&self.old_version, &self.new_version);
        let versions = match old == new {
            true => format!("API version {new}"),
            false => format!("API version {old} → {new}"),
        };
        match (self.changes.len(), self.breaking().count()) {
            (0, _) => format!("{versions}: no changes."),
            (1, 0) => format!("{versions}: 1 change, not breaking."),
            (1, _) => format!("{versions}: 1 change, breaking."),
            (all, 0) => format!("{versions}: {all} changes, none of them breaking."),
            (all, breaking) => format!("{versions}: {all} changes, {breaking} of them breaking."),
        }
    }

    fn asked(&self) -> &'static str {
        match self.step() {
            Step::None => "The crate's version stays.",
            Step::Version => "Next version: a patch.",
            Step::Addition => "Next version: a minor, below 1.0 a patch.",
            Step::Breaking => "Next version: a major, below 1.0 a minor.",
        }
    }

    fn sections(&self) -> Vec<(&'static str, Vec<&Change>)> {
        let (breaking, rest): (Vec<_>, Vec<_>) =
            self.changes.iter().partition(|change| change.is_breaking());
        let sections = [("Breaking", breaking), ("Compatible", rest)];
        sections
            .into_iter()
            .filter(|(_, changes)| !changes.is_empty())
            .collect()
    }
}

/// Returns whether a change only adds or removes a whole type. These follow from other changes,
/// and are listed at the end.
fn is_whole(change: &Change) -> bool {
    change.subject == Subject::Type && matches!(change.action, Action::Added | Action::Removed)
}

fn by_place<'a>(changes: &[&'a Change]) -> BTreeMap<&'a str, Vec<&'a Change>> {
    let mut places: BTreeMap<&str, Vec<&Change>> = BTreeMap::new();
    for change in changes.iter().filter(|change| !is_whole(change)) {
        places.entry(&change.place).or_default().push(change);
    }
    places
}

type Modules<'a> = BTreeMap<&'a str, Vec<&'a str>>;

fn whole_types<'a>(changes: &[&'a Change]) -> BTreeMap<&'static str, Modules<'a>> {
    let mut found: BTreeMap<&str, Modules<'_>> = BTreeMap::new();
    for change in changes.iter().filter(|change| is_whole(change)) {
        let title = match change.action {
            Action::Added => "new types",
            _ => "types that are gone",
        };
        let (module, name) = change
            .place
            .rsplit_once("::")
            .unwrap_or(("", &change.place));
        found
            .entry(title)
            .or_default()
            .entry(module)
            .or_default()
            .push(name);
    }
    found
}

/// Describes who made a breaking change, and its place in the spec.
fn cause(change: &Change) -> String {
    let Some(Cause { by, place }) = &change.cause else {
        return String::new();
    };
    let who = match by {
        By::Upstream => "upstream",
        By::Us => "ours, upstream is as it was",
    };
    match place.is_empty() {
        true => format!(" ({who})"),
        false => format!(" ({who}: `{place}`)"),
    }
}

/// Describes who is affected by a change.
fn concerned(change: &Change) -> &'static str {
    match (change.requests, change.responses) {
        (Some(Effect::Compatible | Effect::Breaking), None) => "requests",
        (None, Some(_)) => "responses",
        _ => "requests and responses",
    }
}
