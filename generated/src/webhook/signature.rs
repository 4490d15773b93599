//! `t=1492774577,v1=5257a869…`: HMAC-SHA256 over the time, a dot and the body.

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A signature, made with the scheme `v1`.
type Signature = [u8; 32];

/// The parts of a `Stripe-Signature` header. Other schemes, which Stripe sends in test mode, are
/// ignored.
pub(super) struct Header<'a> {
    time: i64,
    /// The time as it was written, since that is what was signed.
    time_text: &'a str,
    signatures: Vec<Signature>,
}

impl<'a> Header<'a> {
    pub(super) fn parse(header: &'a str) -> Option<Self> {
        let mut time_text = None;
        let mut signatures = Vec::new();
        for part in header.split(',') {
            match part.trim().split_once('=') {
                Some(("t", time)) => time_text = Some(time),
                Some(("v1", hex)) => signatures.extend(from_hex(hex)),
                _ => {}
            }
        }
        let time_text = time_text?;
        let time = time_text.parse().ok()?;
        (!signatures.is_empty()).then_some(Self {
            time,
            time_text,
            signatures,
        })
    }

    pub(super) fn time(&self) -> i64 {
        self.time
    }

    /// Whether one of the signatures is by this secret. Takes the same time whatever is wrong
    /// with a signature.
    pub(super) fn is_by(&self, secret: &str, body: &[u8]) -> bool {
        let mac = mac(secret, self.time_text, body);
        self.signatures
            .iter()
            .any(|signature| mac.clone().verify_slice(signature).is_ok())
    }
}

pub(super) fn sign(body: &[u8], secret: &str, time: i64) -> String {
    let mut header = format!("t={time},v1=");
    for byte in mac(secret, &time.to_string(), body).finalize().into_bytes() {
        // Writing to a string cannot fail.
        let _ = write!(header, "{byte:02x}");
    }
    header
}

fn mac(secret: &str, time: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac
}

fn from_hex(hex: &str) -> Option<Signature> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let mut signature = [0; 32];
    if hex.len() != 2 * signature.len() {
        return None;
    }
    for (byte, pair) in signature.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(signature)
}
