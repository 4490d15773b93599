//! Random numbers for idempotency keys and jitter.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

/// Returns 64 random bits. They differ between calls, threads and processes.
///
/// The standard library seeds `RandomState` from the operating system. The counter, process id
/// and clock make forked processes differ, which share the seed.
pub(crate) fn random() -> u64 {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    RandomState::new().hash_one((call, std::process::id(), SystemTime::now()))
}

/// Returns a unique idempotency key.
pub(crate) fn idempotency_key() -> String {
    format!("{:016x}{:016x}", random(), random())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn keys_differ() {
        let keys = || (0..1000).map(|_| idempotency_key()).collect::<Vec<_>>();
        let threads = [std::thread::spawn(keys), std::thread::spawn(keys)];
        let mut all: Vec<String> = threads
            .into_iter()
            .flat_map(|t| t.join().unwrap())
            .collect();
        all.extend(keys());
        assert!(all.iter().all(|key| key.len() == 32));
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), 3000);
    }
}
