//! `cargo xtask sandbox`: runs a server that answers like Stripe.
//!
//! The server is a program of its own, so that the other commands compile without an HTTP server.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use anyhow::Context;

#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Args {
    /// Arguments for the sandbox; `--help` lists them.
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
