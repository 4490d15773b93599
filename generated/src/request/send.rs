//! From a request to an answer: one attempt after the other.

use std::error::Error as _;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use tokio::runtime::Handle;

use super::{Method, Request, check};
use crate::client::header_value;
use crate::error::ApiError;
use crate::response::{Headers, Reply, ReplyFuture};
use crate::{Error, params, random, retry, trace};

/// An answer with whatever status.
struct Answer {
    status: u16,
    headers: Headers,
    body: Bytes,
}

impl Request {
    pub(super) fn start(self) -> ReplyFuture {
        let (method, route) = (self.0.method, self.0.template.clone());
        Box::pin(trace::request(method, &route, self.execute()))
    }

    async fn execute(mut self) -> Result<Reply, Error> {
        // Connections and timers would panic.
        if Handle::try_current().is_err() {
            return Err(Error::invalid(
                "requests run on tokio, and this one is awaited outside of a tokio runtime; enter \
                 one (`Runtime::enter`, `#[tokio::main]`), or use the blocking calls of the \
                 feature `blocking`",
            ));
        }
        let client = self.0.client.clone();
        let client = client.inner();
        let max_retries = self
            .0
            .options
            .max_retries
            .unwrap_or(client.retry.max_retries);
        let mut left = client.retry.max_wait;
        if let Some(max_wait) = self.0.options.max_wait {
            left = left.min(max_wait);
        }
        let mut retries = 0;
        loop {
            // Each attempt makes its own, the same: hardly ever is there more than one.
            let request = self.wire()?;
            let sent = self.http()?.execute(request);
            let answer = answer(sent, self.timeout());
            let (error, delay) = match trace::attempt(retries + 1, answer).await {
                Ok(answer) if (200..300).contains(&answer.status) => {
                    return Ok(Reply {
                        request: self,
                        status: answer.status,
                        headers: answer.headers,
                        body: answer.body,
                    });
                }
                Ok(Answer {
                    status,
                    headers,
                    body,
                }) => {
                    let retryable = retry::is_retryable(status, &headers);
                    let delay = retry::delay(retries, Some(&headers));
                    (
                        ApiError::new(status, headers, retryable, &body).into(),
                        delay,
                    )
                }
                Err(error) => (error, retry::delay(retries, None)),
            };
            if !error.is_retryable() || retries >= max_retries || delay > left {
                return Err(error);
            }
            drop(error);
            trace::retrying(delay);
            (client.sleep)(delay).await;
            left -= delay;
            retries += 1;
        }
    }

    fn timeout(&self) -> Duration {
        let timeout = self.0.options.timeout;
        timeout.unwrap_or(self.0.client.inner().timeout)
    }

    /// What is sent. Everything that can be refused is refused here.
    pub(super) fn wire(&mut self) -> Result<reqwest::Request, Error> {
        if let Some(refusal) = self.0.refusal.clone().or_else(|| check::complete(self)) {
            return Err(Error::invalid(refusal));
        }
        let parts = &mut *self.0;
        let mut headers = parts.options.headers(&parts.client)?;
        // The host was parsed when the client was made.
        let mut url = parts.client.inner().base_url.clone();
        let base = url.path().trim_end_matches('/');
        let path = [base, &parts.path].concat();
        url.set_path(&path);
        let mut body = None;
        if parts.method == Method::Post {
            let key = &mut parts.options.idempotency_key;
            let key = key.get_or_insert_with(random::idempotency_key);
            if key.len() > 255 {
                return Err(Error::invalid(
                    "the idempotency key is longer than 255 characters",
                ));
            }
            let key = header_value("the idempotency key", key)?;
            headers.insert("idempotency-key", key);
            let content_type = if parts.json {
                body = Some(params::json(&parts.params).into());
                "application/json"
            } else {
                body = Some(params::form(&parts.params).into());
                "application/x-www-form-urlencoded"
            };
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        } else {
            let query = params::form(&parts.params);
            url.set_query(Some(query.as_str()).filter(|query| !query.is_empty()));
        }
        let mut request = reqwest::Request::new(parts.method.into(), url);
        *request.headers_mut() = headers;
        *request.body_mut() = body;
        *request.timeout_mut() = Some(self.timeout());
        Ok(request)
    }

    #[cfg(feature = "blocking")]
    fn http(&self) -> Result<&reqwest::Client, Error> {
        let client = self.0.client.inner();
        if self.0.options.blocking {
            client.blocking.http(&client.base_url)
        } else {
            Ok(&client.http)
        }
    }

    #[cfg(not(feature = "blocking"))]
    fn http(&self) -> Result<&reqwest::Client, Error> {
        Ok(&self.0.client.inner().http)
    }
}

/// Waits for an answer, and for all of it.
async fn answer(
    sent: impl Future<Output = reqwest::Result<reqwest::Response>>,
    timeout: Duration,
) -> Result<Answer, Error> {
    let failed = |error| failure(error, timeout);
    let mut response = sent.await.map_err(failed)?;
    let status = response.status().as_u16();
    let headers = Headers::new(std::mem::take(response.headers_mut()));
    trace::answered(status, headers.request_id());
    let body = response.bytes().await.map_err(failed)?;
    Ok(Answer {
        status,
        headers,
        body,
    })
}

fn failure(error: reqwest::Error, timeout: Duration) -> Error {
    if error.is_timeout() {
        return Error::Timeout(timeout);
    }
    if error.is_builder() {
        // The address needs TLS and the crate was built without, for example.
        let cause = error
            .source()
            .map_or_else(String::new, |cause| format!(": {cause}"));
        return Error::invalid(format!("the request cannot be sent{cause}"));
    }
    // The URL holds the parameters of a GET, which may be personal.
    Error::Connection(Box::new(error.without_url()))
}

impl From<Method> for reqwest::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::GET,
            Method::Post => Self::POST,
            Method::Delete => Self::DELETE,
        }
    }
}
