//! `/v1/tokens`: bank accounts, before they become external accounts for payouts.

use serde_json::{Value, json};

use crate::api::Call;
use crate::error::ApiError;
use crate::payment_methods::{check_numbers, routing_number};
use crate::state::State;
use crate::table::Object;
use crate::world::{Universe, World};

const WHAT: &str = "token";

/// The fields that a page may see.
const PUBLIC: [&str; 8] = [
    "bank_account",
    "client_ip",
    "created",
    "id",
    "livemode",
    "object",
    "type",
    "used",
];

pub(crate) fn create(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let bank = &call.params["bank_account"];
    if !bank.is_object() {
        return Err(ApiError::invalid(
            "The sandbox has tokens of bank accounts: send `bank_account`.",
        )
        .code("parameter_missing")
        .param("bank_account"));
    }
    let account = bank_account(state, bank, "bank_account")?;
    let token = token(state, account);
    Ok(token)
}

pub(crate) fn retrieve(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let id = call.id(WHAT);
    match state.tokens.get(id) {
        Some(token) => Ok(token.0.clone()),
        None => Err(ApiError::missing(WHAT, id, WHAT)),
    }
}

/// Creates the token of a linked account.
pub(crate) fn of_account(state: &mut State, account: &str) -> Value {
    let account = state.account_mut(account).clone();
    let bank = new_bank_account(
        state,
        &json!({
            "account_type": account.at_bank.subcategory,
            "bank_name": account.institution_name.to_uppercase(),
            "last4": account.at_bank.last4(),
            "routing_number": routing_number(),
        }),
    );
    token(state, bank)
}

/// Creates the token of an account from numbers that were entered and checked.
pub(crate) fn of_numbers(state: &mut State, routing: &str, number: &str, r#type: &str) -> Value {
    let last4 = &number[number.len().saturating_sub(4)..];
    let bank = new_bank_account(
        state,
        &json!({ "account_type": r#type, "last4": last4, "routing_number": routing }),
    );
    token(state, bank)
}

/// Returns the token as a page sees it.
pub(crate) fn public(token: &Value) -> Value {
    let fields = token.as_object().into_iter().flatten();
    let fields = fields.filter(|(name, _)| PUBLIC.contains(&name.as_str()));
    let mut shown: Value = fields
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect::<serde_json::Map<_, _>>()
        .into();
    if let Some(bank) = shown["bank_account"].as_object_mut() {
        bank.remove("account_type");
        bank.remove("metadata");
    }
    shown
}

/// Creates a bank account from parameters whose names start with `prefix`.
pub(crate) fn bank_account(state: &State, params: &Value, prefix: &str) -> Result<Value, ApiError> {
    let param = |name: &str| format!("{prefix}[{name}]");
    let text = |name: &str| params[name].as_str().filter(|text| !text.is_empty());
    for name in ["country", "account_number"] {
        if text(name).is_none() {
            return Err(ApiError::parameter_missing(&param(name)));
        }
    }
    let country = text("country").unwrap_or_default().to_uppercase();
    let number = text("account_number").unwrap_or_default();
    let routing = text("routing_number");
    if country == "US" {
        let routing =
            routing.ok_or_else(|| ApiError::parameter_missing(&param("routing_number")))?;
        check_numbers(routing, number).map_err(|error| error.within(prefix))?;
    }
    let start = number.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    let currency = text("currency").unwrap_or("usd").to_lowercase();
    Ok(new_bank_account(
        state,
        &json!({
            "account_holder_name": text("account_holder_name"),
            "account_holder_type": text("account_holder_type"),
            "account_type": text("account_type"),
            "country": country,
            "currency": currency,
            "last4": &number[start..],
            "routing_number": routing,
        }),
    ))
}

fn new_bank_account(state: &State, fields: &Value) -> Value {
    let mut bank = json!({
        "id": state.setting.ids.id("ba"),
        "object": "bank_account",
        "account_holder_name": null,
        "account_holder_type": null,
        "account_type": null,
        "bank_name": "STRIPE TEST BANK",
        "country": "US",
        "currency": "usd",
        "fingerprint": state.setting.ids.text(16),
        "last4": null,
        "routing_number": null,
        "status": "new",
    });
    for (name, value) in fields.as_object().into_iter().flatten() {
        bank[name] = value.clone();
    }
    bank
}

fn token(state: &mut State, bank_account: Value) -> Value {
    let token = json!({
        "id": state.setting.ids.id("btok"),
        "object": WHAT,
        "bank_account": bank_account,
        "client_ip": "127.0.0.1",
        "created": state.now(),
        "livemode": false,
        "type": "bank_account",
        "used": false,
    });
    state.tokens.push(Object(token.clone()));
    token
}

/// Takes the bank account out of a token, which works once.
pub(crate) fn take(state: &mut State, id: &str, param: &str) -> Result<Value, ApiError> {
    let row = state.tokens.get(id);
    let token = row.ok_or_else(|| ApiError::unknown_reference(WHAT, id, param))?;
    if token.0["used"] == true {
        return Err(ApiError::invalid(format!(
            "You cannot use a Stripe token more than once: {id}."
        ))
        .code("token_already_used")
        .param(param));
    }
    let bank_account = token.0["bank_account"].clone();
    if let Some(token) = state.tokens.get_mut(id) {
        token.0["used"] = json!(true);
    }
    Ok(bank_account)
}

/// Copies a token of the platform to a connected account, for the time of a request.
pub(crate) fn lend(universe: &mut Universe, world: &World, id: &str) -> Result<(), ApiError> {
    let platform = universe.platform().tokens.get(id).cloned();
    let state = universe.world(world)?;
    if let Some(token) = platform
        && state.tokens.get(id).is_none()
    {
        state.tokens.push(token);
    }
    Ok(())
}

/// Moves a copied token back to the platform.
pub(crate) fn give_back(universe: &mut Universe, world: &World, id: &str) {
    let lent = universe.existing(world);
    let token = lent.and_then(|state| state.tokens.get(id)).cloned();
    if let Some(token) = token
        && let Ok(platform) = universe.world(&World::PLATFORM)
        && platform.tokens.get(id).is_some()
    {
        platform.tokens.put(token);
    }
}
