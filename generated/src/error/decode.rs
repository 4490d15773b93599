use std::fmt;

use serde::de::IgnoredAny;

use super::path::{json_path, text_before};
use super::shown;

/// JSON from Stripe that does not fit its type.
///
/// The whole body can be read from the error, for example as `serde_json::Value`. `Display` and
/// `Debug` show no values of the body, as these may be personal.
#[derive(thiserror::Error)]
#[error("unexpected JSON from Stripe{located}{}", Rendered(.api_version.as_deref()))]
pub struct DecodeError {
    located: Located,
    /// The API version of the JSON, if it differs from that of the types.
    api_version: Option<Box<str>>,
    body: Box<[u8]>,
    status: Option<u16>,
    request_id: Option<String>,
}

impl DecodeError {
    pub(crate) fn new(error: &serde_json::Error, json: &[u8]) -> Self {
        Self::located(Located::new(error, json), json)
    }

    /// Creates the error for a body that is not UTF-8 from the byte `valid` on.
    pub(crate) fn not_text(json: &[u8], valid: usize) -> Self {
        let located = Located {
            path: json_path(&json[..valid]),
            message: "invalid UTF-8".to_owned(),
        };
        Self::located(located, json)
    }

    fn located(located: Located, json: &[u8]) -> Self {
        Self {
            located,
            api_version: None,
            body: json.into(),
            status: None,
            request_id: None,
        }
    }

    #[cfg(feature = "client")]
    pub(crate) fn of_response(mut self, status: u16, request_id: Option<&str>) -> Self {
        self.status = Some(status);
        self.request_id = request_id.map(str::to_owned);
        self
    }

    #[cfg(feature = "webhook")]
    pub(crate) fn rendered_in(mut self, api_version: Option<&str>) -> Self {
        let other = api_version.filter(|version| *version != crate::API_VERSION);
        self.api_version = other.map(Box::from);
        self
    }

    /// Returns the API version that an event's object was rendered in, if it differs from
    /// [`API_VERSION`](crate::API_VERSION), the version of the types.
    pub fn api_version(&self) -> Option<&str> {
        self.api_version.as_deref()
    }

    /// Returns the path of the value that does not fit, such as `data[3].balance.as_of`; empty
    /// for the whole body.
    pub fn path(&self) -> &str {
        &self.located.path
    }

    /// Returns what is wrong with the value.
    pub fn message(&self) -> &str {
        &self.located.message
    }

    /// Returns the JSON as received.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Returns the HTTP status, if the JSON was a response.
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// Returns Stripe's id of the request.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodeError")
            .field("path", &self.located.path)
            .field("message", &self.located.message)
            .field("api_version", &self.api_version)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .field("status", &self.status)
            .field("request_id", &self.request_id)
            .finish()
    }
}

/// Formats the API version of the JSON.
struct Rendered<'a>(Option<&'a str>);

impl fmt::Display for Rendered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(version) = self.0 else { return Ok(()) };
        // The text comes from an event, and must not add lines to a log.
        let version: String = version
            .chars()
            .filter(|c| c.is_ascii_graphic())
            .take(40)
            .collect();
        let types = crate::API_VERSION;
        write!(
            f,
            " (rendered in API version {version}; the types are of {types})"
        )
    }
}

/// The path of an error and its message.
pub(crate) struct Located {
    path: String,
    message: String,
}

impl Located {
    pub(crate) fn new(error: &serde_json::Error, json: &[u8]) -> Self {
        let (line, column) = (error.line(), error.column());
        let text = error.to_string();
        let message = text
            .strip_suffix(&format!(" at line {line} column {column}"))
            .unwrap_or(&text);
        let read = text_before(json, line, column);
        let (path, message) = match Nested::split(message) {
            Some(nested) => (
                join(json_path(before_value(read, nested.length)), nested.path),
                nested.message,
            ),
            None => (json_path(read), message),
        };
        Self {
            path,
            message: without_value(message),
        }
    }

