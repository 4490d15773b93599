//! Tests properties that hold for all values, with random ones.

mod arbitrary;
mod containers;

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Map as Json, Value, json};
use stripe_financial_connections::customer::Customer;
use stripe_financial_connections::events::EventType;
use stripe_financial_connections::financial_connections::{
    Account, AccountId, AccountOwnership, AccountStatus, Balance, Permission, RefreshFeature,
};
use stripe_financial_connections::webhook::Webhook;
use stripe_financial_connections::{
    Error, ErrorCode, Expandable, List, Map, MaybeDeleted, Method, Params, RawObject, Resource,
    Timestamp,
};
use stripe_tests::client::client;
use stripe_tests::fault::{Answer, FaultServer};
use stripe_tests::json::{account, account_with};

type Pairs = Vec<(String, String)>;

/// Strings with characters that are hard to encode.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z_]{1,8}",
        r"[\[\]&=+%# ;?/\\\r\n\t\x00é€😀a]{1,8}",
        ".{0,12}",
    ]
}

/// Parameters: any nesting of lists and objects, including empty ones.
fn parameter() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(text(), inner, 0..4)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

fn parameters() -> impl Strategy<Value = Json<String, Value>> {
    prop::collection::btree_map(text(), parameter(), 0..5)
        .prop_map(|entries| entries.into_iter().collect())
}

/// Returns the expected pairs, by a simple implementation of Stripe's rules for forms.
fn expected_pairs(name: &str, value: &Value) -> Pairs {
    let inner = |key: &str, value| expected_pairs(&format!("{name}[{key}]"), value);
    match value {
        Value::Null => vec![(name.to_owned(), String::new())],
        Value::String(text) => vec![(name.to_owned(), text.clone())],
        Value::Number(number) => match number.as_i64().map(|n| n.to_string()) {
            Some(integer) => vec![(name.to_owned(), integer)],
            None if number.is_u64() => vec![(name.to_owned(), number.to_string())],
            None => vec![(
                name.to_owned(),
                number.as_f64().unwrap_or_default().to_string(),
            )],
        },
        Value::Bool(flag) => vec![(name.to_owned(), flag.to_string())],
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items
                .flat_map(|(index, item)| inner(&index.to_string(), item))
                .collect()
        }
        Value::Object(fields) => fields.iter().flat_map(|(key, v)| inner(key, v)).collect(),
    }
}

/// Returns what a request with these parameters sends: as decoded by another library, and as the
/// request itself reports.
fn sent(server: &FaultServer, method: Method, parameters: &Json<String, Value>) -> [Pairs; 2] {
    let mut params = Params::new();
    for (name, value) in parameters {
        params.set(name.clone(), value.clone());
    }
    let request = client(server).0.raw(method, "/v1/x").params(params);
    let pairs = request.pairs();
    request.send_blocking().expect("a good answer");
    let seen = server.last_seen();
    assert_eq!(
        seen.query.is_empty(),
        method == Method::Post || pairs.is_empty()
    );
    [seen.pairs(), pairs]
}

#[test]
fn parameters_arrive_as_they_were_set() {
    let server = FaultServer::script([Answer::ok("{}")]);
    let test = |parameters: Json<String, Value>| {
        let expected: Pairs = parameters
            .iter()
            .flat_map(|(name, value)| expected_pairs(name, value))
            .collect();
        for method in [Method::Get, Method::Post, Method::Delete] {
            for pairs in sent(&server, method, &parameters) {
                prop_assert_eq!(&pairs, &expected);
            }
        }
        Ok(())
    };
    TestRunner::default().run(&parameters(), test).unwrap();
}

