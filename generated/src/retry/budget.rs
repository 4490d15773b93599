//! Limits the retries of a client, so that an overloaded server does not get more requests.

use std::sync::{Mutex, PoisonError};

/// The retry budget of a client, shared by all its clones and requests.
///
/// A budget is a number of tokens. A failure that could be retried takes some of them, whether it
/// is retried or not. A successful response gives one back; if it was a retry, it gives back what
/// the failure took. Without enough tokens there are no retries. Further failures then make the
/// number of tokens negative, down to minus the capacity. In this way single failures are always
/// retried. If many requests fail because the server is overloaded, none are, as retries would
/// make it worse. The error of a request that is not retried for this reason has
/// [`Error::is_out_of_budget`](crate::Error::is_out_of_budget) true.
///
/// By default there are 500 tokens, and a failure takes 14. This allows 35 failures at the same
/// time, or one permanent failure in fifteen requests with all its retries.
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
    /// Returns the default budget.
    pub const fn new() -> Self {
        Self {
            capacity: 500,
            cost: 14,
        }
    }

    /// Returns a budget without a limit: each request is retried up to
    /// [`max_retries`](crate::ClientBuilder::max_retries).
    pub const fn unlimited() -> Self {
        Self::new().cost(0)
    }

    /// Sets the largest number of tokens, which is also the number at the start.
    #[must_use]
    pub const fn capacity(mut self, tokens: u32) -> Self {
        self.capacity = tokens;
        self
    }

    /// Sets the number of tokens that a failure takes.
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

/// The current number of tokens, which may be negative.
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

    /// Takes the tokens for a failed attempt. Returns whether there were enough for a retry.
    pub(crate) fn failed(&self) -> bool {
        let cost = i64::from(self.budget.cost);
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let is_enough = *left >= cost;
        *left = (*left - cost).max(-i64::from(self.budget.capacity));
        is_enough
    }

    /// Gives tokens back for a response.
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
    fn failures_take_tokens_and_answers_give_them_back() {
        let tokens = Tokens::new(RetryBudget::new());
        assert_eq!((0..99).filter(|_| tokens.failed()).count(), 35);
        // First the debt of 500 tokens, then the 14 for one failure.
        (0..513).for_each(|_| tokens.answered(false));
        assert!(!tokens.failed());
        (0..15).for_each(|_| tokens.answered(false));
        assert!(tokens.failed());
        (0..9999).for_each(|_| tokens.answered(false));
        assert_eq!((0..99).filter(|_| tokens.failed()).count(), 35);
    }

    #[test]
    fn a_successful_retry_gives_its_tokens_back() {
        let tokens = Tokens::new(RetryBudget::new());
        for _ in 0..9999 {
            assert!(tokens.failed());
            tokens.answered(true);
        }
    }

    #[test]
    fn an_unlimited_budget_is_never_empty() {
        let tokens = Tokens::new(RetryBudget::unlimited());
        assert!((0..9999).all(|_| tokens.failed()));
        let tokens = Tokens::new(RetryBudget::new().capacity(0));
        assert!(!tokens.failed());
        tokens.answered(false);
        assert!(!tokens.failed());
    }
}
