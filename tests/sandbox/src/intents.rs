//! `/v1/payment_intents` and `/v1/setup_intents`, as far as ACH needs them.

use serde_json::{Value, json};

use crate::api::Call;
use crate::billing;
use crate::clock::{Job, Millis};
use crate::error::ApiError;
use crate::institutions::Institution;
use crate::intent_params::{OPTIONS, change, int, new_payment, new_setup};
use crate::link::{self, Grant};
use crate::mandates;
use crate::payment_methods;
use crate::range::TimeRange;
use crate::state::State;
use crate::table::{Object, Table};

/// How long an ACH debit takes.
const SETTLEMENT: Millis = 4 * 86_400_000;
/// The amounts of the microdeposits that verify an account number, in cents.
const MICRODEPOSITS: [i64; 2] = [32, 45];
/// What the microdeposit says that comes with a code.
const DESCRIPTOR_CODE: &str = "SM11AA";
/// How often amounts, or codes, may be wrong.
const TRIES: [(&str, i64); 2] = [("amounts", 3), ("descriptor_code", 10)];
/// How long microdeposits can be verified, in seconds.
const VERIFIABLE: i64 = 10 * 86_400;

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

/// Which of the two kinds of intents.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Payment,
    Setup,
}

use Kind::{Payment, Setup};

impl Kind {
    /// Of an id.
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

    /// Cancels an intent that has not gone too far.
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

    /// Verifies microdeposits by what the user has found on the statement of the account.
    fn verify_with(
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

    /// The account could not be verified: another one is needed.
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

    /// A payment method did not do.
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

    /// Stands for the browser: the user links an account for the intent.
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

    /// What the user is asked to permit.
    pub(crate) fn grant(self, intent: &Value) -> Result<Grant, ApiError> {
        let holder = link::customer(intent["customer"].as_str());
        let options = &intent["payment_method_options"]["us_bank_account"]["financial_connections"];
        Grant::new(holder, options, OPTIONS, &options["filters"])
    }

    /// Gives an intent a payment method, after which it can be confirmed.
    pub(crate) fn take_method(self, state: &mut State, mut intent: Value, method: &str) -> Value {
        intent["payment_method"] = json!(method);
        intent["status"] = json!("requires_confirmation");
        self.store(state, &intent);
        intent
    }

    /// The intent that a client secret belongs to. No message holds what was sent.
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

    /// Confirms an intent from the browser, where confirming is what the user agrees to the
    /// mandate by.
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

    /// As a page sees it.
    pub(crate) fn public(self, intent: &Value) -> Value {
        let fields = intent.as_object().into_iter().flatten();
        let fields = fields.filter(|(name, _)| PUBLIC.contains(&name.as_str()));
        let fields = fields.map(|(name, value)| (name.clone(), value.clone()));
        Value::Object(fields.collect())
    }

    /// Goes on with an intent that has a payment method.
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

    /// What confirming comes to once the account is verified.
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

    /// An intent that can still be changed.
    fn open(self, state: &State, id: &str) -> Result<Value, ApiError> {
        let intent = self.find(state, id)?;
        self.check_open(&intent)?;
        Ok(intent)
    }

    /// Refuses an intent that can no longer be changed.
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

/// How a debit of an account ends, by Stripe's test numbers.
enum Outcome {
    Paid,
    Refused(&'static str, &'static str),
    /// It is never heard of again.
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

/// The debit reaches the bank: it succeeds if there is enough money in the account.
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

fn text(object: &Value, name: &str) -> String {
    object[name].as_str().unwrap_or_default().to_owned()
}

fn is_true(value: &Value) -> bool {
    *value == true || *value == "true"
}
