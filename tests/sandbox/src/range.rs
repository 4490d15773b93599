//! Filters by time, such as `created` or `created[gte]`.

use serde_json::Value;

/// The first and last second of a filter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TimeRange {
    first: i64,
    last: i64,
}

impl TimeRange {
    /// Parses a filter. Without one, all times match.
    pub(crate) fn new(filter: &Value) -> Self {
        let mut range = Self {
            first: i64::MIN,
            last: i64::MAX,
        };
        if let Some(exact) = filter.as_i64() {
            (range.first, range.last) = (exact, exact);
        }
        for (bound, value) in filter.as_object().into_iter().flatten() {
            let value = value.as_i64().unwrap_or_default();
            match bound.as_str() {
                "gt" => range.first = range.first.max(value.saturating_add(1)),
                "gte" => range.first = range.first.max(value),
                "lt" => range.last = range.last.min(value.saturating_sub(1)),
                _ => range.last = range.last.min(value),
            }
        }
        range
    }

    pub(crate) fn contains(self, time: i64) -> bool {
        (self.first..=self.last).contains(&time)
    }

    /// Returns the indices of the matching rows. `rows` are sorted by time.
    pub(crate) fn places<T>(self, rows: &[T], time: impl Fn(&T) -> i64) -> std::ops::Range<usize> {
        let first = rows.partition_point(|row| time(row) < self.first);
        let end = rows.partition_point(|row| time(row) <= self.last);
        first..end.max(first)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bounds() {
        let times = [1, 2, 2, 3, 5];
        for (filter, within) in [
            (json!(null), 0..5),
            (json!(2), 1..3),
            (json!(4), 4..4),
            (json!({ "gt": 2 }), 3..5),
            (json!({ "gte": 2, "lt": 5 }), 1..4),
            (json!({ "lte": 2 }), 0..3),
            (json!({ "gt": 3, "lt": 2 }), 4..4),
            (json!({ "gt": i64::MAX }), 5..5),
        ] {
            let range = TimeRange::new(&filter);
            assert_eq!(range.places(&times, |time| *time), within, "{filter}");
            let contained = times.iter().filter(|time| range.contains(**time)).count();
            assert_eq!(contained, within.len(), "{filter}");
        }
    }
}
