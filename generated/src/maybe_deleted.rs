use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::ser::{Serialize, Serializer};

use crate::Resource;
use crate::de;

/// An object, or its stub after it was deleted.
///
/// Stripe answers a request for a deleted object with a stub that has `"deleted": true`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum MaybeDeleted<T, D> {
    /// The object exists.
    Present(T),
    /// The object was deleted.
    Deleted(D),
}

impl<T, D> MaybeDeleted<T, D> {
    /// Returns the object, unless it was deleted.
    pub fn present(&self) -> Option<&T> {
        match self {
            Self::Present(object) => Some(object),
            Self::Deleted(_) => None,
        }
    }

    /// Returns the object, unless it was deleted, without cloning it.
    pub fn into_present(self) -> Option<T> {
        match self {
            Self::Present(object) => Some(object),
            Self::Deleted(_) => None,
        }
    }

    /// Returns whether the object was deleted.
    pub fn is_deleted(&self) -> bool {
        matches!(self, Self::Deleted(_))
    }
}

impl<T: Resource, D: Resource<Id = T::Id>> Resource for MaybeDeleted<T, D> {
    type Id = T::Id;
    const BUFFERED: bool = true;

    fn id(&self) -> &T::Id {
        match self {
            Self::Present(object) => object.id(),
            Self::Deleted(stub) => stub.id(),
        }
    }
}

impl<T: Serialize, D: Serialize> Serialize for MaybeDeleted<T, D> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Present(object) => object.serialize(serializer),
            Self::Deleted(stub) => stub.serialize(serializer),
        }
    }
}

impl<'de, T: DeserializeOwned, D: DeserializeOwned> Deserialize<'de> for MaybeDeleted<T, D> {
    fn deserialize<De: Deserializer<'de>>(deserializer: De) -> Result<Self, De::Error> {
        // `deleted` may be the last field, so the text is buffered until the type is known.
        let raw = de::buffered(deserializer)?;
        if de::is_deleted(&raw) {
            de::nested(&raw).map(Self::Deleted)
        } else {
            de::nested(&raw).map(Self::Present)
        }
    }
}
