//! The authentication flow: the steps of a user in the dialog of Stripe.js.
//!
//! The code that draws the dialog opens a flow with a client secret, and then calls one function
//! for each step. Nothing is linked before the flow is [completed](complete).

pub(crate) mod saved;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::accounts::{Account, Status};
use crate::error::ApiError;
use crate::institutions::{BankAccount, Institution, Outage, SignIn};
use crate::intents::Kind;
use crate::link::{self, Grant};
use crate::payment_methods;
use crate::sessions;
use crate::state::State;
use crate::table::Row;
use crate::tokens;

/// The largest number of open dialogs. A further one closes the oldest.
const MAX_OPEN: usize = 1_000;
/// The duration of a scheduled outage, in seconds.
const OUTAGE: i64 = 3_600;

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

/// The next step after the user's input for signing in.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub(crate) enum SignInStep {
    /// The accounts are shown.
    Accounts,
    /// The user is asked for more.
    Ask {
        /// The name of the question.
        field: &'static str,
        label: &'static str,
        /// The options to choose from; if empty, the user types the answer.
        options: &'static [&'static str],
    },
    /// The input is wrong, and the question is asked again.
    Incorrect,
}

/// An account as the user sees it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Selectable {
    /// The id to choose it by.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) last4: String,
    pub(crate) subcategory: String,
    /// The reason why it can't be chosen: `subcategory`, `not_payable` or `already_linked`.
    pub(crate) reason: Option<&'static str>,
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

/// Returns the institutions whose names contain all words of a search, with `id`, `name`,
/// `sign_in` and `is_down`.
pub(crate) fn institutions(state: &State, search: &str) -> Vec<Value> {
    let search = search.to_lowercase();
    let words: Vec<_> = search.split_whitespace().collect();
    let institutions = state.setting.institutions.iter();
    let found = institutions.filter(|institution| {
        let name = institution.name.to_lowercase();
        words.iter().all(|word| name.contains(word))
    });
    let shown = found.map(|institution| {
        json!({
            "id": institution.id,
            "name": institution.name,
            "sign_in": institution.sign_in,
            "is_down": institution.outage.is_some(),
        })
    });
    shown.collect()
}

/// The user chooses an institution. Returns how to sign in there.
pub(crate) fn choose_institution(
    state: &mut State,
    id: &str,
    institution: &str,
) -> Result<SignIn, ApiError> {
    let now = state.now();
    let setting = state.setting.clone();
    let flow = flow(state, id)?;
    if !flow.consented {
        return Err(out_of_order("consent"));
    }
    let chosen = setting
        .institution(institution)
        .ok_or_else(|| ApiError::unknown_reference("institution", institution, "institution"))?;
    if let Some(outage) = chosen.outage {
        return Err(down(chosen, outage, now));
    }
    flow.institution = Some(chosen.clone());
    flow.offered = match chosen.sign_in {
        SignIn::Nothing => offer(chosen),
        SignIn::Form | SignIn::Window | SignIn::WindowWithAccounts => Vec::new(),
    };
    Ok(chosen.sign_in)
}

/// Returns the accounts of an institution.
fn offer(institution: &Institution) -> Vec<(Institution, BankAccount)> {
    let accounts = institution.accounts.iter().cloned();
    accounts
        .map(|account| (institution.clone(), account))
        .collect()
}

fn down(institution: &Institution, outage: Outage, now: i64) -> ApiError {
    let name = &institution.name;
    let (message, extra) = match outage {
        Outage::Scheduled => (
            format!("{name} is down for maintenance."),
            json!({ "institution_unavailable": true, "expected_to_be_available_at": now + OUTAGE }),
        ),
        Outage::Unscheduled => (
            format!("{name} cannot be reached at the moment."),
            json!({ "institution_unavailable": true }),
        ),
        Outage::Error => (
            format!("Something went wrong at {name}."),
            json!({ "reason": "unexpected_error" }),
        ),
    };
    ApiError::invalid(message)
        .r#type("api_error")
        .with("extra_fields", extra)
}

