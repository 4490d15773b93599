//! `/v1/accounts/{account}/external_accounts`: the bank accounts to which a connected account
//! gets its payouts.

use serde_json::{Value, json};

use crate::api::Call;
use crate::customers::change_metadata;
use crate::error::ApiError;
use crate::shape;
use crate::state::State;
use crate::table::Object;
use crate::tokens;

const WHAT: &str = "bank_account";
/// The limit of Stripe.
const MAX: usize = 200;

pub(crate) fn create(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let params = &call.params;
    let (name, sent) = match (&params["external_account"], &params["bank_account"]) {
        (Value::Null, Value::Null) => return Err(ApiError::parameter_missing("external_account")),
        (Value::Null, sent) => ("bank_account", sent),
        (sent, Value::Null) => ("external_account", sent),
        _ => return Err(ApiError::exclusive(["external_account", "bank_account"])),
    };
    let rows = state.external_accounts.rows().iter().map(|row| &row.0);
    let present: Vec<_> = rows.filter(|row| row["deleted"].is_null()).collect();
    if present.len() >= MAX {
        return Err(ApiError::invalid(format!(
            "An account has no more than {MAX} external accounts."
        )));
    }
    let is_first = present.is_empty();
    let mut account = match sent {
        Value::String(token) => tokens::take(state, token, name)?,
        sent => tokens::bank_account(state, sent, name)?,
    };
    let mut rows = state.external_accounts.rows().iter().map(|row| &row.0);
    let is_first_of_currency = !rows
        .any(|row| row["currency"] == account["currency"] && row["default_for_currency"] == true);
    let fields = json!({
        "account": call.id("account"),
        "available_payout_methods": ["standard"],
        "metadata": {},
        "default_for_currency": is_first || is_first_of_currency || call.flag("default_for_currency") == Some(true),
    });
    for (name, value) in fields.as_object().into_iter().flatten() {
        account[name] = value.clone();
    }
    change_metadata(&mut account, params);
    let account = shape::object(WHAT, &account);
    state.external_accounts.push(Object(account.clone()));
    only_default(state, &account);
    Ok(tell(state, account, "created"))
}

/// Makes an account the only default of its currency.
fn only_default(state: &mut State, account: &Value) {
    if account["default_for_currency"] != true {
        return;
    }
    let rows = state.external_accounts.rows().iter().map(|row| &row.0);
    let others = rows.filter(|row| {
        row["id"] != account["id"]
            && row["currency"] == account["currency"]
            && row["default_for_currency"] == true
    });
    for mut other in others.cloned().collect::<Vec<_>>() {
        other["default_for_currency"] = json!(false);
        state.external_accounts.put(Object(other));
    }
}

fn tell(state: &mut State, account: Value, event: &str) -> Value {
    let id = account["id"].as_str().unwrap_or_default().to_owned();
    let event = format!("account.external_account.{event}");
    state.emit(&event, &id, account.clone());
    account
}

fn find(state: &State, call: &Call) -> Result<Value, ApiError> {
    let id = call.id("id");
    let row = state.external_accounts.get(id).map(|row| row.0.clone());
    row.filter(|account| account["deleted"].is_null())
        .ok_or_else(|| ApiError::missing("external account", id, "id"))
}

pub(crate) fn retrieve(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    find(state, call)
}

pub(crate) fn update(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let before = find(state, call)?;
    let mut account = before.clone();
    let params = &call.params;
    if call.flag("default_for_currency") == Some(false) && account["default_for_currency"] == true {
        return Err(ApiError::invalid(
            "You cannot set `default_for_currency` to false; make another external account the \
             default instead.",
        )
        .param("default_for_currency"));
    }
    shape::change(WHAT, &mut account, params, &["documents"]);
    change_metadata(&mut account, params);
    state.external_accounts.put(Object(account.clone()));
    only_default(state, &account);
    if account == before {
        return Ok(account);
    }
    let id = call.id("id");
    let event = "account.external_account.updated";
    state.emit_update(event, id, &before, account.clone());
    Ok(account)
}

pub(crate) fn delete(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let account = find(state, call)?;
    let rows = state.external_accounts.rows().iter().map(|row| &row.0);
    let mut others = rows.filter(|row| {
        row["id"] != account["id"]
            && row["deleted"].is_null()
            && row["currency"] == account["currency"]
    });
    if account["default_for_currency"] == true && others.next().is_some() {
        return Err(ApiError::invalid(
            "You cannot delete the default external account for a currency while there are \
             others. Please make another external account the default and try again.",
        ));
    }
    let deleted = json!({ "id": account["id"], "object": WHAT, "deleted": true });
    state.external_accounts.put(Object(deleted.clone()));
    tell(state, account, "deleted");
    Ok(deleted)
}

pub(crate) fn list(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let object = call.text("object");
    state.external_accounts.page(
        call,
        "external account",
        |Object(account)| {
            account["deleted"].is_null() && object.is_none_or(|wanted| account["object"] == *wanted)
        },
        |account| account.0.clone(),
    )
}
