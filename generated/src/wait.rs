//! Refresh an account, then poll it until the refresh has ended.

mod refresh;

use std::time::{Duration, Instant};

use refresh::{Attempt, latest};

use crate::client::Client;
use crate::financial_connections::{
    Account, AccountStatus, RefreshAccount, RefreshFeature, RefreshStatus,
};
use crate::request::Request;
use crate::{Error, Timestamp, params};

/// Why waiting for a refresh ended without one.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WaitError {
    /// The account is inactive or disconnected, so that it cannot be refreshed. Its holder has to
    /// link it again.
    #[error("account {} is {}: it has to be linked again before it can be refreshed", .account.id, .account.status)]
    Inactive {
        /// The account as it was last seen.
        account: Account,
    },

    /// It is too early for another refresh; none was asked for.
    #[error("{feature} of account {} cannot be refreshed before unix time {available_at}", .account.id)]
    TooEarly {
        /// What was to be refreshed.
        feature: RefreshFeature,
        /// When it can be refreshed again.
        available_at: Timestamp,
        /// The account as it was last seen, with the data of the last refresh.
        account: Account,
    },

    /// The refresh failed. Another one may succeed, at the time that the account tells.
    #[error("the refresh of {feature} of account {} failed", .account.id)]
    Failed {
        /// What was to be refreshed.
        feature: RefreshFeature,
        /// The account, with the data of an earlier refresh.
        account: Account,
    },

    /// The refresh had not ended in time. It goes on: an event tells when it ends.
    #[error("the refresh of account {} had not ended in time", .account.id)]
    Timeout {
        /// The account as it was last seen.
        account: Account,
    },
}

impl From<WaitError> for Error {
    fn from(error: WaitError) -> Self {
        Box::new(error).into()
    }
}

impl RefreshAccount {
    /// Refreshes the account, and waits until all of the features have been refreshed.
    ///
    /// The account is looked at first: a refresh that is under way already is waited for, not
    /// asked for again. Then it is polled, every second in the beginning and every 8 seconds
    /// later. Failures that may pass do not end the wait. Dropping the future does; the refresh
    /// itself goes on.
    ///
    /// ```no_run
    /// # async fn example(client: stripe_financial_connections::Client) -> Result<(), stripe_financial_connections::Error> {
    /// use std::time::Duration;
    /// use stripe_financial_connections::financial_connections::RefreshFeature;
    ///
    /// let account = client
    ///     .financial_connections()
    ///     .accounts()
    ///     .refresh("fca_123", [RefreshFeature::Balance])
    ///     .wait(Duration::from_secs(60))
    ///     .await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Wait`] if the account is inactive, may not be refreshed yet, or its refresh failed
    /// or did not end within `timeout`: with the account as it was last seen. Otherwise as
    /// [`send`](Self::send).
    pub async fn wait(self, timeout: Duration) -> Result<Account, Error> {
        Wait::new(self.into(), timeout)?.run().await
    }

    /// [`wait`](Self::wait), blocking the thread.
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait).
    #[cfg(feature = "blocking")]
    pub fn wait_blocking(self, timeout: Duration) -> Result<Account, Error> {
        let mut request = Request::from(self);
        request.options().blocking = true;
        let client = request.client().clone();
        let wait = Wait::new(request, timeout)?;
        client.inner().blocking.run(wait.run())?
    }
}

struct Wait {
    client: Client,
    refresh: Request,
    retrieve: Request,
    features: Vec<RefreshFeature>,
    deadline: Deadline,
}

impl Wait {
    fn new(refresh: Request, timeout: Duration) -> Result<Self, Error> {
        let features = refresh
            .params()
            .get("features")
            .into_iter()
            .flat_map(|list| list.texts());
        let features: Vec<_> = features.map(RefreshFeature::from).collect();
        if let Some(unknown) = features.iter().find(|feature| !refresh::is_known(feature)) {
            return Err(Error::invalid(format!(
                "the end of a refresh of `{unknown}` cannot be seen"
            )));
        }
        Ok(Self {
            client: refresh.client().clone(),
            retrieve: refresh.retrieve("/v1/financial_connections/accounts/{account}"),
            refresh,
            features,
            deadline: Deadline::new(timeout),
        })
    }

