use super::shown::line;

/// A list can't be read to its end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListError {
    /// A page ends with the same item as an earlier page, so the list would never end.
    #[error("the list does not go on: it has the page after `{}` twice", line(.cursor))]
    Repeated {
        /// The id that both pages end with.
        cursor: String,
    },

    /// A page has `has_more` but no items, so there is no cursor for the next page.
    #[error(
        "the list does not go on: a page has `has_more` and no items{}",
        .cursor.as_deref().map_or_else(String::new, |cursor| format!("; it is the page after `{}`", line(cursor)))
    )]
    Empty {
        /// The cursor of the page; `None` for the first page.
        cursor: Option<String>,
    },
}
