//! Responses stored by idempotency key, to be repeated.

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::error::ApiError;

/// Stripe keeps a key for at least a day.
const KEPT: i64 = 86_400;
/// The largest number of keys; the oldest are removed.
const MAX: usize = 50_000;
const MAX_LENGTH: usize = 255;

#[derive(Default)]
pub(crate) struct Replays {
    by_key: HashMap<String, Replay>,
    /// The keys in the order of their use.
    order: VecDeque<String>,
    /// The keys added since the last query.
    new: Vec<String>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Replay {
    key: String,
    /// Method, path and a hash of the parameters, which may be personal and long.
    request: String,
    pub(crate) request_id: String,
    /// Kept as text, since few are read again.
    answer: Result<Box<RawValue>, ApiError>,
    at: i64,
}

impl Replay {
    pub(crate) fn answer(&self) -> Result<Value, ApiError> {
        match &self.answer {
            Ok(text) => Ok(serde_json::from_str(text.get()).unwrap_or_default()),
            Err(error) => Err(error.clone()),
        }
    }
}

impl Replays {
    /// Returns the stored response, if the request is the same.
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
        match self.by_key.get(key).filter(|replay| now - replay.at < KEPT) {
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
        answer: &Result<Value, ApiError>,
        at: i64,
    ) {
        let answer = match answer {
            Ok(answer) => Ok(serde_json::value::to_raw_value(answer).expect("JSON can be written")),
            Err(error) => Err(error.clone()),
        };
        self.new.push(key.clone());
        self.put(Replay {
            key,
            request,
            request_id,
            answer,
            at,
        });
    }

    /// Stores a response, and removes the oldest ones.
    pub(crate) fn put(&mut self, replay: Replay) {
        let at = replay.at;
        let is_old = |replay: &Replay| at - replay.at >= KEPT;
        while self.order.len() >= MAX
            || self
                .order
                .front()
                .is_some_and(|key| self.by_key.get(key).is_none_or(is_old))
        {
            let Some(key) = self.order.pop_front() else {
                break;
            };
            // The key may have been used again later.
            if self.by_key.get(&key).is_some_and(is_old) || self.order.len() + 1 >= MAX {
                self.by_key.remove(&key);
            }
        }
        self.order.push_back(replay.key.clone());
        self.by_key.insert(replay.key.clone(), replay);
    }

    /// Returns the keys added since the last call.
    pub(crate) fn take_new(&mut self) -> Vec<String> {
        std::mem::take(&mut self.new)
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Replay> {
        self.by_key.get(key)
    }

    /// Returns all responses, the oldest first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Replay> {
        self.order.iter().filter_map(|key| self.by_key.get(key))
    }

    pub(crate) fn has_new(&self) -> bool {
        !self.new.is_empty()
    }
}
