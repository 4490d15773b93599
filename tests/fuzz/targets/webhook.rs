//! No header verifies a body that was not signed, and none gets in the way of one that was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stripe_financial_connections::webhook::{Webhook, WebhookError};
use stripe_financial_connections::{Error, Timestamp};

const SECRET: &str = "whsec_fuzz";

fuzz_target!(|input: (&str, &[u8])| {
    let (header, body) = input;
    let result = Webhook::verify(body, header, SECRET);
    assert!(matches!(result, Err(Error::Webhook(_))), "{result:?}");

    let good = Webhook::sign(body, SECRET, Timestamp::now());
    match Webhook::verify(body, &good, SECRET) {
        Ok(event) => {
            let _ = format!("{event:?}");
        }
        Err(Error::Decode(error)) => {
            assert_eq!(error.body(), body);
            assert!(!error.to_string().contains('\n'));
        }
        Err(Error::Webhook(WebhookError::Thin)) => {}
        Err(other) => panic!("the signature is good: {other}"),
    }
    // More parts are refused with the header, or change nothing.
    let webhook = Webhook::new([SECRET]);
    let result = webhook.verify_signature(body, &format!("{good},{header}"));
    assert!(matches!(result, Ok(()) | Err(WebhookError::Header)), "{result:?}");
});
