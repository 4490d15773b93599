//! Rows by id, and pages of lists.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::Call;
use crate::error::ApiError;

/// A value with an id.
pub(crate) trait Row {
    fn id(&self) -> &str;
}

/// An object, kept as the JSON of its response.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Object(pub(crate) Value);

impl Row for Object {
    fn id(&self) -> &str {
        self.0["id"].as_str().unwrap_or_default()
    }
}

/// Rows in the order of their creation. Only the oldest are removed.
pub(crate) struct Table<T> {
    rows: Vec<T>,
    places: HashMap<String, usize>,
    /// The indices of the rows that changed since the last query.
    changed: BTreeSet<usize>,
}

impl<T: Row> Table<T> {
    pub(crate) fn push(&mut self, row: T) -> usize {
        let place = self.rows.len();
        self.places.insert(row.id().to_owned(), place);
        self.rows.push(row);
        self.changed.insert(place);
        place
    }

    /// Adds a row, or replaces the row with the same id.
    pub(crate) fn put(&mut self, row: T) {
        match self.place(row.id()) {
            Some(place) => {
                self.rows[place] = row;
                self.changed.insert(place);
            }
            None => {
                self.push(row);
            }
        }
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
        let place = self.place(id)?;
        self.changed.insert(place);
        Some(&mut self.rows[place])
    }

    pub(crate) fn at(&self, place: usize) -> &T {
        &self.rows[place]
    }

    /// Returns a row without marking it as changed.
    pub(crate) fn at_mut(&mut self, place: usize) -> &mut T {
        &mut self.rows[place]
    }

    /// Returns the indices of the rows that changed since the last call.
    pub(crate) fn take_changed(&mut self) -> BTreeSet<usize> {
        std::mem::take(&mut self.changed)
    }

    /// Returns whether a row has changed since the last query.
    pub(crate) fn has_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    /// Removes the oldest half of the rows if there are twice as many as `count`.
    pub(crate) fn keep(&mut self, count: usize) {
        if self.rows.len() < 2 * count {
            return;
        }
        let gone = self.rows.len() - count;
        self.rows.drain(..gone);
        self.changed = self
            .changed
            .iter()
            .filter_map(|place| place.checked_sub(gone))
            .collect();
        let places = self.rows.iter().enumerate();
        self.places = places
            .map(|(place, row)| (row.id().to_owned(), place))
            .collect();
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            places: HashMap::new(),
            changed: BTreeSet::new(),
        }
    }
}

/// A list to return, from rows of which the newest is the last.
pub(crate) struct Page<'a, T> {
    pub(crate) rows: &'a [T],
    /// The indices of the rows to search.
    pub(crate) within: Range<usize>,
    pub(crate) url: String,
    /// The name of the rows in messages.
    pub(crate) what: &'a str,
}

impl<T> Page<'_, T> {
    /// Returns the requested page, the newest first: at most `limit` of the rows that `keep`
    /// accepts, after or before a row.
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
    /// Returns a page of the table.
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
