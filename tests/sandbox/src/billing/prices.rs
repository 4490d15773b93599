//! `/v1/prices` and `/v1/products`, as far as billing needs them.

use serde_json::{Value, json};

use super::find;
use crate::api::Call;
use crate::customers::change_metadata;
use crate::error::ApiError;
use crate::intent_params::int;
use crate::state::State;
use crate::table::Object;

/// The intervals of recurring prices, in seconds.
const INTERVALS: [(&str, i64); 4] = [
    ("day", 86_400),
    ("week", 7 * 86_400),
    ("month", 30 * 86_400),
    ("year", 365 * 86_400),
];

pub(crate) fn create(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let product = match call.text("product") {
        Some(id) => {
            if state.products.get(id).is_none() {
                return Err(ApiError::unknown_reference("product", id, "product"));
            }
            id.to_owned()
        }
        None => new_product(state, &call.params["product_data"], "product_data[name]")?,
    };
    make(state, &call.params, &product, "")
}

pub(crate) fn retrieve(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    find(&state.prices, "price", call.id("price"), "price")
}

pub(crate) fn create_product(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let id = new_product(state, &call.params, "name")?;
    find(&state.products, "product", &id, "id")
}

pub(crate) fn retrieve_product(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    find(&state.products, "product", call.id("id"), "id")
}

fn new_product(state: &mut State, params: &Value, name: &str) -> Result<String, ApiError> {
    let Some(title) = params["name"].as_str().filter(|name| !name.is_empty()) else {
        return Err(ApiError::parameter_missing(name));
    };
    let id = state.setting.ids.id("prod");
    let mut product = json!({
        "id": id,
        "object": "product",
        "active": true,
        "created": state.now(),
        "default_price": null,
        "description": params["description"],
        "images": [],
        "livemode": false,
        "marketing_features": [],
        "metadata": {},
        "name": title,
        "package_dimensions": null,
        "shippable": null,
        "statement_descriptor": null,
        "tax_code": null,
        "type": "service",
        "unit_label": null,
        "updated": state.now(),
        "url": null,
    });
    change_metadata(&mut product, params);
    state.products.push(Object(product));
    Ok(id)
}

fn make(state: &mut State, params: &Value, product: &str, prefix: &str) -> Result<Value, ApiError> {
    let param = |name: &str| match prefix {
        "" => name.to_owned(),
        prefix => format!("{prefix}[{name}]"),
    };
    let Some(currency) = params["currency"].as_str() else {
        return Err(ApiError::parameter_missing(&param("currency")));
    };
    let decimal = || params["unit_amount_decimal"].as_str()?.parse::<f64>().ok();
    let amount = int(&params["unit_amount"]).or_else(|| decimal().map(|cents| cents as i64));
    let Some(amount) = amount else {
        return Err(ApiError::parameter_missing(&param("unit_amount")));
    };
    let recurring = &params["recurring"];
    let recurring = match recurring["interval"].as_str() {
        None => Value::Null,
        Some(interval) if INTERVALS.iter().any(|(name, _)| *name == interval) => json!({
            "interval": interval,
            "interval_count": int(&recurring["interval_count"]).unwrap_or(1),
            "meter": null,
            "trial_period_days": null,
            "usage_type": "licensed",
        }),
        Some(_) => {
            return Err(ApiError::invalid(
                "Invalid recurring[interval]: must be one of day, month, week, or year",
            )
            .param(param("recurring][interval")));
        }
    };
    let mut price = json!({
        "id": state.setting.ids.id("price"),
        "object": "price",
        "active": true,
        "billing_scheme": "per_unit",
        "created": state.now(),
        "currency": currency.to_lowercase(),
        "custom_unit_amount": null,
        "livemode": false,
        "lookup_key": params["lookup_key"],
        "metadata": {},
        "nickname": params["nickname"],
        "product": product,
        "recurring": recurring,
        "tax_behavior": params["tax_behavior"].as_str().unwrap_or("unspecified"),
        "tiers_mode": null,
        "transform_quantity": null,
        "type": if recurring.is_null() { "one_time" } else { "recurring" },
        "unit_amount": amount,
        "unit_amount_decimal": amount.to_string(),
    });
    change_metadata(&mut price, params);
    state.prices.push(Object(price.clone()));
    Ok(price)
}

/// Returns the price of an item: `price`, or a new one from `price_data`.
pub(crate) fn of_item(state: &mut State, item: &Value, prefix: &str) -> Result<Value, ApiError> {
    let param = |name: &str| format!("{prefix}[{name}]");
    let data = &item["price_data"];
    match (item["price"].as_str(), data.is_object()) {
        (Some(_), true) => Err(ApiError::exclusive([&param("price"), &param("price_data")])),
        (Some(id), false) => {
            let row = state.prices.get(id).map(|row| row.0.clone());
            row.ok_or_else(|| ApiError::unknown_reference("price", id, &param("price")))
        }
        (None, true) => {
            let product = match data["product"].as_str() {
                Some(id) if state.products.get(id).is_some() => id.to_owned(),
                Some(id) => {
                    let param = param("price_data][product");
                    return Err(ApiError::unknown_reference("product", id, &param));
                }
                None => {
                    let data = &data["product_data"];
                    new_product(state, data, &param("price_data][product_data][name"))?
                }
            };
            make(state, data, &product, &param("price_data"))
        }
        (None, false) => Err(ApiError::parameter_missing(&param("price"))),
    }
}

/// Returns the period of a recurring price in seconds; `None` for a one-time price.
pub(crate) fn period(price: &Value) -> Option<i64> {
    let recurring = &price["recurring"];
    let interval = recurring["interval"].as_str()?;
    let (_, seconds) = INTERVALS.iter().find(|(name, _)| *name == interval)?;
    Some(seconds * recurring["interval_count"].as_i64().unwrap_or(1))
}
