//! Errors in Stripe's format.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// An error response.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ApiError {
    status: u16,
    /// The content of `error`.
    error: Map<String, Value>,
}

impl ApiError {
    /// Returns a 400: the request is invalid.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        let error = Self {
            status: 400,
            error: Map::new(),
        };
        error
            .r#type("invalid_request_error")
            .with("message", message.into())
    }

    /// Returns a 404: the object does not exist. For a wrong id in a parameter use
    /// [`unknown_reference`](Self::unknown_reference), a 400.
    pub(crate) fn missing(what: &str, id: &str, param: &str) -> Self {
        Self::unknown_reference(what, id, param).status(404)
    }

    /// Returns a 400: the id in a parameter does not exist.
    pub(crate) fn unknown_reference(what: &str, id: &str, param: &str) -> Self {
        Self::invalid(format!("No such {what}: '{}'", shortened(id)))
            .code("resource_missing")
            .param(param)
    }

    /// Returns an error about a missing parameter.
    pub(crate) fn parameter_missing(param: &str) -> Self {
        Self::invalid(format!("Missing required param: {param}."))
            .code("parameter_missing")
            .param(param)
    }

    /// Returns an error about parameters that can't be combined. Its `param` is the first.
    pub(crate) fn exclusive(params: [&str; 2]) -> Self {
        let [one, other] = params;
        Self::invalid(format!(
            "You may only specify one of these parameters: {one}, {other}."
        ))
        .code("parameters_exclusive")
        .param(one)
    }

    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(crate) fn r#type(self, r#type: &str) -> Self {
        self.with("type", r#type)
    }

    pub(crate) fn code(self, code: &str) -> Self {
        self.with("code", code)
    }

    /// Returns the error for a parameter inside another one.
    pub(crate) fn within(self, param: &str) -> Self {
        let nested = match self.error.get("param").and_then(Value::as_str) {
            Some(name) => format!("{param}[{name}]"),
            None => param.to_owned(),
        };
        self.param(nested)
    }

    pub(crate) fn param(self, param: impl Into<String>) -> Self {
        self.with("param", param.into())
    }

    /// Adds a field, such as the `payment_intent` that can't be confirmed.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.error.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    pub(crate) fn message(&self) -> &str {
        self.text("message").unwrap_or_default()
    }

    /// Returns a field of the error.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.error.get(name)?.as_str()
    }

    pub(crate) fn body(&self) -> Value {
        json!({ "error": self.error })
    }
}

/// Shortens text from a request for a message.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
