use std::fmt::{Debug, Display};
use std::hash::Hash;

/// An object that Stripe keeps under an id.
pub trait Resource {
    /// The type of its id.
    type Id: AsRef<str> + Clone + Debug + Display + Eq + Hash;

    /// The id of this object.
    fn id(&self) -> &Self::Id;
}
