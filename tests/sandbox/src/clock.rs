//! Time in the sandbox: that of the machine, and what it was advanced by.

use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::refresh::Feature;

/// Milliseconds since the unix epoch.
pub(crate) type Millis = i64;

#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Clock {
    advanced: Millis,
    /// The time of the request or job that runs, so that all it does happens at once.
    #[serde(skip)]
    now: Millis,
    jobs: BTreeSet<Scheduled>,
    scheduled: u64,
}

/// What happens later.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Job {
    FinishRefresh {
        account: String,
        feature: Feature,
    },
    /// The daily refresh of an account that is subscribed to.
    DailyRefresh {
        account: String,
    },
    Deactivate {
        account: String,
    },
    Settle {
        payment_intent: String,
    },
}

/// In the order in which it happens.
#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Scheduled {
    due: Millis,
    order: u64,
    job: Job,
}

impl Clock {
    /// The time in unix seconds.
    pub(crate) fn now(&self) -> i64 {
        self.now.div_euclid(1000)
    }

    /// The time that a request or job happens at.
    pub(crate) fn set(&mut self, now: Millis) {
        self.now = now;
    }

    /// The time as it goes on.
    pub(crate) fn read(&self) -> Millis {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
        let machine = elapsed.map_or(0, |elapsed| elapsed.as_millis() as Millis);
        machine + self.advanced
    }

    pub(crate) fn advance(&mut self, by: Millis) {
        self.advanced += by;
    }

    pub(crate) fn schedule(&mut self, after: Millis, job: Job) {
        self.scheduled += 1;
        self.jobs.insert(Scheduled {
            due: self.now + after,
            order: self.scheduled,
            job,
        });
    }

    pub(crate) fn cancel(&mut self, job: &Job) {
        self.jobs.retain(|scheduled| scheduled.job != *job);
    }

    /// The next job that is due at a time, and when it was.
    pub(crate) fn pop(&mut self, until: Millis) -> Option<(Millis, Job)> {
        let next = self.jobs.pop_first()?;
        if next.due > until {
            self.jobs.insert(next);
            return None;
        }
        Some((next.due, next.job))
    }

    /// How long it is until the next job.
    pub(crate) fn idle(&self) -> Option<Millis> {
        let next = self.jobs.first()?;
        Some((next.due - self.read()).max(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_come_in_order_and_not_too_early() {
        let job = |account: &str| Job::Deactivate {
            account: account.to_owned(),
        };
        let mut clock = Clock::default();
        clock.set(1000);
        clock.schedule(20, job("c"));
        clock.schedule(10, job("b"));
        clock.schedule(10, job("a"));
        clock.schedule(5, job("gone"));
        clock.cancel(&job("gone"));
        let mut ran = Vec::new();
        while let Some((due, job)) = clock.pop(1010) {
            ran.push((due, job));
        }
        assert!(ran == [(1010, job("b")), (1010, job("a"))]);
        assert!(clock.pop(1020) == Some((1020, job("c"))));
    }
}
