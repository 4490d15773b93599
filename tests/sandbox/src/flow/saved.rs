//! Accounts that a user saved with an email address, to link them again without signing in.

use serde::{Deserialize, Serialize};

use super::{flow, out_of_order};
use crate::error::ApiError;
use crate::institutions::BankAccount;
use crate::state::State;
use crate::table::Row;

/// The code for every email address in test mode.
const CODE: &str = "111111";
/// The largest number of addresses, and of accounts for one address.
const MAX_ADDRESSES: usize = 1_000;
const MAX_ACCOUNTS: usize = 100;

/// Returns the accounts saved with an email address.
#[derive(Serialize, Deserialize)]
pub(crate) struct Saved {
    email: String,
    /// With the ids of their institutions.
    accounts: Vec<(String, BankAccount)>,
}

impl Row for Saved {
    fn id(&self) -> &str {
        &self.email
    }
}

/// Saves the chosen accounts of a flow with an email address.
pub(crate) fn save(state: &mut State, id: &str, email: &str) -> Result<(), ApiError> {
    let is_address = email.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
    });
    if !is_address {
        return Err(ApiError::invalid("That is not an email address.").param("email"));
    }
    let chosen = flow(state, id)?.chosen.clone();
    let known = state.saved.get(email);
    let mut accounts = known.map_or_else(Vec::new, |saved| saved.accounts.clone());
    for (institution, account) in chosen {
        let known = |(at, known): &(String, BankAccount)| {
            *at == institution.id && known.number == account.number
        };
        if accounts.len() < MAX_ACCOUNTS && !accounts.iter().any(known) {
            accounts.push((institution.id.into_owned(), account));
        }
    }
    let email = email.to_owned();
    state.saved.put(Saved { email, accounts });
    state.saved.keep(MAX_ADDRESSES);
    Ok(())
}

/// Returns the user's email address, if the application has set it.
pub(crate) fn email(state: &mut State, id: &str) -> Result<Option<String>, ApiError> {
    let flow = flow(state, id)?;
    let billing = flow.billing_details["email"].as_str().map(str::to_owned);
    let holder = flow.grant.holder.as_ref();
    let customer = holder.and_then(|holder| holder["customer"].as_str().map(str::to_owned));
    let customer = customer.and_then(|id| state.customers.get(&id));
    let known = customer.and_then(|customer| customer.0["email"].as_str().map(str::to_owned));
    Ok(billing.or(known))
}

/// Returns the user's email address, if accounts were saved with it.
pub(crate) fn returning(state: &mut State, id: &str) -> Result<Option<String>, ApiError> {
    let email = email(state, id)?;
    Ok(email.filter(|email| state.saved.get(email).is_some()))
}

/// The user enters the code sent to the address, and can then choose saved accounts. Returns
/// `false` for a wrong code.
pub(crate) fn unlock(state: &mut State, id: &str, code: &str) -> Result<bool, ApiError> {
    let setting = state.setting.clone();
    let saved = returning(state, id)?.and_then(|email| state.saved.get(&email));
    // A sandbox that goes on with a state may have other institutions.
    let offered: Option<Vec<_>> = saved.map(|saved| {
        let accounts = saved.accounts.iter();
        accounts
            .filter_map(|(at, account)| Some((setting.institution(at)?.clone(), account.clone())))
            .collect()
    });
    let flow = flow(state, id)?;
    if !flow.consented {
        return Err(out_of_order("consent"));
    }
    let Some(offered) = offered.filter(|_| code.trim() == CODE) else {
        return Ok(false);
    };
    flow.offered = offered;
    Ok(true)
}
