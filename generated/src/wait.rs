//! Refresh an account, then poll it until the refresh has ended.

mod refresh;

use std::time::Duration;

use refresh::{Attempt, latest};

use crate::client::Client;
use crate::deadline::Deadline;
use crate::error::shown::line;
use crate::financial_connections::{
    Account, AccountStatus, RefreshAccount, RefreshFeature, RefreshStatus,
};
use crate::request::Request;
use crate::{ApiError, Error, Timestamp, params};

/// Time that is kept for a last look before the deadline.
const LAST_LOOK: Duration = Duration::from_millis(500);

/// Why waiting for a refresh ended without one.
///
/// ```no_run
/// use std::time::Duration;
/// use stripe_financial_connections::financial_connections::RefreshFeature;
/// use stripe_financial_connections::{Client, Error, WaitError};
///
/// # async fn example(client: &Client) -> Result<(), Error> {
/// let accounts = client.financial_connections().accounts();
/// let refresh = accounts.refresh("fca_123", [RefreshFeature::Balance]);
/// match refresh.wait(Duration::from_secs(60)).await {
///     Ok(account) => println!("{:?}", account.balance),
///     Err(Error::Wait(why)) => match *why {
///         WaitError::Inactive { account } => println!("{} has to be linked again", account.id),
///         WaitError::TooEarly { available_at, .. } => println!("not before {available_at}"),
///         why => println!("{why}"),
///     },
///     Err(error) => return Err(error),
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WaitError {
    /// The account is inactive or disconnected, so that it cannot be refreshed. Its holder has to
    /// link it again.
    #[error("account {} is {}: it has to be linked again before it can be refreshed", line(.account.id.as_str()), line(.account.status.as_str()))]
    Inactive {
        /// The account as it was last seen.
        account: Account,
    },

    /// It is too early for another refresh; none was asked for.
    #[error("{feature} of account {} cannot be refreshed before unix time {available_at}", line(.account.id.as_str()))]
    TooEarly {
        /// What was to be refreshed.
        feature: RefreshFeature,
        /// When it can be refreshed again.
        available_at: Timestamp,
        /// The account as it was last seen, with the data of the last refresh.
        account: Account,
    },

    /// The refresh failed. Another one may succeed, at the time that the account tells.
    #[error("the refresh of {feature} of account {} failed", line(.account.id.as_str()))]
    Failed {
        /// What was to be refreshed.
        feature: RefreshFeature,
        /// The account, with the data of an earlier refresh.
        account: Account,
    },

    /// The refresh had not ended in time. If it was asked for, it goes on: an event tells when it
    /// ends.
    #[error("the refresh of {} had not ended in time", of_account(.account.as_ref()))]
    Timeout {
        /// The account as it was last seen; none if no answer came in time.
        account: Option<Account>,
    },
}

