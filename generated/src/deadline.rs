use std::time::{Duration, Instant};

/// The time that a call or a wait has. It counts the time that passed, or that was to be slept if
/// the sleep is replaced in a test.
pub(crate) struct Deadline {
    start: Instant,
    slept: Duration,
    limit: Option<Duration>,
}

impl Deadline {
    /// Starts now. Without a limit it never comes.
    pub(crate) fn new(limit: Option<Duration>) -> Self {
        Self {
            start: Instant::now(),
            slept: Duration::ZERO,
            limit,
        }
    }

    pub(crate) fn slept(&mut self, time: Duration) {
        self.slept += time;
    }

    /// What is left of the time; zero if it is over.
    pub(crate) fn left(&self) -> Duration {
        self.limit.map_or(Duration::MAX, |limit| {
            limit.saturating_sub(self.start.elapsed().max(self.slept))
        })
    }

    pub(crate) fn limit(&self) -> Option<Duration> {
        self.limit
    }
}
