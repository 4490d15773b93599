use std::borrow::Cow;
use std::fmt::{Debug, Display};
use std::hash::Hash;

/// An object with an id.
pub trait Resource {
    /// The type of its id.
    type Id: AsRef<str> + Clone + Debug + Display + Eq + Hash;

    /// Whether the object can only be read from text, since it is kept as JSON.
    #[doc(hidden)]
    const BUFFERED: bool = false;

    /// Returns the id of the object.
    fn id(&self) -> &Self::Id;
}

/// An item of a [`List`](crate::List) that can be the cursor of the next page: every
/// [`Resource`], and every union of resources.
pub trait ListItem {
    /// The id that the next page is asked for by; none if Stripe sent an item without one.
    fn list_id(&self) -> Option<Cow<'_, str>>;
}

impl<T: Resource> ListItem for T {
    fn list_id(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.id().as_ref()))
    }
}
