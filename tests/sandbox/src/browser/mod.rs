//! The parts for browsers: the stand-in for Stripe.js, its dialog, and the sandbox's own page.

mod assets;
mod calls;
mod dialog;
mod page;
mod visible;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::Value;

use crate::error::ApiError;
use crate::server::Server;
use crate::state::State;
use crate::world::World;

/// The largest body that the dialog sends.
const MAX_BODY: usize = 64 << 10;

pub(crate) fn router() -> Router<Arc<Server>> {
    Router::new()
        .merge(assets::router())
        .merge(page::router())
        .route("/{release}/stripe.js", get(release))
        .route("/v3/flows/{action}", post(flow))
        .route("/v3/calls", post(call))
}

/// Serves `/endive/stripe.js` and the other release names; all have the same script.
async fn release(Path(release): Path<String>, request: Request) -> Response {
    if release == "v3" || release.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return assets::script(request.headers());
    }
    StatusCode::NOT_FOUND.into_response()
}

/// The fields of every request from a page's Stripe.js.
#[derive(Deserialize)]
struct Sent {
    /// The publishable key.
    key: String,
    /// The connected account that the page acts for.
    account: Option<String>,
    /// The function of Stripe.js, when a flow is opened or a call made.
    #[serde(default)]
    call: String,
    #[serde(default)]
    client_secret: String,
    #[serde(default)]
    params: Value,
    /// The id of an open flow, for one of its steps.
    #[serde(default)]
    flow: String,
    /// The user's input, for a step of a flow.
    #[serde(default)]
    entered: Value,
}

async fn flow(
    Shared(server): Shared<Arc<Server>>,
    Path(action): Path<String>,
    request: Request,
) -> Response {
    answer(&server, request, |state, sent| {
        dialog::step(state, &action, sent)
    })
    .await
}

async fn call(Shared(server): Shared<Arc<Server>>, request: Request) -> Response {
    answer(&server, request, calls::call).await
}

/// Answers requests of the sandbox's own frames. Pages of other origins can't read the response,
/// and their requests are refused.
async fn answer(
    server: &Arc<Server>,
    request: Request,
    act: impl FnOnce(&mut State, &Sent) -> Result<Value, ApiError>,
) -> Response {
    let answer = match read(request).await {
        Ok(sent) => check_key(server, &sent.key)
            .and_then(|()| world(&sent))
            .and_then(|world| server.with_world(&world, |state| act(state, &sent))),
        Err(error) => Err(error),
    };
    let (status, body) = match answer {
        Ok(body) => (StatusCode::OK, body),
        Err(error) => (error.status_code(), visible::error(error)),
    };
    json_response(status, &body)
}

async fn read(request: Request) -> Result<Sent, ApiError> {
    let (parts, body) = request.into_parts();
    if !is_same_origin(&parts.headers) {
        return Err(ApiError::invalid(
            "Only frames of the sandbox may ask this: use Stripe.js, or Stripe's API.",
        )
        .status(403));
    }
    let bytes = axum::body::to_bytes(body, MAX_BODY).await;
    let sent = bytes
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok());
    sent.ok_or_else(|| ApiError::invalid("The body is not what Stripe.js of the sandbox sends."))
}

/// Returns whether a page of the sandbox sent the request, by its `Origin` header.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(origin), Some(host)) = (text(header::ORIGIN), text(header::HOST)) else {
        return false;
    };
    let (_, authority) = origin.split_once("://").unwrap_or_default();
    authority == host
}

/// Checks that a page's key is the publishable key. An error shows only the start of a wrong key.
fn check_key(server: &Server, key: &str) -> Result<(), ApiError> {
    if key == server.publishable_key {
        return Ok(());
    }
    let start: String = key.chars().take(8).collect();
    Err(ApiError::invalid(format!(
        "Invalid API Key provided: {start}****. The publishable key of this sandbox is {}.",
        server.publishable_key
    ))
    .status(401))
}

fn world(sent: &Sent) -> Result<World, ApiError> {
    match &sent.account {
        Some(account) => World::connected(account),
        None => Ok(World::PLATFORM),
    }
}

fn json_response(status: StatusCode, body: &Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, body.to_string()).into_response()
}
