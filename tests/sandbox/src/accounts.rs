//! `/v1/financial_connections/accounts`

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::Call;
use crate::clock::Job;
use crate::error::ApiError;
use crate::institutions::BankAccount;
use crate::refresh::{self, Feature, Refresh};
use crate::state::State;
use crate::table::Row;
use crate::transactions::{Transaction, TransactionRefresh};

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) created: i64,
    /// The account holder as Stripe writes it; `None` if a payment had no customer.
    pub(crate) holder: Option<Value>,
    pub(crate) session: Option<String>,
    /// The id of the institution.
    pub(crate) institution: Cow<'static, str>,
    pub(crate) institution_name: Cow<'static, str>,
    /// The account as it is at the institution.
    pub(crate) at_bank: BankAccount,
    pub(crate) permissions: Vec<String>,
    pub(crate) status: Status,
    pub(crate) subscribed: bool,
    pub(crate) balance: Option<Value>,
    pub(crate) ownership: Option<String>,
    /// The latest refresh of each feature.
    pub(crate) refreshes: BTreeMap<Feature, Refresh>,
    /// The successful refreshes of transactions, the newest last.
    pub(crate) transaction_refreshes: Vec<TransactionRefresh>,
    /// The transactions in the order of their creation. They are stored apart from the account.
    #[serde(skip)]
    pub(crate) transactions: Vec<Transaction>,
    /// The indices of the transactions that changed since the last query.
    #[serde(skip)]
    pub(crate) changed_transactions: BTreeSet<u32>,
    /// The sum of debits by payments, in cents.
    pub(crate) debited: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Active,
    Disconnected,
    Inactive,
}

impl Row for Account {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Account {
    pub(crate) fn json(&self) -> Value {
        let at_bank = &self.at_bank;
        let refresh = |feature| self.refreshes.get(&feature).map(Refresh::json);
        let payable = at_bank.payable && self.may("payment_method");
        json!({
            "id": self.id,
            "object": "financial_connections.account",
            "account_holder": self.holder,
            "account_numbers": null,
            "balance": self.balance,
            "balance_refresh": refresh(Feature::Balance),
            "category": at_bank.category,
            "created": self.created,
            "display_name": at_bank.name,
            "institution_name": self.institution_name,
            "last4": at_bank.last4(),
            "livemode": false,
            "ownership": self.ownership,
            "ownership_refresh": refresh(Feature::Ownership),
            "permissions": self.permissions,
            "status": self.status,
            "subcategory": at_bank.subcategory,
            "subscriptions": if self.subscribed { json!(["transactions"]) } else { json!([]) },
            "supported_payment_method_types":
                if payable { json!(["us_bank_account"]) } else { json!([]) },
            "transaction_refresh": refresh(Feature::Transactions),
        })
    }

    /// Returns the account as a page sees it.
    pub(crate) fn public(&self) -> Value {
        let mut account = self.json();
        if let Some(fields) = account.as_object_mut() {
            for hidden in [
                "account_holder",
                "account_numbers",
                "subscriptions",
                "transaction_refresh",
            ] {
                fields.remove(hidden);
            }
            for refresh in ["balance_refresh", "ownership_refresh"] {
                if let Some(refresh) = fields[refresh].as_object_mut() {
                    refresh.remove("next_refresh_available_at");
                }
            }
        }
        account
    }

    /// Returns the account's id, and the indices of the transactions that changed since the last
    /// call.
    pub(crate) fn take_changed_transactions(&mut self) -> (String, BTreeSet<u32>) {
        let places = std::mem::take(&mut self.changed_transactions);
        (self.id.clone(), places)
    }

    pub(crate) fn may(&self, permission: &str) -> bool {
        self.permissions.iter().any(|granted| granted == permission)
    }

    /// Returns an error if the account holder has not given this permission.
    pub(crate) fn check_permission(&self, permission: &str, param: &str) -> Result<(), ApiError> {
        if self.may(permission) {
            return Ok(());
        }
        Err(ApiError::invalid(format!(
            "The account '{}' does not have the `{permission}` permission.",
            self.id
        ))
        .param(param))
    }

    pub(crate) fn check_active(&self, param: &str) -> Result<(), ApiError> {
        match self.status {
            Status::Active => Ok(()),
            Status::Inactive | Status::Disconnected => Err(ApiError::invalid(format!(
                "The account '{}' is not active, so that its data cannot be refreshed.",
                self.id
            ))
            .code("financial_connections_account_inactive")
            .param(param)),
        }
    }

