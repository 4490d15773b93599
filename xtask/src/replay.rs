//! `cargo xtask replay`: takes in a series of specs one after the other, as a maintainer would
//! have.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use stripe_codegen::{By, Diff, Note, Version};

use crate::{files, names, spec};

/// Arguments of `cargo xtask replay`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Stripe's full specs, the oldest first.
    #[arg(required = true, value_name = "SPEC")]
    specs: Vec<PathBuf>,
    /// Replay everything instead of what spec/subset.yaml selects.
    #[arg(long)]
    whole: bool,
    /// Print in full the changes that upstream did not make.
    #[arg(long)]
    verbose: bool,
}

/// The result of one update.
#[derive(Clone, Copy, Default)]
struct Counts {
    changes: usize,
    upstream: usize,
    ours: usize,
    new: usize,
    joined: usize,
    drifted: usize,
}

impl Counts {
    fn of(diff: &Diff, notes: &[Note]) -> Self {
        let by = |who: By| {
            let breaking = diff.breaking();
            breaking
                .filter(|change| change.cause.as_ref().is_some_and(|cause| cause.by == who))
                .count()
        };
        let count = |is: fn(&Note) -> bool| notes.iter().filter(|note| is(note)).count();
        Self {
            changes: diff.changes.len(),
            upstream: by(By::Upstream),
            ours: by(By::Us),
            new: count(|note| matches!(note, Note::New { .. })),
            joined: count(|note| matches!(note, Note::Joined { .. } | Note::Followed { .. })),
            drifted: count(|note| matches!(note, Note::Apart { .. })),
        }
    }

    fn add(&mut self, other: Self) {
        self.changes += other.changes;
        self.upstream += other.upstream;
        self.ours += other.ours;
        self.new += other.new;
        self.joined += other.joined;
        self.drifted += other.drifted;
    }

    fn line(&self, name: &str) -> String {
        format!(
            "{name:<44} {:>7} {:>9} {:>5} {:>6} {:>7} {:>8}",
            self.changes, self.upstream, self.ours, self.new, self.joined, self.drifted
        )
    }
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    println!(
        "{:<44} {:>7} {:>9} {:>5} {:>6} {:>7} {:>8}",
        "step", "changes", "upstream", "ours", "named", "joined", "drifted"
    );
    let root = files::root();
    let mut before: Option<(String, String)> = None;
    let mut sum = Counts::default();
    for path in &args.specs {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let text = files::read(path)?;
        let (text, skipped) = match args.whole {
            true => (text, 0),
            false => slice(&root.join("spec"), &name, &text)?,
        };
        let known = match &before {
            Some((_, known)) => known.clone(),
            None if args.whole => String::new(),
            None => names::read(&root.join(names::OUT))?,
        };
        let old = before.as_ref().map(|(old, _)| old.as_str());
        let completed = shown(stripe_codegen::complete(&text, &known, old), &name)?;
        if let Some((old, old_names)) = &before {
            let was = Version {
                spec: old,
                names: Some(old_names),
            };
            let is = Version {
                spec: &text,
                names: Some(&completed.names),
            };
            let diff = shown(stripe_codegen::diff(was, is), &name)?;
            let counts = Counts::of(&diff, &completed.notes);
            println!("{}", counts.line(&name));
            if args.verbose {
                for change in diff.changes.iter().filter(|change| change.is_ours()) {
                    println!("    {}: {}", change.place, change.what);
                }
                for note in &completed.notes {
                    if matches!(note, Note::Apart { .. }) {
                        println!("    {note}");
                    }
                }
            }
            sum.add(counts);
        }
        if skipped > 0 {
            println!("    skipped, since it is not there: {skipped}");
        }
        before = Some((text, completed.names));
    }
    println!("{}", sum.line("all"));
    if sum.ours > 0 {
        bail!("breaking changes that upstream did not make: {}", sum.ours);
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the part of an old spec that today's rules select, and the number of rules that match
/// nothing in it.
fn slice(folder: &Path, name: &str, text: &str) -> Result<(String, usize)> {
    let (subset, skipped) = shown(
        spec::Inputs::of(folder)?.read()?.of_history(name, text),
        name,
    )?;
    Ok((subset.yaml, skipped))
}

fn shown<T>(result: Result<T, stripe_codegen::Diagnostics>, name: &str) -> Result<T> {
    result.map_err(|diagnostics| {
        eprintln!("{}", diagnostics.in_file(name));
        anyhow::anyhow!("{name} can't be replayed")
    })
}
