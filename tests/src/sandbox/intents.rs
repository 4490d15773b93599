//! `/v1/payment_intents` and `/v1/setup_intents`, as far as ACH needs them.

use serde_json::{Value, json};

use super::api::Call;
use super::clock::{Job, Millis};
use super::customers::change_metadata;
use super::error::ApiError;
use super::ids;
use super::institutions::Institution;
use super::link::{self, Grant};
use super::payment_methods;
use super::range::TimeRange;
use super::state::State;
use super::table::{Object, Table};

/// How long an ACH debit takes.
const SETTLEMENT: Millis = 4 * 86_400_000;
/// The amounts of the microdeposits that verify an account number, in cents.
const MICRODEPOSITS: [i64; 2] = [32, 45];

/// Parameters that an intent shows as they were sent.
const SHOWN: [&str; 10] = [
    "amount",
    "currency",
    "customer",
    "description",
    "payment_method_types",
    "receipt_email",
    "setup_future_usage",
    "statement_descriptor",
    "transfer_group",
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
    fn name(self) -> &'static str {
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
        let mut intent = self.find(state, call.id("intent"))?;
        if !text(&intent, "status").starts_with("requires_") {
            return Err(self.unexpected_state(&intent));
        }
        intent["cancellation_reason"] = call.params["cancellation_reason"].clone();
        if self == Payment {
            intent["canceled_at"] = json!(state.now());
        }
        intent["next_action"] = Value::Null;
        Ok(self.move_to(state, intent, "canceled", "canceled"))
    }

    pub(crate) fn verify(self, state: &mut State, call: &Call) -> Result<Value, ApiError> {
        let mut intent = self.find(state, call.id("intent"))?;
        if intent["status"] != "requires_action" {
            return Err(self.unexpected_state(&intent));
        }
        let amounts = call.params["amounts"].as_array().into_iter().flatten();
        let mut amounts: Vec<_> = amounts.filter_map(int).collect();
        amounts.sort_unstable();
        if amounts != MICRODEPOSITS {
            return Err(
                ApiError::invalid("The amounts are not those of the deposits.")
                    .code("payment_method_microdeposit_verification_amounts_mismatch")
                    .param("amounts"),
            );
        }
        intent["next_action"] = Value::Null;
        Ok(self.begin(state, intent))
    }

    /// Stands for the browser: the user links an account for the intent.
    pub(crate) fn link(
        self,
        state: &mut State,
        id: &str,
        institution: Institution,
        chosen: &[String],
    ) -> Result<Value, ApiError> {
        let mut intent = self.open(state, id)?;
        let customer = intent["customer"].as_str();
        let holder = customer.map(|id| json!({ "type": "customer", "customer": id }));
        let options = &intent["payment_method_options"]["us_bank_account"]["financial_connections"];
        let grant = Grant::new(holder, options, OPTIONS, &options["filters"])?;
        let method = link::payment(state, &grant, institution, chosen)?;
        intent["payment_method"] = json!(method);
        intent["status"] = json!("requires_confirmation");
        self.store(state, &intent);
        Ok(intent)
    }

    fn confirmed(
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
            let mandate = state.mandates.entry(method.clone());
            mandate.or_insert_with(|| ids::new("mandate"));
        } else if !state.mandates.contains_key(&method) {
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
                intent["mandate"] = json!(state.mandates.get(&method));
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
        intent
    }

    fn find(self, state: &State, id: &str) -> Result<Value, ApiError> {
        let row = self.table(state).get(id).map(|row| row.0.clone());
        row.ok_or_else(|| ApiError::missing(self.name(), id, "intent"))
    }

    /// An intent that can still be changed.
    fn open(self, state: &State, id: &str) -> Result<Value, ApiError> {
        let intent = self.find(state, id)?;
        match intent["status"].as_str() {
            Some("requires_payment_method" | "requires_confirmation") => Ok(intent),
            _ => Err(self.unexpected_state(&intent)),
        }
    }

    fn unexpected_state(self, intent: &Value) -> ApiError {
        let message = format!(
            "It is not possible while the status is {}.",
            intent["status"]
        );
        ApiError::invalid(message)
            .code(&format!("{}_unexpected_state", self.name()))
            .about(self.name(), intent.clone())
    }

    fn store(self, state: &mut State, intent: &Value) {
        if let Some(row) = self.table_mut(state).get_mut(&text(intent, "id")) {
            row.0 = intent.clone();
        }
    }
}

/// Where permissions and prefetch are in the parameters of an intent.
const OPTIONS: &str = "payment_method_options[us_bank_account][financial_connections]";

