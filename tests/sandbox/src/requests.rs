//! The last requests to the API, for the sandbox's own page.

use std::collections::VecDeque;

use serde::Serialize;

/// The number of requests that are kept.
const KEPT: usize = 200;

/// An answered request. Its parameters are not kept, as they may be personal.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Answered {
    pub(crate) id: String,
    pub(crate) at: i64,
    pub(crate) method: String,
    pub(crate) path: String,
    /// The connected account, if the request has one.
    pub(crate) account: Option<String>,
    pub(crate) status: u16,
    /// The message of the error.
    pub(crate) message: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) param: Option<String>,
}

/// The requests, the newest last.
#[derive(Debug, Default)]
pub(crate) struct Requests(VecDeque<Answered>);

impl Requests {
    pub(crate) fn add(&mut self, request: Answered) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(request);
    }

    /// Returns the requests, the newest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Answered> {
        self.0.iter().rev()
    }
}
