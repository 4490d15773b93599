//! The end of a flow: the chosen accounts are linked, or the user leaves.

use serde_json::{Value, json};

use super::{Flow, Purpose, flow};
use crate::error::ApiError;
use crate::intents::Kind;
use crate::link;
use crate::payment_methods;
use crate::sessions;
use crate::state::State;
use crate::tokens;

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
