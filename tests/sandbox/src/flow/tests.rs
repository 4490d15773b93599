//! Tests the steps of the flow without a dialog.

use serde_json::{Value, json};

use super::*;
use crate::api::Call;
use crate::customers;
use crate::ids::Ids;
use crate::institutions::SignIn;
use crate::world::Setting;

fn state() -> State {
    let mut state = State::new(
        Setting {
            ids: Ids::new(Some(1)),
            institutions: Institution::all(),
            ..Setting::default()
        }
        .into(),
    );
    state.clock.stop(1_700_000_000_000);
    state.catch_up();
    state
}

/// Returns the id and client secret of a new session.
fn session(state: &mut State, form: Value) -> (String, String) {
    let customer = customers::create(state, &Call::within(json!({}))).expect("it is made");
    let mut all = json!({
        "account_holder": { "type": "customer", "customer": customer["id"] },
        "permissions": ["balances", "payment_method"],
    });
    for (name, value) in form.as_object().into_iter().flatten() {
        all[name] = value.clone();
    }
    let session = sessions::create(state, &Call::within(all)).expect("it is made");
    let text = |name: &str| session[name].as_str().expect("it is text").to_owned();
    (text("id"), text("client_secret"))
}

fn payment(state: &mut State, method: &str) -> String {
    let form = json!({
        "amount": 5_000,
        "currency": "usd",
        "payment_method_options": { "us_bank_account": { "verification_method": method } },
    });
    let intent = Kind::Payment
        .create(state, &Call::within(form))
        .expect("it is made");
    intent["client_secret"]
        .as_str()
        .expect("it is text")
        .to_owned()
}

fn opened(state: &mut State, purpose: Purpose, secret: &str) -> String {
    let data = json!({ "payment_method_data": { "billing_details": { "name": "Robin" } } });
    let manifest = open(state, purpose, secret, &data).expect("the secret is good");
    manifest["flow"].as_str().expect("it has an id").to_owned()
}

/// Opens a flow, and goes to the accounts of an institution without a sign-in.
fn at_accounts(state: &mut State, purpose: Purpose, secret: &str, institution: &str) -> String {
    let flow = opened(state, purpose, secret);
    consent(state, &flow).expect("it is open");
    let signs_in = choose_institution(state, &flow, institution).expect("it is up");
    if signs_in != SignIn::Nothing {
        let step = sign_in(state, &flow, "").expect("it lets everybody in");
        assert_eq!(step, SignInStep::Accounts);
    }
    flow
}

fn message(error: &ApiError) -> String {
    error.message().to_lowercase()
}

