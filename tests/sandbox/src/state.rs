//! All that the sandbox knows.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::accounts::Account;
use crate::clock::{Clock, Job, Millis};
use crate::error::ApiError;
use crate::events::{Cause, Endpoint, Event};
use crate::faults::Fault;
use crate::idempotency::Replays;
use crate::ownership::Ownership;
use crate::sessions::Session;
use crate::table::{Object, Row, Table};
use crate::{intents, refresh};

#[derive(Default, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) clock: Clock,
    pub(crate) customers: Table<Object>,
    pub(crate) sessions: Table<Session>,
    pub(crate) accounts: Table<Account>,
    pub(crate) ownerships: Table<Ownership>,
    /// Places of transactions: that of the account, and that in the account.
    #[serde(skip)]
    pub(crate) transactions: HashMap<String, (usize, usize)>,
    pub(crate) payment_methods: Table<Object>,
    /// The mandate under which a payment method may be debited.
    pub(crate) mandates: HashMap<String, String>,
    pub(crate) payment_intents: Table<Object>,
    pub(crate) setup_intents: Table<Object>,
    pub(crate) replays: Replays,
    pub(crate) events: Table<Event>,
    /// Where events go.
    #[serde(skip)]
    pub(crate) endpoint: Option<Endpoint>,
    /// Ids of events that are still to be handed to the delivery.
    #[serde(skip)]
    pub(crate) outbox: Vec<String>,
    /// The request that runs; none when time does something.
    #[serde(skip)]
    pub(crate) cause: Option<Cause>,
    #[serde(skip)]
    pub(crate) faults: Vec<Fault>,
    /// Whether there is something to save.
    #[serde(skip)]
    pub(crate) changed: bool,
}

impl State {
    /// The time in unix seconds.
    pub(crate) fn now(&self) -> i64 {
        self.clock.now()
    }

    /// Lets all happen that is due by now.
    pub(crate) fn catch_up(&mut self) {
        let now = self.clock.read();
        while let Some((due, job)) = self.clock.pop(now) {
            self.clock.set(due);
            self.run(job);
            self.changed = true;
        }
        self.clock.set(now);
    }

    pub(crate) fn advance(&mut self, by: Millis) {
        self.clock.advance(by);
        self.changed = true;
        self.catch_up();
    }

    fn run(&mut self, job: Job) {
        match job {
            Job::FinishRefresh { account, feature } => refresh::finish(self, &account, feature),
            Job::DailyRefresh { account } => refresh::daily(self, &account),
            Job::Deactivate { account } => self.deactivate(&account),
            Job::Settle { payment_intent } => intents::settle(self, &payment_intent),
        }
    }

    /// The object that an id can be expanded to.
    pub(crate) fn object(&self, id: &str) -> Option<Value> {
        let json = |table: &Table<Object>| table.get(id).map(|row| row.0.clone());
        match id.split_once('_')?.0 {
            "cus" => json(&self.customers),
            "pm" => json(&self.payment_methods),
            "pi" => json(&self.payment_intents),
            "seti" => json(&self.setup_intents),
            "fca" => self.accounts.get(id).map(Account::json),
            "fcaowns" => self.ownerships.get(id).map(Ownership::json),
            _ => None,
        }
    }

    /// Checks a parameter that holds the id of a customer.
    pub(crate) fn check_customer(&self, id: &str, param: &str) -> Result<(), ApiError> {
        match self.customers.get(id) {
            Some(customer) if customer.0["deleted"].is_null() => Ok(()),
            _ => Err(ApiError::unknown_reference("customer", id, param)),
        }
    }

    /// Builds what is not saved, after loading.
    pub(crate) fn index(&mut self) {
        for (account, row) in self.accounts.rows().iter().enumerate() {
            for (place, transaction) in row.transactions.iter().enumerate() {
                let id = transaction.id().to_owned();
                self.transactions.insert(id, (account, place));
            }
        }
        let undelivered = self.events.rows().iter().filter(|event| event.is_pending());
        self.outbox = undelivered.map(|event| event.id().to_owned()).collect();
    }
}
