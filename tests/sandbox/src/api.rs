//! Answers requests to the API, in the same way for all operations.

use std::sync::{Arc, PoisonError};
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
use crate::requests::Answered;
use crate::routes::Route;
use crate::server::{Change, Server};
use crate::spec::SPEC;
use crate::state::State;
use crate::tokens;
use crate::validate;
use crate::world::{Universe, World};

/// The largest body. A larger one is refused before it is read.
const MAX_BODY: usize = 1 << 20;
/// The time limit for a client to send a body.
const BODY_TIME: Duration = Duration::from_secs(30);
/// Operations on parts of the account in the path.
const OF_ACCOUNT: &str = "/v1/accounts/";

/// A request with valid parameters.
#[derive(Clone, Default)]
pub(crate) struct Call {
    /// The path as sent.
    pub(crate) path: String,
    /// The ids in the path, with the names of their placeholders.
    pub(crate) ids: Vec<(String, String)>,
    pub(crate) params: Value,
    pub(crate) world: World,
}

impl Call {
    /// Creates a call by the sandbox itself, with these parameters.
    pub(crate) fn within(params: Value) -> Self {
        Self {
            params,
            ..Self::default()
        }
    }

    /// Creates a call by the sandbox itself, with these ids in the path.
    pub(crate) fn of<const N: usize>(ids: [(&str, String); N]) -> Self {
        Self {
            ids: ids.map(|(name, id)| (name.to_owned(), id)).into(),
            ..Self::default()
        }
    }

    /// Returns the id of the connected account, if the request has one.
    pub(crate) fn account(&self) -> Option<&str> {
        self.world.account()
    }

    /// Returns the id of a placeholder of the route.
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

    /// Returns a boolean parameter. In an operation outside of the spec it is a string.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        match &self.params[name] {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text == "true" => Some(true),
            Value::String(text) if text == "false" => Some(false),
            _ => None,
        }
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
    let id = server.setting.ids.id("req");
    let (parts, body) = request.into_parts();
    let fault = match fault(&server, &parts) {
        Ok(fault) => fault,
        Err(error) => return respond(&id, Err(error)),
    };
    tokio::time::sleep(fault.delay + server.latency).await;
    let fails = fault.drop || fault.error().is_some();
    let response = if fails && !fault.after {
        fail(&id, &fault)
    } else {
        let response = match read(&parts, body).await {
            Ok(form) => carry_out(&server, route, ids, &parts, &form, &id),
            Err(error) => respond(&id, Err(error)),
        };
        if fails { fail(&id, &fault) } else { response }
    };
    note(&server, &parts, &id, &response);
    response
}

/// The error of a response, for the list of the last requests.
#[derive(Clone)]
struct Wrong(ApiError);

fn note(server: &Arc<Server>, parts: &Parts, id: &str, response: &Response) {
    let wrong = response.extensions().get::<Wrong>();
    let wrong = |name: &str| wrong?.0.text(name).map(str::to_owned);
    let at = server.with(|universe| universe.platform().now());
    let mut requests = server
        .requests
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    requests.add(Answered {
        id: id.to_owned(),
        at,
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        account: text(&parts.headers, "stripe-account").map(str::to_owned),
        status: response.status().as_u16(),
        message: wrong("message"),
        code: wrong("code"),
        param: wrong("param"),
    });
    drop(requests);
    server.tell(Change::Request);
}

/// Returns the fault from the request's header, or else one that was set before.
fn fault(server: &Arc<Server>, parts: &Parts) -> Result<Fault, ApiError> {
    if let Some(header) = text(&parts.headers, faults::HEADER) {
        return Fault::parse_header(header);
    }
    let (method, path) = (parts.method.as_str(), parts.uri.path());
    let fault = server.with(|universe| faults::take(&mut universe.faults, method, path));
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

/// Returns a response whose body fails before its first byte, so that the server closes the
/// connection.
fn dropped() -> Response {
    let error = std::io::Error::from(std::io::ErrorKind::ConnectionAborted);
    let body = futures_util::stream::once(std::future::ready(Err::<Bytes, _>(error)));
    Response::new(Body::from_stream(body))
}

/// Reads the query and the body as one form.
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
        let world = world(route, &ids, &parts.headers)?;
        let tree = form::decode(form)?;
        let operation = route.operation();
        let params = match operation {
            Some(operation) => validate::params(tree, &operation.params)?,
            None => validate::unchecked(tree),
        };
        let path = parts.uri.path().to_owned();
        let response = operation.map(|operation| &operation.response);
        let call = Call {
            path,
            ids,
            params,
            world,
        };
        expand::check(&call.texts("expand"), response)?;
        Ok(call)
    });
    let call = match checked {
        Ok(call) => call,
        Err(error) => return respond(id, Err(error)),
    };
    let key = text(&parts.headers, "idempotency-key").filter(|_| route.method == "POST");
    let (answer, original) = server.with(|universe| {
        let (answer, original) = once(universe, route, &call, key, id);
        // If the change could not be saved, the request fails.
        (universe.commit().and(answer), original)
    });
    let mut response = respond(id, answer);
    set(&mut response, "idempotency-key", key);
    set(&mut response, "stripe-account", call.account());
    if let Some(original) = original {
        set(&mut response, "original-request", Some(&original));
        set(&mut response, "idempotent-replayed", Some("true"));
    }
    response
}

