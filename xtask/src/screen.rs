//! What an update ends with: one screen.

use std::collections::BTreeMap;

use stripe_codegen::{Diagnostic, Diagnostics, Diff, Note};

use crate::release::Release;

/// How many lines of the changes are shown; `cargo xtask diff` shows all.
const LINES: usize = 60;

/// What the help of a diagnostic begins with when it goes on with an overlay action.
const STUB: &str = "add to the overlay:\n";

/// The screen of an update that was written.
pub(crate) fn done(
    diff: &Diff,
    release: &Release,
    names: &[Note],
    left_out: &[Diagnostic],
    files: usize,
) -> String {
    let text = diff.text();
    let mut out = String::from("WHAT CHANGED\n\n");
    let lines: Vec<&str> = text.lines().collect();
    let shown = if lines.len() > LINES {
        &lines[..LINES]
    } else {
        &lines
    };
    for line in shown {
        out.push_str(&indent(line));
    }
    if lines.len() > LINES {
        let rest = lines.len() - LINES;
        out.push_str(&indent(&format!(
            "… and {rest} more lines: cargo xtask diff HEAD"
        )));
    }
    out.push_str(&format!("\n  {files} files are written.\n"));
    if release.old == release.new {
        out.push_str(&indent(&format!(
            "The crate's version stays {}.",
            release.old
        )));
    } else {
        let (old, new) = (&release.old, &release.new);
        out.push_str(&indent(&format!(
            "The crate's version is {new}, was {old}."
        )));
    }

    if !names.is_empty() {
        out.push_str("\nWHAT THINGS ARE CALLED (spec/names.yaml)\n\n");
        for note in names.iter().take(LINES) {
            out.push_str(&indent(&note.to_string().replace('`', "")));
        }
        if names.len() > LINES {
            let rest = names.len() - LINES;
            out.push_str(&indent(&format!(
                "… and {rest} more lines: git diff spec/names.yaml"
            )));
        }
    }

    let mut human: Vec<String> = left_out.iter().map(ToString::to_string).collect();
    human.extend(release.left.iter().cloned());
    let breaking = diff.breaking().count();
    if breaking > 0 {
        human.push(format!(
            "changes that break code: {breaking}; say in CHANGELOG.md what a user does about them"
        ));
    }
    out.push_str("\nWHAT NEEDS A HUMAN\n\n");
    if human.is_empty() {
        out.push_str("  Nothing.\n");
    }
    for item in human {
        out.push_str(&format!("  - {}\n", item.replace('\n', "\n    ")));
    }
    out.push_str(
        "\nWHAT TO RUN NEXT\n
  git diff --stat                            the files
  cargo xtask diff HEAD --format markdown    the body of the pull request
  .ci/run                                    all checks
",
    );
    out
}

/// The screen of an update that was not written.
pub(crate) fn stopped(diagnostics: &Diagnostics, from: &str) -> String {
    let mut stubs: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut undocumented = 0;
    let mut others: BTreeMap<&str, Vec<&Diagnostic>> = BTreeMap::new();
    for wrong in diagnostics.iter() {
        match wrong
            .help
            .strip_prefix(STUB)
            .and_then(|stub| stub.split_once('\n'))
        {
            Some((target, update)) => {
                undocumented += 1;
                let lines = stubs.entry(target).or_default();
                for line in update.lines() {
                    if !lines.contains(&line) {
                        lines.push(line);
                    }
                }
            }
            None => others.entry(&wrong.file).or_default().push(wrong),
        }
    }
    let mut out = String::from("WHAT NEEDS A HUMAN (nothing was written)\n");
    for (file, found) in others {
        out.push_str(&format!("\n  {file}\n"));
        for wrong in found {
            let pointer = if wrong.pointer.is_empty() {
                "/"
            } else {
                &wrong.pointer
            };
            out.push_str(&format!("    {pointer}: {}\n", wrong.message));
            out.push_str(&format!("      {}\n", wrong.help.replace('\n', "\n      ")));
        }
    }
    if undocumented > 0 {
        out.push_str(&format!(
            "\n  Without documentation: {undocumented}. Fill in and add to a file of spec/overlay:\n\n"
        ));
        for (target, lines) in stubs {
            out.push_str(&format!("  {target}\n"));
            for line in lines {
                out.push_str(&indent(line));
            }
        }
    }
    out.push_str(&format!(
        "\nWHAT TO RUN NEXT\n\n  cargo xtask update --from {from}\n"
    ));
    out
}

fn indent(line: &str) -> String {
    if line.is_empty() {
        "\n".to_owned()
    } else {
        format!("  {line}\n")
    }
}

#[cfg(test)]
mod tests {
    use stripe_codegen::{Diagnostic, Source, subset};

    use super::stopped;

    #[test]
    fn stubs_are_ready_and_all_else_is_by_file() {
        let spec = "
openapi: 3.0.0
info: {title: Pets, version: x}
paths:
  /v1/pets:
    get:
      operationId: ListPets
      parameters:
      - {name: kind, in: query, schema: {type: string, enum: [cat, dog]}}
      responses: {'200': {description: ok}}
  /v1/hooks:
    post: {operationId: PostHooks, events: {enum: [pet.born]}}
components:
  schemas: {kinds: {type: string, enum: [bank]}}
";
        let rules = "
descriptions: drop
event_types: /paths/~1v1~1hooks/post/events
payment_methods: {types: /components/schemas/kinds, keep: [bank]}
features: {default: {operations: [ListPets, /v1/cats]}}
";
        let source = |name, text| Source { name, text };
        let wrong = subset(source("upstream", spec), source("subset.yaml", rules), &[]);
        let screen = stopped(&wrong.expect_err("much is missing"), "upstream");
        let stubs = "
  - target: $['paths']['/v1/pets']['get']
    update:
      description: TODO
";
        assert!(screen.contains(stubs), "{screen}");
        // The values of one enum are one action.
        let values = "
  - target: $['paths']['/v1/pets']['get']['parameters'][0]['schema']
    update:
      x-enum-descriptions:
        \"cat\": TODO
        \"dog\": TODO
";
        assert!(screen.contains(values), "{screen}");
        assert!(
            screen.contains("\n  subset.yaml\n    /features/default"),
            "{screen}"
        );
        assert!(
            screen.ends_with("  cargo xtask update --from upstream\n"),
            "{screen}"
        );
    }

    #[test]
    fn a_long_help_stays_below_its_message() {
        let wrong = Diagnostic::new("/a", "wrong", "first\nsecond").in_file("f");
        let screen = stopped(&wrong.into(), "x");
        assert!(
            screen.contains("\n  f\n    /a: wrong\n      first\n      second\n"),
            "{screen}"
        );
    }
}
