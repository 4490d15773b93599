//! Tests types of the crate inside a user's types: whatever serde does in between, values are
//! read and written without a change.

use std::fmt::Debug;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stripe_financial_connections::customer::{Customer, DeletedCustomer};
use stripe_financial_connections::events::EventObject;
use stripe_financial_connections::external_account::ExternalAccount;
use stripe_financial_connections::financial_connections::{Account, Session, Transaction};
use stripe_financial_connections::invoice::Invoice;
use stripe_financial_connections::webhook::{Event, EventData};
use stripe_financial_connections::{List, Map, MaybeDeleted, Raw, RawObject};

use super::arbitrary::{Spec, seed};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Flat<T> {
    note_of_the_user: String,
    #[serde(flatten)]
    value: T,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged<T> {
    #[allow(dead_code, reason = "what does not fit is tried first")]
    Other {
        never: u8,
    },
    Value(T),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind_of_the_user")]
enum Tagged<T> {
    Value(T),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "content_comes", content = "before")]
enum Adjacent<T> {
    Value(T),
}

trait Data: Serialize + DeserializeOwned + PartialEq + Debug {}
impl<T: Serialize + DeserializeOwned + PartialEq + Debug> Data for T {}

/// Checks that a value can be read back from JSON text, a reader, a `Value`, and another format.
fn comes_back<T: Data>(value: &T) -> Result<(), TestCaseError> {
    let text = serde_json::to_string(value).expect("JSON");
    let read: T = serde_json::from_str(&text).map_err(|e| fail(&e, &text))?;
    prop_assert_eq!(&read, value);
    let read: T = serde_json::from_reader(text.as_bytes()).map_err(|e| fail(&e, &text))?;
    prop_assert_eq!(&read, value);
    let tree = serde_json::to_value(value).expect("JSON");
    let read: T = serde_json::from_value(tree).map_err(|e| fail(&e, &text))?;
    prop_assert_eq!(&read, value);
    Ok(())
}

fn fail(error: &dyn std::error::Error, text: &str) -> TestCaseError {
    TestCaseError::fail(format!("{error}: {text}"))
}

/// Reads JSON alone and in each container, writes it, and reads it back.
fn fits_everywhere<T: Data + Clone>(json: &Value) -> Result<(), TestCaseError> {
    fn read<T: Data>(json: &Value) -> Result<T, TestCaseError> {
        let text = json.to_string();
        serde_json::from_str(&text).map_err(|error| fail(&error, &text))
    }
    let alone: T = read(json)?;
    comes_back(&alone)?;
    let with = |name: &str, value: &str| {
        let mut json = json.clone();
        json[name] = value.into();
        json
    };

    let flat: Flat<T> = read(&with("note_of_the_user", "x"))?;
    // A type that keeps unknown fields has the note as well.
    let whole: T = read(&with("note_of_the_user", "x"))?;
    prop_assert!(flat.value == alone || flat.value == whole);
    comes_back(&flat)?;
    let untagged: Untagged<T> = read(json)?;
    prop_assert_eq!(&untagged, &Untagged::Value(alone.clone()));
    comes_back(&untagged)?;
    let tagged: Tagged<T> = read(&with("kind_of_the_user", "Value"))?;
    prop_assert_eq!(&tagged, &Tagged::Value(alone.clone()));
    comes_back(&tagged)?;
    let adjacent: Adjacent<T> = read(&json!({"before": json, "content_comes": "Value"}))?;
    prop_assert_eq!(&adjacent, &Adjacent::Value(alone.clone()));
    comes_back(&adjacent)?;

    let yaml = serde_yaml::to_string(&alone).expect("YAML");
    let read: T = serde_yaml::from_str(&yaml).map_err(|error| fail(&error, &yaml))?;
    prop_assert_eq!(&read, &alone);
    Ok(())
}

/// Runs `PROPTEST_CASES` cases of each type. The default is small, as a debug build is slow.
fn runner() -> TestRunner {
    let mut config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 6;
    }
    TestRunner::new(config)
}

fn check<T: Data + Clone>(component: &str) {
    let spec = Spec::read();
    let test = |seed| fits_everywhere::<T>(&spec.object(component, seed));
    runner().run(&seed(), test).unwrap();
}

#[test]
fn accounts() {
    check::<Account>("financial_connections.account");
}

#[test]
fn sessions() {
    check::<Session>("financial_connections.session");
}

#[test]
fn what_may_be_deleted() {
    check::<MaybeDeleted<Customer, DeletedCustomer>>("customer");
    check::<MaybeDeleted<Customer, DeletedCustomer>>("deleted_customer");
}

#[test]
fn one_of_several() {
    check::<ExternalAccount>("external_account");
}

#[test]
fn the_largest() {
    check::<Invoice>("invoice");
}

#[test]
fn raw_objects() {
    check::<RawObject>("financial_connections.transaction");
    check::<Raw>("financial_connections.account");
}

#[test]
fn lists() {
    let spec = Spec::read();
    let test = |seed| {
        let item = spec.object("financial_connections.transaction", seed);
        let list = json!({"object": "list", "data": [item, item], "has_more": seed % 2 == 0,
            "url": "/v1/x", "total_count": 2.0});
        fits_everywhere::<List<Transaction>>(&list)
    };
    runner().run(&seed(), test).unwrap();
}

#[test]
fn maps() {
    fits_everywhere::<Map<Value>>(&json!({"usd": 1, "é": "x", "": null})).unwrap();
}

/// Every type of event with its object, with an unknown one, and with one that does not fit.
#[test]
fn events() {
    const KINDS: [(&str, &str); 10] = [
        (
            "financial_connections.account.created",
            "financial_connections.account",
        ),
        ("customer.updated", "customer"),
        ("payment_method.attached", "payment_method"),
        ("invoice.paid", "invoice"),
        ("invoice.upcoming", "invoice"),
        ("payment_intent.succeeded", "payment_intent"),
        ("setup_intent.succeeded", "setup_intent"),
        ("customer.subscription.updated", "subscription"),
        ("checkout.session.completed", "checkout.session"),
        ("unheard.of", "mandate"),
    ];
    let spec = Spec::read();
    let test = |seed: u64| {
        let (kind, component) = KINDS[(seed % 10) as usize];
        let mut object = spec.object(component, seed);
        match (kind, seed % 7) {
            ("invoice.upcoming", _) => {
                drop(object.as_object_mut().expect("an object").remove("id"))
            }
            (_, 0) => object["created"] = json!("soon"),
            _ => {}
        }
        let data = json!({"object": object, "previous_attributes": {"a": [1, 1.5, {"b": null}]}});
        let event = json!({"id": "evt_1", "object": "event", "type": kind, "data": data,
            "created": 1.5, "livemode": true, "pending_webhooks": 2, "api_version": "2020-08-27",
            "request": {"id": "req_1", "idempotency_key": null}, "account": "acct_1"});
        fits_everywhere::<Event>(&event)?;
        fits_everywhere::<EventData>(&data)?;
        fits_everywhere::<EventObject>(&data["object"])
    };
    runner().run(&seed(), test).unwrap();
}
