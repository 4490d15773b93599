use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::List;
use crate::request::Request;
use crate::{Error, ListItem, ResponseFuture};

/// A stream of all items of a list. It requests a page after the items of the page before have
/// been read.
///
/// It ends after the last page, and after the first error. If pages repeat, or have no items, it
/// returns [`Error::List`]. Read it with [`try_next`](Self::try_next), or as a `Stream` of the
/// futures crates.
///
/// ```no_run
/// # use stripe_financial_connections::{Error, ListStream, Resource};
/// # async fn example<T: Resource + serde::de::DeserializeOwned>(mut accounts: ListStream<T>) -> Result<(), Error> {
/// while let Some(account) = accounts.try_next().await? {
///     println!("{}", account.id());
/// }
/// # Ok(()) }
/// ```
#[must_use = "a stream does nothing until it is read"]
pub struct ListStream<T> {
    items: std::vec::IntoIter<T>,
    next: Option<Result<Request, Error>>,
    page: Option<ResponseFuture<List<T>>>,
}

impl<T> ListStream<T> {
    pub(crate) fn new(request: Request) -> Self {
        Self {
            items: Vec::new().into_iter(),
            next: Some(Ok(request)),
            page: None,
        }
    }
}

impl<T: ListItem> ListStream<T> {
    pub(super) fn after(page: List<T>) -> Self {
        let (items, next) = page.into_parts();
        Self {
            items,
            next,
            page: None,
        }
    }
}

impl<T: ListItem + DeserializeOwned> ListStream<T> {
    /// Returns the next item, or `None` after the last one.
    ///
    /// # Errors
    ///
    /// The errors of a page's request. After an error the stream has ended.
    pub async fn try_next(&mut self) -> Result<Option<T>, Error> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx))
            .await
            .transpose()
    }
}

impl<T: ListItem + DeserializeOwned> Stream for ListStream<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.items.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            if let Some(page) = &mut self.page {
                let page = ready!(Pin::new(page).poll(cx));
                self.page = None;
                match page {
                    Ok(page) => *self = Self::after(page),
                    Err(error) => return Poll::Ready(Some(Err(error))),
                }
            } else {
                match self.next.take() {
                    Some(Ok(request)) => self.page = Some(request.send_list()),
                    Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                    None => return Poll::Ready(None),
                }
            }
        }
    }
}

// Nothing in it is pinned: the items and the running request are on the heap.
impl<T> Unpin for ListStream<T> {}

impl<T> fmt::Debug for ListStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListStream")
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}
