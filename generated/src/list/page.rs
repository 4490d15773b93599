//! The request behind a page, and the one for the page after it.

use std::cell::RefCell;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::de::DeserializeOwned;

use super::{List, ListStream, Place};
use crate::client::Client;
use crate::error::ListError;
use crate::request::Request;
use crate::{Error, Resource};

thread_local! {
    /// The request whose answer this thread is reading: lists inside of it page with its options.
    static PARENT: RefCell<Option<Request>> = const { RefCell::new(None) };
}

/// Marks the time in which the answer to a request is read.
pub(crate) struct Parent(());

impl Parent {
    pub(crate) fn enter(request: Request) -> Self {
        PARENT.set(Some(request));
        Self(())
    }

    /// Ends the reading and gives the request back.
    pub(crate) fn leave(self) -> Option<Request> {
        PARENT.take()
    }
}

impl Drop for Parent {
    fn drop(&mut self) {
        PARENT.set(None);
    }
}

/// The request for a list inside of the object that is being read.
pub(super) fn inside_of_parent(url: &str) -> Option<Request> {
    let mut request = PARENT.with_borrow(|parent| Some(parent.as_ref()?.for_list(url)))?;
    if let Some(place) = Place::current() {
        place.apply(&mut request);
    }
    Some(request)
}

impl<T> List<T> {
    /// Says in which field of the object that is being read this list is.
    pub(crate) fn is_in_field(&mut self, field: &str) {
        if let Some(request) = &mut self.request {
            PARENT.with_borrow(|parent| {
                if let Some(parent) = parent {
                    request.expand_as_in(parent, field);
                }
            });
        }
    }

    /// Lets a list that was not read from an answer, such as one in a webhook, get its next page
    /// with this client. A list in an event is asked for in the connected account or context of
    /// the event.
    #[must_use]
    pub fn with_client(mut self, client: &Client) -> Self {
        let mut request = Request::for_url(client, &self.url);
        if let Some(place) = &self.place {
            place.apply(&mut request);
        }
        self.request = Some(request);
        self
    }

    pub(crate) fn answers(mut self, request: Request) -> Self {
        self.request = Some(request);
        self
    }

    fn goes_backwards(&self) -> bool {
        self.request
            .as_ref()
            .is_some_and(|request| request.params().get("ending_before").is_some())
    }
}

impl<T: Resource> List<T> {
    /// The request for the page after this one.
    fn next_request(&self) -> Option<Result<Request, Error>> {
        if !self.has_more {
            return None;
        }
        let Some(request) = self.request.clone() else {
            return Some(Err(Error::invalid(
                "the list was not read from an answer, so it has no client to get its next page \
                 with; give it one by List::with_client",
            )));
        };
        Some(self.after(request))
    }

    /// The request for the page after this one, which answers `request`. A list whose pages do
    /// not lead to its end is an error.
    fn after(&self, mut request: Request) -> Result<Request, Error> {
        let backwards = self.goes_backwards();
        let item = if backwards {
            self.data.first()
        } else {
            self.data.last()
        };
        let before = request.cursor().map(str::to_owned);
        let cursor = item.map_or("", |item| item.id().as_ref());
        if cursor.is_empty() {
            return Err(ListError::Empty { cursor: before }.into());
        }
        let cursors = request.cursors();
        if let Some(before) = before
            && cursors.is_empty()
        {
            cursors.push(hash(&before));
        }
        if cursors.contains(&hash(cursor)) {
            let cursor = cursor.to_owned();
            return Err(ListError::Repeated { cursor }.into());
        }
        cursors.push(hash(cursor));
        request.params_mut().remove("starting_after");
        request.set(
            if backwards {
                "ending_before"
            } else {
                "starting_after"
            },
            cursor,
        );
        Ok(request)
    }

    /// The items in the order in which they are read, and the request for what follows. A page
    /// that was there before has no items, only the error.
    pub(super) fn into_parts(mut self) -> (std::vec::IntoIter<T>, Option<Result<Request, Error>>) {
        let next = self.next_request();
        if let Some(Err(Error::List(error))) = &next
            && matches!(**error, ListError::Repeated { .. })
        {
            self.data.clear();
        }
        if self.goes_backwards() {
            self.data.reverse();
        }
        (self.data.into_iter(), next)
    }
}

/// What is kept of a cursor: a list may have many pages.
fn hash(cursor: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    cursor.hash(&mut hasher);
    hasher.finish()
}

impl<T: Resource + DeserializeOwned> List<T> {
    /// The page after this one, or `None` if this is the last one.
    ///
    /// # Errors
    ///
    /// As the request that this list answers; [`Error::List`] if the page leads nowhere or back;
    /// [`Error::Invalid`] if the list was not read from an answer and has no
    /// [client](Self::with_client).
    pub async fn next_page(&self) -> Result<Option<Self>, Error> {
        match self.next_request() {
            Some(request) => request?.send_list().await.and_then(Self::goes_on).map(Some),
            None => Ok(None),
        }
    }

    /// [`next_page`](Self::next_page), blocking the thread.
    ///
    /// # Errors
    ///
    /// As [`next_page`](Self::next_page).
    #[cfg(feature = "blocking")]
    pub fn next_page_blocking(&self) -> Result<Option<Self>, Error> {
        match self.next_request() {
            Some(request) => {
                let page = request?.wait(Request::send_list);
                page.and_then(Self::goes_on).map(Some)
            }
            None => Ok(None),
        }
    }

    /// The page, unless it was there before.
    fn goes_on(self) -> Result<Self, Error> {
        match self.next_request() {
            Some(Err(Error::List(error)))
                if self.data.is_empty() || matches!(*error, ListError::Repeated { .. }) =>
            {
                Err(Error::List(error))
            }
            _ => Ok(self),
        }
    }

    /// The items of this page and of all that follow, requested while they are read.
    pub fn stream(self) -> ListStream<T> {
        ListStream::after(self)
    }

    /// [`stream`](Self::stream) as an iterator that blocks the thread for each page.
    #[cfg(feature = "blocking")]
    pub fn iter_blocking(self) -> super::ListIter<T> {
        super::ListIter::after(self)
    }
}
