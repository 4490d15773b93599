//! `/v1/financial_connections/transactions`

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::accounts::Account;
use crate::api::Call;
use crate::error::ApiError;
use crate::ids::Ids;
use crate::range::TimeRange;
use crate::state::State;
use crate::table::Page;

const DAY: i64 = 86_400;
/// The number of days that the first refresh reads.
const HISTORY: i64 = 90;

/// The kinds of transactions, with their amounts in cents; income is positive.
const USES: [(&str, i64); 7] = [
    ("GREEN GROCER 0042", -5_620),
    ("CITY TRANSIT PASS", -2_500),
    ("CORNER COFFEE", -475),
    ("PAYROLL ACME CORP", 185_000),
    ("ONLINE BOOKSHOP", -1_899),
    ("POWER AND WATER CO", -12_040),
    ("TRANSFER FROM SAVINGS", 10_000),
];

/// Kept small, since there may be a million of them.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Transaction {
    id: Tail,
    /// The index in [`USES`].
    usage: u32,
    /// The index of the account's refresh that last changed it.
    refresh: u32,
    transacted_at: i64,
    status: TransactionStatus,
    updated: i64,
}

/// The letters and digits of an id, without its prefix.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Tail([u8; 24]);

impl Tail {
    fn new(ids: &Ids) -> Self {
        let mut tail = [0; 24];
        tail.copy_from_slice(ids.text(24).as_bytes());
        Self(tail)
    }

    fn of(id: &str) -> Option<Self> {
        let tail = id.strip_prefix("fctxn_")?;
        Some(Self(tail.as_bytes().try_into().ok()?))
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Serialize for Tail {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Tail {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let tail = text.as_bytes().try_into();
        Ok(Self(tail.map_err(|_| {
            serde::de::Error::custom("not the end of an id")
        })?))
    }
}

/// A successful refresh of transactions.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct TransactionRefresh {
    id: String,
    /// The index of the oldest transaction that it changed.
    oldest: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TransactionStatus {
    Pending,
    Posted,
    Void,
}

impl Transaction {
    pub(crate) fn id(&self) -> String {
        format!("fctxn_{}", self.id.as_str())
    }

    /// Returns the key to find it by.
    pub(crate) fn key(&self) -> Tail {
        self.id
    }

    /// Creates the `n`th transaction of an account, which is pending.
    fn pending(ids: &Ids, n: i64, transacted_at: i64, refresh: u32, now: i64) -> Self {
        Self {
            id: Tail::new(ids),
            usage: n.rem_euclid(USES.len() as i64) as u32,
            transacted_at,
            status: TransactionStatus::Pending,
            refresh,
            updated: now,
        }
    }

    /// Posts it on the next day; a few are voided.
    fn settle(&mut self, refresh: u32, now: i64) {
        self.status = match (self.transacted_at / DAY) % 30 {
            7 => TransactionStatus::Void,
            _ => TransactionStatus::Posted,
        };
        self.refresh = refresh;
        self.updated = now;
    }

    /// Returns the time and amount of its posting; `None` if it was not posted.
    pub(crate) fn posted(&self) -> Option<(i64, i64)> {
        let is_posted = self.status == TransactionStatus::Posted;
        is_posted.then(|| (self.transacted_at + DAY, USES[self.usage as usize].1))
    }

    pub(crate) fn json(&self, account: &Account) -> Value {
        let (description, amount) = USES[self.usage as usize];
        let at = |status| (self.status == status).then_some(self.transacted_at + DAY);
        json!({
            "id": self.id(),
            "object": "financial_connections.transaction",
            "account": account.id,
            "amount": amount,
            "currency": "usd",
            "description": description,
            "livemode": false,
            "status": self.status,
            "status_transitions": {
                "posted_at": at(TransactionStatus::Posted),
                "void_at": at(TransactionStatus::Void),
            },
            "transacted_at": self.transacted_at,
            "transaction_refresh": account.transaction_refreshes[self.refresh as usize].id,
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
    // Only a transaction changed by a later refresh can have a later id.
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
            let (account, row) = state.transactions.get(&Tail::of(id)?)?;
            (*account as usize == place).then_some(*row as usize)
        },
        |transaction| after.is_none_or(|after| transaction.refresh as usize > after),
        |transaction| transaction.json(account),
    )
}

/// Returns the index of the refresh in `transaction_refresh[after]`.
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
    let place = Tail::of(id).and_then(|key| state.transactions.get(&key));
    let Some(&(account, place)) = place else {
        return Err(ApiError::missing(
            "financial_connections.transaction",
            id,
            "transaction",
        ));
    };
    let account = state.accounts.at(account as usize);
    account.check_permission("transactions", "transaction")?;
    Ok(account.transactions[place as usize].json(account))
}

/// Reads the transactions since the last refresh: two on most days, which are pending until the
/// next day.
pub(crate) fn fetch(state: &mut State, id: &str, refresh_id: String) {
    let now = state.now();
    let setting = state.setting.clone();
    let account = state.account_mut(id);
    let refresh = account.transaction_refreshes.len() as u32;
    let known = account.transactions.len();
    let mut oldest = known;
    let last = account
        .transactions
        .last()
        .map_or(now - HISTORY * DAY, |last| last.transacted_at);
    for day in last / DAY + 1..=now / DAY {
        // At noon and in the evening; every fifth day has none.
        let times = [day * DAY + DAY / 2, day * DAY + DAY * 4 / 5];
        for (n, at) in times.into_iter().enumerate().filter(|_| day % 5 != 0) {
            let at = at.min(now);
            let number = 2 * day + n as i64;
            account
                .transactions
                .push(Transaction::pending(&setting.ids, number, at, refresh, now));
        }
    }
    for (place, transaction) in account.transactions.iter_mut().enumerate() {
        let settled = transaction.transacted_at + DAY <= now;
        if settled && transaction.status == TransactionStatus::Pending {
            transaction.settle(refresh, now);
            oldest = oldest.min(place);
            account.changed_transactions.insert(place as u32);
        }
    }
    let new = known as u32..account.transactions.len() as u32;
    account.changed_transactions.extend(new);
    account.transaction_refreshes.push(TransactionRefresh {
        id: refresh_id,
        oldest,
    });
    state.index_transactions(id, known);
}

impl State {
    /// Adds an account's transactions, from an index on, to the index by id.
    pub(crate) fn index_transactions(&mut self, id: &str, from: usize) {
        let Some(place) = self.accounts.place(id) else {
            return;
        };
        let transactions = self.accounts.at(place).transactions.iter().enumerate();
        let keys = transactions
            .skip(from)
            .map(|(row, transaction)| (transaction.key(), (place as u32, row as u32)));
        self.transactions.extend(keys);
    }
}

/// Adds many transactions to an account, one for each minute, for load tests.
pub(crate) fn fill(ids: &Ids, account: &mut Account, count: usize, now: i64) {
    account.transaction_refreshes.push(TransactionRefresh {
        id: ids.id("fctxnref"),
        oldest: 0,
    });
    for n in (0..count as i64).rev() {
        let mut transaction = Transaction::pending(ids, n, now - n * 60, 0, now);
        transaction.settle(0, now);
        account.transactions.push(transaction);
    }
    account.changed_transactions.extend(0..count as u32);
}
