//! What a user permits: access to accounts at an institution.

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

/// What a session or a payment asks the user for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Grant {
    /// As Stripe writes it.
    pub(crate) holder: Option<Value>,
    pub(crate) permissions: Vec<String>,
    pub(crate) prefetch: Vec<String>,
    /// Subcategories to choose from; all if there is none.
    pub(crate) subcategories: Vec<String>,
}

impl Grant {
    /// Reads it from parameters whose names start with `prefix`: that of a payment, or none.
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
        // A payment takes more than looking at the account.
        if !prefix.is_empty() && !grant.permissions.is_empty() && !asks_for("payment_method") {
            return Err(ApiError::invalid(
                "The permission `payment_method` has to be asked for, too.",
            )
            .param(param("permissions")));
        }
        Ok(grant)
    }

    /// Whether the filters allow an account.
    pub(crate) fn allows(&self, account: &BankAccount) -> bool {
        self.subcategories.is_empty()
            || self
                .subcategories
                .iter()
                .any(|name| *name == account.subcategory)
    }
}

/// The strings of a list.
pub(crate) fn texts(list: &Value) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

/// Links what the session of this id asks for; the ids of the accounts. An empty choice of
/// subcategories is all that the session allows.
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

/// Links the one account that payouts are to go to, for the session of this id; the token.
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

/// What a session asks for that was not completed.
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

/// Ends a session with these accounts.
pub(crate) fn complete(state: &mut State, session: &str, accounts: &[String]) {
    if let Some(session) = state.sessions.get_mut(session) {
        session.accounts = accounts.to_vec();
        session.used = true;
    }
}

/// Links the one account that a payment is to be taken from; the id of the payment method.
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

/// Makes a payment method of a linked account; its id.
pub(crate) fn payment_method(state: &mut State, account: &str, billing_details: &Value) -> String {
    let account = state.account_mut(account).clone();
    let method = payment_methods::of_account(state, &account, billing_details);
    let id = method.id().to_owned();
    state.payment_methods.push(method);
    id
}

/// The accounts that a user can choose and has chosen; at least one.
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

/// Links an account; its id.
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

/// Makes many sessions, each with an account, as for a test of load; the first account has all the
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

/// The account that [`fill`] gave the transactions, and the transaction in their middle.
pub(crate) fn filled(state: &State) -> Option<(String, String)> {
    let account = state.accounts.rows().first()?;
    let middle = account.transactions.get(account.transactions.len() / 2)?;
    Some((account.id.clone(), middle.id().to_owned()))
}

/// Who holds an account that is linked for a customer.
pub(crate) fn customer(id: Option<&str>) -> Option<Value> {
    id.map(|id| json!({ "type": "customer", "customer": id }))
}
