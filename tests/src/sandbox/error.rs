//! Errors in Stripe's shape.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// An answer that is an error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ApiError {
    status: u16,
    r#type: String,
    code: Option<String>,
    param: Option<String>,
    message: String,
    /// Objects the error is about, such as the `payment_intent` that failed.
    about: Option<(String, Value)>,
}

impl ApiError {
    /// 400: the request is wrong.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self {
            status: 400,
            r#type: "invalid_request_error".to_owned(),
            code: None,
            param: None,
            message: message.into(),
            about: None,
        }
    }

    /// 404: there is no such object. A wrong id in a parameter is a 400, as
    /// [`unknown_reference`](Self::unknown_reference).
    pub(crate) fn missing(what: &str, id: &str, param: &str) -> Self {
        Self::unknown_reference(what, id, param).status(404)
    }

    /// 400: a parameter holds an id that does not exist.
    pub(crate) fn unknown_reference(what: &str, id: &str, param: &str) -> Self {
        Self::invalid(format!("No such {what}: '{}'", shortened(id)))
            .code("resource_missing")
            .param(param)
    }

    /// A required parameter is not there.
    pub(crate) fn parameter_missing(param: &str) -> Self {
        Self::invalid(format!("Missing required param: {param}."))
            .code("parameter_missing")
            .param(param)
    }

    /// Parameters that exclude each other; it names the first.
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

    pub(crate) fn r#type(mut self, r#type: &str) -> Self {
        self.r#type = r#type.to_owned();
        self
    }

    pub(crate) fn code(mut self, code: &str) -> Self {
        self.code = Some(code.to_owned());
        self
    }

    pub(crate) fn param(mut self, param: impl Into<String>) -> Self {
        self.param = Some(param.into());
        self
    }

    pub(crate) fn about(mut self, name: &str, object: Value) -> Self {
        self.about = Some((name.to_owned(), object));
        self
    }

    pub(crate) fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The content of `error`, without what is not set.
    pub(crate) fn error(&self) -> Value {
        let mut error = json!({ "type": self.r#type, "message": self.message });
        if let Some(code) = &self.code {
            error["code"] = json!(code);
        }
        if let Some(param) = &self.param {
            error["param"] = json!(param);
        }
        if let Some((name, object)) = &self.about {
            error[name] = object.clone();
        }
        error
    }

    pub(crate) fn body(&self) -> Value {
        json!({ "error": self.error() })
    }
}

/// Text from a request, short enough for a message.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
