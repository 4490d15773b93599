//! A common view of the three kinds of refresh.

use crate::Timestamp;
use crate::financial_connections::{Account, RefreshFeature, RefreshStatus};

/// The latest refresh of a feature.
pub(super) struct Attempt<'a> {
    pub(super) at: Timestamp,
    pub(super) next: Option<Timestamp>,
    pub(super) status: &'a RefreshStatus,
}

impl Attempt<'_> {
    pub(super) fn is_pending(&self) -> bool {
        *self.status == RefreshStatus::Pending
    }
}

macro_rules! attempt {
    ($refresh:expr) => {
        $refresh.as_ref().map(|refresh| Attempt {
            at: refresh.last_attempted_at,
            next: refresh.next_refresh_available_at,
            status: &refresh.status,
        })
    };
}

pub(super) fn latest<'a>(account: &'a Account, feature: &RefreshFeature) -> Option<Attempt<'a>> {
    match feature {
        RefreshFeature::Balance => attempt!(account.balance_refresh),
        RefreshFeature::Ownership => attempt!(account.ownership_refresh),
        RefreshFeature::Transactions => attempt!(account.transaction_refresh),
        RefreshFeature::Unrecognized(_) => None,
    }
}

/// Returns whether the account shows the status of this feature's refresh.
pub(super) fn is_known(feature: &RefreshFeature) -> bool {
    !matches!(feature, RefreshFeature::Unrecognized(_))
}
