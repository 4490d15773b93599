//! A plain HTTP client for the sandbox, which checks every response.

use reqwest::{Method, StatusCode};
use serde_json::Value;
use stripe_financial_connections_sandbox::Sandbox;

use super::schema;

pub(crate) type Form<'a> = &'a [(&'a str, &'a str)];

pub(crate) struct Http {
    pub(crate) sandbox: Sandbox,
    http: reqwest::Client,
}

/// A response with a checked body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Http {
    pub(crate) async fn start() -> Self {
        Self::new(Sandbox::start().await.expect("there is a free port"))
    }

    pub(crate) fn new(sandbox: Sandbox) -> Self {
        Self {
            sandbox,
            http: reqwest::Client::new(),
        }
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).expect("it is a method");
        let url = format!("{}{path}", self.sandbox.url());
        self.http
            .request(method, url)
            .bearer_auth(self.sandbox.key())
    }

    /// Sends parameters, in the query or body according to the method, and headers.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        form: Form<'_>,
        headers: Form<'_>,
    ) -> Answer {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let mut request = match method {
            "POST" => self
                .request(method, path)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form),
            _ if form.is_empty() => self.request(method, path),
            _ => self.request(method, &format!("{path}?{form}")),
        };
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.expect("the sandbox answers");
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.bytes().await.expect("the body arrives");
        let body: Value = serde_json::from_slice(&body).expect("the body is JSON");
        if status == StatusCode::OK {
            schema::check_answer(method, path, &body);
        } else {
            schema::check_error(&body);
        }
        let status = status.as_u16();
        Answer {
            status,
            headers,
            body,
        }
    }

    /// Returns the body of a response that must be successful.
    pub(crate) async fn get(&self, path: &str, form: Form<'_>) -> Value {
        self.good("GET", path, form).await
    }

    pub(crate) async fn post(&self, path: &str, form: Form<'_>) -> Value {
        self.good("POST", path, form).await
    }

    pub(crate) async fn good(&self, method: &str, path: &str, form: Form<'_>) -> Value {
        let answer = self.send(method, path, form, &[]).await;
        assert_eq!(
            answer.status, 200,
            "{method} {path} {form:?}: {}",
            answer.body
        );
        answer.body
    }

    /// Returns status, code and param of a response that must be an error.
    pub(crate) async fn refused(&self, method: &str, path: &str, form: Form<'_>) -> Refusal {
        Refusal::from(self.send(method, path, form, &[]).await)
    }

    /// Creates a customer, and returns its id.
    pub(crate) async fn customer(&self) -> String {
        id(&self
            .post("/v1/customers", &[("name", "Robin Example")])
            .await)
    }

    /// Links an account for a new customer, with all permissions.
    pub(crate) async fn account(&self, institution: &str) -> String {
        let customer = self.customer().await;
        let session = self.session(&customer, &[]).await;
        let path = format!("/_sandbox/sessions/{session}/link");
        let form = [("institution", institution), ("accounts[]", "checking")];
        let linked = self.post(&path, &form).await;
        id(&linked["accounts"][0])
    }

    /// Creates a session with all permissions and other parameters.
    pub(crate) async fn session(&self, customer: &str, form: Form<'_>) -> String {
        let mut all = vec![
            ("account_holder[type]", "customer"),
            ("account_holder[customer]", customer),
            ("permissions[0]", "balances"),
            ("permissions[1]", "ownership"),
            ("permissions[2]", "payment_method"),
            ("permissions[3]", "transactions"),
        ];
        all.extend(form);
        id(&self.post("/v1/financial_connections/sessions", &all).await)
    }

    /// Refreshes features, and moves the clock until they have ended.
    pub(crate) async fn refresh(&self, account: &str, features: &[&str]) -> Value {
        let form: Vec<_> = features
            .iter()
            .map(|feature| ("features[]", *feature))
            .collect();
        let path = format!("/v1/financial_connections/accounts/{account}");
        self.post(&format!("{path}/refresh"), &form).await;
        self.pass(1);
        self.get(&path, &[]).await
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.sandbox
            .advance(std::time::Duration::from_secs(seconds));
    }
}

/// The fields of an error that a program uses.
#[derive(Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) r#type: String,
    pub(crate) code: Option<String>,
    pub(crate) param: Option<String>,
}

impl From<Answer> for Refusal {
    fn from(answer: Answer) -> Self {
        let error = &answer.body["error"];
        let text = |name: &str| error[name].as_str().map(str::to_owned);
        Self {
            status: answer.status,
            r#type: text("type").unwrap_or_default(),
            code: text("code"),
            param: text("param"),
        }
    }
}

/// Returns an `invalid_request_error`. An empty code or param means none.
pub(crate) fn refusal(status: u16, code: &str, param: &str) -> Refusal {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Refusal {
        status,
        r#type: "invalid_request_error".to_owned(),
        code: some(code),
        param: some(param),
    }
}

pub(crate) fn id(object: &Value) -> String {
    object["id"].as_str().expect("it has an id").to_owned()
}

/// Returns the ids of a list, in order.
pub(crate) fn ids(list: &Value) -> Vec<String> {
    let data = list["data"].as_array().expect("it is a list");
    data.iter().map(id).collect()
}
