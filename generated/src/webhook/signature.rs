//! Parses and makes signatures such as `t=1492774577,v1=5257a869…`: HMAC-SHA256 of the time, a
//! dot and the body.

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A signature of the scheme `v1`.
type Signature = [u8; 32];

/// The parts of a `Stripe-Signature` header. Other schemes, which Stripe sends in test mode, and
/// malformed signatures are ignored.
pub(super) struct Header<'a> {
    time: i64,
    /// The time as text, because the text is what was signed.
    time_text: &'a str,
    signatures: Vec<Signature>,
}

impl<'a> Header<'a> {
    /// Parses exactly what Stripe writes. Parsers may differ on any other header, so it is
    /// refused.
    pub(super) fn parse(header: &'a str) -> Option<Self> {
        let mut time_text = None;
        let mut signatures = Vec::new();
        for part in header.split(',') {
            let (scheme, value) = part.split_once('=')?;
            let is_sound = |text: &str| {
                let mut bytes = text.bytes();
                !text.is_empty() && bytes.all(|byte| byte.is_ascii_graphic() && byte != b'=')
            };
            if !is_sound(scheme) || !is_sound(value) {
                return None;
            }
            match scheme {
                "t" if time_text.is_some() => return None,
                "t" => time_text = Some(value),
                "v1" => signatures.extend(from_hex(value)),
                _ => {}
            }
        }
        let time_text = time_text?;
        let time = from_decimal(time_text)?;
        (!signatures.is_empty()).then_some(Self {
            time,
            time_text,
            signatures,
        })
    }

    pub(super) fn time(&self) -> i64 {
        self.time
    }

    /// Returns whether one of the signatures was made with this secret. The time it takes does
    /// not depend on what differs.
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
        // Writing to a string can't fail.
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

/// Parses a decimal number without a sign and leading zeros.
fn from_decimal(text: &str) -> Option<i64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let has_zeros = text.len() > 1 && text.starts_with('0');
    text.parse().ok().filter(|_| is_plain && !has_zeros)
}

/// Parses lower-case hexadecimal digits, as Stripe writes them.
fn from_hex(hex: &str) -> Option<Signature> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut signature = [0; 32];
    if hex.len() != 2 * signature.len() {
        return None;
    }
    for (byte, pair) in signature.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(signature)
}
