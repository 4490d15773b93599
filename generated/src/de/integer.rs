//! Reads integers, which Stripe sometimes writes as floats.

use std::fmt;

use serde::de::Visitor;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected};

use crate::{Map, Sensitive};

/// Floats of this size (2^50) and above are refused, because they may differ from the number in
/// the text. A float is exact up to 2^53, but serde_json can be wrong in the last bits.
const INEXACT: f64 = 1_125_899_906_842_624.0;

/// Returns the integer that a float represents, allowing for the error of reading it.
fn whole(float: f64) -> Option<f64> {
    let nearest = float.round();
    let error = 2.0 * f64::EPSILON * float.abs();
    ((float - nearest).abs() <= error).then_some(nearest)
}

/// An integer, which may be written with a zero fraction or an exponent: `100.0`, `1e2`.
pub(crate) struct Integer(pub(crate) i64);

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let visitor = NumberVisitor {
            expecting: "an integer",
            round: |float| whole(float).filter(|whole| whole.abs() < INEXACT),
        };
        deserializer.deserialize_any(visitor).map(Self)
    }
}

/// Reads seconds, rounded down to an integer.
pub(crate) fn rounded_down<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let down = |float: f64| {
        let float = whole(float).unwrap_or(float.floor());
        // The range of `i64`. Its upper end is not a float, so it is excluded.
        (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0)
            .contains(&float)
            .then_some(float)
    };
    deserializer.deserialize_any(NumberVisitor {
        expecting: "a time in unix seconds",
        round: down,
    })
}

struct NumberVisitor {
    expecting: &'static str,
    /// Converts a float to an integer, if possible.
    round: fn(f64) -> Option<f64>,
}

impl<'de> Visitor<'de> for NumberVisitor {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expecting)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<i64, E> {
        Ok(number)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<i64, E> {
        i64::try_from(number).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<i64, E> {
        (self.round)(number)
            .map(|whole| whole as i64)
            .ok_or_else(|| E::invalid_value(Unexpected::Float(number), &self))
    }

    /// With serde_json's feature `arbitrary_precision`, `deserialize_any` gives a number as a
    /// map.
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<i64, A::Error> {
        let number = serde_json::Number::deserialize(MapAccessDeserializer::new(map))
            .map_err(|_| A::Error::invalid_type(Unexpected::Map, &self))?;
        match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(number), ..) => self.visit_i64(number),
            (_, Some(number), _) => self.visit_u64(number),
            (.., number) => self.visit_f64(number.unwrap_or(f64::NAN)),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<i64, A::Error> {
        // Reads the sequence to its end, so that the error has the position of the sequence and
        // not of its first item.
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Err(A::Error::invalid_type(Unexpected::Seq, &self))
    }
}

/// A type that is read in place of another one, with [`Integer`] for `i64`.
pub(crate) trait StandsFor {
    type Value;

    fn value(self) -> Self::Value;
}

impl StandsFor for Integer {
    type Value = i64;

    fn value(self) -> i64 {
        self.0
    }
}

impl<T: StandsFor> StandsFor for Sensitive<T> {
    type Value = Sensitive<T::Value>;

    fn value(self) -> Self::Value {
        self.into_inner().value().into()
    }
}

impl<T: StandsFor> StandsFor for Vec<T> {
    type Value = Vec<T::Value>;

    fn value(self) -> Self::Value {
        // Converts in place, as both types have the same size.
        self.into_iter().map(T::value).collect()
    }
}

impl<T: StandsFor> StandsFor for Map<T> {
    type Value = Map<T::Value>;

    fn value(self) -> Self::Value {
        self.map_values(T::value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    fn integer(json: &str) -> Result<i64, String> {
        let read: Result<Integer, _> = serde_json::from_str(json);
        read.map(StandsFor::value)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn integers_are_read_in_every_notation() {
        for (json, amount) in [
            ("100", 100),
            ("-100", -100),
            ("100.0", 100),
            ("100.000", 100),
            ("1e2", 100),
            ("1E+2", 100),
            ("1.5e1", 15),
            ("-1e2", -100),
            ("0", 0),
            ("-0", 0),
            ("-0.0", 0),
            ("1125899906842623.0", 1_125_899_906_842_623),
            ("1125899906842623.00", 1_125_899_906_842_623),
            ("1125899906842621.000000000", 1_125_899_906_842_621),
            ("123456789.000000000000000000000", 123_456_789),
            ("112589990684262e1", 1_125_899_906_842_620),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
        ] {
            assert_eq!(integer(json), Ok(amount), "{json}");
        }
    }

    #[test]
    fn amounts_that_are_not_integers_are_errors() {
        for json in [
            "100.5",
            "1e-2",
            "-0.1",
            // Such a float may differ from the number in the text.
            "1125899906842624.0",
            "9007199254740991.0",
            "1e18",
            "1e300",
            "1e999",
            "9223372036854775808",
            "-9223372036854775809",
            "\"100\"",
            "true",
            "null",
            "[100]",
            "{\"a\": 100}",
            "{}",
        ] {
            assert!(integer(json).is_err(), "{json}");
        }
    }

    #[test]
    fn times_are_rounded_down() {
        for (json, secs) in [
            ("1493864264.4292502", Some(1_493_864_264)),
            ("1493864264.9999", Some(1_493_864_264)),
            ("1493864264.000000000000", Some(1_493_864_264)),
            ("1.5e9", Some(1_500_000_000)),
            ("-0.5", Some(-1)),
            ("-1.5", Some(-2)),
            ("1e18", Some(1_000_000_000_000_000_000)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("-9.3e18", None),
            ("9.3e18", None),
            ("9223372036854775808", None),
            ("\"1493864264\"", None),
            ("null", None),
        ] {
            let read: Result<Timestamp, _> = serde_json::from_str(json);
            assert_eq!(read.ok().map(Timestamp::as_secs), secs, "{json}");
        }
    }
}
