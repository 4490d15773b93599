//! `cargo xtask spec`: Stripe's full spec → spec/financial_connections.yaml.

use std::process::ExitCode;

use anyhow::Result;
use stripe_codegen::Source;

use crate::{files, source};

/// Arguments of `cargo xtask spec`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Stripe's full spec, JSON or YAML: a file or a URL.
    #[arg(long, value_name = "PATH|URL", default_value = source::PUBLISHED)]
    from: String,
    /// Write nothing; fail when the committed file differs.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let folder = files::root().join("spec");
    let output = folder.join("financial_connections.yaml");
    let upstream = source::read(&args.from)?;
    let rules_path = folder.join("subset.yaml");
    let rules = files::read(&rules_path)?;
    let mut overlays = Vec::new();
    for path in files::yaml_files(&folder.join("overlay"))? {
        overlays.push((files::shown(&path), files::read(&path)?));
    }
    let overlays: Vec<Source<'_>> = overlays
        .iter()
        .map(|(name, text)| Source { name, text })
        .collect();

    let subset = match stripe_codegen::subset(
        Source {
            name: &args.from,
            text: &upstream,
        },
        Source {
            name: &files::shown(&rules_path),
            text: &rules,
        },
        &overlays,
    ) {
        Ok(subset) => subset,
        Err(diagnostics) => {
            eprintln!("{diagnostics}");
            anyhow::bail!(
                "{} problems; nothing was written",
                diagnostics.iter().count()
            );
        }
    };
    eprintln!(
        "{} operations with {} parameters, {} schemas with {} fields, {} events",
        subset.operations, subset.parameters, subset.schemas, subset.fields, subset.events,
    );
    let name = files::shown(&output);
    let committed = files::read(&output).unwrap_or_default();
    if committed == subset.yaml {
        eprintln!("{name} is up to date");
    } else if args.check {
        eprintln!("{name} is stale; run `cargo xtask spec`");
        return Ok(ExitCode::FAILURE);
    } else {
        files::write(&output, &subset.yaml)?;
        eprintln!("{name} is written");
    }
    Ok(ExitCode::SUCCESS)
}
