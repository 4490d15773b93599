//! Writes and reads `a[b]=v` pairs, for form bodies and queries.

use std::io::Write;

use percent_encoding::{
    AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode, utf8_percent_encode,
};

use super::{Kind, Params, Value};

/// All characters except the unreserved ones of RFC 3986 are escaped. A space becomes `%20`,
/// never `+`.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The unreserved characters, indexed by their byte.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        plain[byte] =
            (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'-' | b'.' | b'_' | b'~');
        byte += 1;
    }
    plain
};

/// Encodes parameters as `application/x-www-form-urlencoded`, without empty lists and objects.
pub(crate) fn form(params: &Params) -> String {
    if params.0.is_empty() {
        return String::new();
    }
    let mut form = Form {
        out: Vec::with_capacity(512),
        name: Vec::with_capacity(64),
    };
    for (name, value) in &params.0 {
        form.name.clear();
        escape(&mut form.name, name.as_bytes());
        form.value(value);
    }
    String::from_utf8(form.out).expect("what is escaped is ASCII")
}

/// Uses bytes instead of strings, which would check for UTF-8 at every access.
struct Form {
    out: Vec<u8>,
    /// The escaped name of the current value. Brackets are pushed and popped.
    name: Vec<u8>,
}

impl Form {
    fn value(&mut self, value: &Value) {
        match &value.0 {
            Kind::Bool(true) => self.pair(b"true"),
            Kind::Bool(false) => self.pair(b"false"),
            Kind::Clear => self.pair(b""),
            Kind::Integer(number) => self.display(number),
            Kind::Number(number) => self.display(number),
            Kind::Text(text) => self.pair(text.as_bytes()),
            Kind::Sensitive(text) => self.pair(text.as_bytes()),
            Kind::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.inside(item, |name| push_index(name, index));
                }
            }
            Kind::Object(params) => {
                for (inner, value) in &params.0 {
                    self.inside(value, |name| escape(name, inner.as_bytes()));
                }
            }
        }
    }

    fn inside(&mut self, value: &Value, push: impl FnOnce(&mut Vec<u8>)) {
        let outer = self.name.len();
        self.name.push(b'[');
        push(&mut self.name);
        self.name.push(b']');
        self.value(value);
        self.name.truncate(outer);
    }

    fn start_pair(&mut self) {
        if !self.out.is_empty() {
            self.out.push(b'&');
        }
        self.out.extend_from_slice(&self.name);
        self.out.push(b'=');
    }

    fn pair(&mut self, value: &[u8]) {
        self.start_pair();
        escape(&mut self.out, value);
    }

    fn display(&mut self, number: impl std::fmt::Display) {
        self.start_pair();
        // Writing to memory can't fail.
        let _ = write!(self.out, "{number}");
    }
}

/// Most indexes have one digit. Formatting would be the slowest part of a pair.
fn push_index(name: &mut Vec<u8>, index: usize) {
    match u8::try_from(index) {
        Ok(digit @ 0..=9) => name.push(b'0' + digit),
        // Writing to memory can't fail.
        _ => _ = write!(name, "{index}"),
    }
}

fn escape(out: &mut Vec<u8>, text: &[u8]) {
    // Most names and values need no escapes. Checking this first is faster than splitting them.
    if text.iter().all(|byte| PLAIN[usize::from(*byte)]) {
        return out.extend_from_slice(text);
    }
    for run in percent_encode(text, ESCAPED) {
        out.extend_from_slice(run.as_bytes());
    }
}

/// Appends an id as one segment of a path. Characters such as `/`, `?`, `#` and `%` are escaped.
pub(crate) fn encode_path_segment(out: &mut String, segment: &str) {
    out.extend(utf8_percent_encode(segment, ESCAPED));
}

/// A segment of a path, decoded.
pub(crate) fn decode(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

/// The pairs of a form or query, decoded, whoever wrote it.
pub(crate) fn pairs(form: &str) -> Vec<(String, String)> {
    let decode = |text: &str| decode(&text.replace('+', " "));
    form.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::{list, map, strings};

    fn encoded(value: impl Into<Value>) -> String {
        form(&Params::new().with("a", value))
    }

    #[test]
    fn values() {
        let object = Params::new()
            .with("type", "customer")
            .with("customer", "cus_1");
        for (value, expected) in [
            (Value::from(true), "a=true"),
            (false.into(), "a=false"),
            (i64::MIN.into(), "a=-9223372036854775808"),
            (0.5.into(), "a=0.5"),
            (Value::CLEAR, "a="),
            ("".into(), "a="),
            (Value::sensitive("x y"), "a=x%20y"),
            ("a+b&c=d/é".into(), "a=a%2Bb%26c%3Dd%2F%C3%A9"),
            (
                strings(["balances", "ownership"]),
                "a[0]=balances&a[1]=ownership",
            ),
            (list(Vec::<Value>::new()), ""),
            (Params::new().into(), ""),
            (object.clone().into(), "a[type]=customer&a[customer]=cus_1"),
            (list([object]), "a[0][type]=customer&a[0][customer]=cus_1"),
            (map([("k[]&", "v"), ("l", "w")]), "a[k%5B%5D%26]=v&a[l]=w"),
            (
                serde_json::json!({"b": [1, 2.5, null]}).into(),
                "a[b][0]=1&a[b][1]=2.5&a[b][2]=",
            ),
            (serde_json::json!(u64::MAX).into(), "a=18446744073709551615"),
        ] {
            assert_eq!(encoded(value), expected);
        }
    }

    #[test]
    fn plain_bytes_are_those_that_are_not_escaped() {
        for byte in 0..=u8::MAX {
            let escaped = percent_encode(&[byte], ESCAPED).to_string();
            assert_eq!(PLAIN[usize::from(byte)], escaped.len() == 1, "{byte}");
        }
    }

    #[test]
    fn an_index_has_as_many_digits_as_it_takes() {
        let form = encoded(strings(vec!["x"; 11]));
        assert!(form.ends_with("&a[8]=x&a[9]=x&a[10]=x"), "{form}");
    }

    #[test]
    fn pairs_are_what_was_set() {
        let params = Params::new()
            .with("email", "jenny+test@example.com")
            .with("metadata", map([("order id", "a&b")]));
        assert_eq!(
            pairs(&form(&params)),
            [
                ("email".to_owned(), "jenny+test@example.com".to_owned()),
                ("metadata[order id]".to_owned(), "a&b".to_owned()),
            ]
        );
        assert_eq!(pairs(""), []);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            pairs("expand%5B%5D=a+b&expand[]=c%2Bd&&flag"),
            [
                pair("expand[]", "a b"),
                pair("expand[]", "c+d"),
                pair("flag", "")
            ]
        );
    }

    #[test]
    fn a_path_segment_stays_one_segment() {
        let mut path = String::new();
        encode_path_segment(&mut path, "a/../b?c#d%2e é");
        assert_eq!(path, "a%2F..%2Fb%3Fc%23d%252e%20%C3%A9");
    }
}
