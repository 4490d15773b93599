//! `/v1/invoiceitems`, and the lines of invoices.

use serde_json::{Value, json};

use super::{changed, check_draft};
use crate::api::Call;
use crate::billing::{customer, find, int, prices};
use crate::customers::change_metadata;
use crate::error::ApiError;
use crate::intent_params;
use crate::shape;
use crate::state::State;
use crate::table::Object;

/// Adds a line for an item with `amount`, `description`, `price`, `quantity` and `period`.
pub(crate) fn add_line(state: &State, invoice: &mut Value, item: &Value) {
    let now = state.now();
    let amount = int(item, "amount");
    let price = &item["price"];
    let pricing = match price["id"].as_str() {
        Some(id) => json!({
            "type": "price_details",
            "price_details": { "price": id, "product": price["product"] },
            "unit_amount_decimal": price["unit_amount_decimal"],
        }),
        None => Value::Null,
    };
    let parent = match item["subscription_item"].as_str() {
        Some(id) => json!({
            "type": "subscription_item_details",
            "subscription_item_details": {
                "subscription": item["subscription"],
                "subscription_item": id,
                "proration": false,
            },
        }),
        None => json!({
            "type": "invoice_item_details",
            "invoice_item_details": { "invoice_item": item["id"], "proration": false },
        }),
    };
    let line = shape::object(
        "line_item",
        &json!({
            "id": state.setting.ids.id("il"),
            "object": "line_item",
            "amount": amount,
            "currency": invoice["currency"],
            "description": item["description"],
            "discountable": true,
            "invoice": invoice["id"],
            "livemode": false,
            "metadata": item["metadata"],
            "parent": parent,
            "period": {
                "start": item["period"]["start"].as_i64().unwrap_or(now),
                "end": item["period"]["end"].as_i64().unwrap_or(now),
            },
            "pricing": pricing,
            "quantity": item["quantity"].as_i64().unwrap_or(1),
            "subscription": item["subscription"],
            "subtotal": amount,
        }),
    );
    if let Some(lines) = invoice["lines"]["data"].as_array_mut() {
        lines.push(line);
    }
    let lines = invoice["lines"]["data"].as_array().into_iter().flatten();
    let total: i64 = lines.map(|line| int(line, "amount")).sum();
    for name in [
        "amount_due",
        "amount_remaining",
        "subtotal",
        "subtotal_excluding_tax",
        "total",
        "total_excluding_tax",
    ] {
        invoice[name] = json!(total);
    }
}

pub(crate) fn create_item(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let params = &call.params;
    let customer = customer(state, call)?.to_owned();
    let quantity = intent_params::int(&params["quantity"]).unwrap_or(1);
    let price = match call.text("price").is_some() || params["price_data"].is_object() {
        true => prices::of_item(state, params, "invoice_item")?,
        // Newer API versions use `pricing[price]`.
        false if params["pricing"].is_object() => {
            prices::of_item(state, &params["pricing"], "pricing")?
        }
        false => Value::Null,
    };
    let amount = match price["unit_amount"].as_i64() {
        Some(each) => each * quantity,
        None => intent_params::int(&params["amount"])
            .ok_or_else(|| ApiError::parameter_missing("amount"))?,
    };
    let mut item = json!({
        "id": state.setting.ids.id("ii"),
        "object": "invoiceitem",
        "amount": amount,
        "currency": call.text("currency").unwrap_or("usd"),
        "customer": customer,
        "date": state.now(),
        "description": params["description"],
        "discountable": true,
        "discounts": [],
        "invoice": null,
        "livemode": false,
        "metadata": {},
        "period": { "start": state.now(), "end": state.now() },
        "price": price,
        "proration": false,
        "quantity": quantity,
        "tax_rates": [],
    });
    change_metadata(&mut item, params);
    if let Some(id) = call.text("invoice") {
        let missing = || ApiError::unknown_reference("invoice", id, "invoice");
        let mut invoice = find(&state.invoices, "invoice", id, "invoice").map_err(|_| missing())?;
        check_draft(&invoice)?;
        item["invoice"] = json!(id);
        add_line(state, &mut invoice, &item);
        changed(state, invoice);
    }
    state.invoice_items.push(Object(item.clone()));
    Ok(item)
}
