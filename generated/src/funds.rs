//! Methods that apply Stripe's advice about balances.

use serde::de::{Error as _, MapAccess};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::Map;
use crate::de::{Fields, Integer, Object};
use crate::financial_connections::{Balance, BalanceDetails};

/// Money in a cash account, in the smallest unit of its currency (cents for US dollars).
///
/// Positive if the account holder has the money, negative if the holder owes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AvailableFunds {
    /// The available balance: what can be used now, including pending transactions.
    Available(i64),
    /// The current balance: posted transactions only. The institution does not report the
    /// available balance; because of pending transactions and holds it may be higher or lower.
    Current(i64),
}

impl AvailableFunds {
    /// Returns the amount of either variant.
    pub fn amount(self) -> i64 {
        match self {
            Self::Available(amount) | Self::Current(amount) => amount,
        }
    }
}

impl Serialize for AvailableFunds {
    /// Writes `{"available": 100}` or `{"current": 100}`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, amount) = match self {
            Self::Available(amount) => ("available", amount),
            Self::Current(amount) => ("current", amount),
        };
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry(kind, amount)?;
        object.end()
    }
}

impl Object for AvailableFunds {
    const NAME: &'static str = "AvailableFunds";

    fn from_fields<'de, A: MapAccess<'de>>(mut fields: Fields<A>) -> Result<Self, A::Error> {
        let (mut available, mut current) = (None, None);
        while let Some(name) = fields.next_name()? {
            match name.as_str() {
                "available" => fields.read_as::<Integer>(&mut available)?,
                "current" => fields.read_as::<Integer>(&mut current)?,
                _ => fields.skip()?,
            }
        }
        match (available, current) {
            (Some(amount), _) => Ok(Self::Available(amount)),
            (None, Some(amount)) => Ok(Self::Current(amount)),
            (None, None) => Err(A::Error::missing_field("available")),
        }
    }
}

crate::macros::object!(AvailableFunds);

impl Balance {
    /// Returns the funds of a cash account in a currency such as `usd`, to compare with the
    /// amount of a debit before it is made. It is the available balance, or the current balance
    /// if the institution does not report the available one.
    ///
    /// Returns `None` if it is not a cash account, or has no balance in that currency. Check
    /// `as_of` for the age of the balance.
    pub fn available_funds(&self, currency: &str) -> Option<AvailableFunds> {
        let BalanceDetails::Cash(cash) = self.details() else {
            return None;
        };
        let available = cash
            .available
            .as_ref()
            .and_then(|amounts| amount(amounts, currency));
        available
            .map(AvailableFunds::Available)
            .or_else(|| amount(&self.current, currency).map(AvailableFunds::Current))
    }

    /// Returns the used part of a credit account's credit line in a currency, in the smallest
    /// unit, including holds.
    ///
    /// As in every balance, a negative amount is what the holder owes: -5000 means that 50
    /// dollars are used. Returns `None` if it is not a credit account, or the institution does
    /// not report the value.
    pub fn used_credit(&self, currency: &str) -> Option<i64> {
        let BalanceDetails::Credit(credit) = self.details() else {
            return None;
        };
        amount(credit.used.as_ref()?, currency)
    }
}

/// Finds the amount of a currency. Stripe writes currencies in lower case; callers may not.
fn amount(amounts: &Map<i64>, currency: &str) -> Option<i64> {
    let mut amounts = amounts.iter();
    amounts.find_map(|(key, amount)| key.eq_ignore_ascii_case(currency).then_some(*amount))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn available_funds_and_used_credit() {
        use AvailableFunds::{Available, Current};
        for (details, usd, eur, used) in [
            (
                r#""type": "cash", "cash": {"available": {"usd": 5}}"#,
                Some(Available(5)),
                None,
                None,
            ),
            (
                r#""type": "cash", "cash": {"available": null}"#,
                Some(Current(7)),
                None,
                None,
            ),
            (
                r#""type": "cash", "cash": {"available": {"eur": 5}}"#,
                Some(Current(7)),
                Some(Available(5)),
                None,
            ),
            (
                r#""type": "credit", "credit": {"used": {"usd": -9}}"#,
                None,
                None,
                Some(-9),
            ),
            (
                r#""type": "credit", "credit": {"used": null}"#,
                None,
                None,
                None,
            ),
            (r#""type": "crypto", "crypto": {}"#, None, None, None),
        ] {
            let json = format!(r#"{{"as_of": 1, "current": {{"usd": 7}}, {details}}}"#);
            let balance: Balance = serde_json::from_str(&json).unwrap();
            assert_eq!(balance.available_funds("usd"), usd, "{details}");
            assert_eq!(balance.available_funds("EUR"), eur, "{details}");
            assert_eq!(balance.used_credit("usd"), used, "{details}");
        }
        assert_eq!((Available(5).amount(), Current(7).amount()), (5, 7));
        for (funds, json) in [
            (Available(5), r#"{"available":5}"#),
            (Current(-7), r#"{"current":-7}"#),
        ] {
            assert_eq!(serde_json::to_string(&funds).unwrap(), json);
            assert_eq!(serde_json::from_str::<AvailableFunds>(json).unwrap(), funds);
        }
        assert!(serde_json::from_str::<AvailableFunds>("{}").is_err());
    }
}