    /// Formats the error of a buffered value, so that the error of the whole can contain it.
    pub(crate) fn nested(error: &serde_json::Error, json: &[u8]) -> String {
        let Self { path, message } = Self::new(error, json);
        format!("at `{path}` of {} bytes: {message}", json.len())
    }
}

impl fmt::Display for Located {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, " at `{}`", self.path)?;
        }
        write!(f, ": {}", self.message)
    }
}

/// The parsed text of [`Located::nested`]. Errors of serde carry only text.
struct Nested<'a> {
    path: &'a str,
    length: usize,
    message: &'a str,
}

impl<'a> Nested<'a> {
    fn split(message: &'a str) -> Option<Self> {
        let (path, rest) = message.strip_prefix("at `")?.split_once("` of ")?;
        let (length, message) = rest.split_once(" bytes: ")?;
        let length = length.parse().ok()?;
        Some(Self {
            path,
            length,
            message,
        })
    }
}

/// Returns the text before a buffered value of the given length. The value is at the end of the
/// text, or right before its last closing bracket, because serde_json reads up to a closing
/// bracket before it sets an error's position.
fn before_value(read: &[u8], length: usize) -> &[u8] {
    let end = read.trim_ascii_end();
    let before = |end: &'_ [u8]| end.len().checked_sub(length);
    match before(end) {
        Some(start) if is_json(&end[start..]) => &end[..start],
        _ => {
            let end = end
                .split_last()
                .map_or(end, |(_bracket, rest)| rest.trim_ascii_end());
            &end[..before(end).unwrap_or_default()]
        }
    }
}

fn is_json(value: &[u8]) -> bool {
    std::str::from_utf8(value).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
}

fn join(outer: String, inner: &str) -> String {
    match (outer.is_empty(), inner.is_empty() || inner.starts_with('[')) {
        (true, _) => inner.to_owned(),
        (false, true) => outer + inner,
        (false, false) => outer + "." + inner,
    }
}

/// Removes the value from a message such as `invalid type: string "Jenny", expected i64`.
fn without_value(message: &str) -> String {
    let shortened = ["invalid type: ", "invalid value: "]
        .into_iter()
        .find_map(|prefix| {
            let (found, expected) = message.strip_prefix(prefix)?.rsplit_once(", expected ")?;
            let kind = found.split(['"', '`']).next()?.trim_end();
            Some(format!("{prefix}{kind}, expected {expected}"))
        });
    shown::line(&shortened.unwrap_or_else(|| message.to_owned()))
}

#[cfg(test)]
mod tests {
    use crate::de::{self, Fields, Object};
    use crate::{Error, Expandable, List, Map, MaybeDeleted, RawObject, Sensitive};
    use serde::de::MapAccess;

    #[derive(Debug)]
    #[expect(dead_code, reason = "only read into")]
    struct Account {
        id: String,
        created: i64,
        owner: Option<MaybeDeleted<Owner, RawObject>>,
        current: Option<Map<i64>>,
        name: Option<Sensitive<String>>,
        parent: Option<Expandable<RawObject>>,
    }

    impl Object for Account {
        const NAME: &'static str = "Account";

        fn from_fields<'de, A: MapAccess<'de>>(mut fields: Fields<A>) -> Result<Self, A::Error> {
            let (mut id, mut created, mut owner) = (None, None, None);
            let (mut current, mut name, mut parent) = (None, None, None);
            while let Some(field) = fields.next_name()? {
                match field.as_str() {
                    "id" => fields.read(&mut id)?,
                    "created" => fields.read(&mut created)?,
                    "owner" => fields.read(&mut owner)?,
                    "current" => fields.read(&mut current)?,
                    "name" => fields.read(&mut name)?,
                    "parent" => fields.read(&mut parent)?,
                    _ => fields.skip()?,
                }
            }
            Ok(Self {
                id: fields.required(id, "id")?,
                created: fields.required(created, "created")?,
                owner,
                current,
                name,
                parent,
            })
        }
    }
    crate::macros::object!(Account);

    #[derive(Debug)]
    #[expect(dead_code, reason = "only read into")]
    struct Owner {
        email: String,
    }

