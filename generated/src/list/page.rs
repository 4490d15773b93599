//! Makes the request for the next page of a list.

use std::cell::RefCell;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::de::DeserializeOwned;

use super::{List, ListStream, Place};
use crate::client::Client;
use crate::error::ListError;
use crate::request::Request;
use crate::{Error, ListItem};

thread_local! {
    /// The request whose response this thread is parsing. Lists in the response copy its options.
    static PARENT: RefCell<Option<Request>> = const { RefCell::new(None) };
}

/// Guard that exists while a response is parsed.
pub(crate) struct Parent(());

impl Parent {
    pub(crate) fn enter(request: Request) -> Self {
        PARENT.set(Some(request));
        Self(())
    }

    /// Ends the parsing, and returns the request.
    pub(crate) fn leave(self) -> Option<Request> {
        PARENT.take()
    }
}

impl Drop for Parent {
    fn drop(&mut self) {
        PARENT.set(None);
    }
}

/// Returns the request for a list inside the object that is being parsed.
pub(super) fn inside_of_parent(url: &str) -> Option<Request> {
    let mut request = PARENT.with_borrow(|parent| Some(parent.as_ref()?.for_list(url)))?;
    if let Some(place) = Place::current() {
        place.apply(&mut request);
    }
    Some(request)
}

impl<T> List<T> {
    /// Sets the field of the surrounding object that contains this list.
    pub(crate) fn is_in_field(&mut self, field: &str) {
        if let Some(request) = &mut self.request {
            PARENT.with_borrow(|parent| {
                if let Some(parent) = parent {
                    request.expand_as_in(parent, field);
                }
            });
        }
    }

    /// Sets the client for the next pages of a list that is not from a response, such as a list
    /// in a webhook event. A list of an event is requested in the event's connected account or
    /// context.
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

impl<T: ListItem> List<T> {
    /// Returns the request for the next page.
    fn next_request(&self) -> Option<Result<Request, Error>> {
        if !self.has_more {
            return None;
        }
        let Some(request) = self.request.clone() else {
            return Some(Err(Error::invalid(
                "the list is not from a response, so it has no client to request its next page; \
                 set one with List::with_client",
            )));
        };
        Some(self.after(request))
    }

    /// Returns the request for the page after the one that answered `request`. It is an error if
    /// pages repeat or have no items.
    fn after(&self, mut request: Request) -> Result<Request, Error> {
        let backwards = self.goes_backwards();
        let item = if backwards {
            self.data.first()
        } else {
            self.data.last()
        };
        let before = request.cursor().map(str::to_owned);
        let cursor = item.and_then(ListItem::list_id).unwrap_or_default();
        if cursor.is_empty() {
            return Err(ListError::Empty { cursor: before }.into());
        }
        let cursors = request.cursors();
        if let Some(before) = before
            && cursors.is_empty()
        {
            cursors.push(hash(&before));
        }
        if cursors.contains(&hash(&cursor)) {
            let cursor = cursor.into_owned();
            return Err(ListError::Repeated { cursor }.into());
        }
        cursors.push(hash(&cursor));
        request.params_mut().remove("starting_after");
        request.set(
            if backwards {
                "ending_before"
            } else {
                "starting_after"
            },
            &*cursor,
        );
        Ok(request)
    }

    /// Returns the items in reading order, and the request for the next page. If the page repeats
    /// an earlier one, it has only the error.
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

/// Cursors are stored as hashes, since a list may have many pages.
fn hash(cursor: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    cursor.hash(&mut hasher);
    hasher.finish()
}

impl<T: ListItem + DeserializeOwned> List<T> {
    /// Requests the next page. Returns `None` if this is the last one.
    ///
    /// # Errors
    ///
    /// The errors of the list's request; [`Error::List`] if pages repeat or have no items;
    /// [`Error::Invalid`] if the list is not from a response and has no
    /// [client](Self::with_client).
    pub async fn next_page(&self) -> Result<Option<Self>, Error> {
        match self.next_request() {
            Some(request) => request?.send_list().await.and_then(Self::goes_on).map(Some),
            None => Ok(None),
        }
    }

    /// Like [`next_page`](Self::next_page), but blocking the thread.
    ///
    /// # Errors
    ///
    /// The errors of [`next_page`](Self::next_page).
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

    /// Returns an error if the page repeats an earlier one.
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

    /// Returns a stream of the items of this page and all later ones. Pages are requested as
    /// needed.
    pub fn stream(self) -> ListStream<T> {
        ListStream::after(self)
    }

    /// Like [`stream`](Self::stream), but an iterator that blocks the thread for each page.
    #[cfg(feature = "blocking")]
    pub fn iter_blocking(self) -> super::ListIter<T> {
        super::ListIter::after(self)
    }
}
