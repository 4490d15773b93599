//! The site of an application that links accounts, with its server.

use std::path::PathBuf;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};
use stripe_financial_connections_sandbox::Sandbox;
use tokio::net::TcpListener;

use super::driver::{Browser, Options, packages};

/// A sandbox, an application's site, and a browser that shows it.
pub(crate) struct Site {
    pub(crate) sandbox: Sandbox,
    pub(crate) http: reqwest::Client,
    pub(crate) browser: Browser,
    pub(crate) url: String,
}

/// The inputs of the site's pages.
#[derive(Clone)]
struct Pages {
    html: String,
    policy: String,
}

/// How a page loads Stripe.js.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Loads {
    /// With a script tag and `Stripe()`.
    Tag,
    /// With `loadStripe` of `@stripe/stripe-js`, from npm.
    Loader,
}

const PAGE: &str = r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Shop</title>
<script src="{{stripe_js}}"></script>
<script type="module" src="/{{script}}"></script></head>
<body data-key="{{key}}"><main><h1>Shop</h1><button id="go">Link your bank account</button>
<button id="other">Another button</button></main></body></html>"#;

/// The button makes the pending call, and stores its result.
const SCRIPT: &str = r#"
const stripe = await load(document.body.dataset.key);
window.stripe = stripe;
window.call = (name, ...args) => {
  window.result = null;
  try {
    stripe[name](...args).then(
      (result) => { window.result = result; },
      (error) => { window.result = { rejected: { name: error.name, message: error.message } }; });
  } catch (error) {
    window.result = { thrown: { name: error.name, message: error.message } };
  }
};
document.getElementById("go").addEventListener("click", () => window.call(...window.next));
window.loaded = true;
"#;

impl Site {
    /// `None` if there is no browser.
    pub(crate) async fn start() -> Option<Self> {
        Self::with(Options::default(), Loads::Tag).await
    }

    pub(crate) async fn with(options: Options, loads: Loads) -> Option<Self> {
        let browser = Browser::start(options).await?;
        let sandbox = Sandbox::start().await.expect("there is a free port");
        let script = match loads {
            Loads::Tag => "tag.js",
            Loads::Loader => "loader.js",
        };
        let html = PAGE
            .replace("{{stripe_js}}", &format!("{}/stripe.js", sandbox.url()))
            .replace("{{script}}", script)
            .replace("{{key}}", sandbox.publishable_key());
        // The strictest policy that works: only script-src and frame-src have the sandbox.
        let policy = format!(
            "default-src 'none'; script-src 'self' {0}; frame-src {0}; base-uri 'none'",
            sandbox.url()
        );
        let url = serve(html, policy).await;
        let site = Self {
            http: reqwest::Client::new(),
            sandbox,
            browser,
            url,
        };
        site.open().await;
        Some(site)
    }

    /// Opens the page in the current window.
    pub(crate) async fn open(&self) {
        let went = self.browser.client.goto(&self.url).await;
        went.expect("there is a page");
        let loaded = "return window.loaded === true";
        self.browser.until(loaded, |loaded| *loaded == true).await;
    }

