use std::fmt;
use std::sync::Arc;

use reqwest::header::HeaderValue;
use zeroize::Zeroizing;

use crate::Error;

/// A secret API key. `Debug` does not show it, and its memory is wiped when the last clone is
/// dropped.
#[derive(Clone)]
pub(crate) struct ApiKey(Arc<Zeroizing<String>>);

impl ApiKey {
    pub(crate) fn new(key: impl Into<String>) -> Self {
        Self(Arc::new(Zeroizing::new(key.into())))
    }

    pub(crate) fn authorization(&self) -> Result<HeaderValue, Error> {
        if self.0.is_empty() {
            return Err(Error::invalid("the API key is empty"));
        }
        if !self.0.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::invalid(
                "the API key has a space, a line break or another character that no key has; \
                 trim it where it is read",
            ));
        }
        let bearer = Zeroizing::new(format!("Bearer {}", self.0.as_str()));
        let mut value = HeaderValue::from_str(&bearer)
            .map_err(|_| Error::invalid("the API key cannot be sent in a header"))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_cannot_be_sent_are_refused_without_showing_them() {
        for key in ["", "sk_test_1\n", " sk_test_1", "sk_test\t1", "sk_tést_1"] {
            let error = ApiKey::new(key).authorization().expect_err(key);
            assert!(error.to_string().starts_with("the API key"), "{error}");
            assert!(!format!("{error} {error:?}").contains("sk_"), "{error}");
        }
    }

    #[test]
    fn debug_shows_nothing() {
        let key = ApiKey::new("sk_test_1");
        let header = key.authorization().unwrap();
        assert_eq!(header, "Bearer sk_test_1");
        assert!(!format!("{key:?} {header:?}").contains("sk_test"));
    }
}
