use std::fmt::{Debug, Display};
use std::hash::Hash;

/// An object that Stripe keeps under an id.
pub trait Resource {
    /// The type of its id.
    type Id: AsRef<str> + Clone + Debug + Display + Eq + Hash;

    /// Whether it can only be read from text, as what is kept as JSON is.
    #[doc(hidden)]
    const BUFFERED: bool = false;

    /// The id of this object.
    fn id(&self) -> &Self::Id;
}
