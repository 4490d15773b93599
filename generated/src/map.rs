use std::fmt;
use std::marker::PhantomData;
use std::ops::Index;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::text::Text;

/// A small map with string keys, in the order in which Stripe sent them.
///
/// It holds amounts by currency and metadata: few entries, so a lookup is a linear search. Two
/// maps are equal if they have the same entries in any order.
///
/// ```
/// use stripe_financial_connections::Map;
///
/// let available: Map<i64> = [("usd", 6000)].into_iter().collect();
/// assert_eq!(available.get("usd"), Some(&6000));
/// assert_eq!(available["usd"], 6000);
/// ```
#[derive(Clone)]
pub struct Map<V>(Entries<V>);

/// A map with one entry needs no allocation, since most amounts are in one currency.
#[derive(Clone)]
enum Entries<V> {
    One((Text, V)),
    Many(Vec<(Text, V)>),
}

impl<V> Map<V> {
    /// Creates an empty map.
    pub const fn new() -> Self {
        Self(Entries::Many(Vec::new()))
    }

    fn entries(&self) -> &[(Text, V)] {
        match &self.0 {
            Entries::One(entry) => std::slice::from_ref(entry),
            Entries::Many(entries) => entries,
        }
    }

    fn entries_mut(&mut self) -> &mut [(Text, V)] {
        match &mut self.0 {
            Entries::One(entry) => std::slice::from_mut(entry),
            Entries::Many(entries) => entries,
        }
    }

    fn into_entries(self) -> Vec<(Text, V)> {
        match self.0 {
            Entries::One(entry) => vec![entry],
            Entries::Many(entries) => entries,
        }
    }

    pub(crate) fn map_values<W>(self, f: impl Fn(V) -> W) -> Map<W> {
        Map(match self.0 {
            Entries::One((key, value)) => Entries::One((key, f(value))),
            Entries::Many(entries) => {
                let entries = entries.into_iter().map(|(key, value)| (key, f(value)));
                Entries::Many(entries.collect())
            }
        })
    }

    /// Returns the value of a key.
    pub fn get(&self, key: &str) -> Option<&V> {
        self.entries()
            .iter()
            .find(|(k, _)| k.as_bytes() == key.as_bytes())
            .map(|(_, value)| value)
    }

    /// Returns whether the map contains the key.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Sets the value of a key, and returns its old value.
    pub fn insert(&mut self, key: impl AsRef<str>, value: V) -> Option<V> {
        self.insert_text(Text::new(key.as_ref()), value)
    }

    fn insert_text(&mut self, key: Text, value: V) -> Option<V> {
        if let Some((_, old)) = self.entries_mut().iter_mut().find(|(k, _)| *k == key) {
            return Some(std::mem::replace(old, value));
        }
        if self.is_empty() {
            self.0 = Entries::One((key, value));
        } else {
            let mut entries = std::mem::take(self).into_entries();
            entries.push((key, value));
            self.0 = Entries::Many(entries);
        }
        None
    }

    /// Returns the entries, in order.
    pub fn iter(&self) -> MapIter<'_, V> {
        MapIter(self.entries().iter())
    }

    /// Returns the keys, in order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &str> {
        self.entries().iter().map(|(key, _)| key.as_str())
    }

    /// Returns the values, in order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &V> {
        self.entries().iter().map(|(_, value)| value)
    }

    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        self.entries().len()
    }

    /// Returns whether the map is empty.
    pub fn is_empty(&self) -> bool {
        self.entries().is_empty()
    }
}

impl<V> Default for Map<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V: fmt::Debug> fmt::Debug for Map<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<V: PartialEq> PartialEq for Map<V> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self
                .iter()
                .all(|(key, value)| other.get(key) == Some(value))
    }
}

impl<V: Eq> Eq for Map<V> {}

impl<V> Index<&str> for Map<V> {
    type Output = V;

    /// # Panics
    ///
    /// Panics if the key is missing; [`Map::get`] does not.
    fn index(&self, key: &str) -> &V {
        self.get(key).unwrap_or_else(|| panic!("no entry `{key}`"))
    }
}

impl<K: AsRef<str>, V> FromIterator<(K, V)> for Map<V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}

impl<V> IntoIterator for Map<V> {
    type Item = (String, V);
    type IntoIter = std::vec::IntoIter<(String, V)>;

    fn into_iter(self) -> Self::IntoIter {
        let entries = self.into_entries().into_iter();
        let entries = entries.map(|(key, value)| (key.into(), value));
        entries.collect::<Vec<_>>().into_iter()
    }
}

impl<'a, V> IntoIterator for &'a Map<V> {
    type Item = (&'a str, &'a V);
    type IntoIter = MapIter<'a, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The entries of a [`Map`], in order.
#[derive(Clone, Debug)]
pub struct MapIter<'a, V>(std::slice::Iter<'a, (Text, V)>);

impl<'a, V> Iterator for MapIter<'a, V> {
    type Item = (&'a str, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(key, value)| (key.as_str(), value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<V> ExactSizeIterator for MapIter<'_, V> {}

impl<V: Serialize> Serialize for Map<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Map<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MapVisitor(PhantomData))
    }
}

struct MapVisitor<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for MapVisitor<V> {
    type Value = Map<V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Map<V>, A::Error> {
        let mut map = Map::new();
        while let Some(key) = access.next_key()? {
            map.insert_text(key, access.next_value()?);
        }
        Ok(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_and_compares_without_it() {
        let map: Map<i64> = serde_json::from_str(r#"{"usd":1,"eur":2,"usd":3}"#).unwrap();
        assert_eq!(map.iter().collect::<Vec<_>>(), [("usd", &3), ("eur", &2)]);
        assert_eq!(map, [("eur", 2), ("usd", 3)].into_iter().collect());
        assert_ne!(map, [("usd", 3)].into_iter().collect());
        assert_ne!(map, [("usd", 3), ("gbp", 2)].into_iter().collect());
        assert_eq!(serde_json::to_string(&map).unwrap(), r#"{"usd":3,"eur":2}"#);
        assert_eq!(map.into_iter().next(), Some(("usd".to_owned(), 3)));
    }

    #[test]
    #[should_panic(expected = "no entry `gbp`")]
    fn indexing_names_the_missing_key() {
        let _ = Map::<i64>::new()["gbp"];
    }
}
