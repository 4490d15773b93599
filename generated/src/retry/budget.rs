//! How many retries a client may make: so that a busy server is not made busier.

use std::sync::{Mutex, PoisonError};

/// How many failed requests a client may repeat, all of its clones and requests together.
///
/// A budget is a number of tokens. Each retry takes some; each request that is answered gives
/// one back, and a retry that succeeds gives back all that it took. So single failures are always
/// retried, while most retries stop when most requests fail: a server that is busy is not made
/// busier by the requests it refused. A request that is not retried for this reason fails with an
/// error of which [`Error::is_out_of_budget`](crate::Error::is_out_of_budget) is true.
///
/// By default there are 500 tokens, enough for 35 retries in a row of which none succeeds. A retry
/// takes 14, and 5 after an answer that says to slow down (429).
///
/// ```
/// use stripe_financial_connections::{Client, RetryBudget};
///
/// let client = Client::builder("sk_test_123").retry_budget(RetryBudget::new().capacity(100));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryBudget {
    capacity: u32,
    retry: u32,
    throttled: u32,
}

impl RetryBudget {
    /// The default.
    pub const fn new() -> Self {
        Self {
            capacity: 500,
            retry: 14,
            throttled: 5,
        }
    }

    /// No budget: each request is repeated as often as
    /// [`max_retries`](crate::ClientBuilder::max_retries) says, whatever becomes of the others.
    pub const fn unlimited() -> Self {
        Self::new().retry_cost(0).throttled_cost(0)
    }

    /// Holds at most this many tokens, which are there in the beginning.
    #[must_use]
    pub const fn capacity(mut self, tokens: u32) -> Self {
        self.capacity = tokens;
        self
    }

    /// Takes this many tokens for a retry.
    #[must_use]
    pub const fn retry_cost(mut self, tokens: u32) -> Self {
        self.retry = tokens;
        self
    }

    /// Takes this many tokens for a retry after a 429, which costs the server little.
    #[must_use]
    pub const fn throttled_cost(mut self, tokens: u32) -> Self {
        self.throttled = tokens;
        self
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self::new()
    }
}

/// The tokens that are left.
pub(crate) struct Tokens {
    budget: RetryBudget,
    left: Mutex<u32>,
}

impl Tokens {
    pub(crate) fn new(budget: RetryBudget) -> Self {
        Self {
            budget,
            left: Mutex::new(budget.capacity),
        }
    }

    /// Takes the tokens for a retry, and says how many; `None` if there are too few.
    pub(crate) fn take(&self, throttled: bool) -> Option<u32> {
        let cost = if throttled {
            self.budget.throttled
        } else {
            self.budget.retry
        };
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        *left = left.checked_sub(cost)?;
        Some(cost)
    }

    /// A request was answered, after a retry that took this many tokens, or after none.
    pub(crate) fn answered(&self, taken: Option<u32>) {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        *left = left
            .saturating_add(taken.unwrap_or(1))
            .min(self.budget.capacity);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_empty_it_and_answers_fill_it() {
        let tokens = Tokens::new(RetryBudget::new());
        let retries = std::iter::from_fn(|| tokens.take(false)).count();
        assert_eq!(retries, 35);
        assert_eq!(tokens.take(true), Some(5));
        assert_eq!(tokens.take(true), Some(5));
        assert_eq!(tokens.take(true), None);
        (0..14).for_each(|_| tokens.answered(None));
        assert_eq!(tokens.take(false), Some(14));
        assert_eq!(tokens.take(false), None);
        tokens.answered(Some(14));
        assert_eq!(tokens.take(false), Some(14));
        (0..9999).for_each(|_| tokens.answered(None));
        assert_eq!(std::iter::from_fn(|| tokens.take(false)).count(), 35);
    }

    #[test]
    fn healed_failures_take_nothing() {
        let tokens = Tokens::new(RetryBudget::new());
        for _ in 0..9999 {
            let taken = tokens.take(false);
            assert!(taken.is_some());
            tokens.answered(taken);
        }
    }

    #[test]
    fn without_a_limit_it_is_never_empty() {
        let tokens = Tokens::new(RetryBudget::unlimited().capacity(0));
        assert!((0..9999).all(|_| tokens.take(false).is_some() && tokens.take(true).is_some()));
        let tokens = Tokens::new(RetryBudget::new().capacity(0));
        assert_eq!(tokens.take(true), None);
    }
}
