use std::fmt;

use serde::de::DeserializeOwned;

use super::List;
use crate::request::Request;
use crate::{Error, ListItem};

/// All items of a list, like [`ListStream`](crate::ListStream), but blocking the thread for each
/// page.
#[must_use = "an iterator does nothing until it is read"]
pub struct ListIter<T> {
    items: std::vec::IntoIter<T>,
    next: Option<Result<Request, Error>>,
}

impl<T> ListIter<T> {
    pub(crate) fn new(request: Request) -> Self {
        Self {
            items: Vec::new().into_iter(),
            next: Some(Ok(request)),
        }
    }
}

impl<T: ListItem> ListIter<T> {
    pub(super) fn after(page: List<T>) -> Self {
        let (items, next) = page.into_parts();
        Self { items, next }
    }
}

impl<T: ListItem + DeserializeOwned> Iterator for ListIter<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.items.next() {
                return Some(Ok(item));
            }
            let page = self
                .next
                .take()?
                .and_then(|request| request.wait(Request::send_list));
            match page {
                Ok(page) => *self = Self::after(page),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl<T> fmt::Debug for ListIter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListIter")
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}
