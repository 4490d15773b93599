//! Whatever upstream adds or reorders, what is there keeps its name, its type and its place.
//!
//! The spec is read once, and changed in memory: so there is time for many cases. Of these there are
//! few by default; `NAMES_CASES=1000` tries a thousand.

mod additions;
mod schemas;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{fs, thread};

use fastrand::Rng;
use openapiv3::OpenAPI;

use crate::diff;
use crate::document::{self, Spec};
use crate::error::Diagnostics;
use crate::lower::{self, Known, Lowered};
use crate::names::Names;
use crate::stack::on_a_large_stack;

/// The committed spec, as it is before anything is added.
struct Committed {
    spec: OpenAPI,
    names: Names,
}

impl Committed {
    fn read() -> Self {
        let read = |name: &str| {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
            fs::read_to_string(folder.join(name)).expect("it is committed")
        };
        let tree = Spec::read(&read("financial_connections.yaml")).expect("a spec");
        Self {
            spec: document::typed(&tree.tree).expect("OpenAPI"),
            names: Names::read(&read("names.yaml")).expect("names"),
        }
    }

    fn lowered(&self) -> Lowered {
        let read = lower::read(&self.spec).expect("it is sound");
        lower::lower(read, &self.names).expect("it is sound")
    }
}

/// The state before the additions, kept because all cases use it.
struct Before<'a> {
    committed: &'a Committed,
    known: Known<'a>,
    lowered: Lowered,
    places: BTreeMap<&'a str, (&'a str, &'a str)>,
}

impl Before<'_> {
    /// Adds something that depends on `seed`; says what kinds of things.
    fn check(&self, seed: u64) -> Vec<&'static str> {
        let mut random = Rng::with_seed(seed);
        let mut spec = self.committed.spec.clone();
        let made: Vec<additions::Addition> = (0..random.u8(1..=6))
            .map(|_| additions::add(&mut spec, &mut random))
            .collect();
        schemas::shuffle(&mut spec, &mut random);

        let said = || format!("case {seed}: {made:#?}");
        let sound = |found: Diagnostics| -> ! { panic!("{found}\n{}", said()) };
        let new = lower::read(&spec).unwrap_or_else(|found| sound(found));
        let names = &self.committed.names;
        let completed = lower::complete_after(&new, names, Some(&self.known));
        let names = completed.unwrap_or_else(|found| sound(found)).names;
        let after = names.by_place();
        for (place, name) in &self.places {
            assert_eq!(after.get(place), Some(name), "{place}\n{}", said());
        }
        // It is a file that is read again.
        if seed.is_multiple_of(16) {
            let text = names.write();
            let again = Names::read(&text).unwrap_or_else(|found| sound(found));
            assert_eq!(again.write(), text, "{}", said());
        }
        let after = lower::lower(new, &names).unwrap_or_else(|found| sound(found));
        let diff = diff::compare(&self.lowered, &after);
        let broken: Vec<_> = diff.breaking().collect();
        assert!(broken.is_empty(), "{broken:#?}\n{}", said());
        assert!(!diff.changes.is_empty(), "nothing is new: {}", said());
        made.iter().map(|made| made.kind).collect()
    }
}

#[test]
fn additions_change_no_name() {
    let cases: u64 =
        std::env::var("NAMES_CASES").map_or(10, |count| count.parse().expect("a number"));
    let committed = Committed::read();
    let read = lower::read(&committed.spec).expect("it is sound");
    let before = Before {
        known: Known::of(&read, &committed.names).expect("it has names"),
        lowered: committed.lowered(),
        places: committed.names.by_place(),
        committed: &committed,
    };
    assert!(before.places.len() > 900, "{}", before.places.len());
    let next = AtomicU64::new(0);
    let work = || {
        let seeds = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|seed| *seed < cases);
        let kinds = std::iter::from_fn(seeds).flat_map(|seed| before.check(seed));
        kinds.collect::<BTreeSet<_>>()
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let kinds: BTreeSet<&str> = thread::scope(|scope| {
        let spawn = |_| scope.spawn(|| on_a_large_stack(work));
        let workers: Vec<_> = (0..workers).map(spawn).collect();
        let kinds = workers.into_iter().flat_map(|worker| match worker.join() {
            Ok(kinds) => kinds,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        kinds.collect()
    });
    if cases >= 1000 {
        assert_eq!(kinds.len(), additions::KINDS.len(), "{kinds:?}");
    }
}
