//! `/v1/payment_intents` and `/v1/setup_intents`, as far as ACH needs them.

mod browser;
mod microdeposits;
mod settlement;

use serde_json::{Value, json};

use settlement::SETTLEMENT;
pub(crate) use settlement::settle;

use crate::api::Call;
use crate::billing;
use crate::clock::Job;
use crate::error::ApiError;
use crate::institutions::Institution;
use crate::intent_params::{OPTIONS, change, new_payment, new_setup};
use crate::link::{self, Grant};
use crate::mandates;
use crate::payment_methods;
use crate::range::TimeRange;
use crate::state::State;
use crate::table::{Object, Table};

/// The two kinds of intents.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Payment,
    Setup,
}

use Kind::{Payment, Setup};

impl Kind {
    /// Returns the kind of an id.
    pub(crate) fn of(id: &str) -> Self {
        match id.starts_with("seti_") {
            true => Setup,
            false => Payment,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Payment => "payment_intent",
            Setup => "setup_intent",
        }
    }

    fn table(self, state: &State) -> &Table<Object> {
        match self {
            Payment => &state.payment_intents,
            Setup => &state.setup_intents,
        }
    }

    fn table_mut(self, state: &mut State) -> &mut Table<Object> {
        match self {
            Payment => &mut state.payment_intents,
            Setup => &mut state.setup_intents,
        }
    }

    pub(crate) fn create(self, state: &mut State, call: &Call) -> Result<Value, ApiError> {
        let params = &call.params;
        let mut intent = match self {
            Payment => new_payment(state, params)?,
            Setup => new_setup(state),
        };
        change(state, &mut intent, call)?;
        let id = text(&intent, "id");
        self.table_mut(state).push(Object(intent.clone()));
        state.emit(&format!("{}.created", self.name()), &id, intent.clone());
        if is_true(&params["confirm"]) {
            intent = self.confirmed(state, intent, params)?;
        }
        Ok(intent)
    }

    pub(crate) fn retrieve(self, state: &mut State, call: &Call) -> Result<Value, ApiError> {
        self.find(state, call.id("intent"))
    }

    pub(crate) fn list(self, state: &mut State, call: &Call) -> Result<Value, ApiError> {
        let customer = call.text("customer");
        let created = TimeRange::new(&call.params["created"]);
        self.table(state).page(
            call,
            self.name(),
            |Object(intent)| {
                customer.is_none_or(|customer| intent["customer"] == *customer)
                    && created.contains(intent["created"].as_i64().unwrap_or_default())
            },
            |intent| intent.0.clone(),
        )
    }

    pub(crate) fn update(self, state: &mut State, call: &Call) -> Result<Value, ApiError> {
        let mut intent = self.open(state, call.id("intent"))?;
        change(state, &mut intent, call)?;
        self.store(state, &intent);
        Ok(intent)
    }

    pub(crate) fn confirm(self, state: &mut State, call: &Call) -> Result<Value, ApiError> {
        let mut intent = self.open(state, call.id("intent"))?;
        change(state, &mut intent, call)?;
        self.confirmed(state, intent, &call.params)
    }

    pub(crate) fn cancel(self, state: &mut State, call: &Call) -> Result<Value, ApiError> {
        let intent = self.find(state, call.id("intent"))?;
        if !text(&intent, "status").starts_with("requires_") {
            return Err(self.unexpected_state(&intent));
        }
        let reason = call.params["cancellation_reason"].clone();
        Ok(self.cancel_for(state, intent, reason))
    }

    /// Cancels an intent, unless it is too late.
    pub(crate) fn cancel_for(self, state: &mut State, mut intent: Value, reason: Value) -> Value {
        intent["cancellation_reason"] = reason;
        if self == Payment {
            intent["canceled_at"] = json!(state.now());
        }
        intent["next_action"] = Value::Null;
        self.move_to(state, intent, "canceled", "canceled")
    }

    pub(crate) fn verify(self, state: &mut State, call: &Call) -> Result<Value, ApiError> {
        let intent = self.find(state, call.id("intent"))?;
        if intent["status"] != "requires_action" {
            return Err(self.unexpected_state(&intent));
        }
        self.verify_with(state, intent, &call.params)
    }

    /// Records that a payment method failed.
    fn fail(self, state: &mut State, mut intent: Value, error: &Value) -> Value {
        let method = state.object(&text(&intent, "payment_method"));
        let (field, event) = match self {
            Payment => ("last_payment_error", "payment_failed"),
            Setup => ("last_setup_error", "setup_failed"),
        };
        intent[field] = error.clone();
        intent[field]["payment_method"] = method.unwrap_or_default();
        intent["payment_method"] = Value::Null;
        self.move_to(state, intent, "requires_payment_method", event)
    }

    /// Links an account for the intent, as the user does in the browser.
    pub(crate) fn link(
        self,
        state: &mut State,
        id: &str,
        institution: &Institution,
        chosen: &[String],
    ) -> Result<Value, ApiError> {
        let intent = self.open(state, id)?;
        let grant = self.grant(&intent)?;
        let method = link::payment(state, &grant, institution, chosen, &Value::Null)?;
        Ok(self.take_method(state, intent, &method))
    }

