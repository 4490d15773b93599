//! Access to accounts at an institution, as granted by a user.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::accounts::{Account, Status};
use crate::api::Call;
use crate::clock::Job;
use crate::customers;
use crate::error::ApiError;
use crate::institutions::{BankAccount, Institution};
use crate::payment_methods;
use crate::refresh::{self, Feature};
use crate::sessions;
use crate::state::State;
use crate::table::Row;
use crate::tokens;

/// What a session or payment asks the user for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Grant {
    /// The account holder as Stripe writes it.
    pub(crate) holder: Option<Value>,
    pub(crate) permissions: Vec<String>,
    pub(crate) prefetch: Vec<String>,
    /// The subcategories to choose from; all if empty.
    pub(crate) subcategories: Vec<String>,
}

impl Grant {
    /// Reads the parameters whose names start with `prefix`, which is empty for a session.
    pub(crate) fn new(
        holder: Option<Value>,
        params: &Value,
        prefix: &str,
        filters: &Value,
    ) -> Result<Self, ApiError> {
        let grant = Self {
            holder,
            permissions: texts(&params["permissions"]),
            prefetch: texts(&params["prefetch"]),
            subcategories: texts(&filters["account_subcategories"]),
        };
        let param = |name: &str| match prefix {
            "" => name.to_owned(),
            prefix => format!("{prefix}[{name}]"),
        };
        let asks_for = |name: &str| grant.permissions.iter().any(|asked| asked == name);
        if let Some(name) = grant.prefetch.iter().find(|name| !asks_for(name)) {
            return Err(ApiError::invalid(format!(
                "To prefetch `{name}`, the permission `{name}` has to be asked for, too."
            ))
            .param(param("prefetch")));
        }
        // A payment needs the permission to debit the account.
        if !prefix.is_empty() && !grant.permissions.is_empty() && !asks_for("payment_method") {
            return Err(ApiError::invalid(
                "The permission `payment_method` has to be asked for, too.",
            )
            .param(param("permissions")));
        }
        Ok(grant)
    }

    /// Returns whether the filters allow an account.
    pub(crate) fn allows(&self, account: &BankAccount) -> bool {
        self.subcategories.is_empty()
            || self
                .subcategories
                .iter()
                .any(|name| *name == account.subcategory)
    }
}

/// Returns the strings of a list.
pub(crate) fn texts(list: &Value) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

/// Links accounts for the session with this id, and returns their ids. An empty list of
/// subcategories means all that the session allows.
pub(crate) fn session(
    state: &mut State,
    id: &str,
    institution: &Institution,
    chosen: &[String],
) -> Result<Vec<String>, ApiError> {
    let grant = open(state, id)?;
    let chosen = choose(institution, &grant, chosen, |_| true)?;
    let accounts = chosen
        .into_iter()
        .map(|chosen| account(state, &grant, Some(id), institution, chosen.clone()));
    let accounts: Vec<_> = accounts.collect();
    complete(state, id, &accounts);
    Ok(accounts)
}

/// Links the account for payouts for the session with this id, and returns the token.
pub(crate) fn token(
    state: &mut State,
    id: &str,
    institution: &Institution,
    chosen: &[String],
) -> Result<Value, ApiError> {
    let grant = open(state, id)?;
    let chosen = choose(institution, &grant, chosen, |account| account.payable)?[0].clone();
    let account = account(state, &grant, Some(id), institution, chosen);
    complete(state, id, std::slice::from_ref(&account));
    Ok(tokens::of_account(state, &account))
}

/// Returns what a session asks for, if it is not yet completed.
fn open(state: &State, id: &str) -> Result<Grant, ApiError> {
    let session = state.sessions.get(id);
    let session =
        session.ok_or_else(|| ApiError::missing("financial_connections.session", id, "session"))?;
    if session.used {
        return Err(ApiError::invalid(format!(
            "The session '{id}' was completed before."
        )));
    }
    Ok(session.grant.clone())
}

/// Completes a session with these accounts.
pub(crate) fn complete(state: &mut State, session: &str, accounts: &[String]) {
    if let Some(session) = state.sessions.get_mut(session) {
        session.accounts = accounts.to_vec();
        session.used = true;
    }
}

/// Links the account for a payment, and returns the id of the payment method.
pub(crate) fn payment(
    state: &mut State,
    grant: &Grant,
    institution: &Institution,
    chosen: &[String],
    billing_details: &Value,
) -> Result<String, ApiError> {
    let chosen = choose(institution, grant, chosen, |account| account.payable)?[0].clone();
    let account = account(state, grant, None, institution, chosen);
    Ok(payment_method(state, &account, billing_details))
}

