//! The state of one Stripe account.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::Value;

use crate::accounts::Account;
use crate::billing::{checkout, invoices, subscriptions};
use crate::clock::{Clock, Job, Millis};
use crate::error::ApiError;
use crate::events::{Cause, Event};
use crate::flow::Flow;
use crate::flow::saved::Saved;
use crate::idempotency::Replays;
use crate::ownership::Ownership;
use crate::sessions::Session;
use crate::table::{Object, Row, Table};
use crate::transactions::Tail;
use crate::world::Setting;
use crate::{intents, refresh};

pub(crate) struct State {
    pub(crate) setting: Arc<Setting>,
    pub(crate) clock: Clock,
    pub(crate) customers: Table<Object>,
    pub(crate) sessions: Table<Session>,
    /// The session ids by their client secrets.
    pub(crate) secrets: HashMap<String, String>,
    pub(crate) accounts: Table<Account>,
    pub(crate) ownerships: Table<Ownership>,
    /// The position of each transaction: index of its account, and index within the account.
    pub(crate) transactions: HashMap<Tail, (u32, u32)>,
    pub(crate) payment_methods: Table<Object>,
    pub(crate) mandates: Table<Object>,
    pub(crate) payment_intents: Table<Object>,
    pub(crate) setup_intents: Table<Object>,
    pub(crate) webhook_endpoints: Table<Object>,
    pub(crate) tokens: Table<Object>,
    pub(crate) external_accounts: Table<Object>,
    pub(crate) products: Table<Object>,
    pub(crate) prices: Table<Object>,
    pub(crate) invoices: Table<Object>,
    pub(crate) invoice_items: Table<Object>,
    pub(crate) subscriptions: Table<Object>,
    pub(crate) checkout_sessions: Table<Object>,
    /// Data about objects that no response shows, by the object's id.
    pub(crate) hidden: Table<Object>,
    pub(crate) replays: Replays,
    pub(crate) events: Table<Event>,
    /// The open dialogs. They are not saved.
    pub(crate) flows: BTreeMap<String, Flow>,
    /// The accounts that users saved in the dialog, by email address.
    pub(crate) saved: Table<Saved>,
    /// The ids of events that are not yet queued for delivery.
    pub(crate) outbox: Vec<String>,
    /// The current request; `None` for a scheduled job.
    pub(crate) cause: Option<Cause>,
}

impl State {
    pub(crate) fn new(setting: Arc<Setting>) -> Self {
        Self {
            setting,
            clock: Clock::default(),
            customers: Table::default(),
            sessions: Table::default(),
            secrets: HashMap::new(),
            accounts: Table::default(),
            ownerships: Table::default(),
            transactions: HashMap::new(),
            payment_methods: Table::default(),
            mandates: Table::default(),
            payment_intents: Table::default(),
            setup_intents: Table::default(),
            webhook_endpoints: Table::default(),
            tokens: Table::default(),
            external_accounts: Table::default(),
            products: Table::default(),
            prices: Table::default(),
            invoices: Table::default(),
            invoice_items: Table::default(),
            subscriptions: Table::default(),
            checkout_sessions: Table::default(),
            hidden: Table::default(),
            replays: Replays::default(),
            events: Table::default(),
            flows: BTreeMap::new(),
            saved: Table::default(),
            outbox: Vec::new(),
            cause: None,
        }
    }

    /// Rebuilds the indices after loading.
    pub(crate) fn index(&mut self) {
        for place in 0..self.accounts.rows().len() {
            let id = self.accounts.at(place).id.clone();
            self.index_transactions(&id, 0);
        }
        let sessions = self.sessions.rows().iter();
        self.secrets = sessions
            .map(|session| (session.client_secret().to_owned(), session.id().to_owned()))
            .collect();
        let pending = self.events.rows().iter().filter(|event| event.is_pending());
        let pending: Vec<_> = pending.map(|event| event.id().to_owned()).collect();
        for id in &pending {
            if let Some(event) = self.events.get_mut(id) {
                event.forget_pending();
            }
        }
        self.outbox = pending;
    }

    /// Returns the time in Unix seconds.
    pub(crate) fn now(&self) -> i64 {
        self.clock.now()
    }

    /// Runs all jobs that are due.
    pub(crate) fn catch_up(&mut self) {
        let now = self.clock.read();
        while let Some((due, job)) = self.clock.pop(now) {
            self.clock.set(due);
            self.run(job);
        }
        self.clock.set(now);
    }

    pub(crate) fn advance(&mut self, by: Millis) {
        self.clock.advance(by);
        self.catch_up();
    }

    fn run(&mut self, job: Job) {
        match job {
            Job::FinishRefresh { account, feature } => refresh::finish(self, &account, feature),
            Job::DailyRefresh { account } => refresh::daily(self, &account),
            Job::Deactivate { account } => self.deactivate(&account),
            Job::Settle { payment_intent } => intents::settle(self, &payment_intent),
            Job::ExpireCheckout { session } => checkout::expired(self, &session),
            Job::Renew { subscription } => subscriptions::renew(self, &subscription),
            Job::GiveUp { subscription } => subscriptions::give_up(self, &subscription),
            Job::TrialNotice { subscription } => subscriptions::notice(self, &subscription),
            Job::Finalize { invoice } => invoices::advance(self, &invoice),
            Job::Upcoming { subscription } => subscriptions::upcoming(self, &subscription),
            Job::ExpireUpdate { subscription } => subscriptions::expire_update(self, &subscription),
            Job::DueSoon { invoice } => invoices::remind(self, &invoice, "will_be_due"),
            Job::Overdue { invoice } => invoices::remind(self, &invoice, "overdue"),
        }
    }

    /// Returns the object for an expanded id.
    pub(crate) fn object(&self, id: &str) -> Option<Value> {
        let json = |table: &Table<Object>| table.get(id).map(|row| row.0.clone());
        match id.split_once('_')?.0 {
            "cus" => json(&self.customers),
            "pm" => json(&self.payment_methods),
            "pi" => json(&self.payment_intents),
            "seti" => json(&self.setup_intents),
            "mandate" => json(&self.mandates),
            "in" => json(&self.invoices),
            "sub" => json(&self.subscriptions),
            "cs" => json(&self.checkout_sessions),
            "price" => json(&self.prices),
            "prod" => json(&self.products),
            "ba" => json(&self.external_accounts),
            "fca" => self.accounts.get(id).map(Account::json),
            "fcaowns" => self.ownerships.get(id).map(Ownership::json),
            _ => None,
        }
    }

    /// Checks a parameter with the id of a customer.
    pub(crate) fn check_customer(&self, id: &str, param: &str) -> Result<(), ApiError> {
        match self.customers.get(id) {
            Some(customer) if customer.0["deleted"].is_null() => Ok(()),
            _ => Err(ApiError::unknown_reference("customer", id, param)),
        }
    }
}