fn new_payment(state: &State, params: &Value) -> Result<Value, ApiError> {
    let amount = int(&params["amount"]).ok_or_else(|| ApiError::parameter_missing("amount"))?;
    if amount < 50 {
        return Err(ApiError::invalid("The amount is less than 50 cents.")
            .code("amount_too_small")
            .param("amount"));
    }
    if params["currency"].is_null() {
        return Err(ApiError::parameter_missing("currency"));
    }
    let id = ids::new("pi");
    Ok(json!({
        "amount": amount,
        "amount_capturable": 0,
        "amount_received": 0,
        "canceled_at": null,
        "cancellation_reason": null,
        "capture_method": "automatic",
        "client_secret": ids::client_secret(&id),
        "confirmation_method": "automatic",
        "created": state.now(),
        "currency": "usd",
        "customer": null,
        "description": null,
        "id": id,
        "last_payment_error": null,
        "latest_charge": null,
        "livemode": false,
        "metadata": {},
        "next_action": null,
        "object": "payment_intent",
        "payment_method": null,
        "payment_method_types": ["us_bank_account"],
        "receipt_email": null,
        "setup_future_usage": null,
        "statement_descriptor": null,
        "status": "requires_payment_method",
    }))
}

fn new_setup(state: &State) -> Value {
    let id = ids::new("seti");
    json!({
        "cancellation_reason": null,
        "client_secret": ids::client_secret(&id),
        "created": state.now(),
        "customer": null,
        "description": null,
        "id": id,
        "last_setup_error": null,
        "latest_attempt": null,
        "livemode": false,
        "mandate": null,
        "metadata": {},
        "next_action": null,
        "object": "setup_intent",
        "payment_method": null,
        "payment_method_types": ["us_bank_account"],
        "single_use_mandate": null,
        "status": "requires_payment_method",
        "usage": "off_session",
    })
}

/// Takes over parameters, once all of them are good.
fn change(state: &mut State, intent: &mut Value, call: &Call) -> Result<(), ApiError> {
    let params = &call.params;
    if let Some(customer) = call.text("customer") {
        state.check_customer(customer, "customer")?;
    }
    let mut method = call.text("payment_method").map(str::to_owned);
    if let Some(id) = &method
        && state
            .object(id)
            .is_none_or(|object| object["object"] != "payment_method")
    {
        return Err(ApiError::unknown_reference(
            "payment_method",
            id,
            "payment_method",
        ));
    }
    let bank = &params["payment_method_options"]["us_bank_account"];
    let connections = &bank["financial_connections"];
    Grant::new(None, connections, OPTIONS, &connections["filters"])?;
    if params["payment_method_data"].is_object() {
        if method.is_some() {
            return Err(ApiError::exclusive([
                "payment_method",
                "payment_method_data",
            ]));
        }
        let data = &params["payment_method_data"];
        method = Some(payment_methods::make(state, data, "payment_method_data")?);
    }
    for name in SHOWN {
        match params.get(name) {
            Some(Value::String(text)) if text.is_empty() => intent[name] = Value::Null,
            // Without the spec an amount is still text.
            Some(value) if name == "amount" => intent[name] = json!(int(value)),
            Some(value) => intent[name] = value.clone(),
            None => {}
        }
    }
    change_metadata(intent, params);
    if bank.is_object() || intent["payment_method_options"].is_null() {
        intent["payment_method_options"] = json!({ "us_bank_account": options(bank) });
    }
    if let Some(method) = method {
        intent["payment_method"] = json!(method);
        intent["status"] = json!("requires_confirmation");
    }
    Ok(())
}

/// `payment_method_options[us_bank_account]` as an intent shows it.
fn options(params: &Value) -> Value {
    let connections = &params["financial_connections"];
    let mut shown = json!({
        "permissions": connections.get("permissions").unwrap_or(&json!(["payment_method"])),
        "prefetch": connections["prefetch"],
    });
    show(&mut shown, connections, &["filters", "return_url"]);
    let verification = params.get("verification_method").and_then(Value::as_str);
    let mut options = json!({
        "financial_connections": shown,
        "verification_method": verification.unwrap_or("automatic"),
    });
    show(&mut options, params, &["setup_future_usage"]);
    options
}

/// Takes over what is set.
fn show(object: &mut Value, params: &Value, names: &[&str]) {
    for name in names {
        if let Some(value) = params.get(name).filter(|value| **value != "") {
            object[name] = value.clone();
        }
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
    let linked = method["us_bank_account"]["financial_connections_account"].as_str();
    let account = linked.and_then(|id| state.accounts.get_mut(id));
    if account
        .as_ref()
        .is_some_and(|account| account.product().funds(account.debited) < amount)
    {
        intent["last_payment_error"] = json!({
            "code": "insufficient_funds",
            "message": "The account has too little money.",
            "payment_method": method,
            "type": "card_error",
        });
        intent["payment_method"] = Value::Null;
        Payment.move_to(state, intent, "requires_payment_method", "payment_failed");
        return;
    }
    if let Some(account) = account {
        account.debited += amount;
    }
    intent["amount_received"] = json!(amount);
    intent["latest_charge"] = json!(ids::new("py"));
    Payment.move_to(state, intent, "succeeded", "succeeded");
}

fn text(object: &Value, name: &str) -> String {
    object[name].as_str().unwrap_or_default().to_owned()
}

/// A number, which is text in an operation that the spec does not have.
fn int(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn is_true(value: &Value) -> bool {
    *value == true || *value == "true"
}
