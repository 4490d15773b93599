//! The door from a spec to the files of the crate.

use crate::emit;
use crate::error::{Diagnostic, Diagnostics};
use crate::ir::Api;
use crate::lower::{self, Lowered};
use crate::render;
use openapiv3::OpenAPI;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::thread;

/// What a spec becomes.
#[derive(Clone, Debug)]
pub struct Generated {
    /// Path below the generated folder → text.
    pub files: BTreeMap<PathBuf, String>,
    /// What has no form in Rust and is not in the files, with the reason.
    pub left_out: Vec<Diagnostic>,
    /// How many operations the files have.
    pub operations: usize,
    /// How many types the files have.
    pub types: usize,
    /// The API version of the spec.
    pub version: String,
}

/// Generates the files of the crate `crate_name` from the text of a spec, JSON or YAML.
///
/// # Errors
///
/// Returns everything that is wrong with the spec, each with a JSON pointer.
pub fn generate(spec: &str, crate_name: &str) -> Result<Generated, Diagnostics> {
    let Lowered { api, left_out } = lower::lower(&parse(spec)?)?;
    let files = render_all(&api, crate_name)?;
    Ok(Generated {
        files,
        left_out,
        operations: api.operations.len(),
        types: api.types.len(),
        version: api.version,
    })
}

/// Reads a spec, by content: JSON begins with a brace.
pub(crate) fn parse(spec: &str) -> Result<OpenAPI, Diagnostics> {
    let parsed = if spec.trim_start().starts_with('{') {
        serde_json::from_str(spec).map_err(|error| error.to_string())
    } else {
        serde_yaml::from_str(spec).map_err(|error| error.to_string())
    };
    parsed.map_err(|error| {
        Diagnostic::new(
            "",
            format!("not an OpenAPI 3.0 document: {error}"),
            "the input is Stripe's spec as JSON or YAML, or what `cargo xtask spec` made of it",
        )
        .into()
    })
}

/// Emits and formats the files, as many at a time as there are processors.
fn render_all(api: &Api, crate_name: &str) -> Result<BTreeMap<PathBuf, String>, Diagnostics> {
    let mut jobs = emit::files(api, crate_name);
    jobs.sort_by_key(|(_, job)| std::cmp::Reverse(job.weight()));
    let workers = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(jobs.len().max(1));
    let next = std::sync::atomic::AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((path, job)) =
            jobs.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
        {
            done.push((path.clone(), render::render(job.run())));
        }
        done
    };
    let rendered = thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let done = workers.into_iter().map(|worker| match worker.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        done.flatten().collect::<Vec<_>>()
    });
    let mut files = BTreeMap::new();
    let mut found = Vec::new();
    for (path, text) in rendered {
        match text {
            Ok(text) => {
                files.insert(path, text);
            }
            Err(diagnostic) => found.push(diagnostic.in_file(path.display().to_string())),
        }
    }
    Diagnostics::check(files, found)
}
