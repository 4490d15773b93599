//! `/v1/payment_methods`, and those of customers.

use serde_json::{Value, json};

use crate::accounts::Account;
use crate::api::Call;
use crate::error::ApiError;
use crate::state::State;
use crate::table::{Object, Row};

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

/// Returns the customer in the path.
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

/// Creates a payment method from parameters whose names start with `prefix`, and returns its id.
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
        if !account.at_bank.payable {
            return Err(ApiError::invalid(format!(
                "No ACH payment can be taken from the account '{id}'."
            ))
            .param(param));
        }
        of_account(state, account, &params["billing_details"])
    } else {
        let text = |name: &str| bank[name].as_str().filter(|text| !text.is_empty());
        let (Some(routing), Some(number)) = (text("routing_number"), text("account_number")) else {
            let missing = format!("{}[account_number]", param("us_bank_account"));
            return Err(ApiError::parameter_missing(&missing));
        };
        check_numbers(routing, number).map_err(|error| error.within(&param("us_bank_account")))?;
        let method = payment_method(
            state,
            &json!({
                "account_holder_type": text("account_holder_type").unwrap_or("individual"),
                "account_type": text("account_type").unwrap_or("checking"),
                "bank_name": "STRIPE TEST BANK",
                "financial_connections_account": null,
                "last4": &number[number.len() - 4..],
                "routing_number": routing,
            }),
            &params["billing_details"],
            state.now(),
        );
        state.hidden.put(Object(json!({
            "id": method.0["id"],
            "number": number,
        })));
        method
    };
    let id = method.id().to_owned();
    state.payment_methods.push(method);
    Ok(id)
}

/// Checks the numbers of an account in the United States.
pub(crate) fn check_numbers(routing: &str, account: &str) -> Result<(), ApiError> {
    let digits: Option<Vec<u32>> = routing.chars().map(|digit| digit.to_digit(10)).collect();
    let good = digits.is_some_and(|digits| {
        let weights = [3, 7, 1].into_iter().cycle();
        let sum: u32 = digits
            .iter()
            .zip(weights)
            .map(|(digit, by)| digit * by)
            .sum();
        digits.len() == 9 && sum.is_multiple_of(10)
    });
    if !good {
        return Err(ApiError::invalid(
            "The routing number is not one: it has nine digits, of which the last checks the \
             others. The sandbox takes 110000000.",
        )
        .code("routing_number_invalid")
        .param("routing_number"));
    }
    if !(4..=17).contains(&account.len()) || !account.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ApiError::invalid(
            "The account number is not one: it has four to seventeen digits.",
        )
        .code("account_number_invalid")
        .param("account_number"));
    }
    Ok(())
}

/// Returns the routing number of all test institutions.
pub(crate) fn routing_number() -> &'static str {
    "110000000"
}

/// Returns the account number of a payment method, which no response shows.
pub(crate) fn number(state: &State, method: &Value) -> String {
    let linked = method["us_bank_account"]["financial_connections_account"].as_str();
    let linked = linked.and_then(|id| state.accounts.get(id));
    let typed = || {
        let row = state.hidden.get(method["id"].as_str()?)?;
        row.0["number"].as_str().map(str::to_owned)
    };
    let number = linked.map(|account| account.at_bank.number.to_string());
    number.or_else(typed).unwrap_or_default()
}

/// Returns the payment method of a linked account.
pub(crate) fn of_account(state: &State, account: &Account, billing_details: &Value) -> Object {
    let at_bank = &account.at_bank;
    let bank = json!({
        "account_holder_type": "individual",
        "account_type": match &*at_bank.subcategory {
            "savings" => "savings",
            _ => "checking",
        },
        "bank_name": account.institution_name.to_uppercase(),
        "financial_connections_account": account.id,
        "last4": at_bank.last4(),
        "routing_number": routing_number(),
    });
    payment_method(state, &bank, billing_details, state.now())
}

fn payment_method(state: &State, bank: &Value, billing_details: &Value, created: i64) -> Object {
    let mut bank = bank.clone();
    bank["fingerprint"] = json!(state.setting.ids.text(16));
    bank["networks"] = json!({ "preferred": "ach", "supported": ["ach"] });
    bank["status_details"] = json!({});
    let detail = |name: &str| match &billing_details[name] {
        Value::String(text) if text.is_empty() => Value::Null,
        value => value.clone(),
    };
    Object(json!({
        "id": state.setting.ids.id("pm"),
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
