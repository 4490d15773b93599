//! The sandbox's clock: the machine's time, plus what it was advanced by.

use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::refresh::Feature;

/// Milliseconds since the Unix epoch.
pub(crate) type Millis = i64;

/// The clock of one Stripe account in the sandbox, with its scheduled jobs.
#[derive(Default)]
pub(crate) struct Clock {
    advanced: Millis,
    /// The time of a stopped clock, which only moves when it is advanced. `None` for a running
    /// clock.
    stopped: Option<Millis>,
    /// The time of the current request or job, so that all its effects have the same time.
    now: Millis,
    jobs: BTreeSet<Scheduled>,
    scheduled: u64,
    /// The changes since the last query.
    changes: ClockChanges,
}

/// Changes of a clock.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct ClockChanges {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time: Option<(Millis, Option<Millis>)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    added: Vec<Scheduled>,
    /// Jobs by their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    removed: Vec<u64>,
}

impl ClockChanges {
    pub(crate) fn is_empty(&self) -> bool {
        self.time.is_none() && self.added.is_empty() && self.removed.is_empty()
    }
}

/// A scheduled job.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Job {
    FinishRefresh {
        account: String,
        feature: Feature,
    },
    /// The daily refresh of a subscribed account.
    DailyRefresh {
        account: String,
    },
    Deactivate {
        account: String,
    },
    Settle {
        payment_intent: String,
    },
    ExpireCheckout {
        session: String,
    },
    /// The end of a subscription's period.
    Renew {
        subscription: String,
    },
    /// The time limit of a subscription's first payment.
    GiveUp {
        subscription: String,
    },
    /// The event before the end of a trial.
    TrialNotice {
        subscription: String,
    },
    /// The automatic finalization of an invoice.
    Finalize {
        invoice: String,
    },
    /// A subscription is about to renew.
    Upcoming {
        subscription: String,
    },
    /// A change of a subscription has waited for its payment long enough.
    ExpireUpdate {
        subscription: String,
    },
    /// An invoice that was sent is due soon.
    DueSoon {
        invoice: String,
    },
    /// An invoice that was sent was due, and is not paid.
    Overdue {
        invoice: String,
    },
}

/// A job with its time, sorted by time.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Scheduled {
    due: Millis,
    order: u64,
    job: Job,
}

impl Clock {
    /// Returns the time in Unix seconds.
    pub(crate) fn now(&self) -> i64 {
        self.now.div_euclid(1000)
    }

    /// Sets the time of the current request or job.
    pub(crate) fn set(&mut self, now: Millis) {
        self.now = now;
    }

    /// Returns the current time.
    pub(crate) fn read(&self) -> Millis {
        let machine = || {
            let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
            elapsed.map_or(0, |elapsed| elapsed.as_millis() as Millis)
        };
        self.stopped.unwrap_or_else(machine) + self.advanced
    }

    pub(crate) fn advance(&mut self, by: Millis) {
        self.advanced += by;
        self.changes.time = Some((self.advanced, self.stopped));
    }

    /// Stops the clock at a time.
    pub(crate) fn stop(&mut self, at: Millis) {
        (self.advanced, self.stopped) = (0, Some(at));
        self.changes.time = Some((self.advanced, self.stopped));
    }

    /// Returns a clock with the same time and no jobs.
    pub(crate) fn of_new_world(&self) -> Self {
        Self {
            advanced: self.advanced,
            stopped: self.stopped,
            now: self.now,
            changes: ClockChanges {
                time: Some((self.advanced, self.stopped)),
                ..ClockChanges::default()
            },
            ..Self::default()
        }
    }

    pub(crate) fn schedule(&mut self, after: Millis, job: Job) {
        self.scheduled += 1;
        let scheduled = Scheduled {
            due: self.now + after,
            order: self.scheduled,
            job,
        };
        self.changes.added.push(scheduled.clone());
        self.jobs.insert(scheduled);
    }

    pub(crate) fn cancel(&mut self, job: &Job) {
        let removed = &mut self.changes.removed;
        self.jobs.retain(|scheduled| {
            let stays = scheduled.job != *job;
            if !stays {
                removed.push(scheduled.order);
            }
            stays
        });
    }

    /// Removes the next job that is due, and returns it with its time.
    pub(crate) fn pop(&mut self, until: Millis) -> Option<(Millis, Job)> {
        if self.jobs.first()?.due > until {
            return None;
        }
        let next = self.jobs.pop_first()?;
        self.changes.removed.push(next.order);
        Some((next.due, next.job))
    }

    /// Returns the changes since the last call.
    pub(crate) fn take_changes(&mut self) -> ClockChanges {
        std::mem::take(&mut self.changes)
    }

    /// Returns the whole clock as a change of a new one.
    pub(crate) fn as_changes(&self) -> ClockChanges {
        ClockChanges {
            time: Some((self.advanced, self.stopped)),
            added: self.jobs.iter().cloned().collect(),
            removed: Vec::new(),
        }
    }

    pub(crate) fn apply(&mut self, changes: ClockChanges) {
        if let Some((advanced, stopped)) = changes.time {
            (self.advanced, self.stopped) = (advanced, stopped);
        }
        for job in changes.added {
            self.scheduled = self.scheduled.max(job.order);
            self.jobs.insert(job);
        }
        if !changes.removed.is_empty() {
            self.jobs
                .retain(|job| !changes.removed.contains(&job.order));
        }
    }

    /// Returns the time until the next job.
    pub(crate) fn idle(&self) -> Option<Millis> {
        let next = self.jobs.first()?;
        match self.stopped {
            Some(_) => None,
            None => Some((next.due - self.read()).max(0)),
        }
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