    impl Object for Owner {
        const NAME: &'static str = "Owner";

        fn from_fields<'de, A: MapAccess<'de>>(mut fields: Fields<A>) -> Result<Self, A::Error> {
            let mut email = None;
            while let Some(field) = fields.next_name()? {
                match field.as_str() {
                    "email" => fields.read(&mut email)?,
                    _ => fields.skip()?,
                }
            }
            fields.required(email, "email").map(|email| Self { email })
        }
    }
    crate::macros::object!(Owner);

    fn error(json: &str) -> Box<super::DecodeError> {
        de::from_slice::<List<Account>>(json.as_bytes()).expect_err(json)
    }

    #[test]
    fn an_error_names_its_path() {
        let fit = r#"{"id": "fca_1", "created": 1}"#;
        for (account, path, message) in [
            ("3", "data[1]", "invalid type: integer, expected Account"),
            ("{}", "data[1]", "missing field `id`"),
            (r#"{"id": "fca_2"}"#, "data[1]", "missing field `created`"),
            (
                r#"{"created": "soon", "id": "x"}"#,
                "data[1].created",
                "invalid type: string, expected i64",
            ),
            (
                r#"{"id": "x", "created": 1.5}"#,
                "data[1].created",
                "invalid type: floating point, expected i64",
            ),
            (
                r#"{"id": {}, "created": 1}"#,
                "data[1].id",
                "invalid type: map, expected a string",
            ),
            (
                r#"{"current": {"usd": 1, "eur": "2"}}"#,
                "data[1].current.eur",
                "invalid type: string, expected i64",
            ),
            (
                r#"{"name": ["Jenny"], "id": ""}"#,
                "data[1].name",
                "invalid type: sequence, expected a string",
            ),
            (
                r#"{"owner": {"email": 5}, "id": ""}"#,
                "data[1].owner.email",
                "invalid type: integer, expected a string",
            ),
            (
                r#"{"owner": {"email": 5}}"#,
                "data[1].owner.email",
                "invalid type: integer, expected a string",
            ),
            (
                r#"{"owner": {"x": [1]}}"#,
                "data[1].owner",
                "missing field `email`",
            ),
            (
                r#"{"parent": false}"#,
                "data[1].parent",
                "invalid type: boolean, expected object with an id",
            ),
            (
                r#"{"parent": {"a": 1}}"#,
                "data[1].parent",
                "missing field `id`",
            ),
            (
                r#"{"id": "x" "created": 1}"#,
                "data[1].id",
                "expected `,` or `}`",
            ),
        ] {
            for data in [
                format!("{fit}, {account}"),
                format!("{fit},\n  {account} , {fit}"),
            ] {
                let json =
                    format!("{{\"has_more\": false,\n \"data\": [{data}], \"url\": \"/v1/x\"}}");
                let error = error(&json);
                assert_eq!((error.path(), error.message()), (path, message), "{json}");
                assert_eq!(error.body(), json.as_bytes());
            }
        }
    }

    #[test]
    fn an_error_shows_no_values() {
        let json = r#"{"has_more": false, "url": "/v1/x", "data": [{"created": "Jenny, expected \"Rosen"}]}"#;
        let error = Error::Decode(error(json));
        for text in [error.to_string(), format!("{error:?}")] {
            assert!(
                text.contains("data[0].created") && !text.contains("Rosen"),
                "{text}"
            );
        }
        assert!(std::error::Error::source(&error).is_none());
    }

    #[test]
    fn invalid_utf8_has_a_path() {
        let error = de::from_slice::<Account>(b"{\"id\": \"x\", \"name\": \"\xff\"}").unwrap_err();
        assert_eq!((error.path(), error.message()), ("name", "invalid UTF-8"));
    }

    #[test]
    fn text_that_is_not_json_has_a_message() {
        for json in ["", "<html>", "[", "null", "{\"data\": [", "\u{0}"] {
            assert!(!error(json).message().is_empty());
        }
        let text = error("null").to_string();
        assert_eq!(
            text,
            "unexpected JSON from Stripe: invalid type: null, expected list"
        );
    }
}
