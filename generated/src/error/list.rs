use super::shown::line;

/// A list cannot be read to its end: its pages do not lead there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListError {
    /// A page ends where a page before it ended, so that the list would never end.
    #[error("the list does not go on: the page after `{}` was there before", line(.cursor))]
    Repeated {
        /// The id that both pages end with.
        cursor: String,
    },

    /// A page says that more items follow, and has no item from which to go on.
    #[error(
        "the list does not go on: a page says that more follow, and has no item to go on from{}",
        .cursor.as_deref().map_or_else(String::new, |cursor| format!("; it was asked for after `{}`", line(cursor)))
    )]
    Empty {
        /// The id after which the page was asked for, unless it was the first one.
        cursor: Option<String>,
    },
}