#[test]
fn a_secret_has_stripes_form_and_works_once() {
    let state = &mut state();
    let (id, secret) = session(state, json!({}));
    let rest = secret
        .strip_prefix("fcsess_client_secret_")
        .expect("it starts like this");
    assert!(rest.len() == 24 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    assert!(!secret.contains(&id["fcsess_".len()..]));

    // Leaving does not use up the secret.
    let flow = opened(state, Purpose::Accounts, &secret);
    let left = cancel(state, &flow).expect("it is open");
    assert_eq!(left["financialConnectionsSession"]["accounts"], json!([]));
    consent(state, &flow).expect_err("it has ended");

    let first = at_accounts(state, Purpose::Accounts, &secret, "test");
    let second = at_accounts(state, Purpose::Accounts, &secret, "test");
    choose(state, &first, &["0".to_owned(), "3".to_owned()]).expect("there are two");
    choose(state, &second, &["0".to_owned()]).expect("there is one");
    let done = complete(state, &first).expect("it is the first");
    let accounts = done["financialConnectionsSession"]["accounts"].as_array();
    assert_eq!(accounts.map(Vec::len), Some(2));
    let error = complete(state, &second).expect_err("another tab was faster");
    assert!(message(&error).contains("already been used"));
    let error = open(state, Purpose::Accounts, &secret, &Value::Null).expect_err("it is used");
    assert!(message(&error).contains("already been used"));
    let created = state.events.rows().iter();
    let created = created.filter(|event| event.r#type() == "financial_connections.account.created");
    assert_eq!(
        created.count(),
        2,
        "once per account, when the flow completes"
    );
}

#[test]
fn wrong_and_old_secrets_are_refused_and_not_repeated() {
    let state = &mut state();
    let (_, secret) = session(state, json!({}));
    for wrong in [
        "fcsess_client_secret_000000000000000000000000",
        "sesame",
        "",
    ] {
        let error = open(state, Purpose::Accounts, wrong, &Value::Null).expect_err("it is wrong");
        assert_eq!(error.text("param"), Some("client_secret"));
        assert!(wrong.is_empty() || !error.body().to_string().contains(wrong));
    }
    let other = &mut State::new(state.setting.clone());
    open(other, Purpose::Accounts, &secret, &Value::Null).expect_err("it is of another account");
    state.advance(86_400_000);
    let error = open(state, Purpose::Accounts, &secret, &Value::Null).expect_err("it is old");
    assert_eq!(error.text("code"), Some("session_expired"));
}

#[test]
fn a_page_sees_what_it_may_and_no_more() {
    let state = &mut state();
    let (_, secret) = session(state, json!({ "filters": { "countries": ["US"] } }));
    let flow = at_accounts(state, Purpose::Accounts, &secret, "bank");
    choose(state, &flow, &["0".to_owned()]).expect("it can be chosen");
    let done = complete(state, &flow).expect("it is open")["financialConnectionsSession"].clone();
    let names = |value: &Value| -> Vec<String> {
        value
            .as_object()
            .expect("it is an object")
            .keys()
            .cloned()
            .collect()
    };
    assert_eq!(names(&done), ["accounts", "filters", "id", "permissions"]);
    let account = names(&done["accounts"][0]);
    for hidden in ["account_holder", "subscriptions", "transaction_refresh"] {
        assert!(!account.iter().any(|name| name == hidden), "{hidden}");
    }
}

#[test]
fn steps_come_in_their_order() {
    let state = &mut state();
    let (_, secret) = session(state, json!({}));
    let flow = opened(state, Purpose::Accounts, &secret);
    choose_institution(state, &flow, "test").expect_err("there was no consent");
    accounts(state, &flow).expect_err("there is no institution");
    consent(state, &flow).expect("it is open");
    choose_institution(state, &flow, "moon").expect_err("there is no such institution");
    sign_in(state, &flow, "").expect_err("there is no institution");
    choose_institution(state, &flow, "sandbox_bank_non_oauth").expect("it is up");
    accounts(state, &flow).expect_err("nobody has signed in");
    choose(state, &flow, &["0".to_owned()]).expect_err("nobody has signed in");
    for (answer, field) in [
        ("options", "options"),
        ("mfa", "mfa"),
        ("confirm_mfa", "confirm_mfa"),
        ("security_question", "security_question"),
    ] {
        let step = sign_in(state, &flow, answer).expect("it asks for more");
        assert!(matches!(step, SignInStep::Ask { field: asked, .. } if asked == field));
    }
    assert_eq!(
        sign_in(state, &flow, "incorrect").ok(),
        Some(SignInStep::Incorrect)
    );
    sign_in(state, &flow, "error").expect_err("it ends");
    assert_eq!(
        sign_in(state, &flow, "secret").ok(),
        Some(SignInStep::Accounts)
    );
    accounts(state, &flow).expect("they are there");
    choose(state, &flow, &[]).expect_err("nothing is chosen");
    choose(state, &flow, &["9".to_owned()]).expect_err("there is no such account");
    let done = complete(state, &flow).expect("it is open");
    assert_eq!(done["financialConnectionsSession"]["accounts"], json!([]));
}

#[test]
fn institutions_are_down_as_they_are_named() {
    let state = &mut state();
    let (_, secret) = session(state, json!({}));
    let flow = opened(state, Purpose::Accounts, &secret);
    consent(state, &flow).expect("it is open");
    let mut extra = |institution: &str| {
        let error = choose_institution(state, &flow, institution).expect_err("it is down");
        error.body()["error"]["extra_fields"].clone()
    };
    let scheduled = extra("down_scheduled");
    assert!(scheduled["institution_unavailable"] == true);
    assert!(scheduled["expected_to_be_available_at"].as_i64() > Some(1_700_000_000));
    let unscheduled = extra("down_unscheduled");
    assert!(unscheduled["institution_unavailable"] == true);
    assert!(unscheduled["expected_to_be_available_at"].is_null());
    assert!(extra("down_error")["institution_unavailable"].is_null());
    let found = institutions(state, "DOWN bank");
    assert_eq!(found.len(), 3);
    assert!(institutions(state, "no such bank").is_empty());
}

#[test]
fn accounts_that_do_not_fit_say_why() {
    let state = &mut state();
    let filters = json!({ "filters": { "account_subcategories": ["savings"] } });
    let (_, secret) = session(state, filters);
    let flow = at_accounts(state, Purpose::Accounts, &secret, "bank");
    let shown = accounts(state, &flow).expect("one fits");
    let reasons: Vec<_> = shown.iter().map(|account| account.reason).collect();
    assert_eq!(reasons, [Some("subcategory"), None, Some("subcategory")]);
    choose(state, &flow, &["0".to_owned()]).expect_err("it does not fit");

    let secret = payment(state, "automatic");
    let flow = at_accounts(state, Purpose::Payment, &secret, "invalid_payment_accounts");
    let error = accounts(state, &flow).expect_err("none fits");
    let extra = &error.body()["error"]["extra_fields"];
    assert_eq!(
        extra["reason"],
        "no_supported_payment_method_type_accounts_found"
    );
    assert_eq!(extra["total_accounts_count"], 2);

    // An account that the same holder has linked is not linked again.
    let form = json!({
        "account_holder": { "type": "account", "account": "acct_1" },
        "permissions": ["balances"],
    });
    for round in 0..2 {
        let session = sessions::create(state, &Call::within(form.clone())).expect("it is made");
        let secret = session["client_secret"]
            .as_str()
            .expect("it is text")
            .to_owned();
        let flow = at_accounts(state, Purpose::Accounts, &secret, "test");
        let shown = accounts(state, &flow).expect("some fit");
        assert_eq!(shown[0].reason.is_some(), round == 1);
        let two = ["1".to_owned(), "2".to_owned()];
        choose(state, &flow, &two).expect_err("a connected account links one");
        if round == 0 {
            choose(state, &flow, &["0".to_owned()]).expect("it fits");
            complete(state, &flow).expect("it is open");
        }
    }
}

#[test]
fn a_payment_gets_one_account_or_typed_numbers() {
    let state = &mut state();
    let secret = payment(state, "automatic");
    let error = open(state, Purpose::Payment, &secret, &json!({})).expect_err("who pays?");
    let param = "payment_method_data[billing_details][name]";
    assert_eq!(error.text("param"), Some(param));
    let other = payment(state, "automatic");
    let mixed = format!(
        "{}_secret_{}",
        secret.split_once("_secret_").expect("it has one").0,
        other.split_once("_secret_").expect("it has one").1
    );
    open(state, Purpose::Payment, &mixed, &json!({})).expect_err("it is that of another one");

    let flow = opened(state, Purpose::Payment, &secret);
    let left = cancel(state, &flow).expect("it is open");
    assert_eq!(left["paymentIntent"]["status"], "requires_payment_method");
    let flow = at_accounts(state, Purpose::Payment, &secret, "test");
    choose(state, &flow, &["0".to_owned()]).expect("it fits");
    let done = complete(state, &flow).expect("it is open");
    assert_eq!(done["paymentIntent"]["status"], "requires_confirmation");
    assert!(
        done["paymentIntent"].get("metadata").is_none(),
        "a page does not see it"
    );
    let confirmed = Kind::Payment.confirm_by_secret(state, &secret, &json!({}));
    assert_eq!(confirmed.expect("it has a method")["status"], "processing");

    let flow = opened(state, Purpose::Payment, &other);
    enter(state, &flow, "110000000", "000123456789", "checking").expect_err("no consent yet");
    consent(state, &flow).expect("it is open");
    for (routing, number, code) in [
        ("110000001", "000123456789", "routing_number_invalid"),
        ("11000000", "000123456789", "routing_number_invalid"),
        ("110000000", "123456789012345678", "account_number_invalid"),
        ("110000000", "12a4", "account_number_invalid"),
    ] {
        let error = enter(state, &flow, routing, number, "checking").expect_err("it is wrong");
        assert_eq!(error.text("code"), Some(code), "{routing} {number}");
        assert!(!error.body().to_string().contains(number));
    }
    enter(state, &flow, "110000000", "000123456789", "checking").expect("they are good");
    complete(state, &flow).expect("it is open");
    let confirm = Kind::Payment.confirm_by_secret(state, &other, &json!({}));
    let action = &confirm.expect("it has a method")["next_action"];
    assert_eq!(action["type"], "verify_with_microdeposits");
    let verify =
        |state: &mut State, data: Value| Kind::Payment.verify_by_secret(state, &other, &data);
    verify(state, json!({ "amounts": [1, 2] })).expect_err("they are not those");
    verify(state, json!({ "descriptor_code": "SM0000" })).expect_err("it is not that");
    let verified = verify(state, json!({ "descriptor_code": "SM11AA" }));
    assert_eq!(verified.expect("it is the code")["status"], "processing");

    let secret = payment(state, "instant");
    let flow = opened(state, Purpose::Payment, &secret);
    consent(state, &flow).expect("it is open");
    enter(state, &flow, "110000000", "000123456789", "checking").expect_err("only by linking");
}

#[test]
fn microdeposits_are_verified_a_few_times_and_days() {
    let state = &mut state();
    let start = |state: &mut State| {
        let secret = payment(state, "microdeposits");
        let flow = opened(state, Purpose::Payment, &secret);
        consent(state, &flow).expect("it is open");
        enter(state, &flow, "110000000", "000123456789", "checking").expect("they are good");
        complete(state, &flow).expect("it is open");
        let confirmed = Kind::Payment.confirm_by_secret(state, &secret, &json!({}));
        confirmed.expect("it has a method");
        secret
    };
    let verify = |state: &mut State, secret: &str, data: Value| {
        let error = Kind::Payment.verify_by_secret(state, secret, &data);
        error
            .expect_err("it is wrong")
            .text("code")
            .unwrap_or_default()
            .to_owned()
    };
    let prefix = "payment_method_microdeposit_verification";
    let secret = start(state);
    for code in ["amounts_mismatch", "amounts_mismatch", "attempts_exceeded"] {
        let wrong = json!({ "amounts": [1, 2] });
        assert_eq!(verify(state, &secret, wrong), format!("{prefix}_{code}"));
    }
    let intent = Kind::Payment
        .by_secret(state, &secret)
        .expect("it is there");
    assert_eq!(intent["status"], "requires_payment_method");
    let secret = start(state);
    state.advance(12 * 86_400_000);
    let right = json!({ "amounts": [32, 45] });
    assert_eq!(verify(state, &secret, right), format!("{prefix}_timeout"));
}

#[test]
fn a_token_is_for_a_payout() {
    let state = &mut state();
    let (_, secret) = session(state, json!({}));
    let flow = opened(state, Purpose::Token, &secret);
    let left = cancel(state, &flow).expect("it is open");
    assert!(left.get("token").is_none(), "nothing was chosen");
    let flow = at_accounts(state, Purpose::Token, &secret, "test");
    let two = ["0".to_owned(), "3".to_owned()];
    choose(state, &flow, &two).expect_err("a token is of one account");
    choose(state, &flow, &["0".to_owned()]).expect("it fits");
    let done = complete(state, &flow).expect("it is open");
    assert!(
        done["token"]["id"]
            .as_str()
            .is_some_and(|id| id.starts_with("btok_"))
    );
    assert_eq!(done["token"]["bank_account"]["last4"], "6789");
    assert!(done["token"]["bank_account"].get("account_type").is_none());
}
