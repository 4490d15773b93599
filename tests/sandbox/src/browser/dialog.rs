//! The steps of the dialog: what the user did, and what is shown next.

use serde_json::{Value, json};

use super::{Sent, visible};
use crate::error::ApiError;
use crate::flow::{self, ManualEntry, Purpose, SignInStep, saved};
use crate::institutions::SignIn;
use crate::link::texts;
use crate::state::State;

type Step = Result<Value, ApiError>;

pub(super) fn step(state: &mut State, action: &str, sent: &Sent) -> Step {
    let entered = &sent.entered;
    let text = |name: &str| entered[name].as_str().unwrap_or_default();
    let id = sent.flow.as_str();
    let next = match action {
        "open" => return open(state, sent),
        "complete" => flow::complete(state, id).map(|result| finished(state, sent, result)),
        "leave" => flow::cancel(state, id).map(|result| finished(state, sent, result)),
        "agree" => agree(state, id),
        "choose" => choose(state, id, text("institution")),
        "sign_in" => sign_in(state, id, text("password"), "sign_in"),
        "answer" => sign_in(state, id, text("answer"), "challenge"),
        "unlock" => unlock(state, id, text("code")),
        "save" => save(state, id, text("email")),
        "authorize" => authorize(state, id, &entered["accounts"]),
        "select" => select(state, id, &entered["accounts"]),
        "manual" => manual(state, id, entered),
        _ => Err(ApiError::invalid("The dialog has no such step.").status(404)),
    };
    next.or_else(failed)
}

/// Opens a flow for a function of Stripe.js with a dialog.
fn open(state: &mut State, sent: &Sent) -> Step {
    let purpose = match sent.call.as_str() {
        "collectFinancialConnectionsAccounts" => Purpose::Accounts,
        "collectBankAccountToken" => Purpose::Token,
        "collectBankAccountForPayment" => Purpose::Payment,
        "collectBankAccountForSetup" => Purpose::Setup,
        _ => return Err(ApiError::invalid("This call opens no dialog.").status(404)),
    };
    let params = &sent.params["params"];
    let r#type = &params["payment_method_type"];
    if matches!(purpose, Purpose::Payment | Purpose::Setup) && *r#type != "us_bank_account" {
        let error = match r#type {
            Value::Null => ApiError::parameter_missing("payment_method_type"),
            _ => ApiError::invalid("The payment_method_type has to be us_bank_account.")
                .param("payment_method_type"),
        };
        return Err(error);
    }
    let flow = flow::open(state, purpose, &sent.client_secret, params)?;
    let id = flow["flow"].as_str().unwrap_or_default().to_owned();
    let first = if sent.params["preCollectedConsent"].is_object() {
        agree(state, &id)?
    } else {
        json!({ "step": "consent" })
    };
    Ok(json!({
        "flow": id,
        "business": state.setting.business,
        "permissions": flow["permissions"],
        "several": flow["several"],
        "manual": flow["manual_entry"] != json!(ManualEntry::Disabled),
        "institutions": flow::institutions(state, ""),
        "first": first,
    }))
}

fn agree(state: &mut State, id: &str) -> Step {
    flow::consent(state, id)?;
    if flow::manual_entry(state, id)? == ManualEntry::Only {
        return Ok(json!({ "step": "manual" }));
    }
    Ok(match saved::returning(state, id)? {
        Some(email) => json!({ "step": "returning", "email": masked(&email) }),
        None => json!({ "step": "institutions" }),
    })
}

/// Masks an email address, so that only its owner recognizes it.
fn masked(email: &str) -> String {
    let (name, host) = email.split_once('@').unwrap_or((email, ""));
    let start: String = name.chars().take(1).collect();
    format!("{start}•••@{host}")
}

/// The user enters the code for saved accounts.
fn unlock(state: &mut State, id: &str, code: &str) -> Step {
    if saved::unlock(state, id, code)? {
        return accounts(state, id);
    }
    let email = saved::returning(state, id)?.unwrap_or_default();
    Ok(json!({
        "step": "returning",
        "email": masked(&email),
        "message": "That is not the code.",
    }))
}

fn save(state: &mut State, id: &str, email: &str) -> Step {
    let refused = saved::save(state, id, email.trim()).err();
    let mut next = linked(state, id)?;
    match refused {
        Some(error) => next["save"] = json!({ "email": email, "error": error.message() }),
        None => {
            next["save"] = Value::Null;
            next["saved"] = json!(email.trim());
        }
    }
    Ok(next)
}