    /// Returns whether the account belongs to the holder in a filter.
    fn is_held_by(&self, filter: &Value) -> bool {
        let Some(filter) = filter.as_object() else {
            return true;
        };
        let holder = self.holder.as_ref();
        filter
            .iter()
            .all(|(name, id)| holder.is_some_and(|holder| holder[name] == *id))
    }
}

pub(crate) fn list(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let holder = &call.params["account_holder"];
    let named: Vec<_> = holder
        .as_object()
        .into_iter()
        .flat_map(|holder| holder.keys())
        .collect();
    let mut named: Vec<_> = named
        .into_iter()
        .map(|name| format!("account_holder[{name}]"))
        .collect();
    named.extend(call.text("session").map(|_| "session".to_owned()));
    if let [one, other, ..] = &named[..] {
        return Err(ApiError::exclusive([one, other]));
    }
    if let Some(id) = holder["customer"].as_str() {
        state.check_customer(id, "account_holder[customer]")?;
    }
    let session = call.text("session");
    if let Some(id) = session
        && state.sessions.get(id).is_none()
    {
        return Err(ApiError::unknown_reference(
            "financial_connections.session",
            id,
            "session",
        ));
    }
    state.accounts.page(
        call,
        "financial_connections.account",
        |account| {
            account.is_held_by(holder)
                && session.is_none_or(|id| account.session.as_deref() == Some(id))
        },
        Account::json,
    )
}

pub(crate) fn retrieve(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    Ok(state.account(call)?.json())
}

/// Disconnects the account: its data is removed, and running refreshes have no effect.
pub(crate) fn disconnect(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let account = state.account(call)?;
    if account.status == Status::Disconnected {
        return Ok(account.json());
    }
    let id = account.id.clone();
    let transactions = std::mem::take(&mut state.account_mut(&id).transactions);
    for transaction in transactions {
        state.transactions.remove(&transaction.key());
    }
    let account = state.account_mut(&id);
    account.status = Status::Disconnected;
    account.permissions.clear();
    account.subscribed = false;
    account.balance = None;
    account.ownership = None;
    account.refreshes.clear();
    account.transaction_refreshes.clear();
    account.changed_transactions.clear();
    for feature in Feature::ALL {
        state.clock.cancel(&Job::FinishRefresh {
            account: id.clone(),
            feature,
        });
    }
    state.clock.cancel(&Job::DailyRefresh {
        account: id.clone(),
    });
    state.clock.cancel(&Job::Deactivate {
        account: id.clone(),
    });
    Ok(state.account_event(&id, "disconnected"))
}

pub(crate) fn subscribe(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let account = state.account(call)?;
    account.check_active("features")?;
    account.check_permission("transactions", "features")?;
    let id = account.id.clone();
    if !account.subscribed {
        state.account_mut(&id).subscribed = true;
        refresh::start_daily(state, &id);
    }
    Ok(state.account(call)?.json())
}

pub(crate) fn unsubscribe(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let id = state.account(call)?.id.clone();
    state.account_mut(&id).subscribed = false;
    state.clock.cancel(&Job::DailyRefresh { account: id });
    Ok(state.account(call)?.json())
}

impl State {
    /// Returns the account in the path.
    pub(crate) fn account(&self, call: &Call) -> Result<&Account, ApiError> {
        let id = call.id("account");
        let missing = || ApiError::missing("financial_connections.account", id, "account");
        self.accounts.get(id).ok_or_else(missing)
    }

    /// Returns an existing account. Accounts are never removed.
    pub(crate) fn account_mut(&mut self, id: &str) -> &mut Account {
        self.accounts
            .get_mut(id)
            .expect("accounts are never removed")
    }

    /// Emits an event about an account, and returns the account.
    pub(crate) fn account_event(&mut self, id: &str, what: &str) -> Value {
        let account = self.account_mut(id).json();
        self.emit(
            &format!("financial_connections.account.{what}"),
            id,
            account.clone(),
        );
        account
    }

    /// Makes an account inactive, as when the institution no longer gives access.
    pub(crate) fn deactivate(&mut self, id: &str) {
        if self.account_mut(id).status != Status::Active {
            return;
        }
        self.account_mut(id).status = Status::Inactive;
        for refresh in self.account_mut(id).refreshes.values_mut() {
            refresh.next = None;
        }
        self.account_event(id, "deactivated");
    }

    /// Makes an account active, as when the holder has signed in again.
    pub(crate) fn reactivate(&mut self, id: &str) {
        if self.account_mut(id).status != Status::Inactive {
            return;
        }
        let now = self.now();
        self.account_mut(id).status = Status::Active;
        for refresh in self.account_mut(id).refreshes.values_mut() {
            refresh.next = refresh.has_ended().then_some(now);
        }
        self.account_event(id, "reactivated");
    }
}
