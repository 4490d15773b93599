//! `/v1/payment_methods`, and those of customers.

use serde_json::{Value, json};

use crate::accounts::Account;
use crate::api::Call;
use crate::error::ApiError;
use crate::ids;
use crate::state::State;
use crate::table::Object;

pub(crate) fn create(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let id = make(state, &call.params, "")?;
    method(state, &id, "payment_method").cloned()
}

pub(crate) fn retrieve(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    method(state, call.id("payment_method"), "payment_method").cloned()
}

pub(crate) fn attach(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let id = call.id("payment_method");
    method(state, id, "payment_method")?;
    let Some(customer) = call.text("customer") else {
        return Err(ApiError::parameter_missing("customer"));
    };
    state.check_customer(customer, "customer")?;
    Ok(attach_to(state, id, customer))
}

pub(crate) fn detach(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let id = call.id("payment_method");
    if method(state, id, "payment_method")?["customer"].is_null() {
        return Err(ApiError::invalid(format!(
            "The payment method '{id}' is not attached to a customer."
        )));
    }
    Ok(change_customer(
        state,
        id,
        Value::Null,
        "payment_method.detached",
    ))
}

pub(crate) fn list_of_customer(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let customer = customer(state, call)?;
    let r#type = call.text("type");
    let allow_redisplay = call.text("allow_redisplay");
    state.payment_methods.page(
        call,
        "payment_method",
        |Object(method)| {
            method["customer"] == *customer
                && r#type.is_none_or(|wanted| method["type"] == *wanted)
                && allow_redisplay.is_none_or(|wanted| method["allow_redisplay"] == *wanted)
        },
        |method| method.0.clone(),
    )
}

pub(crate) fn retrieve_of_customer(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let customer = customer(state, call)?;
    let id = call.id("payment_method");
    let method = method(state, id, "payment_method")?;
    if method["customer"] == *customer {
        return Ok(method.clone());
    }
    Err(ApiError::missing("payment_method", id, "payment_method"))
}

/// The customer that the path names.
fn customer<'a>(state: &State, call: &'a Call) -> Result<&'a str, ApiError> {
    let id = call.id("customer");
    state
        .check_customer(id, "customer")
        .map_err(|error| error.status(404))?;
    Ok(id)
}

fn method<'a>(state: &'a State, id: &str, param: &str) -> Result<&'a Value, ApiError> {
    let row = state.payment_methods.get(id).map(|row| &row.0);
    row.ok_or_else(|| ApiError::missing("payment_method", id, param))
}

pub(crate) fn attach_to(state: &mut State, id: &str, customer: &str) -> Value {
    change_customer(state, id, json!(customer), "payment_method.attached")
}

fn change_customer(state: &mut State, id: &str, customer: Value, event: &str) -> Value {
    let Some(row) = state.payment_methods.get_mut(id) else {
        return Value::Null;
    };
    row.0["customer"] = customer;
    let method = row.0.clone();
    state.emit(event, id, method.clone());
    method
}

/// Makes a payment method of parameters whose names start with `prefix`; its id.
pub(crate) fn make(state: &mut State, params: &Value, prefix: &str) -> Result<String, ApiError> {
    let param = |name: &str| match prefix {
        "" => name.to_owned(),
        prefix => format!("{prefix}[{name}]"),
    };
    match params["type"].as_str() {
        None => return Err(ApiError::parameter_missing(&param("type"))),
        Some("us_bank_account") => {}
        Some(other) => {
            return Err(ApiError::invalid(format!(
                "The sandbox has payment methods of type us_bank_account, not {other}."
            ))
            .param(param("type")));
        }
    }
    let bank = &params["us_bank_account"];
    let method = if let Some(id) = bank["financial_connections_account"].as_str() {
        let param = format!(
            "{}[financial_connections_account]",
            param("us_bank_account")
        );
        let missing = || ApiError::unknown_reference("financial_connections.account", id, &param);
        let account = state.accounts.get(id).ok_or_else(missing)?;
        account.check_permission("payment_method", &param)?;
        of_account(account, &params["billing_details"])
    } else {
        let text = |name: &str| bank[name].as_str().filter(|text| !text.is_empty());
        let (Some(routing), Some(number)) = (text("routing_number"), text("account_number")) else {
            let missing = format!("{}[account_number]", param("us_bank_account"));
            return Err(ApiError::parameter_missing(&missing));
        };
        let last4 = number
            .len()
            .checked_sub(4)
            .and_then(|start| number.get(start..));
        payment_method(
            &json!({
                "account_holder_type": text("account_holder_type").unwrap_or("individual"),
                "account_type": text("account_type").unwrap_or("checking"),
                "bank_name": "SANDBOX BANK",
                "financial_connections_account": null,
                "last4": last4.unwrap_or(number),
                "routing_number": routing,
            }),
            &params["billing_details"],
            state.now(),
        )
    };
    let id = method.0["id"].as_str().unwrap_or_default().to_owned();
    state.payment_methods.push(method);
    Ok(id)
}

/// The payment method of a linked account.
pub(crate) fn of_account(account: &Account, billing_details: &Value) -> Object {
    let product = account.product();
    let bank = json!({
        "account_holder_type": "individual",
        "account_type": product.subcategory,
        "bank_name": account.institution.title().to_uppercase(),
        "financial_connections_account": account.id,
        "last4": product.last4,
        "routing_number": "110000000",
    });
    payment_method(&bank, billing_details, account.created)
}

fn payment_method(bank: &Value, billing_details: &Value, created: i64) -> Object {
    let mut bank = bank.clone();
    bank["fingerprint"] = json!(ids::new("fp")[3..19]);
    bank["networks"] = json!({ "preferred": "ach", "supported": ["ach"] });
    bank["status_details"] = json!({});
    let detail = |name: &str| match &billing_details[name] {
        Value::String(text) if text.is_empty() => Value::Null,
        value => value.clone(),
    };
    Object(json!({
        "id": ids::new("pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {
            "address": detail("address"),
            "email": detail("email"),
            "name": detail("name"),
            "phone": detail("phone"),
            "tax_id": detail("tax_id"),
        },
        "created": created,
        "customer": null,
        "livemode": false,
        "metadata": {},
        "type": "us_bank_account",
        "us_bank_account": bank,
    }))
}
