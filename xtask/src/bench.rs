//! `cargo xtask bench`: measures the crate and its peers, and prints one table.

mod build;
mod divan;
mod machine;
mod measure;
mod overload;
mod plot;
mod report;
mod update;

use std::process::ExitCode;

use anyhow::Result;

use report::Report;

/// Arguments of `cargo xtask bench`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// What to measure [default: all of it].
    parts: Vec<Part>,
    /// Measure for a short time: enough to see that it runs, too short for figures to publish.
    #[arg(long)]
    quick: bool,
    /// Write the table into BENCHMARKS.md and the curves below tests/benches/plots.
    #[arg(long)]
    write: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// CPU seconds of clean dev builds.
    Build,
    /// CPU seconds of `cargo check` of the crate after a touch.
    Check,
    /// Sizes of stripped release binaries.
    Size,
    /// Reading a page of accounts.
    Decode,
    /// Writing the parameters of a session.
    Encode,
    /// CPU instructions for reading and writing, counted by valgrind.
    Instructions,
    /// Requests to a server on this machine.
    Requests,
    /// Retries against a server that gets more calls than it can handle.
    Overload,
    /// Time and memory of the generator.
    Codegen,
    /// CPU seconds of the first `cargo xtask codegen`, with the dependencies that take most of
    /// them.
    First,
    /// Seconds of `cargo xtask update`.
    Update,
}

impl Part {
    fn measure(self, report: &mut Report, quick: bool) -> Result<()> {
        match self {
            Self::Build => build::clean(report),
            Self::Check => build::check(report),
            Self::Size => build::size(report),
            Self::Decode => measure::decode(report, quick),
            Self::Encode => measure::encode(report, quick),
            Self::Instructions => measure::instructions(report),
            Self::Requests => measure::requests(report, quick),
            Self::Overload => overload::measure(report, quick),
            Self::Codegen => measure::codegen(report, quick),
            Self::First => build::first(report),
            Self::Update => update::update(report),
        }
    }
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let all = <Part as clap::ValueEnum>::value_variants();
    let mut report = Report::new(machine::describe()?);
    for part in all {
        if args.parts.is_empty() || args.parts.contains(part) {
            part.measure(&mut report, args.quick)?;
        }
    }
    print!("{}", report.markdown());
    if args.write {
        report.write()?;
    }
    Ok(ExitCode::SUCCESS)
}
