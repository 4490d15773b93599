//! Rows by id, and lists of them page by page.

use std::collections::HashMap;
use std::ops::Range;

use serde::de::Deserializer;
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::Call;
use crate::error::ApiError;

/// What is found by its id.
pub(crate) trait Row {
    fn id(&self) -> &str;
}

/// An object kept as the JSON that answers a request for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Object(pub(crate) Value);

impl Row for Object {
    fn id(&self) -> &str {
        self.0["id"].as_str().unwrap_or_default()
    }
}

/// Rows in the order they were made. None is ever removed, so that places are stable.
pub(crate) struct Table<T> {
    rows: Vec<T>,
    places: HashMap<String, usize>,
}

impl<T: Row> Table<T> {
    pub(crate) fn push(&mut self, row: T) -> usize {
        let place = self.rows.len();
        self.places.insert(row.id().to_owned(), place);
        self.rows.push(row);
        place
    }

    pub(crate) fn rows(&self) -> &[T] {
        &self.rows
    }

    pub(crate) fn place(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }

    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.place(id).map(|place| &self.rows[place])
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.place(id).map(|place| &mut self.rows[place])
    }

    pub(crate) fn at(&self, place: usize) -> &T {
        &self.rows[place]
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            places: HashMap::new(),
        }
    }
}

impl<T: Serialize> Serialize for Table<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.rows.serialize(serializer)
    }
}

impl<'de, T: Row + Deserialize<'de>> Deserialize<'de> for Table<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rows = Vec::<T>::deserialize(deserializer)?;
        let places = rows.iter().enumerate();
        Ok(Self {
            places: places
                .map(|(place, row)| (row.id().to_owned(), place))
                .collect(),
            rows,
        })
    }
}

/// A list to be answered with, of rows whose newest is the last.
pub(crate) struct Page<'a, T> {
    pub(crate) rows: &'a [T],
    /// The places of the rows to look at.
    pub(crate) within: Range<usize>,
    pub(crate) url: String,
    /// What the rows are, in messages.
    pub(crate) what: &'a str,
}

impl<T: Row> Page<'_, T> {
    /// The page that the request asks for, the newest first: `limit` of the rows to `keep`, after
    /// or before a row whose place in the list is found by its id.
    pub(crate) fn answer(
        &self,
        call: &Call,
        place: impl Fn(&str) -> Option<usize>,
        keep: impl Fn(&T) -> bool,
        render: impl Fn(&T) -> Value,
    ) -> Result<Value, ApiError> {
        let limit = limit(call)?;
        let cursor = |name: &str| match call.text(name) {
            None => Ok(None),
            Some(id) => match place(id) {
                Some(place) => Ok(Some(place)),
                None => Err(ApiError::unknown_reference(self.what, id, name)),
            },
        };
        let Range { start, end } = self.within;
        let mut page: Vec<&T> = match (cursor("starting_after")?, cursor("ending_before")?) {
            (Some(_), Some(_)) => {
                return Err(ApiError::exclusive(["starting_after", "ending_before"]));
            }
            (None, Some(before)) => {
                let newer = self.rows[(before + 1).clamp(start, end)..end].iter();
                newer.filter(|row| keep(row)).take(limit + 1).collect()
            }
            (after, None) => {
                let older =
                    self.rows[start..after.map_or(end, |after| after.clamp(start, end))].iter();
                let older = older.rev();
                older.filter(|row| keep(row)).take(limit + 1).collect()
            }
        };
        let has_more = page.len() > limit;
        page.truncate(limit);
        if call.text("ending_before").is_some() {
            page.reverse();
        }
        let data: Vec<_> = page.into_iter().map(render).collect();
        Ok(list(data, has_more, &self.url))
    }
}

impl<T: Row> Table<T> {
    /// A page of the table.
    pub(crate) fn page(
        &self,
        call: &Call,
        what: &str,
        keep: impl Fn(&T) -> bool,
        render: impl Fn(&T) -> Value,
    ) -> Result<Value, ApiError> {
        let page = Page {
            rows: &self.rows,
            within: 0..self.rows.len(),
            url: call.path.clone(),
            what,
        };
        page.answer(call, |id| self.place(id), keep, render)
    }
}

pub(crate) fn list(data: Vec<Value>, has_more: bool, url: &str) -> Value {
    json!({ "object": "list", "data": data, "has_more": has_more, "url": url })
}

fn limit(call: &Call) -> Result<usize, ApiError> {
    let limit = call.int("limit").unwrap_or(10);
    let bound = match limit {
        ..1 => "greater than or equal to 1",
        1..=100 => return Ok(limit as usize),
        101.. => "less than or equal to 100",
    };
    Err(ApiError::invalid(format!(
        "This value must be {bound} (it currently is '{limit}')."
    ))
    .code("parameter_invalid_integer")
    .param("limit"))
}
