use std::time::{Duration, Instant};

/// The time limit of a call or a wait. It counts the elapsed time or the requested sleep,
/// whichever is longer, so that it also works with a replaced sleep in tests.
pub(crate) struct Deadline {
    start: Instant,
    slept: Duration,
    limit: Option<Duration>,
}

impl Deadline {
    /// Starts now. `None` means no limit.
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

    /// Returns the time that is left; zero after the deadline.
    pub(crate) fn left(&self) -> Duration {
        self.limit.map_or(Duration::MAX, |limit| {
            limit.saturating_sub(self.start.elapsed().max(self.slept))
        })
    }

    pub(crate) fn limit(&self) -> Option<Duration> {
        self.limit
    }
}
