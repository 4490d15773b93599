//! Makes ids like Stripe's: a prefix for the kind, then letters and digits.

use std::sync::{Mutex, PoisonError};

/// Makes ids. The same seed gives the same ids in the same order.
#[derive(Debug)]
pub(crate) struct Ids(Mutex<fastrand::Rng>);

impl Ids {
    /// Creates a generator from a seed, or with unpredictable ids.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        let rng = seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        Self(Mutex::new(rng))
    }

    /// Returns a new id. Short ids, such as those of customers, have 14 characters after the
    /// prefix; others have 24.
    pub(crate) fn id(&self, prefix: &str) -> String {
        let length = if prefix == "cus" { 14 } else { 24 };
        format!("{prefix}_{}", self.text(length))
    }

    /// Returns the client secret of an intent, which contains its id.
    pub(crate) fn client_secret(&self, id: &str) -> String {
        format!("{id}_secret_{}", self.text(25))
    }

    /// Returns the client secret of a session, which does not contain its id.
    pub(crate) fn session_secret(&self) -> String {
        self.id("fcsess_client_secret")
    }

    /// Returns random letters and digits.
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
