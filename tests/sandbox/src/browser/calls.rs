//! The functions of Stripe.js without a dialog, which retrieve, confirm or verify an intent by
//! its client secret.

use serde_json::{Value, json};

use super::{Sent, visible};
use crate::error::ApiError;
use crate::intents::Kind::{Payment, Setup};
use crate::link::texts;
use crate::state::State;

pub(super) fn call(state: &mut State, sent: &Sent) -> Result<Value, ApiError> {
    let (secret, data) = (sent.client_secret.as_str(), &sent.params["data"]);
    let (kind, name) = match sent.call.as_str() {
        "retrieveSetupIntent" | "confirmUsBankAccountSetup" | "verifyMicrodepositsForSetup" => {
            (Setup, "setupIntent")
        }
        _ => (Payment, "paymentIntent"),
    };
    let mut intent = match sent.call.as_str() {
        "retrievePaymentIntent" | "retrieveSetupIntent" => {
            kind.public(&kind.by_secret(state, secret)?)
        }
        "confirmUsBankAccountPayment" | "confirmUsBankAccountSetup" => {
            kind.confirm_by_secret(state, secret, data)?
        }
        "verifyMicrodepositsForPayment" | "verifyMicrodepositsForSetup" => {
            kind.verify_by_secret(state, secret, data)?
        }
        _ => return Err(ApiError::invalid("There is no such call.").status(404)),
    };
    visible::expand(state, &mut intent, &texts(&sent.params["expand"]));
    Ok(json!({ name: intent }))
}
