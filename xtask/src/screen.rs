//! Prints the summary at the end of an update, on one screen.

use std::collections::BTreeMap;

use stripe_codegen::{Diagnostic, Diagnostics, Diff, Edit, LineChange, Note, Origin};

use crate::release::Release;

/// Number of changes that the screen lists; `cargo xtask diff` prints all.
const LINES: usize = 60;

/// Returns the screen of an update that wrote files.
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
        out.push_str("\nNAMES (spec/names.yaml)\n\n");
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

/// Returns the screen of an update that found nothing new.
pub(crate) fn known(made: &Origin) -> String {
    let commit = made.commit.as_ref();
    let commit = commit.map_or(String::new(), |commit| format!(", commit {commit}"));
    format!(
        "This spec is already committed: API version {}{commit}, sha256 {}.\n\
         There is nothing to take in.\n",
        made.version, made.sha256
    )
}

/// Prints the screen of a command that stopped. Returns the error that the command ends with.
pub(crate) fn stop(diagnostics: &Diagnostics, next: &str) -> anyhow::Error {
    println!("{}", stopped(diagnostics, next));
    let count = diagnostics.iter().count();
    anyhow::anyhow!("problems: {count}; nothing was written")
}

/// Returns the screen of a command that stopped: all problems and the edits to make, by file, and
/// the next command.
pub(crate) fn stopped(diagnostics: &Diagnostics, next: &str) -> String {
    let mut files: BTreeMap<&str, (Vec<&Diagnostic>, Vec<&Edit>)> = BTreeMap::new();
    let mut undocumented = 0;
    for wrong in diagnostics.iter() {
        // For an undocumented place, the edits already say where to add text.
        if wrong.is_undocumented() && !diagnostics.edits().is_empty() {
            undocumented += 1;
        } else {
            files.entry(&wrong.file).or_default().0.push(wrong);
        }
    }
    for edit in diagnostics.edits() {
        files.entry(&edit.file).or_default().1.push(edit);
    }
    let mut out = String::from("WHAT NEEDS A HUMAN (nothing was written)\n");
    if !diagnostics.edits().is_empty() {
        out.push_str(
            "\nMake the edits below, from the top to the bottom of this screen, and put text in \
             place of each TODO.\n",
        );
    }
    if undocumented > 0 {
        out.push_str(&format!("Without documentation: {undocumented}.\n"));
    }
    for (file, (found, edits)) in files {
        out.push_str(&format!("\n{file}\n"));
        for wrong in found {
            out.push_str(&problem(wrong));
        }
        for edit in edits {
            out.push_str(&edited(edit));
        }
    }
    out.push_str(&format!("\nWHAT TO RUN NEXT\n\n  {next}\n"));
    out
}

fn problem(wrong: &Diagnostic) -> String {
    let mut wrong = wrong.clone();
    wrong.help = wrong.help.replace('\n', "\n  ");
    format!("  {}\n", wrong.to_string().replace('\n', "\n  "))
}

fn edited(edit: &Edit) -> String {
    match &edit.change {
        LineChange::Delete { to } if *to == edit.line => {
            format!("\n  Delete line {to}.\n")
        }
        LineChange::Delete { to } => {
            format!("\n  Delete lines {} to {to}.\n", edit.line)
        }
        LineChange::Insert(text) if edit.line == 0 => {
            format!("\n  Make this file, with:\n\n{text}")
        }
        LineChange::Insert(text) => {
            format!("\n  Add after line {}:\n\n{text}", edit.line)
        }
    }
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

    const SPEC: &str = "
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
    const RULES: &str = "
descriptions: drop
event_types: /paths/~1v1~1hooks/post/events
payment_methods: {types: /components/schemas/kinds, keep: [bank]}
features: {default: {operations: [ListPets, /v1/cats]}}
";

    fn screen(overlay: &str) -> String {
        let source = |name, text| Source { name, text };
        let overlays = [source("overlay/pets.yaml", overlay)];
        let overlays = if overlay.is_empty() {
            &[]
        } else {
            &overlays[..]
        };
        let wrong = subset(
            source("upstream", SPEC),
            None,
            source("subset.yaml", RULES),
            overlays,
        );
        stopped(&wrong.expect_err("much is missing"), "cargo xtask spec")
    }

    #[test]
    fn stubs_and_problems_are_grouped_by_file() {
        let screen = screen("");
        // The stubs have one action for each schema, below the head of the overlay file.
        let stubs = "
overlay/pets.yaml

  Make this file, with:

overlay: 1.0.0
info:
  title: Pets
  version: 1.0.0
actions:
  - target: $.paths['/v1/pets'].get
    update:
      description: TODO
  - target: $.paths['/v1/pets'].get.parameters[?@.name == 'kind']
    update:
      description: TODO
      schema:
        x-enum-descriptions:
          cat: TODO
          dog: TODO
";
        assert!(screen.contains(stubs), "{screen}");
        assert!(screen.contains("\nWithout documentation: 4.\n"), "{screen}");
        assert!(
            screen.contains("\nsubset.yaml\n  subset.yaml:5:"),
            "{screen}"
        );
        assert!(
            screen.ends_with("\nWHAT TO RUN NEXT\n\n  cargo xtask spec\n"),
            "{screen}"
        );
    }

    #[test]
    fn stubs_are_appended_to_an_existing_overlay() {
        let overlay = "overlay: 1.0.0
info: {title: Pets, version: 1.0.0}
actions:
- target: $.paths['/v1/pets'].get
  update: {description: Lists pets.}
- target: $.paths['/v1/pets'].put
  update: {description: Puts pets.}
";
        let screen = screen(overlay);
        let edits = "
  Delete lines 6 to 7.
";
        assert!(screen.contains(edits), "{screen}");
        let edits = "
  Add after line 7:

- target: $.paths['/v1/pets'].get.parameters[?@.name == 'kind']
  update:
    description: TODO
";
        assert!(screen.contains(edits), "{screen}");
    }

    #[test]
    fn a_long_help_stays_below_its_message() {
        let wrong = Diagnostic::new("/a", "wrong", "first\nsecond").in_file("f");
        let screen = stopped(&wrong.into(), "x");
        assert!(
            screen.contains("\nf\n  f#/a: wrong\n    help: first\n    second\n"),
            "{screen}"
        );
    }
}
