//! Answers that were given for an idempotency key, to be given again.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::ApiError;

/// Stripe forgets a key after a day at the earliest.
const KEPT: i64 = 86_400;
const MAX_LENGTH: usize = 255;

#[derive(Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Replays(HashMap<String, Replay>);

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Replay {
    /// Method, path and parameters.
    request: String,
    pub(crate) request_id: String,
    pub(crate) answer: Result<Value, ApiError>,
    at: i64,
}

impl Replays {
    /// The answer that was given before, if the request is the same.
    pub(crate) fn find(
        &self,
        key: &str,
        request: &str,
        now: i64,
    ) -> Result<Option<&Replay>, ApiError> {
        if key.is_empty() || key.len() > MAX_LENGTH {
            return Err(ApiError::invalid(format!(
                "Idempotency keys have from 1 to {MAX_LENGTH} characters."
            )));
        }
        match self.0.get(key).filter(|replay| now - replay.at < KEPT) {
            Some(replay) if replay.request != request => Err(ApiError::invalid(format!(
                "Keys for idempotent requests can only be used with the same endpoint and \
                 parameters they were first used with. Try a key other than '{key}'."
            ))
            .r#type("idempotency_error")),
            found => Ok(found),
        }
    }

    pub(crate) fn keep(
        &mut self,
        key: String,
        request: String,
        request_id: String,
        answer: Result<Value, ApiError>,
        at: i64,
    ) {
        // Now and then, so that it costs nothing.
        if self.0.len() % 1024 == 1023 {
            self.0.retain(|_, replay| at - replay.at < KEPT);
        }
        self.0.insert(
            key,
            Replay {
                request,
                request_id,
                answer,
                at,
            },
        );
    }
}
