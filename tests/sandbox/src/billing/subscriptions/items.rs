//! The items of a subscription.

use serde_json::{Value, json};

use super::MAX_ITEMS;
use crate::billing::{int, prices, text};
use crate::customers::change_metadata;
use crate::error::ApiError;
use crate::intent_params;
use crate::shape;
use crate::state::State;

/// Adds items, changes those with an `id`, and removes those with `deleted`.
pub(super) fn change_items(
    state: &mut State,
    subscription: &mut Value,
    items: &[Value],
) -> Result<(), ApiError> {
    let now = state.now();
    for (place, item) in items.iter().enumerate() {
        let prefix = format!("items[{place}]");
        let quantity = intent_params::int(&item["quantity"]);
        let priced = item["price"].is_string() || item["price_data"].is_object();
        let price = match priced || item["id"].is_null() {
            true => Some(prices::of_item(state, item, &prefix)?),
            false => None,
        };
        if let Some(price) = &price
            && prices::period(price).is_none()
        {
            return Err(ApiError::invalid(format!(
                "The price specified is set to `type=one_time` but this field only accepts prices \
                 with `type=recurring`: {}.",
                price["id"]
            ))
            .param(format!("{prefix}[price]")));
        }
        let end = subscription["trial_end"].as_i64();
        let end = end.filter(|end| *end > now);
        let end = end.or_else(|| {
            price
                .as_ref()
                .and_then(prices::period)
                .map(|length| now + length)
        });
        let url = text(subscription, "id");
        let Some(list) = subscription["items"]["data"].as_array_mut() else {
            continue;
        };
        if let Some(id) = item["id"].as_str() {
            let known = list.iter().position(|known| known["id"] == *id);
            let known = known.ok_or_else(|| {
                let param = format!("{prefix}[id]");
                ApiError::unknown_reference("subscription_item", id, &param)
            })?;
            if item["deleted"] == true || item["deleted"] == "true" {
                list.remove(known);
                continue;
            }
            if let Some(price) = price {
                list[known]["price"] = price;
            }
            if let Some(quantity) = quantity {
                list[known]["quantity"] = json!(quantity);
            }
            change_metadata(&mut list[known], item);
            continue;
        }
        if list.len() >= MAX_ITEMS {
            return Err(ApiError::invalid(format!(
                "A subscription has no more than {MAX_ITEMS} items."
            ))
            .param("items"));
        }
        let mut new = shape::object(
            "subscription_item",
            &json!({
                "id": state.setting.ids.id("si"),
                "object": "subscription_item",
                "created": now,
                "current_period_end": end,
                "current_period_start": now,
                "livemode": false,
                "metadata": {},
                "price": price,
                "quantity": quantity.unwrap_or(1),
                "subscription": url,
                "tax_rates": [],
            }),
        );
        change_metadata(&mut new, item);
        list.push(new);
    }
    let currency = subscription["items"]["data"][0]["price"]["currency"].clone();
    if currency.is_string() {
        subscription["currency"] = currency;
    }
    if subscription["items"]["data"]
        .as_array()
        .is_none_or(Vec::is_empty)
    {
        return Err(
            ApiError::invalid("A subscription must have at least one active item.").param("items"),
        );
    }
    Ok(())
}

/// Returns the end of the items' period.
pub(super) fn period_end(subscription: &Value) -> i64 {
    let items = subscription["items"]["data"]
        .as_array()
        .into_iter()
        .flatten();
    items
        .map(|item| int(item, "current_period_end"))
        .min()
        .unwrap_or_default()
}
