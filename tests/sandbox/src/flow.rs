//! The authentication flow: the steps of a user in the dialog of Stripe.js.
//!
//! The code that draws the dialog opens a flow with a client secret, and then calls one function
//! for each step. Nothing is linked before the flow is [completed](complete).

mod choice;
mod end;
pub(crate) mod saved;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) use choice::{
    SignInStep, accounts, choose, choose_institution, chosen, institutions, sign_in,
};
pub(crate) use end::{cancel, complete};

use crate::error::ApiError;
use crate::institutions::{BankAccount, Institution};
use crate::intents::Kind;
use crate::link::Grant;
use crate::payment_methods;
use crate::sessions;
use crate::state::State;
use crate::table::Row;

/// The largest number of open dialogs. A further one closes the oldest.
const MAX_OPEN: usize = 1_000;

/// The function of Stripe.js that opened a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Purpose {
    /// `collectFinancialConnectionsAccounts`
    Accounts,
    /// `collectBankAccountToken`
    Token,
    /// `collectBankAccountForPayment`
    Payment,
    /// `collectBankAccountForSetup`
    Setup,
}

/// An open dialog.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    id: String,
    opened: i64,
    purpose: Purpose,
    /// The id of the session or intent.
    subject: String,
    grant: Grant,
    /// Whether several accounts can be chosen.
    several: bool,
    /// Whether only accounts that support payments can be chosen.
    payable: bool,
    manual_entry: ManualEntry,
    billing_details: Value,
    consented: bool,
    institution: Option<Institution>,
    /// The accounts that the user can choose, after signing in or entering the code for saved
    /// accounts.
    offered: Vec<(Institution, BankAccount)>,
    /// The accounts chosen so far.
    chosen: Vec<(Institution, BankAccount)>,
    /// The routing number, account number and type that the user entered.
    typed: Option<(String, String, String)>,
}

/// Whether the user can enter account numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ManualEntry {
    Disabled,
    /// If the user's institution can't be linked.
    Automatic,
    /// There is no other way.
    Only,
}

/// Opens a flow: checks the client secret, and returns the content of the first screen. `params`
/// are the parameters of the Stripe.js function that the server needs, such as
/// `payment_method_data`.
pub(crate) fn open(
    state: &mut State,
    purpose: Purpose,
    client_secret: &str,
    params: &Value,
) -> Result<Value, ApiError> {
    let data = &params["payment_method_data"];
    let mut flow = match purpose {
        Purpose::Accounts | Purpose::Token => of_session(state, purpose, client_secret)?,
        Purpose::Payment => of_intent(state, Kind::Payment, client_secret, data)?,
        Purpose::Setup => of_intent(state, Kind::Setup, client_secret, data)?,
    };
    flow.id = state.setting.ids.id("fcflow");
    flow.opened = state.now();
    let manifest = json!({
        "flow": flow.id,
        "purpose": flow.purpose,
        "permissions": flow.grant.permissions,
        "subcategories": flow.grant.subcategories,
        "several": flow.several,
        "payable": flow.payable,
        "manual_entry": flow.manual_entry,
        "livemode": false,
    });
    if state.flows.len() >= MAX_OPEN {
        let oldest = state.flows.values().min_by_key(|flow| flow.opened);
        if let Some(id) = oldest.map(|flow| flow.id.clone()) {
            state.flows.remove(&id);
        }
    }
    state.flows.insert(flow.id.clone(), flow);
    Ok(manifest)
}

fn of_session(state: &State, purpose: Purpose, secret: &str) -> Result<Flow, ApiError> {
    let session = sessions::by_secret(state, secret)?;
    let holder = session.grant.holder.as_ref();
    // In this API version and earlier ones, the account holder decides what can be chosen.
    let of_account = holder.is_some_and(|holder| holder["type"] == "account");
    let single = of_account || purpose == Purpose::Token;
    Ok(Flow {
        id: String::new(),
        opened: 0,
        purpose,
        subject: session.id().to_owned(),
        grant: session.grant.clone(),
        several: !single,
        payable: single,
        manual_entry: match of_account {
            true => ManualEntry::Automatic,
            false => ManualEntry::Disabled,
        },
        billing_details: Value::Null,
        consented: false,
        institution: None,
        offered: Vec::new(),
        chosen: Vec::new(),
        typed: None,
    })
}

fn of_intent(
    state: &State,
    kind: Kind,
    secret: &str,
    payment_method_data: &Value,
) -> Result<Flow, ApiError> {
    let intent = kind.by_secret(state, secret)?;
    kind.check_open(&intent)?;
    let billing_details = &payment_method_data["billing_details"];
    if billing_details["name"].as_str().is_none_or(str::is_empty) {
        return Err(ApiError::parameter_missing(
            "payment_method_data[billing_details][name]",
        ));
    }
    let bank = &intent["payment_method_options"]["us_bank_account"];
    Ok(Flow {
        id: String::new(),
        opened: 0,
        purpose: match kind {
            Kind::Payment => Purpose::Payment,
            Kind::Setup => Purpose::Setup,
        },
        subject: intent["id"].as_str().unwrap_or_default().to_owned(),
        grant: kind.grant(&intent)?,
        several: false,
        payable: true,
        manual_entry: match bank["verification_method"].as_str() {
            Some("instant") => ManualEntry::Disabled,
            Some("microdeposits") => ManualEntry::Only,
            _ => ManualEntry::Automatic,
        },
        billing_details: billing_details.clone(),
        consented: false,
        institution: None,
        offered: Vec::new(),
        chosen: Vec::new(),
        typed: None,
    })
}

/// The user agrees to share data.
pub(crate) fn consent(state: &mut State, id: &str) -> Result<(), ApiError> {
    flow(state, id)?.consented = true;
    Ok(())
}

/// Returns whether the user can enter account numbers.
pub(crate) fn manual_entry(state: &mut State, id: &str) -> Result<ManualEntry, ApiError> {
    Ok(flow(state, id)?.manual_entry)
}

/// The user enters the numbers of an account.
pub(crate) fn enter(
    state: &mut State,
    id: &str,
    routing_number: &str,
    account_number: &str,
    account_type: &str,
) -> Result<(), ApiError> {
    let flow = flow(state, id)?;
    if !flow.consented {
        return Err(out_of_order("consent"));
    }
    if flow.manual_entry == ManualEntry::Disabled {
        return Err(ApiError::invalid(
            "Account numbers cannot be typed in for this.",
        ));
    }
    payment_methods::check_numbers(routing_number, account_number)?;
    let account_type = match account_type {
        "savings" => "savings",
        _ => "checking",
    };
    flow.typed = Some((
        routing_number.to_owned(),
        account_number.to_owned(),
        account_type.to_owned(),
    ));
    Ok(())
}

fn flow<'a>(state: &'a mut State, id: &str) -> Result<&'a mut Flow, ApiError> {
    state.flows.get_mut(id).ok_or_else(|| {
        ApiError::invalid("This dialog has ended. Start again.")
            .code("session_expired")
            .status(404)
    })
}

fn out_of_order(missing: &str) -> ApiError {
    ApiError::invalid(format!("The step before this one is missing: {missing}."))
}

#[cfg(test)]
mod tests;
