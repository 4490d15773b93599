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
