//! Generates the files of the crate from a spec.

use crate::document::{self, Spec};
use crate::emit;
use crate::error::{Diagnostic, Diagnostics};
use crate::ir::Api;
use crate::lower::{self, Lowered, Read};
use crate::names::{self, Names};
use crate::render;
use crate::stack::{STACK, on_a_large_stack};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::thread;

/// The result of generating.
#[derive(Clone, Debug)]
pub struct Generated {
    /// Path below the generated folder → content.
    pub files: BTreeMap<PathBuf, String>,
    /// Parts of the spec that can't be expressed in Rust and are left out, with the reason.
    pub left_out: Vec<Diagnostic>,
    /// Number of operations.
    pub operations: usize,
    /// Number of types.
    pub types: usize,
    /// The API version of the spec.
    pub version: String,
}

/// Generates the files of the crate `crate_name` from the text of a spec, JSON or YAML, and the
/// text of a names file, which names the types. Without a names file all names follow from the
/// naming rules.
///
/// # Errors
///
/// Returns all problems of the spec, each with a JSON pointer, and of the names; diagnostics
/// about the names have [`NAMES`](crate::NAMES) as their file.
pub fn generate(
    spec: &str,
    names: Option<&str>,
    crate_name: &str,
) -> Result<Generated, Diagnostics> {
    on_a_large_stack(|| all(spec, names, crate_name))
}

fn all(spec: &str, names: Option<&str>, crate_name: &str) -> Result<Generated, Diagnostics> {
    let Lowered { api, left_out, .. } = lowered(spec, names)?;
    let files = render_all(&api, crate_name)?;
    Ok(Generated {
        files,
        left_out,
        operations: api.operations.len(),
        types: api.types.len(),
        version: api.version,
    })
}

/// Reads a spec as far as possible without names. Diagnostics have positions in `spec`.
pub(crate) fn read(spec: &str) -> Result<Read, Diagnostics> {
    let located =
        |found: Diagnostics| Diagnostics::from(document::locate_in_spec(spec, found.into()));
    let mut tree = Spec::read(spec).map_err(|found| document::locate_in_spec(spec, found))?;
    let dangling = tree.dangling();
    tree.found.extend(dangling);
    let Spec { tree, found } = tree;
    let typed = Diagnostics::check(tree, found).and_then(|tree| document::typed(&tree));
    let mut read = typed
        .and_then(|typed| lower::read(&typed))
        .map_err(located)?;
    read.left_out = document::locate_in_spec(spec, read.left_out);
    Ok(read)
}

/// Lowers the text of a spec, with the names of a names file, or with names by rule.
pub(crate) fn lowered(spec: &str, names: Option<&str>) -> Result<Lowered, Diagnostics> {
    let read = read(spec)?;
    let Some(text) = names else {
        let names = lower::complete(&read, &Names::default(), None)?.names;
        return lower::lower(read, &names).map_err(|found| in_spec(spec, found));
    };
    let names = Names::read(text)?;
    let lowered = lower::lower(read, &names).map_err(|found| in_spec(spec, found));
    lowered.map_err(|found| names::located(text, found))
}

/// Adds positions in the text `spec` to diagnostics.
fn in_spec(spec: &str, found: Diagnostics) -> Diagnostics {
    let (of_names, of_spec): (Vec<_>, Vec<_>) = Vec::from(found)
        .into_iter()
        .partition(|wrong| wrong.file == names::FILE);
    let of_spec = document::locate_in_spec(spec, of_spec);
    of_names
        .into_iter()
        .chain(of_spec)
        .collect::<Vec<_>>()
        .into()
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
        let spawn = |_| {
            let worker = thread::Builder::new()
                .stack_size(STACK)
                .spawn_scoped(scope, work);
            worker.expect("the system has memory for a thread")
        };
        let workers: Vec<_> = (0..workers).map(spawn).collect();
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
