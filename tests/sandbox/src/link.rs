//! What a user does in the browser: chooses an institution and accounts, and permits access.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::accounts::{Account, Status};
use crate::clock::{Job, Millis};
use crate::error::ApiError;
use crate::ids;
use crate::institutions::Institution;
use crate::payment_methods;
use crate::refresh::{self, Feature};
use crate::state::State;
use crate::table::Row;

/// How long after linking an account of [`Institution::GoesInactive`] does so.
const ACTIVE: Millis = 60_000;

/// What a session or a payment asks the user for.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Grant {
    /// As Stripe writes it.
    pub(crate) holder: Option<Value>,
    pub(crate) permissions: Vec<String>,
    pub(crate) prefetch: Vec<String>,
    /// Subcategories to choose from; all if there is none.
    subcategories: Vec<String>,
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
    institution: Institution,
    chosen: &[String],
) -> Result<Vec<String>, ApiError> {
    let Some(session) = state.sessions.get(id) else {
        return Err(ApiError::missing(
            "financial_connections.session",
            id,
            "session",
        ));
    };
    if !session.accounts.is_empty() {
        return Err(ApiError::invalid(format!(
            "The session '{id}' was completed before."
        )));
    }
    let grant = session.grant.clone();
    let products = products(institution, &grant, chosen, |_| true)?;
    let accounts: Vec<_> = products
        .into_iter()
        .map(|product| account(state, &grant, Some(id), institution, product))
        .collect();
    if let Some(session) = state.sessions.get_mut(id) {
        session.accounts.clone_from(&accounts);
    }
    Ok(accounts)
}

/// Links the one account that a payment is to be taken from; the id of the payment method.
pub(crate) fn payment(
    state: &mut State,
    grant: &Grant,
    institution: Institution,
    chosen: &[String],
) -> Result<String, ApiError> {
    let payable = |product: usize| institution.products()[product].is_payable();
    let product = products(institution, grant, chosen, payable)?[0];
    let account = account(state, grant, None, institution, product);
    let method = payment_methods::of_account(state.account_mut(&account), &json!({}));
    let id = method.id().to_owned();
    state.payment_methods.push(method);
    Ok(id)
}

/// Places of the products that a user can choose and has chosen; at least one.
fn products(
    institution: Institution,
    grant: &Grant,
    chosen: &[String],
    suits: impl Fn(usize) -> bool,
) -> Result<Vec<usize>, ApiError> {
    let products = institution.products().iter().enumerate();
    let listed =
        |list: &[String], name: &str| list.is_empty() || list.iter().any(|item| item == name);
    let products: Vec<_> = products
        .filter(|(_, product)| {
            listed(&grant.subcategories, product.subcategory) && listed(chosen, product.subcategory)
        })
        .map(|(place, _)| place)
        .filter(|place| suits(*place))
        .collect();
    if products.is_empty() {
        return Err(ApiError::invalid(format!(
            "'{}' has no account of a subcategory that was chosen and is allowed.",
            institution.as_str()
        ))
        .param("accounts"));
    }
    Ok(products)
}

fn account(
    state: &mut State,
    grant: &Grant,
    session: Option<&str>,
    institution: Institution,
    product: usize,
) -> String {
    let account = new_account(grant, session, institution, product, state.now());
    let id = account.id.clone();
    state.accounts.push(account);
    state.account_event(&id, "created");
    for feature in Feature::ALL {
        if grant
            .prefetch
            .iter()
            .any(|name| name == feature.permission())
        {
            refresh::start(state, &id, feature);
        }
    }
    if institution == Institution::GoesInactive {
        let account = id.clone();
        state.clock.schedule(ACTIVE, Job::Deactivate { account });
    }
    id
}

fn new_account(
    grant: &Grant,
    session: Option<&str>,
    institution: Institution,
    product: usize,
    created: i64,
) -> Account {
    Account {
        id: ids::new("fca"),
        created,
        holder: grant.holder.clone(),
        session: session.map(str::to_owned),
        institution,
        product,
        permissions: grant.permissions.clone(),
        status: Status::Active,
        subscribed: false,
        balance: None,
        ownership: None,
        refreshes: Default::default(),
        transaction_refreshes: Vec::new(),
        transactions: Vec::new(),
        debited: 0,
    }
}

/// Makes many accounts, as for a test of load; the first has all the transactions.
pub(crate) fn fill(state: &mut State, accounts: usize, transactions: usize) {
    let permissions = ["balances", "ownership", "payment_method", "transactions"];
    let grant = Grant {
        holder: None,
        permissions: permissions.map(str::to_owned).into(),
        prefetch: Vec::new(),
        subcategories: Vec::new(),
    };
    for n in 0..accounts {
        let mut account = new_account(&grant, None, Institution::Bank, 0, state.now());
        let id = account.id.clone();
        if n == 0 {
            crate::transactions::fill(&mut account, transactions, state.now());
        }
        state.accounts.push(account);
        if n == 0 {
            state.index_transactions(&id);
        }
    }
}

/// The account that [`fill`] gave the transactions, and the transaction in their middle.
pub(crate) fn filled(state: &State) -> Option<(String, String)> {
    let account = state.accounts.rows().first()?;
    let middle = account.transactions.get(account.transactions.len() / 2)?;
    Some((account.id.clone(), middle.id().to_owned()))
}
