//! Any bytes are an account or an error, and an account is written as it was read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stripe_financial_connections::Raw;
use stripe_financial_connections::financial_connections::Account;

fuzz_target!(|json: &[u8]| {
    if let Ok(account) = serde_json::from_slice::<Account>(json) {
        let written = serde_json::to_string(&account).expect("an account can be written");
        let again: Account = serde_json::from_str(&written).expect("and read again");
        assert_eq!(account, again);
        let _ = format!("{account:?}");
    } else if let Ok(raw) = serde_json::from_slice::<Raw>(json) {
        // The crate's own way to read, which finds the path of the error.
        let error = raw.parse::<Account>().expect_err("it is none");
        assert!(!error.to_string().contains('\n'));
    }
});
