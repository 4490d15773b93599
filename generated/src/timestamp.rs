use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time: whole seconds since 1970-01-01 00:00 UTC.
///
/// Fractions of a second, as in some old API versions, are rounded down.
///
/// The features `jiff`, `chrono` and `time` add conversions to and from those crates. Conversions
/// to and from `SystemTime` are always available.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use stripe_financial_connections::Timestamp;
///
/// let linked = Timestamp::from_secs(1_651_516_592);
/// assert_eq!(linked.to_system_time(), Some(UNIX_EPOCH + Duration::from_secs(1_651_516_592)));
/// assert!(linked < Timestamp::now());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Creates a time from seconds after the epoch; negative for times before it.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs)
    }

    /// Returns the seconds since the epoch.
    pub const fn as_secs(self) -> i64 {
        self.0
    }

    /// Returns the current time, rounded down to the second.
    ///
    /// # Panics
    ///
    /// On `wasm32-unknown-unknown`, which has no clock.
    pub fn now() -> Self {
        SystemTime::now().into()
    }

    /// Converts to the standard library's type. `None` if the time is out of its range.
    pub fn to_system_time(self) -> Option<SystemTime> {
        let distance = Duration::from_secs(self.0.unsigned_abs());
        if self.0 < 0 {
            UNIX_EPOCH.checked_sub(distance)
        } else {
            UNIX_EPOCH.checked_add(distance)
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({})", self.0)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl From<i64> for Timestamp {
    fn from(secs: i64) -> Self {
        Self(secs)
    }
}

impl From<Timestamp> for i64 {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.0
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let secs = |distance: Duration| i64::try_from(distance.as_secs()).unwrap_or(i64::MAX);
        Self(match time.duration_since(UNIX_EPOCH) {
            Ok(after) => secs(after),
            Err(before) => {
                let before = before.duration();
                -secs(before) - i64::from(before.subsec_nanos() > 0)
            }
        })
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::de::rounded_down(deserializer).map(Self)
    }
}

#[cfg(feature = "jiff")]
mod jiff {
    use super::Timestamp;

    impl From<::jiff::Timestamp> for Timestamp {
        /// Rounds down to the second.
        fn from(time: ::jiff::Timestamp) -> Self {
            Self(time.as_second())
        }
    }

    impl TryFrom<Timestamp> for ::jiff::Timestamp {
        type Error = ::jiff::Error;

        fn try_from(time: Timestamp) -> Result<Self, Self::Error> {
            Self::from_second(time.0)
        }
    }
}

#[cfg(feature = "chrono")]
mod chrono {
    use super::Timestamp;

    impl<Z: ::chrono::TimeZone> From<::chrono::DateTime<Z>> for Timestamp {
        /// Rounds down to the second.
        fn from(time: ::chrono::DateTime<Z>) -> Self {
            Self(time.timestamp())
        }
    }

    impl TryFrom<Timestamp> for ::chrono::DateTime<::chrono::Utc> {
        /// The time that `chrono` can't represent.
        type Error = Timestamp;

        fn try_from(time: Timestamp) -> Result<Self, Self::Error> {
            Self::from_timestamp(time.0, 0).ok_or(time)
        }
    }
}

#[cfg(feature = "time")]
mod time {
    use super::Timestamp;

    impl From<::time::OffsetDateTime> for Timestamp {
        /// Rounds down to the second.
        fn from(time: ::time::OffsetDateTime) -> Self {
            Self(time.unix_timestamp())
        }
    }

    impl TryFrom<Timestamp> for ::time::OffsetDateTime {
        type Error = ::time::error::ComponentRange;

        fn try_from(time: Timestamp) -> Result<Self, Self::Error> {
            Self::from_unix_timestamp(time.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_down_on_both_sides_of_the_epoch() {
        let half = Duration::from_millis(500);
        assert_eq!(Timestamp::from(UNIX_EPOCH + half), Timestamp(0));
        assert_eq!(Timestamp::from(UNIX_EPOCH - half), Timestamp(-1));
    }

    #[test]
    fn system_time_round_trip() {
        for secs in [-1, 0, 1_651_516_592, i64::from(u32::MAX) + 1] {
            let time = Timestamp(secs).to_system_time().expect("in range");
            assert_eq!(Timestamp::from(time), Timestamp(secs));
        }
    }

    #[cfg(all(feature = "jiff", feature = "chrono", feature = "time"))]
    #[test]
    fn other_crates_round_trip() {
        let time = Timestamp(1_651_516_592);
        assert_eq!(
            Timestamp::from(::jiff::Timestamp::try_from(time).unwrap()),
            time
        );
        assert_eq!(
            Timestamp::from(::chrono::DateTime::<::chrono::Utc>::try_from(time).unwrap()),
            time
        );
        assert_eq!(
            Timestamp::from(::time::OffsetDateTime::try_from(time).unwrap()),
            time
        );
        let far = Timestamp(i64::MAX);
        assert!(::jiff::Timestamp::try_from(far).is_err());
        assert_eq!(::chrono::DateTime::<::chrono::Utc>::try_from(far), Err(far));
        assert!(::time::OffsetDateTime::try_from(far).is_err());
    }
}
