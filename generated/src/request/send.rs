//! Sends a request, with retries.

use std::error::Error as _;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use tokio::runtime::Handle;

use super::body::{self, Body};
use super::{Method, Request, check};
use crate::client::header_value;
use crate::deadline::Deadline;
use crate::error::{ApiError, ConnectionError, TimeoutError, TooLargeError, Tried};
use crate::response::{Headers, Reply, ReplyFuture};
use crate::{Error, params, random, retry, trace};

/// A response with any status.
struct Answer {
    status: u16,
    headers: Headers,
    body: Body,
}

/// A successful response: status, headers and body.
type Good = (u16, Headers, Bytes);

/// The result of an attempt.
struct Outcome {
    result: Result<Good, Error>,
    /// Whether another attempt may succeed.
    again: bool,
    /// The wait before another attempt.
    delay: Duration,
}

impl Request {
    pub(super) fn start(self) -> ReplyFuture {
        let (method, route) = (self.0.method, self.route().into_owned());
        Box::pin(trace::request(method, &route, self.execute()))
    }

    async fn execute(mut self) -> Result<Reply, Error> {
        // Without a runtime, connections and timers would panic.
        if Handle::try_current().is_err() {
            return Err(Error::invalid(
                "requests run on tokio, and this one is awaited outside of a tokio runtime; enter \
                 one (`Runtime::enter`, `#[tokio::main]`), or use the blocking calls of the \
                 feature `blocking`",
            ));
        }
        let client = self.0.client.clone();
        let shared = client.inner();
        self.join_extra()?;
        let options = &self.0.options;
        let max_retries = options.max_retries.unwrap_or(shared.retry.max_retries);
        let mut waits_left = shared.retry.max_wait;
        let mut deadline = Deadline::new(options.deadline.or(shared.deadline));
        let mut tried = Tried::default();
        let mut last = None;
        loop {
            // Builds the request again for each attempt, since there is rarely more than one.
            let timeout = self.timeout().min(deadline.left());
            let mut request = self.wire()?;
            *request.timeout_mut() = Some(timeout);
            if timeout.is_zero() {
                return Err(too_late(&deadline, last, tried));
            }
            let sent = self.http()?.execute(request);
            tried.attempts += 1;
            let answer = answer(sent, timeout, shared.max_response_size);
            let answer = trace::attempt(tried.attempts, answer).await;
            let Outcome {
                result,
                again,
                delay,
            } = outcome(answer, tried.attempts - 1);
            let has_tokens = if again {
                shared.tokens.failed()
            } else {
                shared.tokens.answered(tried.attempts > 1);
                true
            };
            let is_late = delay >= deadline.left();
            if again && tried.attempts <= max_retries && delay <= waits_left && !is_late {
                if has_tokens {
                    last = result.err();
                    trace::retrying(delay);
                    (shared.sleep)(delay).await;
                    waits_left -= delay;
                    deadline.slept(delay);
                    continue;
                }
                tried.out_of_budget = true;
                trace::out_of_budget();
            }
            return match result {
                Ok((status, headers, body)) => Ok(Reply {
                    request: self,
                    status,
                    headers,
                    body,
                }),
                Err(Error::Timeout(_)) if is_late && deadline.left().is_zero() => {
                    Err(too_late(&deadline, last, tried))
                }
                Err(error) if again && is_late && tried.attempts <= max_retries => {
                    let last = match error {
                        Error::Timeout(_) => last,
                        error => Some(error),
                    };
                    Err(too_late(&deadline, last, tried))
                }
                Err(error) => Err(error.with_tried(tried)),
            };
        }
    }

    fn timeout(&self) -> Duration {
        let timeout = self.0.options.timeout;
        timeout.unwrap_or(self.0.client.inner().timeout)
    }

