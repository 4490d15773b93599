//! From the search for an institution to the accounts that the user chooses there.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Flow, Purpose, flow, out_of_order};
use crate::accounts::{Account, Status};
use crate::error::ApiError;
use crate::institutions::{BankAccount, Institution, Outage, SignIn};
use crate::state::State;

/// The duration of a scheduled outage, in seconds.
const OUTAGE: i64 = 3_600;

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
