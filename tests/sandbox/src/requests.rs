//! The last requests to the API, as whoever looks at a sandbox sees them.

use std::collections::VecDeque;

use serde::Serialize;

/// How many are kept.
const KEPT: usize = 200;

/// A request that was answered. What it sent is not kept, as that may be personal.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Answered {
    pub(crate) id: String,
    pub(crate) at: i64,
    pub(crate) method: String,
    pub(crate) path: String,
    /// The connected account, if it was for one.
    pub(crate) account: Option<String>,
    pub(crate) status: u16,
    /// What was wrong.
    pub(crate) message: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) param: Option<String>,
}

/// The newest is the last.
#[derive(Debug, Default)]
pub(crate) struct Requests(VecDeque<Answered>);

impl Requests {
    pub(crate) fn add(&mut self, request: Answered) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(request);
    }

    /// The newest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Answered> {
        self.0.iter().rev()
    }
}
