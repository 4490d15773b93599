//! The connected account or context of the lists inside an event.

use std::cell::RefCell;
use std::sync::Arc;

use crate::request::Request;

thread_local! {
    /// The account and context of the event whose object this thread is parsing.
    static PLACE: RefCell<Option<Arc<Place>>> = const { RefCell::new(None) };
}

/// The account and context of an event.
pub(crate) struct Place {
    account: Option<Box<str>>,
    context: Option<Box<str>>,
}

impl Place {
    /// Sets the place of the event whose object is parsed, until the guard is dropped.
    #[cfg(feature = "webhook")]
    pub(crate) fn enter(account: Option<&str>, context: Option<&str>) -> Entered {
        let place = Self {
            account: account.map(Box::from),
            context: context.map(Box::from),
        };
        let is_elsewhere = place.account.is_some() || place.context.is_some();
        Entered(PLACE.replace(is_elsewhere.then(|| Arc::new(place))))
    }

    pub(super) fn current() -> Option<Arc<Self>> {
        PLACE.with_borrow(Clone::clone)
    }

    /// Sets account or context of a request. A context includes the account, and a request can
    /// have only one of the two.
    pub(super) fn apply(&self, request: &mut Request) {
        let options = request.options();
        let (account, context) = match &self.context {
            Some(context) => (None, Some(context)),
            None => (self.account.as_ref(), None),
        };
        options.stripe_account = account.map(|account| account.to_string());
        options.stripe_context = context.map(|context| context.to_string());
    }
}

/// The previous place.
#[cfg(feature = "webhook")]
pub(crate) struct Entered(Option<Arc<Place>>);

#[cfg(feature = "webhook")]
impl Drop for Entered {
    fn drop(&mut self) {
        PLACE.set(self.0.take());
    }
}
