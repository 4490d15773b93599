//! Ids as Stripe's: a prefix that tells the kind, and letters and digits.

use std::sync::{Mutex, PoisonError};

/// Makes ids; the same ones in the same order from the same seed.
#[derive(Debug)]
pub(crate) struct Ids(Mutex<fastrand::Rng>);

impl Ids {
    /// From a seed, or else such as nobody can guess.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        let rng = seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        Self(Mutex::new(rng))
    }

    /// A new id. Short ids, as of customers, have 14 characters after the prefix, others 24.
    pub(crate) fn id(&self, prefix: &str) -> String {
        let length = if prefix == "cus" { 14 } else { 24 };
        format!("{prefix}_{}", self.text(length))
    }

    /// The client secret of an intent, which names it.
    pub(crate) fn client_secret(&self, id: &str) -> String {
        format!("{id}_secret_{}", self.text(25))
    }

    /// The client secret of a session, which does not name it.
    pub(crate) fn session_secret(&self) -> String {
        self.id("fcsess_client_secret")
    }

    /// Letters and digits.
    pub(crate) fn text(&self, length: usize) -> String {
        let mut rng = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::iter::repeat_with(|| rng.alphanumeric())
            .take(length)
            .collect()
    }
}

impl Default for Ids {
    fn default() -> Self {
        Self::new(None)
    }
}