proptest! {
    #[test]
    fn any_text_is_an_id(text in ".{0,80}") {
        let id = AccountId::from(text.as_str());
        prop_assert_eq!(id.as_str(), &text);
        prop_assert_eq!(String::from(id.clone()), text.clone());
        prop_assert_eq!(&id, &AccountId::from(text.clone()));
        prop_assert_eq!(id.to_string(), text.clone());
        let json = serde_json::to_string(&id).expect("a string");
        prop_assert_eq!(&json, &serde_json::to_string(&text).expect("a string"));
        prop_assert_eq!(serde_json::from_str::<AccountId>(&json).expect("an id"), id);
    }

    #[test]
    fn ids_compare_as_their_texts(a in ".{0,40}", b in ".{0,40}") {
        let (x, y) = (AccountId::from(a.as_str()), AccountId::from(b.as_str()));
        prop_assert_eq!(x.cmp(&y), a.cmp(&b));
        prop_assert_eq!(x == y, a == b);
    }

    #[test]
    fn enums_write_what_they_read(text in prop_oneof![
        text(), Just("active".to_owned()), Just("balances".to_owned()), Just("unrecognized".to_owned()),
        Just("balance".to_owned()), Just("other".to_owned()), Just("rate_limit".to_owned()),
    ]) {
        let json = json!(text).to_string();
        macro_rules! check {
            ($($name:ty),*) => {$({
                let value: $name = serde_json::from_str(&json).expect("any text");
                prop_assert_eq!(value.as_str(), &text);
                prop_assert_eq!(serde_json::to_string(&value).expect("a string"), json.clone());
                prop_assert_eq!(value.to_string(), text.clone());
                prop_assert_eq!(&<$name>::from(text.as_str()), &value);
                prop_assert_eq!(text.parse::<$name>().expect("any text"), value);
            })*};
        }
        check!(AccountStatus, Permission, RefreshFeature, EventType, ErrorCode);
    }

    #[test]
    fn timestamps_are_their_seconds(seconds in any::<i64>()) {
        let time: Timestamp = serde_json::from_str(&seconds.to_string()).expect("a number");
        prop_assert_eq!(time.as_secs(), seconds);
        prop_assert_eq!(time, Timestamp::from(seconds));
        prop_assert_eq!(serde_json::to_string(&time).expect("a number"), seconds.to_string());
        // For a time far from now the system type may have no value. The conversion returns
        // `None`, and does not panic.
        if let Some(system) = time.to_system_time() {
            prop_assert_eq!(Timestamp::from(system), time);
        }
    }

    #[test]
    fn maps_hold_what_was_put_in(entries in prop::collection::vec((text(), any::<i64>()), 0..8)) {
        let map: Map<i64> = entries.iter().cloned().collect();
        let model: BTreeMap<_, _> = entries.iter().cloned().collect();
        prop_assert_eq!(map.len(), model.len());
        for (key, value) in &model {
            prop_assert_eq!(map.get(key), Some(value));
        }
        let json = serde_json::to_value(&map).expect("an object");
        prop_assert_eq!(&json, &json!(model));
        prop_assert_eq!(&serde_json::from_value::<Map<i64>>(json).expect("a map"), &map);
        prop_assert_eq!(map, model.into_iter().collect::<Map<i64>>());
    }

    #[test]
    fn expandable_fields_write_what_they_read(id in ".{0,40}", more in parameter()) {
        let ownership = json!({
            "id": id, "object": "financial_connections.account_ownership", "created": 1,
            "owners": {"object": "list", "data": [], "has_more": false, "url": "/v1/x"},
        });
        let raw = json!({"id": id, "object": "thing", "more": more});
        let deleted = json!({"id": id, "object": "customer", "deleted": true});
        fn check<T>(json: &Value, id: &str) -> Result<(), TestCaseError>
        where
            T: Resource<Id: serde::Serialize + serde::de::DeserializeOwned>
                + serde::Serialize
                + serde::de::DeserializeOwned,
        {
            let text = json.to_string();
            let field: Expandable<T> = serde_json::from_str(&text).expect("it fits");
            prop_assert_eq!(field.id().as_ref(), id);
            prop_assert_eq!(field.object().is_some(), json.is_object());
            // Numbers are compared after they have been text, so both have the same precision.
            let read = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
            let written = serde_json::to_string(&field).expect("JSON");
            prop_assert_eq!(read(&written), read(&text));
            Ok(())
        }
        check::<AccountOwnership>(&json!(id), &id)?;
        check::<AccountOwnership>(&ownership, &id)?;
        check::<RawObject>(&json!(id), &id)?;
        check::<RawObject>(&raw, &id)?;
        check::<MaybeDeleted<RawObject, RawObject>>(&json!(id), &id)?;
        check::<MaybeDeleted<RawObject, RawObject>>(&deleted, &id)?;
    }

    #[test]
    fn accounts_write_what_they_read(
        display_name in proptest::option::of(text()),
        created in any::<i64>(),
        status in text(),
        permissions in prop::collection::vec(text(), 0..4),
        amounts in prop::collection::btree_map("[a-z]{3}", any::<i64>(), 0..4),
    ) {
        let json = account_with(json!({
            "display_name": display_name, "created": created, "status": status,
            "permissions": permissions, "account_numbers": null,
            "account_holder": null,
            "balance": {
                "as_of": created, "current": amounts, "type": "cash",
                "cash": {"available": amounts},
            },
        }));
        let account: Account = serde_json::from_str(&json.to_string()).expect("it fits");
        prop_assert_eq!(serde_json::to_value(&account).expect("JSON"), json);
    }

    #[test]
    fn broken_json_is_an_error_in_one_line(
        cut in 0_usize..2000,
        byte in any::<u8>(),
        at in 0_usize..2000,
        insert in prop::collection::vec(any::<u8>(), 0..4),
    ) {
        let mut json = json!({
            "object": "list", "has_more": true, "url": "/v1/x", "data": [account("fca_1")],
        })
        .to_string()
        .into_bytes();
        let at = at % json.len();
        json[at] = byte;
        json.splice(at..at, insert);
        json.truncate(cut.max(1));
        let error = match Webhook::verify(
            &json,
            &Webhook::sign(&json, "whsec_1", Timestamp::now()),
            "whsec_1",
        ) {
            Err(Error::Decode(error)) => error,
            other => panic!("{other:?}"),
        };
        let text = format!("{error} {error:?}");
        prop_assert!(!text.contains(['\n', '\r']), "{}", text);
        prop_assert_eq!(error.body(), json.as_slice());
    }

    #[test]
    fn any_json_is_read_or_refused(json in parameter()) {
        let text = json.to_string();
        let _ = serde_json::from_str::<Account>(&text);
        let _ = serde_json::from_str::<Balance>(&text);
        let _ = serde_json::from_str::<List<Customer>>(&text);
        let _ = serde_json::from_str::<Expandable<AccountOwnership>>(&text);
    }

    #[test]
    fn no_header_passes_by_chance(
        header in prop_oneof![
            ".{0,100}",
            "(t=[0-9+-]{0,20}|v[01]=[0-9a-f]{0,66}|,|=| |é){0,12}",
            "t=[0-9]{1,12}(,v1=[0-9a-fA-F]{64}){1,4}",
        ],
        body in ".{0,40}",
    ) {
        let result = Webhook::verify(&body, &header, "whsec_1");
        prop_assert!(matches!(result, Err(Error::Webhook(_))), "{:?}", result);
    }

    #[test]
    fn a_changed_signature_is_no_signature(at in 0_usize..64, digit in "[0-9a-f]") {
        let good = Webhook::sign("{}", "whsec_1", Timestamp::now());
        let v1 = good.find("v1=").expect("a signature") + 3;
        let mut changed = good.clone();
        changed.replace_range(v1 + at..v1 + at + 1, &digit);
        let result = Webhook::verify("{}", &changed, "whsec_1");
        let signed = matches!(result, Err(Error::Decode(_)));
        prop_assert_eq!(signed, changed == good);
    }
}
