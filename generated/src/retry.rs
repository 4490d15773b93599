//! Decides whether a request is sent again, and how long to wait before.

mod budget;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

pub use budget::RetryBudget;
pub(crate) use budget::Tokens;
use sync_wrapper::SyncWrapper;

use crate::random::random;
use crate::response::Headers;

/// The longest `Retry-After` that is honoured.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60);

/// The retry settings of a client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retry {
    pub(crate) max_retries: u32,
    /// The limit for the sum of the waits of one request.
    pub(crate) max_wait: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            max_retries: 2,
            max_wait: Duration::from_secs(120),
        }
    }
}

/// Returns the value of `Stripe-Should-Retry`, which Stripe may send with any status.
pub(crate) fn should_retry(headers: &Headers) -> Option<bool> {
    match headers.get("stripe-should-retry") {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => None,
    }
}

/// Returns whether a failed response may be retried.
pub(crate) fn is_retryable(status: u16, headers: &Headers) -> bool {
    should_retry(headers).unwrap_or(matches!(status, 409 | 429 | 500..))
}

/// Returns the wait before retry `n` (from 0). `headers` are those of the response, if there was
/// one.
pub(crate) fn delay(n: u32, headers: Option<&Headers>) -> Duration {
    let asked = headers
        .and_then(retry_after)
        .filter(|asked| *asked <= MAX_RETRY_AFTER);
    backoff(n, random()).max(asked.unwrap_or_default())
}

/// Returns the wait that `Retry-After` asks for. It may be seconds, with or without a fraction,
/// or a date.
pub(crate) fn retry_after(headers: &Headers) -> Option<Duration> {
    let text = headers.get("retry-after")?.trim();
    if text.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        let is_decimal = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let secs = text.parse().ok().filter(|_| is_decimal)?;
        return Duration::try_from_secs_f64(secs).ok();
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

/// Returns `min(0.5 · 2^n, 5)` s, reduced at random by up to a half so that clients do not retry
/// at the same time, but at least 0.5 s.
fn backoff(n: u32, random: u64) -> Duration {
    const LEAST: f64 = 0.5;
    let longest = (LEAST * 2_f64.powi(n.min(16) as i32)).min(5.0);
    let chance = random as f64 / u64::MAX as f64;
    Duration::from_secs_f64((longest * (1.0 - 0.5 * chance)).max(LEAST))
}

/// The function that waits; tests replace it.
pub(crate) type Sleep = Arc<dyn Fn(Duration) -> SleepFuture + Send + Sync>;

pub(crate) struct SleepFuture(SyncWrapper<Pin<Box<dyn Future<Output = ()> + Send>>>);

impl Future for SleepFuture {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.0.get_mut().as_mut().poll(cx)
    }
}

pub(crate) fn sleep_hook<F>(sleep: impl Fn(Duration) -> F + Send + Sync + 'static) -> Sleep
where
    F: Future<Output = ()> + Send + 'static,
{
    Arc::new(move |duration| SleepFuture(SyncWrapper::new(Box::pin(sleep(duration)))))
}

pub(crate) fn tokio_sleep() -> Sleep {
    sleep_hook(tokio::time::sleep)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &str) -> Headers {
        let mut map = reqwest::header::HeaderMap::new();
        map.insert(name, value.parse().unwrap());
        Headers::new(map)
    }

    #[test]
    fn backoff_doubles_up_to_five_seconds() {
        for (n, longest) in [
            (0, 0.5),
            (1, 1.0),
            (2, 2.0),
            (3, 4.0),
            (4, 5.0),
            (u32::MAX, 5.0),
        ] {
            let (most, least) = (backoff(n, 0), backoff(n, u64::MAX));
            assert_eq!(most, Duration::from_secs_f64(longest));
            assert_eq!(least, Duration::from_secs_f64(f64::max(longest / 2.0, 0.5)));
        }
    }

    #[test]
    fn retry_after_is_honoured_up_to_a_minute() {
        for (asked, least, most) in [
            ("3", 3.0, 3.0),
            ("60", 60.0, 60.0),
            ("0", 0.5, 0.5),
            ("61", 0.5, 0.5),
            ("-1", 0.5, 0.5),
            ("99999999999999999999", 0.5, 0.5),
            ("1.5", 1.5, 1.5),
            ("59.999", 59.999, 59.999),
            ("60.001", 0.5, 0.5),
            (" 3 ", 3.0, 3.0),
            (".75", 0.75, 0.75),
            ("1e1", 0.5, 0.5),
            ("+3", 0.5, 0.5),
            ("3 s", 0.5, 0.5),
            ("inf", 0.5, 0.5),
            ("", 0.5, 0.5),
            ("Wed, 21 Oct 2015 07:28:00 GMT", 0.5, 0.5),
            ("Wed, 21 Oct 2099 07:28:00 GMT", 0.5, 0.5),
            ("Wed, 21 Oct 2099", 0.5, 0.5),
        ] {
            let waited = delay(0, Some(&headers("retry-after", asked))).as_secs_f64();
            assert!((least..=most).contains(&waited), "{asked}: {waited}");
        }
    }

    #[test]
    fn retry_after_is_a_date_too() {
        let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(30));
        let asked = retry_after(&headers("retry-after", &date)).expect("it is a date");
        assert!((28.0..=30.0).contains(&asked.as_secs_f64()), "{asked:?}");
        let past = retry_after(&headers("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"));
        assert_eq!(past, Some(Duration::ZERO));
    }

    #[test]
    fn statuses() {
        for (status, retried) in [
            (400, false),
            (402, false),
            (404, false),
            (409, true),
            (429, true),
            (500, true),
            (503, true),
        ] {
            assert_eq!(
                is_retryable(status, &Headers::default()),
                retried,
                "{status}"
            );
            assert!(is_retryable(
                status,
                &headers("stripe-should-retry", "true")
            ));
            assert!(!is_retryable(
                status,
                &headers("stripe-should-retry", "false")
            ));
        }
    }
}
