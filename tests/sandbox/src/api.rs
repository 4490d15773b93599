//! From a request to an answer, the same way for every operation.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::error::{ApiError, shortened};
use crate::events::Cause;
use crate::expand;
use crate::faults::{self, Fault};
use crate::form;
use crate::ids;
use crate::routes::Route;
use crate::server::Server;
use crate::spec::SPEC;
use crate::state::State;
use crate::validate;

/// Requests are small; a larger body is refused before it is read.
const MAX_BODY: usize = 1 << 20;
/// How long a client may take to send a body.
const BODY_TIME: Duration = Duration::from_secs(30);

/// A request whose parameters are good.
pub(crate) struct Call {
    /// The path as it was sent.
    pub(crate) path: String,
    /// The ids in the path, by the names of their placeholders.
    pub(crate) ids: Vec<(String, String)>,
    pub(crate) params: Value,
}

impl Call {
    /// The id in the path. The name is one of the route's.
    pub(crate) fn id(&self, name: &str) -> &str {
        let id = self.ids.iter().find(|(known, _)| known == name);
        id.map_or("", |(_, id)| id)
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.params[name].as_str()
    }

    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        let list = self.params[name].as_array().into_iter().flatten();
        list.filter_map(Value::as_str).collect()
    }

    pub(crate) fn int(&self, name: &str) -> Option<i64> {
        let value = &self.params[name];
        value.as_i64().or_else(|| value.as_str()?.parse().ok())
    }
}

/// Answers a request to Stripe's API.
pub(crate) async fn answer(
    server: Arc<Server>,
    route: &'static Route,
    ids: Vec<(String, String)>,
    request: Request,
) -> Response {
    let id = ids::new("req");
    let (parts, body) = request.into_parts();
    let fault = match fault(&server, &parts) {
        Ok(fault) => fault,
        Err(error) => return respond(&id, Err(error)),
    };
    tokio::time::sleep(fault.delay).await;
    let fails = fault.drop || fault.error().is_some();
    if fails && !fault.after {
        return fail(&id, &fault);
    }
    let response = match read(&parts, body).await {
        Ok(form) => carry_out(&server, route, ids, &parts, &form, &id),
        Err(error) => respond(&id, Err(error)),
    };
    if fails { fail(&id, &fault) } else { response }
}

/// The fault that the header of the request asks for, or else one that was asked for before.
fn fault(server: &Arc<Server>, parts: &Parts) -> Result<Fault, ApiError> {
    if let Some(header) = text(&parts.headers, faults::HEADER) {
        return Fault::parse_header(header);
    }
    let (method, path) = (parts.method.as_str(), parts.uri.path());
    let fault = server.with(|state| faults::take(&mut state.faults, method, path));
    Ok(fault.unwrap_or_default())
}

fn fail(id: &str, fault: &Fault) -> Response {
    if fault.drop {
        return dropped();
    }
    let error = fault.error().unwrap_or_else(|| ApiError::invalid(""));
    let mut response = match &fault.body {
        Some(body) => (error.status_code(), body.clone()).into_response(),
        None => respond(id, Err(error)),
    };
    set(&mut response, "retry-after", fault.retry_after.as_deref());
    set(
        &mut response,
        "stripe-should-retry",
        fault.should_retry.as_deref(),
    );
    response
}

/// A body that fails before its first byte makes the server close the connection.
fn dropped() -> Response {
    let error = std::io::Error::from(std::io::ErrorKind::ConnectionAborted);
    let body = futures_util::stream::once(std::future::ready(Err::<Bytes, _>(error)));
    Response::new(Body::from_stream(body))
}

/// The query and the body, joined.
pub(crate) async fn read(parts: &Parts, body: Body) -> Result<Vec<u8>, ApiError> {
    let too_large = || ApiError::invalid("The body is larger than 1 MB.").status(413);
    let length = text(&parts.headers, header::CONTENT_LENGTH.as_str());
    if length
        .and_then(|length| length.parse().ok())
        .is_some_and(|length: usize| length > MAX_BODY)
    {
        return Err(too_large());
    }
    let read = tokio::time::timeout(BODY_TIME, axum::body::to_bytes(body, MAX_BODY)).await;
    let timeout = |_| ApiError::invalid("The body took too long to arrive.").status(408);
    let body = read.map_err(timeout)?.map_err(|_| too_large())?;
    let kind = text(&parts.headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
    if !body.is_empty() && !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(ApiError::invalid(
            "The body has to be a form: set Content-Type to application/x-www-form-urlencoded.",
        ));
    }
    let mut form = parts.uri.query().unwrap_or_default().as_bytes().to_vec();
    form.push(b'&');
    form.extend_from_slice(&body);
    Ok(form)
}

