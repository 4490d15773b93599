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
    about = "From Stripe's OpenAPI spec to the crate."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// In the order in which one uses them.
#[derive(Subcommand)]
enum Command {
    /// Take in a new spec: all that `spec` and `codegen` write, the snapshots, the changelog and the version.
    Update(update::Args),
    /// Write spec/financial_connections.yaml: the part of Stripe's full spec that is bound, documented.
    Spec(spec::Args),
    /// Write generated/src/api from spec/financial_connections.yaml, or a crate of another slice.
    Codegen(codegen::Args),
    /// Say what users notice between two specs, and whether it breaks their code.
    Diff(diff::Args),
    /// Take in a series of specs, one after the other: whatever breaks has to be upstream's doing.
    Replay(replay::Args),
    /// Start a server that answers like Stripe.
    Sandbox(sandbox::Args),
    /// Measure what the crate costs beside its peers, and the commands themselves.
    Bench(bench::Args),
    /// Write the snapshots of a repository, for `update`.
    #[command(hide = true)]
    Snapshots(snapshots::Args),
}

/// What follows the help of each command.
const EXIT_CODES: &str = "\
Exit codes: 0 done; 1 a problem with the input, or something is stale; 2 wrong use.
CONTRIBUTING.md has the whole way of a new spec into the crate.";

/// The commands as they are typed, and how one begins.
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
             `cargo xtask codegen` is a start that needs nothing else; `cargo xtask COMMAND --help` \
             says more.\n\n{EXIT_CODES}"
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
