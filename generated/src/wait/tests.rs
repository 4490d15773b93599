use super::*;
use crate::client::test_client;

/// Returns an account with a balance refresh: its time, its status, and the time of the next one.
fn account(refreshed: Option<(i64, &str, Option<i64>)>) -> Account {
    let refresh = refreshed.map(|(at, status, next)| {
        serde_json::json!({ "last_attempted_at": at, "status": status, "next_refresh_available_at": next })
    });
    let account = serde_json::json!({
        "id": "fca_1", "object": "financial_connections.account", "category": "cash", "created": 1,
        "institution_name": "Bank", "livemode": false, "status": "active", "subcategory": "checking",
        "supported_payment_method_types": [], "balance_refresh": refresh,
    });
    crate::de::from_slice(account.to_string().as_bytes()).expect("it is an account")
}

fn wait() -> Wait {
    let refresh = test_client()
        .financial_connections()
        .accounts()
        .refresh("fca_1", [RefreshFeature::Balance]);
    Wait::new(refresh.into(), Duration::from_secs(60)).expect("the feature is known")
}

#[test]
fn an_earlier_refresh_is_not_taken_for_the_one_that_was_asked_for() {
    let earlier = Some((5, "succeeded", Some(6)));
    for (before, after, floor_at) in [
        (None, None, i64::MIN),
        (None, Some((9, "pending", None)), 9),
        (earlier, Some((9, "pending", None)), 9),
        (earlier, Some((5, "pending", None)), 5),
        (earlier, Some((9, "succeeded", None)), 9),
        (earlier, earlier, 6),
        (earlier, None, 6),
        (Some((5, "pending", None)), Some((5, "pending", None)), 5),
        (Some((5, "pending", None)), Some((5, "succeeded", None)), 5),
        (Some((5, "pending", None)), Some((5, "failed", None)), 5),
        (Some((5, "pending", None)), None, 5),
    ] {
        let floor = floor(&RefreshFeature::Balance, &account(before), &account(after));
        assert_eq!(floor.as_secs(), floor_at, "{before:?} {after:?}");
    }
}

#[test]
fn a_wait_ends_only_with_success_or_failure() {
    let floors = [Timestamp::from_secs(9)];
    for (refreshed, ended) in [
        (None, Some(false)),
        (Some((5, "succeeded", None)), Some(false)),
        (Some((5, "failed", None)), Some(false)),
        (Some((9, "pending", None)), Some(false)),
        (Some((9, "on_hold", None)), Some(false)),
        (Some((9, "succeeded", None)), Some(true)),
        (Some((10, "succeeded", None)), Some(true)),
        (Some((9, "failed", None)), None),
    ] {
        let result = wait().has_ended(&account(refreshed), &floors);
        assert_eq!(result.as_ref().ok().copied(), ended, "{refreshed:?}");
        if let Err(error) = result {
            assert!(
                matches!(&error, Error::Wait(wait) if matches!(**wait, WaitError::Failed { .. }))
            );
        }
    }
}

#[test]
fn only_features_that_can_be_refreshed_are_requested() {
    let now = Timestamp::now().as_secs();
    let due = |refreshed| wait().due(&account(refreshed));
    assert_eq!(due(None).unwrap(), [RefreshFeature::Balance]);
    assert_eq!(
        due(Some((5, "succeeded", Some(now - 1)))).unwrap(),
        [RefreshFeature::Balance]
    );
    assert_eq!(
        due(Some((5, "failed", None))).unwrap(),
        [RefreshFeature::Balance]
    );
    assert_eq!(due(Some((5, "pending", None))).unwrap(), []);
    let error = due(Some((5, "succeeded", Some(now + 600)))).unwrap_err();
    assert!(error.to_string().contains(&format!(
        "balance of account fca_1 cannot be refreshed before unix time {}",
        now + 600
    )));
}

#[test]
fn inactive_accounts_are_refused() {
    for (status, refused) in [
        ("active", false),
        ("inactive", true),
        ("disconnected", true),
        ("new", false),
    ] {
        let mut account = account(None);
        account.status = AccountStatus::from(status);
        assert_eq!(refuse_inactive(&account).is_err(), refused, "{status}");
    }
}

#[test]
fn a_feature_without_a_visible_end_is_refused() {
    let refresh = test_client()
        .financial_connections()
        .accounts()
        .refresh("fca_1", [RefreshFeature::from("weather")]);
    assert!(matches!(
        Wait::new(refresh.into(), Duration::ZERO),
        Err(Error::Invalid(_))
    ));
}

#[test]
fn a_derived_key_differs_and_is_not_too_long() {
    assert_eq!(derived_key("job-17", "balance"), "job-17:balance");
    let long = "k".repeat(254);
    let keys = [
        derived_key(&(long.clone() + "a"), "balance"),
        derived_key(&(long.clone() + "b"), "balance"),
        derived_key(&(long + "a"), "ownership"),
    ];
    assert!(keys.iter().all(|key| key.len() == 255));
    assert!(keys[0] != keys[1] && keys[0] != keys[2]);
}
