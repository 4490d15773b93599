use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::{Resource, de};

/// A field with the id of an object, or with the object itself if the request expanded it.
///
/// Name the fields to expand with the method `expand` of a request. By default Stripe sends ids.
///
/// ```
/// # use stripe_financial_connections::{Expandable, RawObject};
/// let field: Expandable<RawObject> = serde_json::from_str(r#""cus_123""#)?;
/// assert_eq!(field.id(), "cus_123");
/// assert!(field.object().is_none());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Expandable<T: Resource> {
    /// The field was not expanded.
    Id(T::Id),
    /// The field was expanded.
    Object(Box<T>),
}

impl<T: Resource> Expandable<T> {
    /// Returns the id, in both cases.
    pub fn id(&self) -> &T::Id {
        match self {
            Self::Id(id) => id,
            Self::Object(object) => object.id(),
        }
    }

    /// Returns the object, if it was expanded.
    pub fn object(&self) -> Option<&T> {
        match self {
            Self::Id(_) => None,
            Self::Object(object) => Some(object),
        }
    }

    /// Returns the object, if it was expanded, without cloning it.
    pub fn into_object(self) -> Option<T> {
        match self {
            Self::Id(_) => None,
            Self::Object(object) => Some(*object),
        }
    }
}

impl<T: Resource + Serialize> Serialize for Expandable<T>
where
    T::Id: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Id(id) => id.serialize(serializer),
            Self::Object(object) => object.serialize(serializer),
        }
    }
}

impl<'de, T> Deserialize<'de> for Expandable<T>
where
    T: Resource<Id: DeserializeOwned> + DeserializeOwned,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !T::BUFFERED {
            return deserializer.deserialize_any(ExpandableVisitor(PhantomData));
        }
        let raw = de::buffered(deserializer)?;
        if raw.get().starts_with('"') {
            de::nested(&raw).map(Self::Id)
        } else {
            de::nested(&raw).map(Self::Object)
        }
    }
}

struct ExpandableVisitor<T>(PhantomData<T>);

impl<'de, T> Visitor<'de> for ExpandableVisitor<T>
where
    T: Resource<Id: DeserializeOwned> + DeserializeOwned,
{
    type Value = Expandable<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id or an object")
    }

    fn visit_str<E: serde::de::Error>(self, id: &str) -> Result<Self::Value, E> {
        T::Id::deserialize(StrDeserializer::new(id)).map(Expandable::Id)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        // Uses the same map access as outside of `Expandable`, so that the fields of an object
        // are compiled once.
        T::deserialize(MapAccessDeserializer::new(map)).map(|o| Expandable::Object(Box::new(o)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MaybeDeleted, RawObject};

    #[test]
    fn reads_and_writes_both_forms() {
        type Customer = MaybeDeleted<RawObject, RawObject>;
        let deleted = r#"{"id":"cus_1","deleted":true}"#;
        for (json, expanded) in [(r#""cus_1""#, false), (deleted, true)] {
            let field: Expandable<Customer> = serde_json::from_str(json).unwrap();
            assert_eq!(field.id(), "cus_1");
            assert_eq!(
                field.object().is_some_and(MaybeDeleted::is_deleted),
                expanded
            );
            assert_eq!(serde_json::to_string(&field).unwrap(), json);
        }
    }
}
