//! Faults: responses that fail on request, to test a program.

use std::time::Duration;

use serde_json::{Value, json};

use crate::error::ApiError;
use crate::form;
use crate::validate;

/// The header with a fault for its own request: `status=503, delay=2, drop, after`.
pub(crate) const HEADER: &str = "sandbox-fault";

/// A fault: a response with an error [status](Self::status), a late one, or none.
///
/// ```
/// # use std::time::Duration;
/// # use stripe_financial_connections_sandbox::Fault;
/// let fault = Fault::status(503).on("POST", "/v1/customers").times(2);
/// let slow = Fault::delay(Duration::from_secs(1));
/// let lost = Fault::drop_connection().after_it_is_done();
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a fault does nothing until a sandbox is told to fail"]
pub struct Fault {
    status: Option<u16>,
    /// The time to wait before everything else.
    pub(crate) delay: Duration,
    /// Closes the connection without a response.
    pub(crate) drop: bool,
    /// Executes the request before it fails. Otherwise the request has no effect.
    pub(crate) after: bool,
    /// A body other than Stripe's error format, such as the page of a proxy.
    pub(crate) body: Option<String>,
    pub(crate) retry_after: Option<String>,
    pub(crate) should_retry: Option<String>,
    method: Option<String>,
    /// The start of the paths it applies to.
    path: Option<String>,
    times: u64,
}

/// A fault without effect.
impl Default for Fault {
    fn default() -> Self {
        Self {
            status: None,
            delay: Duration::ZERO,
            drop: false,
            after: false,
            body: None,
            retry_after: None,
            should_retry: None,
            method: None,
            path: None,
            times: 1,
        }
    }
}

impl Fault {
    /// Answers with an error of this status, from 400 to 599.
    pub fn status(status: u16) -> Self {
        Self {
            status: Some(status.clamp(400, 599)),
            ..Self::default()
        }
    }

    /// Delays the response.
    pub fn delay(delay: Duration) -> Self {
        Self {
            delay,
            ..Self::default()
        }
    }

    /// Closes the connection without a response.
    pub fn drop_connection() -> Self {
        Self {
            drop: true,
            ..Self::default()
        }
    }

    /// Executes the request before it fails, as when a response is lost.
    pub fn after_it_is_done(mut self) -> Self {
        self.after = true;
        self
    }

    /// Answers with this body in place of Stripe's error format, such as the page of a proxy.
    pub fn body(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Adds the header `Retry-After` to the response.
    pub fn retry_after(mut self, value: impl Into<String>) -> Self {
        self.retry_after = Some(value.into());
        self
    }

    /// Adds the header `Stripe-Should-Retry` to the response.
    pub fn should_retry(mut self, should: bool) -> Self {
        self.should_retry = Some(should.to_string());
        self
    }

    /// Applies the fault to requests with this method, and a path that starts with `path`.
    pub fn on(mut self, method: impl AsRef<str>, path: impl Into<String>) -> Self {
        self.method = Some(method.as_ref().to_uppercase());
        self.path = Some(path.into());
        self
    }

    /// Applies the fault to this many requests. The default is one.
    pub fn times(mut self, times: u64) -> Self {
        self.times = times;
        self
    }

    /// Parses the header of a request.
    pub(crate) fn parse_header(header: &str) -> Result<Self, ApiError> {
        let pairs: Vec<_> = header.split(',').map(|pair| pair.trim()).collect();
        Self::parse(form::decode(pairs.join("&").as_bytes())?)
    }

    /// Parses the parameters of `/_sandbox/faults`. A name without a value is `true`.
    pub(crate) fn parse(tree: form::Tree) -> Result<Self, ApiError> {
        let params = validate::unchecked(tree);
        let mut fault = Self::default();
        for (name, value) in params.as_object().into_iter().flatten() {
            let text = value.as_str().unwrap_or_default();
            let invalid = || ApiError::invalid(format!("Invalid {name}: {text}")).param(name);
            let flag = || match text {
                "" | "true" => Ok(true),
                "false" => Ok(false),
                _ => Err(invalid()),
            };
            match name.as_str() {
                "status" => {
                    let status = text
                        .parse()
                        .ok()
                        .filter(|status| (400..600).contains(status));
                    fault.status = Some(status.ok_or_else(invalid)?);
                }
                "delay" => {
                    let seconds = text
                        .parse()
                        .ok()
                        .filter(|seconds| (0.0..=600.0).contains(seconds));
                    fault.delay = Duration::from_secs_f64(seconds.ok_or_else(invalid)?);
                }
                "drop" => fault.drop = flag()?,
                "after" => fault.after = flag()?,
                "body" => fault.body = Some(text.to_owned()),
                "retry_after" => fault.retry_after = Some(text.to_owned()),
                "should_retry" => fault.should_retry = Some(flag()?.to_string()),
                "method" => fault.method = Some(text.to_uppercase()),
                "path" => fault.path = Some(text.to_owned()),
                "times" => fault.times = text.parse().map_err(|_| invalid())?,
                _ => {
                    return Err(
                        ApiError::invalid(format!("Received unknown parameter: {name}"))
                            .code("parameter_unknown")
                            .param(name),
                    );
                }
            }
        }
        Ok(fault)
    }

    /// Returns the error, or `None` if the fault is only a delay.
    pub(crate) fn error(&self) -> Option<ApiError> {
        let status = self.status?;
        let error = ApiError::invalid("A fault that was asked for.").status(status);
        Some(match status {
            402 => error.r#type("card_error").code("card_declined"),
            409 => error.code("lock_timeout"),
            429 => error.code("rate_limit"),
            500.. => error.r#type("api_error"),
            _ => error,
        })
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "status": self.status,
            "delay": self.delay.as_secs_f64(),
            "drop": self.drop,
            "after": self.after,
            "method": self.method,
            "path": self.path,
            "times": self.times,
        })
    }

    fn is_for(&self, method: &str, path: &str) -> bool {
        self.method.as_ref().is_none_or(|wanted| wanted == method)
            && self
                .path
                .as_ref()
                .is_none_or(|start| path.starts_with(start.as_str()))
    }
}

/// Returns the first fault for a request, and counts it as used.
pub(crate) fn take(faults: &mut Vec<Fault>, method: &str, path: &str) -> Option<Fault> {
    let place = faults.iter().position(|fault| fault.is_for(method, path))?;
    let fault = faults[place].clone();
    faults[place].times = fault.times.saturating_sub(1);
    faults.retain(|fault| fault.times > 0);
    Some(fault)
}
