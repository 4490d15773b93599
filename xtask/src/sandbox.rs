//! `cargo xtask sandbox`: a server that answers like Stripe.
//!
//! It is built as its own program, so that the other commands need no HTTP server.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use anyhow::Context;

#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Args {
    /// What the sandbox is told; `--help` lists it.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<OsString>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args([
            "run",
            "--quiet",
            "--package",
            "stripe-financial-connections-sandbox",
            "--",
        ])
        .args(&args.args)
        .status()
        .context("the sandbox could not be started")?;
    Ok(match status.success() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}