    async fn run(mut self) -> Result<Account, Error> {
        let before = self
            .within_deadline(self.retrieve.clone())
            .send::<Account>()
            .await?;
        refuse_inactive(&before)?;
        let due = self.due(&before)?;
        let mut account = before.clone();
        if !due.is_empty() {
            self.refresh
                .set("features", params::list(due.iter().cloned()));
            account = self.within_deadline(self.refresh.clone()).send().await?;
        }
        let floors: Vec<_> = self
            .features
            .iter()
            .map(|feature| floor(feature, &before, &account))
            .collect();
        let mut delay = Duration::from_secs(1);
        loop {
            refuse_inactive(&account)?;
            if self.has_ended(&account, &floors)? {
                return Ok(account);
            }
            let left = self.deadline.left();
            if left.is_zero() {
                return Err(WaitError::Timeout { account }.into());
            }
            let pause = delay.min(left);
            (self.client.inner().sleep)(pause).await;
            self.deadline.slept(pause);
            delay = (delay * 2).min(Duration::from_secs(8));
            // The next poll is the retry.
            let mut poll = self.within_deadline(self.retrieve.clone());
            poll.options().max_retries = Some(0);
            match poll.send().await {
                Ok(seen) => account = seen,
                Err(error) if error.is_retryable() => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The features to ask for: those that are being refreshed already are not.
    fn due(&self, account: &Account) -> Result<Vec<RefreshFeature>, Error> {
        let mut due = Vec::new();
        for feature in &self.features {
            let attempt = latest(account, feature);
            if let Some(available_at) = attempt.as_ref().and_then(|attempt| attempt.next)
                && available_at > Timestamp::now()
            {
                let (feature, account) = (feature.clone(), account.clone());
                return Err(WaitError::TooEarly {
                    feature,
                    available_at,
                    account,
                }
                .into());
            }
            if !attempt.is_some_and(|attempt| attempt.is_pending()) {
                due.push(feature.clone());
            }
        }
        Ok(due)
    }

    /// Whether all features have been refreshed since. A status that this crate does not know
    /// is not an end.
    fn has_ended(&self, account: &Account, floors: &[Timestamp]) -> Result<bool, Error> {
        let mut ended = true;
        for (feature, floor) in self.features.iter().zip(floors) {
            match latest(account, feature).filter(|attempt| attempt.at >= *floor) {
                Some(Attempt {
                    status: RefreshStatus::Succeeded,
                    ..
                }) => {}
                Some(Attempt {
                    status: RefreshStatus::Failed,
                    ..
                }) => {
                    let (feature, account) = (feature.clone(), account.clone());
                    return Err(WaitError::Failed { feature, account }.into());
                }
                _ => ended = false,
            }
        }
        Ok(ended)
    }

    /// Lets no attempt last much longer than the wait, and no pause before another one.
    fn within_deadline(&self, mut request: Request) -> Request {
        let left = self.deadline.left();
        request.options().max_wait = Some(left);
        let left = left.max(Duration::from_secs(1));
        let usual = request
            .options()
            .timeout
            .unwrap_or(self.client.inner().timeout);
        request.options().timeout = Some(usual.min(left));
        request
    }
}

fn refuse_inactive(account: &Account) -> Result<(), Error> {
    match account.status {
        AccountStatus::Inactive | AccountStatus::Disconnected => Err(WaitError::Inactive {
            account: account.clone(),
        }
        .into()),
        _ => Ok(()),
    }
}

/// The time from which on an attempt is the one that is waited for: an earlier one may have
/// succeeded, and still be shown.
fn floor(feature: &RefreshFeature, before: &Account, after: &Account) -> Timestamp {
    match (latest(before, feature), latest(after, feature)) {
        (Some(before), Some(after)) if after.at <= before.at && !after.is_pending() => {
            Timestamp::from_secs(before.at.as_secs() + 1)
        }
        (Some(before), None) => Timestamp::from_secs(before.at.as_secs() + 1),
        (_, Some(after)) => after.at,
        (None, None) => Timestamp::from_secs(i64::MIN),
    }
}

/// Counts the time that passed, or that was to be slept if the sleep is replaced in a test.
struct Deadline {
    start: Instant,
    timeout: Duration,
    slept: Duration,
}

impl Deadline {
    fn new(timeout: Duration) -> Self {
        Self {
            start: Instant::now(),
            timeout,
            slept: Duration::ZERO,
        }
    }

    fn slept(&mut self, time: Duration) {
        self.slept += time;
    }

    fn left(&self) -> Duration {
        self.timeout
            .saturating_sub(self.start.elapsed().max(self.slept))
    }
}

#[cfg(test)]
mod tests;
