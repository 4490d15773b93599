//! Integers, also where Stripe writes them as floats.

use std::fmt;

use serde::de::Visitor;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected};

use crate::{Map, Sensitive};

/// From here on a float may have lost what its text said: 2^53.
const INEXACT: f64 = 9_007_199_254_740_992.0;

/// Reads a whole number, written with a fraction of zero or an exponent too: `100.0`, `1e2`.
pub(crate) struct Integer(pub(crate) i64);

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let whole = |float: f64| (float.fract() == 0.0 && float.abs() < INEXACT).then_some(float);
        let visitor = NumberVisitor {
            expecting: "an integer",
            round: whole,
        };
        deserializer.deserialize_any(visitor).map(Self)
    }
}

/// Reads seconds, rounded down to a whole number.
pub(crate) fn rounded_down<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let down = |float: f64| {
        let float = float.floor();
        // The bounds of an `i64`, of which only the lower one is a float.
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
    /// The whole number that a float stands for.
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

    /// With its feature `arbitrary_precision`, serde_json gives a number as a map to who asks for
    /// anything.
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
        // Read to its end, so that the error is placed at it and not at its first item.
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Err(A::Error::invalid_type(Unexpected::Seq, &self))
    }
}

/// A type with [`Integer`] in the places where another has `i64`, read in its stead.
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
        // In place: both are of the same size.
        self.into_iter().map(T::value).collect()
    }
}

impl<T: StandsFor> StandsFor for Map<T> {
    type Value = Map<T::Value>;

    fn value(self) -> Self::Value {
        self.map_values(T::value)
    }
}
