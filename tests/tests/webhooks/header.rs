//! Tests the parsing of the `Stripe-Signature` header.

use stripe_financial_connections::Timestamp;
use stripe_financial_connections::webhook::{Webhook, WebhookError};

use super::{SECRET, signature};

const TIME: i64 = 1_700_000_000;

/// Verifies a header for `{}`, in which `T` is the time, `S` a valid signature, and `B` one made
/// with another secret.
fn verified(header: &str) -> Result<(), WebhookError> {
    let good = signature(&TIME.to_string(), "{}", SECRET);
    let bad = signature(&TIME.to_string(), "{}", "whsec_other");
    let header = header
        .replace('T', &TIME.to_string())
        .replace('S', &good)
        .replace('B', &bad);
    Webhook::new([SECRET]).verify_at("{}", &header, Timestamp::from_secs(TIME))
}

#[test]
fn headers_as_stripe_writes_them_are_accepted() {
    for header in [
        "t=T,v1=S",
        "v1=S,t=T",
        // Several signatures, while a secret is rotated.
        "t=T,v1=B,v1=S",
        "t=T,v1=S,v1=B",
        "t=T,v1=S,v1=S",
        // Other schemes.
        "t=T,v1=S,v0=B",
        "v0=x,t=T,v2=!,v1=S,v11=B",
        // A malformed signature next to a valid one.
        "t=T,v1=00,v1=S",
        "t=T,v1=zz,v1=S",
        "t=T,v1=S0,v1=S",
    ] {
        assert_eq!(verified(header), Ok(()), "{header}");
    }
}

#[test]
fn other_headers_are_refused() {
    let upper = signature(&TIME.to_string(), "{}", SECRET).to_uppercase();
    assert!(upper.contains(|c: char| c.is_ascii_uppercase()));
    for (why, header) in [
        ("empty", ""),
        ("a comma alone", ","),
        ("an equals sign alone", "="),
        ("no time", "v1=S"),
        ("no signature", "t=T"),
        ("another scheme alone", "t=T,v0=S"),
        ("a second time, the same", "t=T,t=T,v1=S"),
        ("a second time, another, after", "t=T,v1=S,t=1"),
        ("a second time, another, before", "t=1,t=T,v1=S"),
        ("a time with a sign", "t=+T,v1=S"),
        ("a time below zero", "t=-T,v1=S"),
        ("a time with a zero in front", "t=0T,v1=S"),
        ("a time with a fraction", "t=T.0,v1=S"),
        ("a time with an exponent", "t=1e9,v1=S"),
        ("a time with an underscore", "t=1_700_000_000,v1=S"),
        ("a time in hex", "t=0x6553F100,v1=S"),
        ("a time that is no number", "t=now,v1=S"),
        ("a time that is too large", "t=9223372036854775808,v1=S"),
        (
            "a time that is far too large",
            "t=99999999999999999999999,v1=S",
        ),
        ("an empty time", "t=,v1=S"),
        ("a time in other digits", "t=١٧٠٠٠٠٠٠٠٠,v1=S"),
        ("a time with white space", "t= T,v1=S"),
        ("a time with white space after", "t=T ,v1=S"),
        ("white space after a comma", "t=T, v1=S"),
        ("white space at the start", " t=T,v1=S"),
        ("white space at the end", "t=T,v1=S "),
        ("a tab", "t=T,\tv1=S"),
        ("a line break", "t=T,v1=S\r\n"),
        ("white space before an equals sign", "t =T,v1=S"),
        ("white space in another scheme", "t=T,v1=S,v0= x"),
        ("an empty part", "t=T,,v1=S"),
        ("a comma at the end", "t=T,v1=S,"),
        ("a comma at the start", ",t=T,v1=S"),
        ("a semicolon", "t=T;v1=S"),
        ("a part that is no pair", "t=T,v1=S,v0"),
        ("a part without a name", "t=T,v1=S,=x"),
        ("a part without a value", "t=T,v1=S,v0="),
        ("an empty signature", "t=T,v1="),
        ("two equals signs", "t=T,v1==S"),
        ("an equals sign at the end", "t=T,v1=S="),
        ("quotes", "t=T,v1=\"S\""),
        ("a name in capitals", "t=T,V1=S"),
        ("a time in capitals", "X=T,v1=S"),
        ("a signature in capitals", &format!("t=T,v1={upper}")),
        ("a signature that is too short", "t=T,v1=00"),
        ("a signature that is too long", "t=T,v1=S00"),
        ("a signature with a prefix", "t=T,v1=0xS"),
        (
            "a signature that is not hex",
            &format!("t=T,v1={}", "g".repeat(64)),
        ),
        ("letters that are not ASCII", "t=T,v1=S,é=x"),
        (
            "a signature that is not ASCII",
            &format!("t=T,v1={}", "é".repeat(32)),
        ),
        ("a byte order mark", "\u{feff}t=T,v1=S"),
        ("a zero byte", "t=T\0,v1=S"),
    ] {
        assert_eq!(verified(header), Err(WebhookError::Header), "{why}");
    }
}

#[test]
fn signatures_with_another_secret_are_refused() {
    for header in ["t=T,v1=B", "t=T,v1=B,v1=B", "t=T,v1=B,v0=S", "t=1,v1=S"] {
        assert_eq!(verified(header), Err(WebhookError::Signature), "{header}");
    }
}
