//! The maintainer's commands.

mod bench;
mod codegen;
mod diff;
mod edits;
mod files;
mod names;
mod release;
mod replay;
mod sandbox;
mod screen;
mod slice;
mod snapshots;
mod source;
mod spec;
mod update;

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "xtask",
    bin_name = "cargo xtask",
    about = "Generates the crate from Stripe's OpenAPI spec."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// The commands, in the order in which a maintainer uses them.
#[derive(Subcommand)]
enum Command {
    /// Take in a new spec: write the spec, crate, snapshots, changelog and version.
    Update(update::Args),
    /// Write spec/financial_connections.yaml: the documented part of Stripe's full spec.
    Spec(spec::Args),
    /// Write generated/src/api from the committed spec, or a crate for another part of the API.
    Codegen(codegen::Args),
    /// Print what changes for users between two specs, and whether it breaks their code.
    Diff(diff::Args),
    /// Take in a series of specs, and fail if code breaks that upstream did not break.
    Replay(replay::Args),
    /// Start a server that answers like Stripe.
    Sandbox(sandbox::Args),
    /// Measure the crate beside its peers, and the commands themselves.
    Bench(bench::Args),
    /// Write the snapshots of a repository, for `update`.
    #[command(hide = true)]
    Snapshots(snapshots::Args),
}

/// Text below the help of each command.
const EXIT_CODES: &str = "\
Exit codes: 0: done; 1: a problem with the input, or a file is stale; 2: wrong arguments.
CONTRIBUTING.md describes all steps from a new spec to a release.";

/// Builds the command line, with a list of the commands in its help.
fn cli() -> clap::Command {
    let cli = Cli::command();
    let mut commands = String::new();
    for command in cli
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
    {
        let typed = match command.get_name() {
            "diff" => "diff HEAD",
            name => name,
        };
        let about = command.get_about().map(ToString::to_string);
        _ = writeln!(
            commands,
            "  cargo xtask {typed:<11}{}",
            about.unwrap_or_default()
        );
    }
    cli.help_template("{about}\n\n{usage-heading} {usage}{after-help}")
        .after_help(format!(
            "Commands, in the order in which one uses them:\n{commands}\n\
             Begin with `cargo xtask codegen`, which needs no other input; `cargo xtask COMMAND --help` \
             describes a command.\n\n{EXIT_CODES}"
        ))
        .mut_subcommands(|command| command.after_help(EXIT_CODES))
}

fn main() -> ExitCode {
    let cli = Cli::from_arg_matches(&cli().get_matches()).unwrap_or_else(|error| error.exit());
    let result = match cli.command {
        Command::Update(args) => update::run(&args),
        Command::Spec(args) => spec::run(&args),
        Command::Codegen(args) => codegen::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Replay(args) => replay::run(&args),
        Command::Sandbox(args) => sandbox::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Snapshots(args) => snapshots::run(&args),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