/// The user sends what was asked for: user name and password, or the answer to a further
/// question; nothing in a window.
///
/// As with Stripe's test institutions, the answer `error` causes an error, `incorrect` repeats
/// the question, and `options`, `mfa`, `confirm_mfa` and `security_question` lead to a further
/// question.
pub(crate) fn sign_in(state: &mut State, id: &str, answer: &str) -> Result<SignInStep, ApiError> {
    let flow = flow(state, id)?;
    let Some(institution) = &flow.institution else {
        return Err(out_of_order("institution"));
    };
    let ask = |field, label, options| {
        Ok(SignInStep::Ask {
            field,
            label,
            options,
        })
    };
    match answer {
        "error" => Err(
            ApiError::invalid(format!("{} refused to sign you in.", institution.name))
                .r#type("api_error")
                .with("extra_fields", json!({ "reason": "authorization_failed" })),
        ),
        "incorrect" => Ok(SignInStep::Incorrect),
        "options" => ask(
            "options",
            "How do you want to be reached?",
            &["Text message", "Email"],
        ),
        "mfa" => ask("mfa", "Enter the code that was sent to you", &[]),
        "confirm_mfa" => ask(
            "confirm_mfa",
            "Confirm it in the app of your bank",
            &["Confirm"],
        ),
        "security_question" => ask(
            "security_question",
            "What was the name of your first pet?",
            &[],
        ),
        _ => {
            flow.offered = offer(institution);
            Ok(SignInStep::Accounts)
        }
    }
}

/// Returns the user's accounts at the institution.
///
/// # Errors
///
/// Returns an error if none can be chosen.
pub(crate) fn accounts(state: &mut State, id: &str) -> Result<Vec<Selectable>, ApiError> {
    let flow = flow(state, id)?.clone();
    if flow.offered.is_empty() {
        return Err(match &flow.institution {
            Some(institution) if institution.accounts.is_empty() => nothing_fits(&[]),
            _ => out_of_order("sign_in"),
        });
    }
    let accounts = flow.offered.iter().enumerate();
    let accounts: Vec<_> = accounts
        .map(|(place, (institution, account))| Selectable {
            id: place.to_string(),
            name: account.name.to_string(),
            last4: account.last4().to_owned(),
            subcategory: account.subcategory.to_string(),
            reason: if !flow.grant.allows(account) {
                Some("subcategory")
            } else if flow.payable && !account.payable {
                Some("not_payable")
            } else if is_linked(state, &flow, institution, account) {
                Some("already_linked")
            } else {
                None
            },
        })
        .collect();
    if accounts.iter().any(|account| account.reason.is_none()) {
        return Ok(accounts);
    }
    Err(nothing_fits(&accounts))
}

fn nothing_fits(accounts: &[Selectable]) -> ApiError {
    let linked = accounts
        .iter()
        .any(|account| account.reason == Some("already_linked"));
    let (message, reason) = match linked {
        true => (
            "All accounts that could be chosen are linked already.",
            "accounts_already_linked",
        ),
        false => (
            "There is no account that could be chosen.",
            "no_supported_payment_method_type_accounts_found",
        ),
    };
    ApiError::invalid(message).with(
        "extra_fields",
        json!({ "reason": reason, "total_accounts_count": accounts.len() }),
    )
}

/// Returns whether the holder has already linked an account with all requested permissions, or
/// chosen it in this flow.
fn is_linked(state: &State, flow: &Flow, institution: &Institution, account: &BankAccount) -> bool {
    let chosen = flow
        .chosen
        .iter()
        .any(|(at, chosen)| at.id == institution.id && chosen.number == account.number);
    let linked = |row: &Account| {
        row.status == Status::Active
            && row.institution == institution.id
            && row.at_bank.number == account.number
            && row.holder == flow.grant.holder
            && flow.grant.permissions.iter().all(|asked| row.may(asked))
    };
    let is_session = matches!(flow.purpose, Purpose::Accounts | Purpose::Token);
    chosen
        || (is_session && flow.grant.holder.is_some() && state.accounts.rows().iter().any(linked))
}

/// The user chooses accounts by the ids from [`accounts`]. If several can be chosen, the user can
/// go on to another institution and add its accounts.
pub(crate) fn choose(state: &mut State, id: &str, chosen: &[String]) -> Result<(), ApiError> {
    let shown = accounts(state, id)?;
    let flow = flow(state, id)?;
    let mut accounts = Vec::new();
    for id in chosen {
        let found = shown.iter().position(|account| account.id == *id);
        let place = found.ok_or_else(|| ApiError::unknown_reference("account", id, "accounts"))?;
        if let Some(reason) = shown[place].reason {
            return Err(ApiError::invalid(format!(
                "The account '{}' cannot be chosen: {reason}.",
                shown[place].name
            ))
            .param("accounts"));
        }
        accounts.push(flow.offered[place].clone());
    }
    let limit = if flow.several { usize::MAX } else { 1 };
    if accounts.is_empty() || flow.chosen.len() + accounts.len() > limit {
        return Err(ApiError::invalid(match flow.several {
            true => "At least one account has to be chosen.",
            false => "Exactly one account has to be chosen.",
        })
        .param("accounts"));
    }
    flow.chosen.extend(accounts);
    flow.institution = None;
    flow.offered.clear();
    Ok(())
}

