//! The settlement of a debit, some days after it was made.

use serde_json::json;

use super::Kind::Payment;
use super::text;
use crate::clock::Millis;
use crate::payment_methods;
use crate::state::State;

/// The time that an ACH debit takes.
pub(super) const SETTLEMENT: Millis = 4 * 86_400_000;

/// The result of a debit, by Stripe's test numbers.
enum Outcome {
    Paid,
    Refused(&'static str, &'static str),
    /// It never ends.
    Lost,
}

fn outcome(number: &str) -> Outcome {
    match number.trim_start_matches('0') {
        "111111113" => Outcome::Refused("account_closed", "The account is closed."),
        "111111116" => Outcome::Refused("no_account", "There is no such account."),
        "222222227" => Outcome::Refused("insufficient_funds", "The account has too little money."),
        "333333335" => Outcome::Refused(
            "debit_not_authorized",
            "The holder says that the debit was not authorized.",
        ),
        "777777771" => Outcome::Refused(
            "charge_exceeds_weekly_limit",
            "The amount is more than can be taken in a week.",
        ),
        "4954" => Outcome::Refused(
            "payment_method_provider_decline",
            "The payment was blocked.",
        ),
        "9" => Outcome::Lost,
        _ => Outcome::Paid,
    }
}

/// Ends a debit: it succeeds if the account has enough money.
pub(crate) fn settle(state: &mut State, id: &str) {
    let Ok(mut intent) = Payment.find(state, id) else {
        return;
    };
    let method = state
        .object(&text(&intent, "payment_method"))
        .unwrap_or_default();
    let amount = intent["amount"].as_i64().unwrap_or_default();
    let number = payment_methods::number(state, &method);
    let linked = method["us_bank_account"]["financial_connections_account"].as_str();
    let account = linked.and_then(|id| state.accounts.get_mut(id));
    let refused = match outcome(&number) {
        Outcome::Lost => return,
        Outcome::Refused(code, message) => Some((code, message)),
        Outcome::Paid => account
            .as_ref()
            .is_some_and(|account| account.at_bank.funds(account.debited) < amount)
            .then_some(("insufficient_funds", "The account has too little money.")),
    };
    if let Some((code, message)) = refused {
        let error = json!({ "code": code, "message": message, "type": "card_error" });
        Payment.fail(state, intent, &error);
        return;
    }
    if let Some(account) = account {
        account.debited += amount;
    }
    intent["amount_received"] = json!(amount);
    intent["latest_charge"] = json!(state.setting.ids.id("py"));
    Payment.move_to(state, intent, "succeeded", "succeeded");
}
