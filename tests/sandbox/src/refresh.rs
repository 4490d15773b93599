//! `/v1/financial_connections/accounts/{account}/refresh`: from pending to succeeded or failed.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::accounts::Status;
use crate::api::Call;
use crate::clock::{Job, Millis};
use crate::error::ApiError;
use crate::institutions::Owners;
use crate::ownership;
use crate::state::State;
use crate::transactions;

/// The duration of a refresh.
pub(crate) const DURATION: Millis = 1_000;
/// The time from the end of a refresh until the next is allowed, in seconds.
const INTERVAL: i64 = 60;
const DAY: Millis = 86_400_000;

/// Data that can be refreshed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Feature {
    Balance,
    Ownership,
    Transactions,
}

/// The latest refresh of a feature.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Refresh {
    /// The id; only refreshes of transactions have one.
    id: Option<String>,
    attempted: i64,
    pub(crate) next: Option<i64>,
    status: RefreshStatus,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RefreshStatus {
    Failed,
    Pending,
    Succeeded,
}

impl Feature {
    pub(crate) const ALL: [Self; 3] = [Self::Balance, Self::Ownership, Self::Transactions];

    fn as_str(self) -> &'static str {
        match self {
            Self::Balance => "balance",
            Self::Ownership => "ownership",
            Self::Transactions => "transactions",
        }
    }

    /// Returns the permission that it needs, which is also its name in `prefetch`.
    pub(crate) fn permission(self) -> &'static str {
        match self {
            Self::Balance => "balances",
            Self::Ownership => "ownership",
            Self::Transactions => "transactions",
        }
    }
}

impl Refresh {
    pub(crate) fn has_ended(&self) -> bool {
        self.status != RefreshStatus::Pending
    }

    pub(crate) fn json(&self) -> Value {
        let mut refresh = json!({
            "last_attempted_at": self.attempted,
            "next_refresh_available_at": self.next,
            "status": self.status,
        });
        if let Some(id) = &self.id {
            refresh["id"] = json!(id);
        }
        refresh
    }
}

pub(crate) fn refresh(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let account = state.account(call)?;
    account.check_active("features")?;
    let asked = call.texts("features");
    let features: Vec<_> = Feature::ALL
        .into_iter()
        .filter(|feature| asked.contains(&feature.as_str()))
        .collect();
    for feature in &features {
        account.check_permission(feature.permission(), "features")?;
        let Some(last) = account.refreshes.get(feature) else {
            continue;
        };
        let feature = feature.as_str();
        let early = match last.next {
            None => Some(format!("A refresh of the {feature} is pending.")),
            Some(next) => (next > state.now())
                .then(|| format!("The {feature} cannot be refreshed again before {next}.")),
        };
        if let Some(message) = early {
            return Err(ApiError::invalid(message).param("features"));
        }
    }
    let id = account.id.clone();
    for feature in features {
        start(state, &id, feature);
    }
    retrieve(state, call)
}

fn retrieve(state: &State, call: &Call) -> Result<Value, ApiError> {
    Ok(state.account(call)?.json())
}

/// Starts a refresh. A job ends it later.
pub(crate) fn start(state: &mut State, account: &str, feature: Feature) {
    let refresh = Refresh {
        id: (feature == Feature::Transactions).then(|| state.setting.ids.id("fctxnref")),
        attempted: state.now(),
        next: None,
        status: RefreshStatus::Pending,
    };
    state
        .account_mut(account)
        .refreshes
        .insert(feature, refresh);
    let account = account.to_owned();
    state
        .clock
        .schedule(DURATION, Job::FinishRefresh { account, feature });
}

pub(crate) fn finish(state: &mut State, id: &str, feature: Feature) {
    let now = state.now();
    let account = state.account_mut(id);
    let active = account.status == Status::Active;
    let unknown = feature == Feature::Ownership && account.at_bank.owners == Owners::Unknown;
    let succeeds = active && account.at_bank.refreshes && !unknown;
    let Some(refresh) = account.refreshes.get_mut(&feature) else {
        return;
    };
    refresh.next = active.then_some(now + INTERVAL);
    refresh.status = match succeeds {
        true => RefreshStatus::Succeeded,
        false => RefreshStatus::Failed,
    };
    if succeeds {
        let refresh = refresh.id.clone();
        match feature {
            Feature::Balance => {
                account.balance = Some(account.at_bank.balance(now, account.debited));
            }
            Feature::Ownership => ownership::renew(state, id),
            Feature::Transactions => {
                transactions::fetch(state, id, refresh.expect("it has an id"));
            }
        }
    }
    state.account_event(id, &format!("refreshed_{}", feature.as_str()));
}

/// Starts the refreshes of a subscribed account: one now, if allowed, and one every day.
pub(crate) fn start_daily(state: &mut State, account: &str) {
    let now = state.now();
    let last = state
        .account_mut(account)
        .refreshes
        .get(&Feature::Transactions);
    if last.is_none_or(|last| last.next.is_some_and(|next| next <= now)) {
        start(state, account, Feature::Transactions);
    }
    let account = account.to_owned();
    state.clock.schedule(DAY, Job::DailyRefresh { account });
}

pub(crate) fn daily(state: &mut State, account: &str) {
    if state.account_mut(account).status == Status::Active {
        start_daily(state, account);
    } else {
        let account = account.to_owned();
        state.clock.schedule(DAY, Job::DailyRefresh { account });
    }
}