/// Returns the chosen accounts as the user sees them at the end.
pub(crate) fn chosen(state: &mut State, id: &str) -> Result<Value, ApiError> {
    let flow = flow(state, id)?;
    let chosen = flow.chosen.iter().map(|(institution, account)| {
        json!({
            "institution": institution.name,
            "name": account.name,
            "last4": account.last4(),
        })
    });
    let typed = flow.typed.iter().map(|(_, number, _)| {
        let start = number.len().saturating_sub(4);
        json!({ "institution": "Bank account", "name": "Account", "last4": number.get(start..) })
    });
    Ok(chosen.chain(typed).collect())
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

/// Ends the flow and links the chosen accounts. Returns the result of the Stripe.js call.
pub(crate) fn complete(state: &mut State, id: &str) -> Result<Value, ApiError> {
    let flow = flow(state, id)?.clone();
    if flow.chosen.is_empty() && flow.typed.is_none() {
        return cancel(state, id);
    }
    let result = match flow.purpose {
        Purpose::Accounts | Purpose::Token => complete_session(state, &flow)?,
        Purpose::Payment => complete_intent(state, &flow, Kind::Payment)?,
        Purpose::Setup => complete_intent(state, &flow, Kind::Setup)?,
    };
    state.flows.remove(id);
    Ok(result)
}

fn complete_session(state: &mut State, flow: &Flow) -> Result<Value, ApiError> {
    // Another tab may have completed the session.
    sessions::check_unused(state, &flow.subject)?;
    let accounts = flow.chosen.iter().map(|(institution, account)| {
        let session = Some(flow.subject.as_str());
        link::account(state, &flow.grant, session, institution, account.clone())
    });
    let accounts: Vec<_> = accounts.collect();
    link::complete(state, &flow.subject, &accounts);
    let mut result = session_result(state, &flow.subject);
    if flow.purpose == Purpose::Token {
        let token = match (accounts.first(), &flow.typed) {
            (Some(account), _) => tokens::of_account(state, account),
            (None, Some((routing, number, r#type))) => {
                tokens::of_numbers(state, routing, number, r#type)
            }
            (None, None) => Value::Null,
        };
        result["token"] = tokens::public(&token);
    }
    Ok(result)
}

fn complete_intent(state: &mut State, flow: &Flow, kind: Kind) -> Result<Value, ApiError> {
    let intent = kind.find(state, &flow.subject)?;
    kind.check_open(&intent)?;
    let method = match (&flow.chosen.first(), &flow.typed) {
        (Some((institution, account)), _) => {
            let account = link::account(state, &flow.grant, None, institution, account.clone());
            link::payment_method(state, &account, &flow.billing_details)
        }
        (None, Some((routing, number, r#type))) => {
            let data = json!({
                "type": "us_bank_account",
                "billing_details": flow.billing_details,
                "us_bank_account": {
                    "account_number": number,
                    "account_type": r#type,
                    "routing_number": routing,
                },
            });
            payment_methods::make(state, &data, "payment_method_data")?
        }
        (None, None) => return Ok(intent_result(kind, &intent)),
    };
    let intent = kind.take_method(state, intent, &method);
    Ok(intent_result(kind, &intent))
}

/// The user leaves. Returns the result of the Stripe.js call, with nothing linked.
pub(crate) fn cancel(state: &mut State, id: &str) -> Result<Value, ApiError> {
    let flow = flow(state, id)?.clone();
    state.flows.remove(id);
    match flow.purpose {
        Purpose::Accounts | Purpose::Token => Ok(session_result(state, &flow.subject)),
        Purpose::Payment => {
            let intent = Kind::Payment.find(state, &flow.subject)?;
            Ok(intent_result(Kind::Payment, &intent))
        }
        Purpose::Setup => {
            let intent = Kind::Setup.find(state, &flow.subject)?;
            Ok(intent_result(Kind::Setup, &intent))
        }
    }
}

fn session_result(state: &State, id: &str) -> Value {
    let session = state.sessions.get(id);
    let session = session.map(|session| session.public(state));
    json!({ "financialConnectionsSession": session })
}

fn intent_result(kind: Kind, intent: &Value) -> Value {
    let name = match kind {
        Kind::Payment => "paymentIntent",
        Kind::Setup => "setupIntent",
    };
    json!({ name: kind.public(intent) })
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
