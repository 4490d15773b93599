//! Serves the files of `assets/` to browsers.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::server::Server;

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const PAGE: &str = "text/html; charset=utf-8";

macro_rules! assets {
    ($($path:literal $kind:ident $file:literal,)*) => {
        &[$(($path, $kind, include_str!(concat!("../../assets/", $file))),)*]
    };
}

/// Path, content type and content of each file.
const ASSETS: &[(&str, &str, &str)] = assets! {
    "/stripe.js" SCRIPT "stripe.js",
    "/v3" SCRIPT "stripe.js",
    "/v3/" SCRIPT "stripe.js",
    "/v3/linked-accounts-inner-sandbox.html" PAGE "dialog.html",
    "/v3/controller.html" PAGE "controller.html",
    "/v3/bank.html" PAGE "bank.html",
    "/v3/bank.js" SCRIPT "bank.js",
    "/v3/channel.js" SCRIPT "channel.js",
    "/v3/controller.js" SCRIPT "controller.js",
    "/v3/details.js" SCRIPT "details.js",
    "/v3/dialog.js" SCRIPT "dialog.js",
    "/v3/dom.js" SCRIPT "dom.js",
    "/v3/page.js" SCRIPT "page.js",
    "/v3/panes.js" SCRIPT "panes.js",
    "/v3/plot.js" SCRIPT "plot.js",
    "/v3/show.js" SCRIPT "show.js",
    "/v3/dialog.css" STYLE "dialog.css",
    "/v3/page.css" STYLE "page.css",
    "/v3/theme.css" STYLE "theme.css",
};

/// The pages load only files of the sandbox.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
                      connect-src 'self'; img-src 'self' data:; frame-src 'self'; \
                      base-uri 'none'; form-action 'none'";

pub(super) fn router() -> Router<Arc<Server>> {
    let mut router = Router::new();
    for &(path, kind, content) in ASSETS {
        // Pages of any origin can embed the dialog.
        let serve = async move |headers: HeaderMap| file(&headers, kind, content, POLICY);
        router = router.route(path, get(serve));
    }
    router
}

/// Serves Stripe.js.
pub(super) fn script(headers: &HeaderMap) -> Response {
    let (_, kind, content) = ASSETS[0];
    file(headers, kind, content, POLICY)
}

/// Serves the sandbox's own page, which other pages can't show in a frame.
pub(super) fn page(headers: &HeaderMap) -> Response {
    let policy = format!("{POLICY}; frame-ancestors 'none'");
    file(
        headers,
        PAGE,
        include_str!("../../assets/page.html"),
        &policy,
    )
}

/// Returns a file, or status 304 if the browser has it.
fn file(headers: &HeaderMap, kind: &str, content: &'static str, policy: &str) -> Response {
    let tag = tag(content);
    let known = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        content.into_response()
    };
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    };
    set("content-type", kind);
    set("etag", &tag);
    // Another version of the sandbox on the same port may have other files.
    set("cache-control", "no-cache");
    set("content-security-policy", policy);
    // Pages that are isolated from other origins can load it.
    set("cross-origin-resource-policy", "cross-origin");
    set("referrer-policy", "no-referrer");
    set("x-content-type-options", "nosniff");
    response
}

fn tag(content: &str) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}
