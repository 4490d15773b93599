//! Lists and their pages.

#[cfg(feature = "blocking")]
mod iter;
#[cfg(feature = "client")]
mod page;
#[cfg(feature = "client")]
mod place;
#[cfg(feature = "client")]
mod stream;

use std::fmt;

use serde::de::{DeserializeOwned, Deserializer, MapAccess};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

#[cfg(feature = "blocking")]
pub use iter::ListIter;
#[cfg(feature = "client")]
pub(crate) use page::Parent;
#[cfg(feature = "client")]
pub(crate) use place::Place;
#[cfg(feature = "client")]
pub use stream::ListStream;

use crate::de::{self, Fields, Integer, Object};

/// One page of a list.
///
/// A list in a response can request its [next page](Self::next_page), and all following items as
/// a [stream](Self::stream). These requests use the same filters, connected account and other
/// options.
#[derive(Clone)]
#[non_exhaustive]
pub struct List<T> {
    /// The items of this page.
    pub data: Vec<T>,
    /// Whether there are more items after this page, or before it if the request had
    /// `ending_before`.
    pub has_more: bool,
    /// The path of the list.
    pub url: String,
    /// The number of items on all pages. Few endpoints report it.
    pub total_count: Option<i64>,
    /// The request that this page answers.
    #[cfg(feature = "client")]
    request: Option<crate::request::Request>,
    /// The account or context of the event that the list was read from.
    #[cfg(feature = "client")]
    place: Option<std::sync::Arc<Place>>,
}

impl<T: DeserializeOwned> Object for List<T> {
    const NAME: &'static str = "list";

    fn from_fields<'de, A: MapAccess<'de>>(mut fields: Fields<A>) -> Result<Self, A::Error> {
        let (mut data, mut has_more, mut url, mut total_count) = (None, None, None, None);
        while let Some(name) = fields.next_name()? {
            match name.as_str() {
                "data" => fields.read(&mut data)?,
                "has_more" => fields.read(&mut has_more)?,
                "total_count" => fields.read_as::<Integer>(&mut total_count)?,
                "url" => fields.read(&mut url)?,
                _ => fields.skip()?,
            }
        }
        let has_more = fields.required(has_more, "has_more")?;
        let url: String = fields.required(url, "url")?;
        Ok(Self {
            data: fields.required(data, "data")?,
            #[cfg(feature = "client")]
            request: if has_more {
                page::inside_of_parent(&url)
            } else {
                None
            },
            #[cfg(feature = "client")]
            place: if has_more { Place::current() } else { None },
            has_more,
            url,
            total_count,
        })
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        de::object(deserializer)
    }
}

impl<T: Serialize> Serialize for List<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("object", "list")?;
        object.serialize_entry("data", &self.data)?;
        object.serialize_entry("has_more", &self.has_more)?;
        if let Some(count) = &self.total_count {
            object.serialize_entry("total_count", count)?;
        }
        object.serialize_entry("url", &self.url)?;
        object.end()
    }
}

/// Two lists are equal if their contents are equal.
impl<T: PartialEq> PartialEq for List<T> {
    fn eq(&self, other: &Self) -> bool {
        self.data == other.data
            && self.has_more == other.has_more
            && self.url == other.url
            && self.total_count == other.total_count
    }
}

impl<T: fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List")
            .field("data", &self.data)
            .field("has_more", &self.has_more)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "client"))]
mod tests;