    /// Calls the API as the server of the application.
    pub(crate) async fn api(&self, method: &str, path: &str, form: &[(&str, &str)]) -> Value {
        let url = format!("{}{path}", self.sandbox.url());
        let method = method.parse().expect("it is a method");
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = self
            .http
            .request(method, url)
            .bearer_auth(self.sandbox.key());
        let request = match form.is_empty() {
            true => request,
            false => request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form),
        };
        let answer = request.send().await.expect("the sandbox answers");
        let body = answer.bytes().await.expect("the body arrives");
        serde_json::from_slice(&body).expect("the body is JSON")
    }

    /// Creates a session for a new customer with all permissions, and other parameters.
    pub(crate) async fn session(&self, form: &[(&str, &str)]) -> Value {
        let customer = self
            .api(
                "POST",
                "/v1/customers",
                &[("name", "Robin Example"), ("email", "robin@example.com")],
            )
            .await;
        let customer = text(&customer, "id");
        self.session_of(&customer, form).await
    }

    pub(crate) async fn session_of(&self, customer: &str, form: &[(&str, &str)]) -> Value {
        let mut all = vec![
            ("account_holder[type]", "customer"),
            ("account_holder[customer]", customer),
        ];
        if !form.iter().any(|(name, _)| name.starts_with("permissions")) {
            all.extend([
                ("permissions[0]", "balances"),
                ("permissions[1]", "ownership"),
                ("permissions[2]", "payment_method"),
                ("permissions[3]", "transactions"),
            ]);
        }
        all.extend(form);
        let session = self
            .api("POST", "/v1/financial_connections/sessions", &all)
            .await;
        assert!(session["error"].is_null(), "{session}");
        session
    }

    /// Starts a call of the page by a click.
    pub(crate) async fn start_call(&self, name: &str, arguments: Value) {
        let mut next = vec![json!(name)];
        next.extend(arguments.as_array().expect("it is a list").iter().cloned());
        let script = "window.next = arguments[0]; window.result = undefined";
        self.browser.run_with(script, vec![json!(next)]).await;
        self.browser.click("#go").await;
    }

    /// Opens the dialog to link accounts, and enters it.
    pub(crate) async fn link(&self, session: &Value) {
        self.start_call(
            "collectFinancialConnectionsAccounts",
            json!([{ "clientSecret": session["client_secret"] }]),
        )
        .await;
        self.browser.enter_dialog().await;
    }

    /// Returns the result of the call, and checks that its dialog is closed.
    pub(crate) async fn result(&self) -> Value {
        self.browser.leave_frame().await;
        let script = "return window.result ?? null";
        let result = self.browser.until(script, |result| !result.is_null()).await;
        assert!(!self.browser.is_there("dialog").await, "the dialog is gone");
        result
    }

    /// Makes a call that shows no dialog.
    pub(crate) async fn call(&self, name: &str, arguments: Value) -> Value {
        self.start_call(name, arguments).await;
        self.result().await
    }

    /// Closes the browser, and checks that its console is empty.
    pub(crate) async fn close(self) {
        let console = self.browser.console().await;
        // Browsers log refused requests in any case.
        let refused = |line: &&String| {
            !(line.contains("/v3/") || line.contains("/_sandbox/"))
                || !line.contains("Failed to load resource")
        };
        let console: Vec<_> = console.iter().filter(refused).collect();
        assert!(console.is_empty(), "{console:?}");
        self.browser.close().await;
    }
}

pub(crate) fn text(object: &Value, name: &str) -> String {
    let text = object[name].as_str();
    text.unwrap_or_else(|| panic!("no {name} in {object}"))
        .to_owned()
}

/// Serves a page from an origin of its own, and returns its address.
pub(crate) async fn serve(html: String, policy: String) -> String {
    let router = Router::new()
        .route("/", get(page))
        .route(
            "/tag.js",
            get(async || script("const load = window.Stripe;")),
        )
        .route(
            "/loader.js",
            get(async || {
                script(
                    "import { loadStripe as load } from '/npm/@stripe/stripe-js/dist/index.mjs';",
                )
            }),
        )
        .route("/npm/{*path}", get(package))
        .with_state(Pages { html, policy });
    serve_router(router).await
}

pub(crate) async fn serve_router(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("there is a free port");
    let address = listener.local_addr().expect("it has one");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

async fn page(State(pages): State<Pages>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CONTENT_SECURITY_POLICY, pages.policy),
    ];
    (headers, pages.html).into_response()
}

fn script(start: &str) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (headers, format!("{start}{SCRIPT}")).into_response()
}

/// Serves a file of a package from npm.
async fn package(Path(path): Path<String>) -> Response {
    let file: PathBuf = packages().join("node_modules").join(path);
    match std::fs::read_to_string(file) {
        Ok(content) => {
            let headers = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
            (headers, content).into_response()
        }
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}