fn of_account(account: Option<&Account>) -> String {
    account.map_or_else(
        || "an account that was not seen".to_owned(),
        |account| format!("account {}", line(account.id.as_str())),
    )
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
    /// later. All of this together lasts no longer than `timeout`, or up to half a second less.
    ///
    /// A poll that fails in a way that may pass does not end the wait. What ends it early, with
    /// the error itself: any other failure; one of the look before or of the refresh that its
    /// retries did not heal; and an answer that asks to wait longer (`Retry-After`) than there is
    /// time. Dropping the future ends it too; the refresh itself goes on.
    ///
    /// An idempotency key belongs to the features that were asked for. If only some of them are
    /// to be refreshed, because the others are being refreshed already, the key is followed by
    /// those.
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
    /// or did not end within `timeout`: with the account as it was last seen, if it was. Otherwise
    /// as [`send`](Self::send).
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
            retrieve: refresh.retrieve(),
            refresh,
            features,
            deadline: Deadline::new(Some(timeout)),
        })
    }

    async fn run(mut self) -> Result<Account, Error> {
        let before = self.send(self.retrieve.clone(), None).await?;
        refuse_inactive(&before)?;
        let due = self.due(&before)?;
        let mut account = before.clone();
        if !due.is_empty() {
            if due != self.features {
                self.ask_only_for(&due);
            }
            account = self.send(self.refresh.clone(), Some(&before)).await?;
        }
        let floors: Vec<_> = self
            .features
            .iter()
            .map(|feature| floor(feature, &before, &account))
            .collect();
        let mut delay = Duration::from_secs(1);
        let mut asked = None;
        loop {
            refuse_inactive(&account)?;
            if self.has_ended(&account, &floors)? {
                return Ok(account);
            }
            let left = self.deadline.left();
            let last_look = LAST_LOOK.min(self.deadline.limit().unwrap_or_default() / 8);
            if left <= last_look {
                let account = Some(account);
                return Err(WaitError::Timeout { account }.into());
            }
            let pause = delay
                .min(left - last_look)
                .max(asked.take().unwrap_or_default());
            (self.client.inner().sleep)(pause).await;
            self.deadline.slept(pause);
            delay = (delay * 2).min(Duration::from_secs(8));
            // The next poll is the retry.
            let mut poll = self.retrieve.clone();
            poll.options().max_retries = Some(0);
            match self.send(poll, Some(&account)).await {
                Ok(seen) => account = seen,
                Err(error) if error.is_retryable() => {
                    asked = error.api().and_then(ApiError::retry_after);
                    if asked.is_some_and(|asked| asked > self.deadline.left()) {
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Asks for fewer features than the caller did. The key of the caller belongs to all of them.
    fn ask_only_for(&mut self, due: &[RefreshFeature]) {
        self.refresh
            .set("features", params::list(due.iter().cloned()));
        if let Some(key) = &mut self.refresh.options().idempotency_key {
            let names: Vec<_> = due.iter().map(RefreshFeature::as_str).collect();
            *key = derived_key(key, &names.join("+"));
        }
    }

    /// Sends a request that ends with the wait. When the time is over, the account as it was last
    /// seen goes into the error.
    async fn send(&self, mut request: Request, seen: Option<&Account>) -> Result<Account, Error> {
        let left = self.deadline.left();
        let options = request.options();
        options.deadline = Some(options.deadline.map_or(left, |own| own.min(left)));
        let error = match request.send().await {
            Err(Error::Timeout(error)) => error,
            result => return result,
        };
        if error.limit() < left && !self.deadline.left().is_zero() {
            // The attempt's own time was over, or the deadline of the request.
            return Err(Error::Timeout(error));
        }
        match error.last {
            Some(Error::Api(last)) if last.retry_after() > Some(self.deadline.left()) => {
                Err(Error::Api(last))
            }
            _ => {
                let account = seen.cloned();
                Err(WaitError::Timeout { account }.into())
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
}

/// The key for a part of what a key is for, the same each time. At most 255 characters.
fn derived_key(key: &str, part: &str) -> String {
    let derived = format!("{key}:{part}");
    if derived.len() <= 255 || key.len() > 255 {
        return derived;
    }
    // FNV-1a: what a hash of the standard library is may change with its version.
    let hash = derived
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    let end = (0..=238).rev().find(|end| derived.is_char_boundary(*end));
    format!("{}:{hash:016x}", &derived[..end.unwrap_or_default()])
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
        // That one is waited for, also if it has ended since.
        (Some(before), _) if before.is_pending() => before.at,
        (Some(before), Some(after)) if after.at <= before.at && !after.is_pending() => {
            Timestamp::from_secs(before.at.as_secs() + 1)
        }
        (Some(before), None) => Timestamp::from_secs(before.at.as_secs() + 1),
        (_, Some(after)) => after.at,
        (None, None) => Timestamp::from_secs(i64::MIN),
    }
}

#[cfg(test)]
mod tests;