fn carry_out(
    server: &Arc<Server>,
    route: &Route,
    ids: Vec<(String, String)>,
    parts: &Parts,
    form: &[u8],
    id: &str,
) -> Response {
    let checked = authenticate(&parts.headers, &server.key).and_then(|()| {
        check_version(&parts.headers)?;
        let tree = form::decode(form)?;
        let operation = route.operation();
        let params = match operation {
            Some(operation) => validate::params(tree, &operation.params)?,
            None => validate::unchecked(tree),
        };
        let path = parts.uri.path().to_owned();
        let call = Call { path, ids, params };
        let response = operation.map(|operation| &operation.response);
        expand::check(&call.texts("expand"), response)?;
        Ok(call)
    });
    let call = match checked {
        Ok(call) => call,
        Err(error) => return respond(id, Err(error)),
    };
    let key = text(&parts.headers, "idempotency-key").filter(|_| route.method == "POST");
    let (answer, original) = server.with(|state| once(state, route, &call, key, id));
    let mut response = respond(id, answer);
    set(&mut response, "idempotency-key", key);
    if let Some(original) = original {
        set(&mut response, "original-request", Some(&original));
        set(&mut response, "idempotent-replayed", Some("true"));
    }
    response
}

/// Carries a request out, unless that was done before under its idempotency key: then it is the
/// answer of then, and the id of that request.
fn once(
    state: &mut State,
    route: &Route,
    call: &Call,
    key: Option<&str>,
    id: &str,
) -> (Result<Value, ApiError>, Option<String>) {
    let request = format!("{} {} {}", route.method, call.path, call.params);
    if let Some(key) = key {
        match state.replays.find(key, &request, state.now()) {
            Err(error) => return (Err(error), None),
            Ok(Some(replay)) => return (replay.answer.clone(), Some(replay.request_id.clone())),
            Ok(None) => {}
        }
    }
    state.cause = Some(Cause {
        id: id.to_owned(),
        idempotency_key: key.map(str::to_owned),
    });
    let answer = (route.handler)(state, call).map(|mut answer| {
        expand::expand(state, &mut answer, &call.texts("expand"));
        answer
    });
    state.cause = None;
    state.changed |= route.method != "GET";
    if let Some(key) = key {
        let now = state.now();
        state
            .replays
            .keep(key.to_owned(), request, id.to_owned(), answer.clone(), now);
    }
    (answer, None)
}

/// `Bearer KEY`, or the key as the user name of basic authentication.
fn authenticate(headers: &HeaderMap, key: &str) -> Result<(), ApiError> {
    let refused = |message: String| Err(ApiError::invalid(message).status(401));
    let sent = text(headers, header::AUTHORIZATION.as_str()).and_then(credentials);
    match sent {
        Some(sent) if sent == key => Ok(()),
        Some(sent) if sent.starts_with("pk_") => Err(ApiError::invalid(
            "This operation needs a secret key, not a publishable one.",
        )
        .status(403)
        .code("secret_key_required")),
        Some(sent) => {
            let start: String = sent.chars().take(8).collect();
            refused(format!("Invalid API Key provided: {start}****"))
        }
        None => refused(
            "You did not provide an API key: send the header 'Authorization: Bearer KEY'."
                .to_owned(),
        ),
    }
}

fn credentials(header: &str) -> Option<String> {
    let (scheme, rest) = header.split_once(' ')?;
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" => Some(rest.trim().to_owned()),
        "basic" => {
            use base64::Engine;
            let decoded = base64::engine::general_purpose::STANDARD
                .decode(rest.trim())
                .ok()?;
            let user = String::from_utf8(decoded).ok()?;
            Some(user.split(':').next()?.to_owned())
        }
        _ => None,
    }
}

fn check_version(headers: &HeaderMap) -> Result<(), ApiError> {
    if headers.contains_key("stripe-account") || headers.contains_key("stripe-context") {
        return Err(ApiError::invalid("The sandbox has no connected accounts.").status(403));
    }
    match text(headers, "stripe-version") {
        Some(version) if version != SPEC.version => Err(ApiError::invalid(format!(
            "Invalid Stripe API version: {}. The sandbox speaks {}.",
            shortened(version),
            SPEC.version
        ))),
        _ => Ok(()),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// An answer with the headers that all have.
pub(crate) fn respond(id: &str, answer: Result<Value, ApiError>) -> Response {
    let (status, body) = match answer {
        Ok(body) => (StatusCode::OK, body),
        Err(error) => (error.status_code(), error.body()),
    };
    let content_type = [(header::CONTENT_TYPE, "application/json")];
    let mut response = (status, content_type, body.to_string()).into_response();
    set(&mut response, "request-id", Some(id));
    set(&mut response, "stripe-version", Some(&SPEC.version));
    response
}

fn set(response: &mut Response, name: &'static str, value: Option<&str>) {
    if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
        response.headers_mut().insert(name, value);
    }
}
