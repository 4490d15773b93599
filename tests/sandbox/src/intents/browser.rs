//! Intents as a page sees them, by their client secrets.

use serde_json::{Value, json};

use super::Kind::{self, Payment, Setup};
use crate::api::Call;
use crate::error::ApiError;
use crate::intent_params::change;
use crate::state::State;

/// The fields of an intent that a page may see.
const PUBLIC: [&str; 22] = [
    "amount",
    "canceled_at",
    "cancellation_reason",
    "capture_method",
    "client_secret",
    "confirmation_method",
    "created",
    "currency",
    "description",
    "id",
    "last_payment_error",
    "last_setup_error",
    "livemode",
    "next_action",
    "object",
    "payment_method",
    "payment_method_types",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "status",
    "usage",
];

impl Kind {
    /// Returns the intent of a client secret. Errors do not show the secret.
    pub(crate) fn by_secret(self, state: &State, secret: &str) -> Result<Value, ApiError> {
        let (id, _) = secret.split_once("_secret_").unwrap_or((secret, ""));
        let row = self.table(state).get(id).map(|row| &row.0);
        let missing = || {
            let error = ApiError::missing(self.name(), id, "client_secret");
            if secret.contains("_secret_") {
                error
            } else {
                ApiError::invalid("The client_secret is not one.").param("client_secret")
            }
        };
        let intent = row.ok_or_else(missing)?;
        if intent["client_secret"] == secret {
            return Ok(intent.clone());
        }
        Err(ApiError::invalid(format!(
            "The client_secret provided does not match the client_secret associated with this {}.",
            match self {
                Payment => "PaymentIntent",
                Setup => "SetupIntent",
            }
        ))
        .param("client_secret"))
    }

    /// Confirms an intent from the browser, where the user agrees to the mandate by confirming.
    pub(crate) fn confirm_by_secret(
        self,
        state: &mut State,
        secret: &str,
        params: &Value,
    ) -> Result<Value, ApiError> {
        let mut intent = self.by_secret(state, secret)?;
        self.check_open(&intent)?;
        let data = match &params["payment_method"] {
            Value::String(id) => json!({ "payment_method": id }),
            Value::Object(data) => {
                let mut data = data.clone();
                data.insert("type".to_owned(), json!("us_bank_account"));
                json!({ "payment_method_data": data })
            }
            _ => json!({}),
        };
        let call = Call::within(data);
        change(state, &mut intent, &call)?;
        let mandate = json!({ "mandate_data": { "customer_acceptance": { "type": "online" } } });
        let intent = self.confirmed(state, intent, &mandate)?;
        Ok(self.public(&intent))
    }

    /// Verifies microdeposits from the browser.
    pub(crate) fn verify_by_secret(
        self,
        state: &mut State,
        secret: &str,
        params: &Value,
    ) -> Result<Value, ApiError> {
        let intent = self.by_secret(state, secret)?;
        if intent["status"] != "requires_action" {
            return Err(self.unexpected_state(&intent));
        }
        let intent = self.verify_with(state, intent, params)?;
        Ok(self.public(&intent))
    }

    /// Returns the intent as a page sees it.
    pub(crate) fn public(self, intent: &Value) -> Value {
        let fields = intent.as_object().into_iter().flatten();
        let fields = fields.filter(|(name, _)| PUBLIC.contains(&name.as_str()));
        let fields = fields.map(|(name, value)| (name.clone(), value.clone()));
        Value::Object(fields.collect())
    }
}
