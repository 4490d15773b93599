//! Mandates: customers' agreements to debits.

use serde_json::{Value, json};

use crate::state::State;
use crate::table::{Object, Row};

/// Creates a mandate for a payment method.
pub(crate) fn agree(state: &mut State, method: &str, data: &Value) {
    if of_method(state, method).is_some() {
        return;
    }
    let accepted = &data["customer_acceptance"];
    let r#type = accepted["type"].as_str().unwrap_or("online");
    let mut acceptance = json!({ "accepted_at": state.now(), "type": r#type });
    acceptance[r#type] = match r#type {
        "online" => json!({
            "ip_address": accepted["online"]["ip_address"].as_str().unwrap_or("127.0.0.1"),
            "user_agent": accepted["online"]["user_agent"].as_str().unwrap_or("sandbox"),
        }),
        _ => json!({}),
    };
    let mandate = json!({
        "id": state.setting.ids.id("mandate"),
        "object": "mandate",
        "customer_acceptance": acceptance,
        "livemode": false,
        "multi_use": {},
        "payment_method": method,
        "payment_method_details": { "type": "us_bank_account", "us_bank_account": {} },
        "status": "active",
        "type": "multi_use",
    });
    state.mandates.push(Object(mandate));
}

/// Returns the id of a payment method's mandate.
pub(crate) fn of_method<'a>(state: &'a State, method: &str) -> Option<&'a str> {
    let mut mandates = state.mandates.rows().iter().rev();
    let mandate = mandates.find(|row| row.0["payment_method"] == *method);
    mandate.map(Row::id)
}