/// Returns the account that a request acts for: from its path, its header, or else the platform.
fn world(route: &Route, ids: &[(String, String)], headers: &HeaderMap) -> Result<World, ApiError> {
    if headers.contains_key("stripe-context") {
        return Err(ApiError::invalid(
            "The sandbox knows connected accounts by the header Stripe-Account, not by \
             Stripe-Context.",
        ));
    }
    let header = match headers.get("stripe-account") {
        Some(header) => Some(World::connected(header.to_str().unwrap_or_default())?),
        None => None,
    };
    let owner = ids.iter().find(|_| route.path.starts_with(OF_ACCOUNT));
    match (owner, header) {
        (Some((_, id)), Some(header)) if header.account() != Some(id) => {
            Err(ApiError::missing("account", id, "account"))
        }
        (Some((_, id)), _) => World::connected(id),
        (None, header) => Ok(header.unwrap_or_default()),
    }
}

/// Executes a request. If its idempotency key was used before, returns the response and request
/// id of that time.
fn once(
    universe: &mut Universe,
    route: &Route,
    call: &Call,
    key: Option<&str>,
    id: &str,
) -> (Result<Value, ApiError>, Option<String>) {
    // A token of the platform can become an external account of a connected account.
    let lent = call.text("external_account").or(call.text("bank_account"));
    if let Some(token) = lent
        && let Err(error) = tokens::lend(universe, &call.world, token)
    {
        return (Err(error), None);
    }
    let answered = match universe.world(&call.world) {
        Ok(state) => in_world(state, route, call, key, id),
        Err(error) => (Err(error), None),
    };
    if let Some(token) = lent {
        tokens::give_back(universe, &call.world, token);
    }
    answered
}

fn in_world(
    state: &mut State,
    route: &Route,
    call: &Call,
    key: Option<&str>,
    id: &str,
) -> (Result<Value, ApiError>, Option<String>) {
    let request = format!(
        "{} {} {:x}",
        route.method,
        call.path,
        fingerprint(&call.params)
    );
    if let Some(key) = key {
        match state.replays.find(key, &request, state.now()) {
            Err(error) => return (Err(error), None),
            Ok(Some(replay)) => return (replay.answer(), Some(replay.request_id.clone())),
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
    if let Some(key) = key {
        let now = state.now();
        state
            .replays
            .keep(key.to_owned(), request, id.to_owned(), &answer, now);
    }
    (answer, None)
}

/// Hashes parameters; the hash is the same in every version of the sandbox.
fn fingerprint(params: &Value) -> u64 {
    let bytes = params.to_string().into_bytes();
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// Checks the key, sent as `Bearer KEY` or as the user name of basic authentication.
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
        Some(sent) if sent.starts_with("sk_live_") || sent.starts_with("rk_live_") => refused(
            "This is a live key. Never send one to a sandbox: take a test key, or that of the \
                 sandbox. If it has been sent over a network, roll it in the Dashboard."
                .to_owned(),
        ),
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

/// Creates a response with the headers that all responses have.
pub(crate) fn respond(id: &str, answer: Result<Value, ApiError>) -> Response {
    let (status, body, wrong) = match answer {
        Ok(body) => (StatusCode::OK, body, None),
        Err(error) => (error.status_code(), error.body(), Some(Wrong(error))),
    };
    let content_type = [(header::CONTENT_TYPE, "application/json")];
    let mut response = (status, content_type, body.to_string()).into_response();
    if let Some(wrong) = wrong {
        response.extensions_mut().insert(wrong);
    }
    set(&mut response, "request-id", Some(id));
    set(&mut response, "stripe-version", Some(&SPEC.version));
    response
}

fn set(response: &mut Response, name: &'static str, value: Option<&str>) {
    if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
        response.headers_mut().insert(name, value);
    }
}
