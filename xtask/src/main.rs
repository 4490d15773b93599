//! The maintainer's commands.

mod bench;
mod codegen;
mod diff;
mod edits;
mod files;
mod release;
mod sandbox;
mod screen;
mod slice;
mod snapshots;
mod source;
mod spec;
mod update;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "From Stripe's OpenAPI spec to the crate."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measure what the crate costs beside its peers; print a table.
    Bench(bench::Args),
    /// Write generated/src/api from spec/financial_connections.yaml, or a crate of another slice.
    Codegen(codegen::Args),
    /// Say what a user notices between two specs, and whether it breaks code.
    Diff(diff::Args),
    /// Start a server that answers like Stripe.
    Sandbox(sandbox::Args),
    /// Make spec/financial_connections.yaml from Stripe's full spec.
    Spec(spec::Args),
    /// Take in a new spec: all of the above, the snapshots, the changelog and the version.
    Update(update::Args),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Bench(args) => bench::run(&args),
        Command::Codegen(args) => codegen::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Sandbox(args) => sandbox::run(&args),
        Command::Spec(args) => spec::run(&args),
        Command::Update(args) => update::run(&args),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
