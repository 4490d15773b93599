//! Microdeposits, which verify an account whose numbers were entered.

use serde_json::{Value, json};

use super::{Kind, text};
use crate::error::ApiError;
use crate::intent_params::int;
use crate::state::State;
use crate::table::Object;

/// The amounts of the microdeposits, in cents.
const MICRODEPOSITS: [i64; 2] = [32, 45];
/// The code in the description of a microdeposit.
const DESCRIPTOR_CODE: &str = "SM11AA";
/// The number of attempts, for amounts and for the code.
const TRIES: [(&str, i64); 2] = [("amounts", 3), ("descriptor_code", 10)];
/// How long microdeposits can be verified, in seconds.
const VERIFIABLE: i64 = 10 * 86_400;

impl Kind {
    /// Verifies microdeposits with amounts or a code from the account's statement.
    pub(super) fn verify_with(
        self,
        state: &mut State,
        mut intent: Value,
        params: &Value,
    ) -> Result<Value, ApiError> {
        let id = text(&intent, "id");
        let arrived = intent["next_action"]["verify_with_microdeposits"]["arrival_date"].as_i64();
        if state.now() > arrived.unwrap_or_default() + VERIFIABLE {
            return Err(self.not_verified(state, intent, "timeout", "They came too long ago."));
        }
        let amounts = params["amounts"].as_array().into_iter().flatten();
        let mut amounts: Vec<_> = amounts.filter_map(int).collect();
        amounts.sort_unstable();
        let code = params["descriptor_code"].as_str();
        let (by, good) = match (code, amounts.is_empty()) {
            (Some(_), false) => {
                return Err(ApiError::exclusive(["amounts", "descriptor_code"]));
            }
            (Some(code), true) => ("descriptor_code", code == DESCRIPTOR_CODE),
            (None, false) => ("amounts", amounts == MICRODEPOSITS),
            (None, true) => return Err(ApiError::parameter_missing("amounts")),
        };
        if good {
            intent["next_action"] = Value::Null;
            return Ok(self.begin(state, intent));
        }
        let known = state.hidden.get(&id);
        let tries = 1 + known.map_or(0, |row| row.0["tries"].as_i64().unwrap_or_default());
        let most = TRIES.iter().find(|(name, _)| *name == by);
        if most.is_some_and(|(_, most)| tries >= *most) {
            let why = "It was tried too often.";
            return Err(self.not_verified(state, intent, "attempts_exceeded", why));
        }
        let mut row = known.map_or_else(|| json!({ "id": id }), |row| row.0.clone());
        row["tries"] = json!(tries);
        state.hidden.put(Object(row));
        let (code, message) = match by {
            "amounts" => (
                "amounts_mismatch",
                "The amounts are not those of the deposits.",
            ),
            _ => (
                "descriptor_code_mismatch",
                "The code is not that of the deposit.",
            ),
        };
        Err(ApiError::invalid(message)
            .code(&format!("payment_method_microdeposit_verification_{code}"))
            .param(by))
    }

    /// Records that the account could not be verified; the intent needs another one.
    fn not_verified(
        self,
        state: &mut State,
        mut intent: Value,
        code: &str,
        message: &str,
    ) -> ApiError {
        let error = ApiError::invalid(message)
            .code(&format!("payment_method_microdeposit_verification_{code}"));
        intent["next_action"] = Value::Null;
        self.fail(state, intent, &error.body()["error"]);
        error
    }
}
