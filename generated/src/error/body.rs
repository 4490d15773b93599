//! Reads the body of an error field by field, so that an unexpected or cut value does not affect
//! the other fields.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::ErrorCode;

/// The fields of an error that have an accessor.
#[derive(Default)]
pub(super) struct ErrorFields {
    pub(super) advice_code: Option<String>,
    pub(super) charge: Option<String>,
    pub(super) code: Option<ErrorCode>,
    pub(super) decline_code: Option<String>,
    pub(super) doc_url: Option<String>,
    pub(super) message: Option<String>,
    pub(super) network_advice_code: Option<String>,
    pub(super) network_decline_code: Option<String>,
    pub(super) param: Option<String>,
    pub(super) payment_method_type: Option<String>,
    pub(super) request_log_url: Option<String>,
    pub(super) r#type: Option<String>,
}

impl ErrorFields {
    /// Reads as many fields as possible.
    pub(super) fn read(body: &[u8]) -> Self {
        let valid = match std::str::from_utf8(body) {
            Ok(_) => body,
            Err(error) => &body[..error.valid_up_to()],
        };
        let mut fields = Self::default();
        let mut json = serde_json::Deserializer::from_slice(valid);
        // An error ends the parsing. Fields before it are kept.
        let _ = Level::Body.of(&mut fields).deserialize(&mut json);
        fields
    }

    fn slot(&mut self, name: &str) -> Option<&mut Option<String>> {
        Some(match name {
            "advice_code" => &mut self.advice_code,
            "charge" => &mut self.charge,
            "decline_code" => &mut self.decline_code,
            "doc_url" => &mut self.doc_url,
            "message" => &mut self.message,
            "network_advice_code" => &mut self.network_advice_code,
            "network_decline_code" => &mut self.network_decline_code,
            "param" => &mut self.param,
            "payment_method_type" => &mut self.payment_method_type,
            "request_log_url" => &mut self.request_log_url,
            "type" => &mut self.r#type,
            _ => return None,
        })
    }

    fn set(&mut self, name: &str, value: String) {
        if name == "code" {
            self.code = Some(value.into());
        } else if let Some(slot) = self.slot(name) {
            *slot = Some(value);
        }
    }
}

/// The level of the body that is being read.
#[derive(Clone, Copy)]
enum Level {
    /// The root: `{"error": {…}}` from Stripe, `{"error": "…", "error_description": "…"}` from
    /// OAuth, or `{"message": "…"}` from gateways.
    Body,
    /// The object `error`.
    Error,
}

impl Level {
    fn of(self, fields: &mut ErrorFields) -> Reader<'_> {
        Reader {
            level: self,
            fields,
        }
    }
}

struct Reader<'a> {
    level: Level,
    fields: &'a mut ErrorFields,
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an error")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        if matches!(self.level, Level::Error) {
            self.fields.set("code", text.to_owned());
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            let name = match (self.level, &*name) {
                (Level::Body, "error") => {
                    map.next_value_seed(Level::Error.of(self.fields))?;
                    continue;
                }
                (Level::Body, "error_description" | "message" | "Message" | "detail") => "message",
                (Level::Body, _) => "",
                (Level::Error, name) => name,
            };
            let value: &RawValue = map.next_value()?;
            let is_first = self.fields.slot(name).is_none_or(|slot| slot.is_none());
            if is_first && let Ok(text) = serde_json::from_str(value.get()) {
                self.fields.set(name, text);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> (Option<String>, Option<String>, Option<String>) {
        let fields = ErrorFields::read(body.as_bytes());
        let code = fields.code.map(|code| code.as_str().to_owned());
        (fields.r#type, code, fields.message)
    }

    #[test]
    fn readable_fields_of_an_error_are_read() {
        for (body, r#type, code, message) in [
            (
                r#"{"error": {"type": "card_error", "code": "x", "message": "No."}}"#,
                "card_error",
                "x",
                "No.",
            ),
            (
                r#"{"error": {"type": 5, "code": {"a": 1}, "message": "No."}}"#,
                "",
                "",
                "No.",
            ),
            (
                r#"{"error": {"message": ["No."], "code": "x", "type": null}}"#,
                "",
                "x",
                "",
            ),
            (
                r#"{"error": "invalid_grant", "error_description": "Expired."}"#,
                "",
                "invalid_grant",
                "Expired.",
            ),
            (r#"{"message": "Forbidden"}"#, "", "", "Forbidden"),
            (
                r#"{"Message": "Forbidden", "code": 5}"#,
                "",
                "",
                "Forbidden",
            ),
            (r#"{"title": 1, "detail": "Down."}"#, "", "", "Down."),
            (r#"{"error": null, "message": "No."}"#, "", "", "No."),
            (r#"{"error": [1, {}], "message": "No."}"#, "", "", "No."),
            (
                r#"{"error": {"type": "card_error", "code": "x", "message": "N"#,
                "card_error",
                "x",
                "",
            ),
            (r#"{"error": {"code": "x", "mess"#, "", "x", ""),
            (
                r#"{"error": {"code": "x"}, "message": "of a proxy"}"#,
                "",
                "x",
                "of a proxy",
            ),
            (
                r#"{"error": {"message": "No."}, "message": "of a proxy"}"#,
                "",
                "",
                "No.",
            ),
            ("", "", "", ""),
            ("[]", "", "", ""),
            (r#""text""#, "", "", ""),
            ("<html>", "", "", ""),
        ] {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            assert_eq!(
                read(body),
                (some(r#type), some(code), some(message)),
                "{body}"
            );
        }
        let fields = ErrorFields::read(b"{\"error\": {\"code\": \"x\", \"param\": \"\xff");
        assert_eq!(fields.code.unwrap().as_str(), "x");
    }
}
