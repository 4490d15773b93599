//! How many retries a client may make: so that a busy server is not made busier.

use std::sync::{Mutex, PoisonError};

/// How many failed requests a client may repeat, all of its clones and requests together.
///
/// A budget is a number of tokens. A request that fails in a way that may pass takes some,
/// repeated or not; one that is answered gives one back, and a retry that succeeds gives back what
/// its failure took. Without enough tokens nothing is repeated, and further failures make debts, up
/// to as many tokens as the budget holds, which have to be paid first. So single failures are
/// always repeated, and none once so many requests fail that the server is overloaded, which
/// retries would make worse. A request that is not repeated for this reason fails with an error of
/// which [`Error::is_out_of_budget`](crate::Error::is_out_of_budget) is true.
///
/// By default there are 500 tokens, and a failure takes 14: enough for 35 failures at the same
/// time, and for one in fifteen requests to fail with all of its retries, for as long as it may
/// be.
///
/// ```
/// use stripe_financial_connections::{Client, RetryBudget};
///
/// let client = Client::builder("sk_test_123").retry_budget(RetryBudget::new().capacity(100));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryBudget {
    capacity: u32,
    cost: u32,
}

impl RetryBudget {
    /// The default.
    pub const fn new() -> Self {
        Self {
            capacity: 500,
            cost: 14,
        }
    }

    /// No budget: each request is repeated as often as
    /// [`max_retries`](crate::ClientBuilder::max_retries) says, whatever becomes of the others.
    pub const fn unlimited() -> Self {
        Self::new().cost(0)
    }

    /// Holds at most this many tokens, which are there in the beginning.
    #[must_use]
    pub const fn capacity(mut self, tokens: u32) -> Self {
        self.capacity = tokens;
        self
    }

    /// Takes this many tokens for a failure.
    #[must_use]
    pub const fn cost(mut self, tokens: u32) -> Self {
        self.cost = tokens;
        self
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self::new()
    }
}

/// The tokens that are left; less than none are debts.
pub(crate) struct Tokens {
    budget: RetryBudget,
    left: Mutex<i64>,
}

impl Tokens {
    pub(crate) fn new(budget: RetryBudget) -> Self {
        Self {
            budget,
            left: Mutex::new(budget.capacity.into()),
        }
    }

    /// An attempt failed. Whether there are tokens for another one.
    pub(crate) fn failed(&self) -> bool {
        let cost = i64::from(self.budget.cost);
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let is_enough = *left >= cost;
        *left = (*left - cost).max(-i64::from(self.budget.capacity));
        is_enough
    }

    /// A request was answered, at the first attempt or at a later one.
    pub(crate) fn answered(&self, is_retry: bool) {
        let back = if is_retry { self.budget.cost } else { 1 };
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        *left = (*left + i64::from(back)).min(self.budget.capacity.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_empty_it_and_answers_fill_it() {
        let tokens = Tokens::new(RetryBudget::new());
        assert_eq!((0..99).filter(|_| tokens.failed()).count(), 35);
        // The debt comes first: 500, and the 14 for one failure.
        (0..513).for_each(|_| tokens.answered(false));
        assert!(!tokens.failed());
        (0..15).for_each(|_| tokens.answered(false));
        assert!(tokens.failed());
        (0..9999).for_each(|_| tokens.answered(false));
        assert_eq!((0..99).filter(|_| tokens.failed()).count(), 35);
    }

    #[test]
    fn healed_failures_take_nothing() {
        let tokens = Tokens::new(RetryBudget::new());
        for _ in 0..9999 {
            assert!(tokens.failed());
            tokens.answered(true);
        }
    }

    #[test]
    fn without_a_limit_it_is_never_empty() {
        let tokens = Tokens::new(RetryBudget::unlimited());
        assert!((0..9999).all(|_| tokens.failed()));
        let tokens = Tokens::new(RetryBudget::new().capacity(0));
        assert!(!tokens.failed());
        tokens.answered(false);
        assert!(!tokens.failed());
    }
}