    /// Builds the HTTP request. All checks are made here.
    pub(super) fn wire(&mut self) -> Result<reqwest::Request, Error> {
        if let Some(refusal) = self.0.refusal.clone().or_else(|| check::complete(self)) {
            return Err(Error::invalid(refusal));
        }
        let parts = &mut *self.0;
        let mut headers = parts.options.headers(&parts.client)?;
        // The base URL was checked when the client was created.
        let mut url = parts.client.inner().base_url.clone();
        let base = url.path().trim_end_matches('/');
        let path = [base, &parts.path].concat();
        url.set_path(&path);
        let query = parts.query();
        url.set_query(Some(query.as_str()).filter(|query| !query.is_empty()));
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
            let (content_type, text) = if parts.json {
                ("application/json", params::json(&parts.params))
            } else {
                (
                    "application/x-www-form-urlencoded",
                    params::form(&parts.params).into(),
                )
            };
            if text.is_empty() {
                // Some gateways refuse a POST without this header.
                headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
            } else {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
                body = Some(text.into());
            }
        }
        let mut request = reqwest::Request::new(parts.method.into(), url);
        *request.headers_mut() = headers;
        *request.body_mut() = body;
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

/// Returns the error of a deadline that has passed, or comes before the next attempt.
fn too_late(deadline: &Deadline, last: Option<Error>, tried: Tried) -> Error {
    TimeoutError {
        limit: deadline.limit().unwrap_or_default(),
        is_deadline: true,
        last,
        tried,
    }
    .into()
}

/// Waits for the response, and reads its body as far as possible.
async fn answer(
    sent: impl Future<Output = reqwest::Result<reqwest::Response>>,
    timeout: Duration,
    max_size: usize,
) -> Result<Answer, Error> {
    let mut response = sent.await.map_err(|error| failure(error, timeout))?;
    let status = response.status().as_u16();
    let headers = Headers::new(std::mem::take(response.headers_mut()));
    trace::answered(status, headers.request_id());
    let body = body::read(response, max_size, timeout).await;
    Ok(Answer {
        status,
        headers,
        body,
    })
}

/// Decides about a retry. If there is a status it decides, even if the body is incomplete.
fn outcome(answer: Result<Answer, Error>, retries: u32) -> Outcome {
    let Answer {
        status,
        headers,
        body: Body { start, broken },
    } = match answer {
        Ok(answer) => answer,
        Err(error) => {
            return Outcome {
                again: error.is_retryable(),
                result: Err(error),
                delay: retry::delay(retries, None),
            };
        }
    };
    let delay = retry::delay(retries, Some(&headers));
    if !(200..300).contains(&status) {
        let again = retry::is_retryable(status, &headers);
        let error = ApiError::new(status, headers, again, start, broken.is_some());
        return Outcome {
            result: Err(error.into()),
            again,
            delay,
        };
    }
    let asked = retry::should_retry(&headers);
    let (result, again) = match broken {
        None => (Ok((status, headers, start)), asked == Some(true)),
        Some(error) => {
            let again = asked.unwrap_or(error.is_retryable());
            (Err(of_answer(error, status, &headers)), again)
        }
    };
    Outcome {
        result,
        again,
        delay,
    }
}

/// Adds status and request id to the error of an incomplete response.
fn of_answer(mut error: Error, of_status: u16, headers: &Headers) -> Error {
    let of_request = headers.request_id().map(str::to_owned);
    match &mut error {
        Error::Connection(error) => {
            error.status = Some(of_status);
            error.request_id = of_request;
        }
        Error::TooLarge(error) => {
            **error = TooLargeError {
                status: of_status,
                request_id: of_request,
                ..**error
            };
        }
        _ => {}
    }
    error
}

pub(super) fn failure(error: reqwest::Error, timeout: Duration) -> Error {
    if error.is_timeout() {
        return TimeoutError::of_attempt(timeout).into();
    }
    if error.is_builder() {
        // For example, the URL needs TLS but the crate was built without it.
        let cause = error
            .source()
            .map_or_else(String::new, |cause| format!(": {cause}"));
        return Error::invalid(format!("the request cannot be sent{cause}"));
    }
    // The URL contains the parameters of a GET, which may be personal.
    ConnectionError::new(error.without_url()).into()
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
