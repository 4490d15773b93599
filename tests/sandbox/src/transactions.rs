//! `/v1/financial_connections/transactions`

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::accounts::Account;
use crate::api::Call;
use crate::error::ApiError;
use crate::ids;
use crate::range::TimeRange;
use crate::state::State;
use crate::table::{Page, Row};

const DAY: i64 = 86_400;
/// How many days back the first refresh reads.
const HISTORY: i64 = 90;

/// What an account is used for, and what it costs, in cents; income is positive.
const USES: [(&str, i64); 7] = [
    ("GREEN GROCER 0042", -5_620),
    ("CITY TRANSIT PASS", -2_500),
    ("CORNER COFFEE", -475),
    ("PAYROLL ACME CORP", 185_000),
    ("ONLINE BOOKSHOP", -1_899),
    ("POWER AND WATER CO", -12_040),
    ("TRANSFER FROM SAVINGS", 10_000),
];

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Transaction {
    id: String,
    /// The place among [`USES`].
    usage: usize,
    transacted_at: i64,
    status: TransactionStatus,
    posted_at: Option<i64>,
    void_at: Option<i64>,
    /// The place, among those of the account, of the refresh that last changed it.
    refresh: usize,
    updated: i64,
}

/// A refresh of transactions that succeeded.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct TransactionRefresh {
    id: String,
    /// The place of the oldest transaction that it changed.
    oldest: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TransactionStatus {
    Pending,
    Posted,
    Void,
}

impl Row for Transaction {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Transaction {
    /// The `n`th transaction of an account, still pending.
    fn pending(n: i64, transacted_at: i64, refresh: usize, now: i64) -> Self {
        Self {
            id: ids::new("fctxn"),
            usage: n.rem_euclid(USES.len() as i64) as usize,
            transacted_at,
            status: TransactionStatus::Pending,
            posted_at: None,
            void_at: None,
            refresh,
            updated: now,
        }
    }

    /// What becomes of it on the next day: one of many is taken back.
    fn settle(&mut self, refresh: usize, now: i64) {
        let at = self.transacted_at + DAY;
        if (self.transacted_at / DAY) % 30 == 7 {
            self.status = TransactionStatus::Void;
            self.void_at = Some(at);
        } else {
            self.status = TransactionStatus::Posted;
            self.posted_at = Some(at);
        }
        self.refresh = refresh;
        self.updated = now;
    }

    fn json(&self, account: &Account) -> Value {
        let (description, amount) = USES[self.usage];
        json!({
            "id": self.id,
            "object": "financial_connections.transaction",
            "account": account.id,
            "amount": amount,
            "currency": "usd",
            "description": description,
            "livemode": false,
            "status": self.status,
            "status_transitions": { "posted_at": self.posted_at, "void_at": self.void_at },
            "transacted_at": self.transacted_at,
            "transaction_refresh": account.transaction_refreshes[self.refresh].id,
            "updated": self.updated,
        })
    }
}

pub(crate) fn list(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let id = call.text("account").unwrap_or_default();
    let missing = || ApiError::unknown_reference("financial_connections.account", id, "account");
    let place = state.accounts.place(id).ok_or_else(missing)?;
    let account = state.accounts.at(place);
    account.check_permission("transactions", "account")?;
    if account.transaction_refreshes.is_empty() {
        return Err(ApiError::invalid(format!(
            "No refresh of the transactions of '{id}' has succeeded yet."
        ))
        .code("financial_connections_no_successful_transaction_refresh")
        .param("account"));
    }
    let after = after(account, &call.params["transaction_refresh"])?;
    // Only what was changed by a later refresh can have a later one.
    let later = after.map_or(&[][..], |after| &account.transaction_refreshes[after + 1..]);
    let oldest = match after {
        Some(_) => later.iter().map(|refresh| refresh.oldest).min(),
        None => Some(0),
    };
    let transacted_at = TimeRange::new(&call.params["transacted_at"]);
    let mut within = transacted_at.places(&account.transactions, |row| row.transacted_at);
    within.start = oldest.unwrap_or(within.end).clamp(within.start, within.end);
    let page = Page {
        rows: &account.transactions,
        within,
        url: call.path.clone(),
        what: "financial_connections.transaction",
    };
    page.answer(
        call,
        |id| {
            let (account, row) = state.transactions.get(id)?;
            (*account == place).then_some(*row)
        },
        |transaction| after.is_none_or(|after| transaction.refresh > after),
        |transaction| transaction.json(account),
    )
}

/// The place of the refresh that `transaction_refresh[after]` names.
fn after(account: &Account, filter: &Value) -> Result<Option<usize>, ApiError> {
    let Some(after) = filter["after"].as_str() else {
        return Ok(None);
    };
    let mut refreshes = account.transaction_refreshes.iter();
    let missing = || {
        let what = "financial_connections.transaction_refresh";
        ApiError::unknown_reference(what, after, "transaction_refresh[after]")
    };
    let refresh = refreshes.position(|refresh| refresh.id == after);
    refresh.map(Some).ok_or_else(missing)
}

pub(crate) fn retrieve(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let id = call.id("transaction");
    let Some(&(account, place)) = state.transactions.get(id) else {
        return Err(ApiError::missing(
            "financial_connections.transaction",
            id,
            "transaction",
        ));
    };
    let account = state.accounts.at(account);
    account.check_permission("transactions", "transaction")?;
    Ok(account.transactions[place].json(account))
}

/// Reads what happened since the last refresh: two transactions on most days, which are pending
/// until the next day.
pub(crate) fn fetch(state: &mut State, id: &str, refresh_id: String) {
    let now = state.now();
    let account = state.account_mut(id);
    let refresh = account.transaction_refreshes.len();
    let mut oldest = account.transactions.len();
    let last = account
        .transactions
        .last()
        .map_or(now - HISTORY * DAY, |last| last.transacted_at);
    for day in last / DAY + 1..=now / DAY {
        // At noon and in the evening; on every fifth day nothing happens.
        let times = [day * DAY + DAY / 2, day * DAY + DAY * 4 / 5];
        for (n, at) in times.into_iter().enumerate().filter(|_| day % 5 != 0) {
            let at = at.min(now);
            let number = 2 * day + n as i64;
            account
                .transactions
                .push(Transaction::pending(number, at, refresh, now));
        }
    }
    for (place, transaction) in account.transactions.iter_mut().enumerate() {
        let settled = transaction.transacted_at + DAY <= now;
        if settled && transaction.status == TransactionStatus::Pending {
            transaction.settle(refresh, now);
            oldest = oldest.min(place);
        }
    }
    account.transaction_refreshes.push(TransactionRefresh {
        id: refresh_id,
        oldest,
    });
    state.index_transactions(id);
}

impl State {
    /// Makes transactions of an account known that are not yet.
    pub(crate) fn index_transactions(&mut self, id: &str) {
        let Some(place) = self.accounts.place(id) else {
            return;
        };
        for (row, transaction) in self.accounts.at(place).transactions.iter().enumerate() {
            if !self.transactions.contains_key(&transaction.id) {
                self.transactions
                    .insert(transaction.id.clone(), (place, row));
            }
        }
    }
}

/// Gives an account many transactions, one a minute, for tests of load.
pub(crate) fn fill(account: &mut Account, count: usize, now: i64) {
    account.transaction_refreshes.push(TransactionRefresh {
        id: ids::new("fctxnref"),
        oldest: 0,
    });
    for n in (0..count as i64).rev() {
        let mut transaction = Transaction::pending(n, now - n * 60, 0, now);
        transaction.settle(0, now);
        account.transactions.push(transaction);
    }
}