/// Creates the payment method of a linked account, and returns its id.
pub(crate) fn payment_method(state: &mut State, account: &str, billing_details: &Value) -> String {
    let account = state.account_mut(account).clone();
    let method = payment_methods::of_account(state, &account, billing_details);
    let id = method.id().to_owned();
    state.payment_methods.push(method);
    id
}

/// Returns the accounts that the user chose; at least one.
fn choose<'a>(
    institution: &'a Institution,
    grant: &Grant,
    chosen: &[String],
    suits: impl Fn(&BankAccount) -> bool,
) -> Result<Vec<&'a BankAccount>, ApiError> {
    if institution.outage.is_some() {
        return Err(ApiError::invalid(format!(
            "'{}' is down, so that no account of it can be linked.",
            institution.id
        ))
        .param("institution"));
    }
    let accounts = institution.accounts.iter();
    let accounts: Vec<_> = accounts
        .filter(|account| {
            let chosen = chosen.is_empty()
                || chosen
                    .iter()
                    .any(|name| *name == account.subcategory || *name == account.name);
            chosen && grant.allows(account) && suits(account)
        })
        .collect();
    if accounts.is_empty() {
        return Err(ApiError::invalid(format!(
            "'{}' has no account of a subcategory that was chosen and is allowed.",
            institution.id
        ))
        .param("accounts"));
    }
    Ok(accounts)
}

/// Links an account, and returns its id.
pub(crate) fn account(
    state: &mut State,
    grant: &Grant,
    session: Option<&str>,
    institution: &Institution,
    chosen: BankAccount,
) -> String {
    let inactive_after = chosen.inactive_after;
    let account = new_account(state, grant, session, institution, chosen);
    let id = account.id.clone();
    state.accounts.push(account);
    state.account_event(&id, "created");
    for feature in Feature::ALL {
        let mut asked = grant.prefetch.iter();
        if asked.any(|name| name == feature.permission()) {
            refresh::start(state, &id, feature);
        }
    }
    if let Some(seconds) = inactive_after {
        let account = id.clone();
        let after = i64::from(seconds) * 1000;
        state.clock.schedule(after, Job::Deactivate { account });
    }
    id
}

fn new_account(
    state: &State,
    grant: &Grant,
    session: Option<&str>,
    institution: &Institution,
    chosen: BankAccount,
) -> Account {
    Account {
        id: state.setting.ids.id("fca"),
        created: state.now(),
        holder: grant.holder.clone(),
        session: session.map(str::to_owned),
        institution_name: institution.institution_name.clone(),
        institution: institution.id.clone(),
        at_bank: chosen,
        permissions: grant.permissions.clone(),
        status: Status::Active,
        subscribed: false,
        balance: None,
        ownership: None,
        refreshes: Default::default(),
        transaction_refreshes: Vec::new(),
        transactions: Vec::new(),
        changed_transactions: Default::default(),
        debited: 0,
    }
}

/// Creates many sessions with an account each, for load tests. The first account has all
/// transactions.
pub(crate) fn fill(
    state: &mut State,
    accounts: usize,
    transactions: usize,
) -> Result<(), ApiError> {
    let customer = customers::create(state, &Call::within(json!({ "name": "Robin Example" })))?;
    let institution = Institution::bank();
    let form = Call::within(json!({
        "account_holder": { "type": "customer", "customer": customer["id"] },
        "permissions": ["balances", "ownership", "payment_method", "transactions"],
    }));
    for n in 0..accounts {
        let session = sessions::create(state, &form)?;
        let id = session["id"].as_str().unwrap_or_default();
        let chosen = ["checking".to_owned()];
        let account = self::session(state, id, &institution, &chosen)?.swap_remove(0);
        if n == 0 {
            let (setting, now) = (state.setting.clone(), state.now());
            let row = state.account_mut(&account);
            crate::transactions::fill(&setting.ids, row, transactions, now);
            state.index_transactions(&account, 0);
        }
    }
    Ok(())
}

/// Returns the account with the transactions of [`fill`], and the transaction in their middle.
pub(crate) fn filled(state: &State) -> Option<(String, String)> {
    let account = state.accounts.rows().first()?;
    let middle = account.transactions.get(account.transactions.len() / 2)?;
    Some((account.id.clone(), middle.id().to_owned()))
}

/// Returns the holder of an account that is linked for a customer.
pub(crate) fn customer(id: Option<&str>) -> Option<Value> {
    id.map(|id| json!({ "type": "customer", "customer": id }))
}
