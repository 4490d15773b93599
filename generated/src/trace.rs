//! Tracing spans of requests and attempts, with the feature `tracing`. They contain no key,
//! parameter or body; the route has `{names}` in place of ids.

#[cfg(feature = "tracing")]
mod on {
    use std::future::Future;
    use std::time::Duration;

    use tracing::{Instrument, Span, debug, field::Empty, info_span};

    use crate::Method;

    pub(crate) fn request<F: Future>(
        method: Method,
        route: &str,
        future: F,
    ) -> impl Future<Output = F::Output> + use<F> {
        future.instrument(info_span!(
            "stripe.request",
            method = method.as_str(),
            route
        ))
    }

    pub(crate) fn attempt<F: Future>(number: u32, future: F) -> impl Future<Output = F::Output> {
        future.instrument(info_span!(
            "stripe.attempt",
            attempt = number,
            status = Empty,
            request_id = Empty
        ))
    }

    pub(crate) fn answered(status: u16, request_id: Option<&str>) {
        Span::current()
            .record("status", status)
            .record("request_id", request_id);
    }

    pub(crate) fn retrying(delay: Duration) {
        debug!(
            delay_ms = delay.as_millis() as u64,
            "waiting before a retry"
        );
    }

    pub(crate) fn out_of_budget() {
        debug!("not retried: the retry budget is empty");
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use std::time::Duration;

    use crate::Method;

    pub(crate) fn request<F>(_method: Method, _route: &str, future: F) -> F {
        future
    }

    pub(crate) fn attempt<F>(_number: u32, future: F) -> F {
        future
    }

    pub(crate) fn answered(_status: u16, _request_id: Option<&str>) {}

    pub(crate) fn retrying(_delay: Duration) {}

    pub(crate) fn out_of_budget() {}
}

#[cfg(not(feature = "tracing"))]
pub(crate) use off::*;
#[cfg(feature = "tracing")]
pub(crate) use on::*;

#[cfg(all(test, feature = "tracing"))]
mod tests;