    /// Returns the permissions that the user is asked for.
    pub(crate) fn grant(self, intent: &Value) -> Result<Grant, ApiError> {
        let holder = link::customer(intent["customer"].as_str());
        let options = &intent["payment_method_options"]["us_bank_account"]["financial_connections"];
        Grant::new(holder, options, OPTIONS, &options["filters"])
    }

    /// Sets the payment method of an intent, which can then be confirmed.
    pub(crate) fn take_method(self, state: &mut State, mut intent: Value, method: &str) -> Value {
        intent["payment_method"] = json!(method);
        intent["status"] = json!("requires_confirmation");
        self.store(state, &intent);
        intent
    }

    /// Confirms an intent that has a payment method.
    pub(crate) fn confirmed(
        self,
        state: &mut State,
        mut intent: Value,
        params: &Value,
    ) -> Result<Value, ApiError> {
        let Some(method) = intent["payment_method"].as_str().map(str::to_owned) else {
            return Err(ApiError::invalid(
                "It cannot be confirmed without a payment method: link an account, or send one.",
            )
            .code("parameter_missing")
            .param("payment_method"));
        };
        if params["mandate_data"].is_object() {
            mandates::agree(state, &method, &params["mandate_data"]);
        } else if mandates::of_method(state, &method).is_none() {
            return Err(ApiError::parameter_missing("mandate_data"));
        }
        let bank = &state.object(&method).unwrap_or_default()["us_bank_account"];
        if bank["financial_connections_account"].is_null() {
            intent["next_action"] = json!({
                "type": "verify_with_microdeposits",
                "verify_with_microdeposits": {
                    "arrival_date": state.now() + 86_400,
                    "hosted_verification_url": "https://payments.stripe.com/microdeposit/sandbox",
                    "microdeposit_type": "amounts",
                },
            });
            return Ok(self.move_to(state, intent, "requires_action", "requires_action"));
        }
        Ok(self.begin(state, intent))
    }

    /// Processes a confirmed intent with a verified account.
    fn begin(self, state: &mut State, mut intent: Value) -> Value {
        let (id, method) = (text(&intent, "id"), text(&intent, "payment_method"));
        let customer = intent["customer"].as_str().map(str::to_owned);
        let options = &intent["payment_method_options"]["us_bank_account"];
        let saves = self == Setup
            || intent["setup_future_usage"].is_string()
            || options["setup_future_usage"].is_string();
        if let Some(customer) = customer.filter(|_| saves) {
            payment_methods::attach_to(state, &method, &customer);
        }
        match self {
            Setup => {
                intent["mandate"] = json!(mandates::of_method(state, &method));
                self.move_to(state, intent, "succeeded", "succeeded")
            }
            Payment => {
                intent["last_payment_error"] = Value::Null;
                state
                    .clock
                    .schedule(SETTLEMENT, Job::Settle { payment_intent: id });
                self.move_to(state, intent, "processing", "processing")
            }
        }
    }

    fn move_to(self, state: &mut State, mut intent: Value, status: &str, event: &str) -> Value {
        intent["status"] = json!(status);
        self.store(state, &intent);
        let id = text(&intent, "id");
        state.emit(&format!("{}.{event}", self.name()), &id, intent.clone());
        if self == Payment {
            billing::intent_moved(state, &intent);
        }
        intent
    }

    pub(crate) fn find(self, state: &State, id: &str) -> Result<Value, ApiError> {
        let row = self.table(state).get(id).map(|row| row.0.clone());
        row.ok_or_else(|| ApiError::missing(self.name(), id, "intent"))
    }

    /// Returns an intent that can still be changed.
    fn open(self, state: &State, id: &str) -> Result<Value, ApiError> {
        let intent = self.find(state, id)?;
        self.check_open(&intent)?;
        Ok(intent)
    }

    /// Returns an error if an intent can no longer be changed.
    pub(crate) fn check_open(self, intent: &Value) -> Result<(), ApiError> {
        match intent["status"].as_str() {
            Some("requires_payment_method" | "requires_confirmation") => Ok(()),
            _ => Err(self.unexpected_state(intent)),
        }
    }

    fn unexpected_state(self, intent: &Value) -> ApiError {
        let message = format!(
            "It is not possible while the status is {}.",
            intent["status"]
        );
        ApiError::invalid(message)
            .code(&format!("{}_unexpected_state", self.name()))
            .with(self.name(), intent.clone())
    }

    pub(crate) fn store(self, state: &mut State, intent: &Value) {
        if let Some(row) = self.table_mut(state).get_mut(&text(intent, "id")) {
            row.0 = intent.clone();
        }
    }
}

fn text(object: &Value, name: &str) -> String {
    object[name].as_str().unwrap_or_default().to_owned()
}

fn is_true(value: &Value) -> bool {
    *value == true || *value == "true"
}