fn choose(state: &mut State, id: &str, institution: &str) -> Step {
    match flow::choose_institution(state, id, institution)? {
        SignIn::Nothing => accounts(state, id),
        SignIn::Form => Ok(json!({ "step": "sign_in" })),
        SignIn::Window => Ok(json!({ "step": "oauth" })),
        SignIn::WindowWithAccounts => {
            // The bank's window shows the accounts. They are chosen after the user has signed in
            // there.
            flow::sign_in(state, id, "")?;
            let accounts = flow::accounts(state, id)?;
            Ok(json!({ "step": "oauth", "accounts": accounts }))
        }
    }
}

/// Signs in with an answer to the step `asked`, which is shown again if the answer is wrong.
fn sign_in(state: &mut State, id: &str, answer: &str, asked: &str) -> Step {
    match flow::sign_in(state, id, answer)? {
        SignInStep::Accounts => accounts(state, id),
        SignInStep::Incorrect => Ok(json!({
            "step": asked,
            "message": "The bank did not accept that. Try again.",
        })),
        SignInStep::Ask {
            field,
            label,
            options,
        } => Ok(json!({
            "step": "challenge",
            "field": field,
            "label": label,
            "options": options,
        })),
    }
}

/// The user has signed in in the bank's window, and may have chosen accounts there.
fn authorize(state: &mut State, id: &str, chosen: &Value) -> Step {
    flow::sign_in(state, id, "")?;
    match chosen {
        Value::Null => accounts(state, id),
        chosen => select(state, id, chosen),
    }
}

fn accounts(state: &mut State, id: &str) -> Step {
    Ok(json!({ "step": "accounts", "accounts": flow::accounts(state, id)? }))
}

fn select(state: &mut State, id: &str, chosen: &Value) -> Step {
    flow::choose(state, id, &texts(chosen))?;
    linked(state, id)
}

fn linked(state: &mut State, id: &str) -> Step {
    let email = saved::email(state, id)?;
    Ok(json!({
        "step": "linked",
        "accounts": flow::chosen(state, id)?,
        "save": { "email": email },
    }))
}

fn manual(state: &mut State, id: &str, entered: &Value) -> Step {
    let text = |name: &str| entered[name].as_str().unwrap_or_default().trim();
    let (routing, number) = (text("routing_number"), text("account_number"));
    let mut errors = serde_json::Map::new();
    if number != text("confirm_account_number") {
        errors.insert(
            "confirm_account_number".to_owned(),
            json!("The two account numbers differ."),
        );
    }
    flow::consent(state, id)?;
    if errors.is_empty() {
        match flow::enter(state, id, routing, number, "checking") {
            Ok(()) => {
                let mut next = linked(state, id)?;
                next["deposits"] = json!(true);
                next["save"] = Value::Null;
                return Ok(next);
            }
            Err(error) => {
                let body = error.body();
                let param = body["error"]["param"].as_str().unwrap_or_default();
                let name = match param.contains("account_number") {
                    true => "account_number",
                    false if param.contains("routing_number") => "routing_number",
                    false => return Err(error),
                };
                errors.insert(name.to_owned(), json!(error.message()));
            }
        }
    }
    Ok(json!({ "step": "manual", "errors": errors, "values": entered }))
}

/// Returns the result of the Stripe.js call.
fn finished(state: &State, sent: &Sent, mut result: Value) -> Value {
    let expand = texts(&sent.params["expand"]);
    for name in ["paymentIntent", "setupIntent"] {
        if result[name].is_object() {
            visible::expand(state, &mut result[name], &expand);
        }
    }
    json!({ "result": result })
}

/// Shows an error of an institution, so that the user can choose another one. Other errors end
/// the flow.
fn failed(error: ApiError) -> Step {
    let body = error.body();
    let extra = &body["error"]["extra_fields"];
    if extra.is_null() {
        return Err(error);
    }
    let title = match extra["reason"].as_str() {
        Some("authorization_failed") => "The bank did not let you in",
        Some("accounts_already_linked") => "Already linked",
        Some("no_supported_payment_method_type_accounts_found") => "No account fits",
        _ if extra["institution_unavailable"] == true => "This bank is not available",
        _ => "Something went wrong",
    };
    Ok(json!({
        "step": "failed",
        "title": title,
        "message": error.message(),
        "available": extra["expected_to_be_available_at"],
    }))
}
