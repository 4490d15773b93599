//! What Stripe advises to do with balances.

use serde::de::{Error as _, MapAccess};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::Map;
use crate::de::{Fields, Integer, Object};
use crate::financial_connections::{Balance, BalanceDetails};

/// Money in a cash account, in minor units of its currency (cents of a dollar).
///
/// Positive is money that the holder has, negative is money that the holder owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AvailableFunds {
    /// What can be used now, with pending transactions taken into account.
    Available(i64),
    /// What has been posted. The institution does not tell what is available; pending
    /// transactions and holds may make it more or less than this.
    Current(i64),
}

impl AvailableFunds {
    /// The amount, whichever of the two it is.
    pub fn amount(self) -> i64 {
        match self {
            Self::Available(amount) | Self::Current(amount) => amount,
        }
    }
}

impl Serialize for AvailableFunds {
    /// As `{"available": 100}` or `{"current": 100}`.
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
    /// The funds of a cash account in a currency, such as `usd`: what to compare with the amount
    /// of a debit before it is made. It is the available balance, or the current one where the
    /// institution gives no other.
    ///
    /// `None` if it is not a cash account, or has no balance in that currency. How old it is
    /// tells `as_of`.
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

    /// How much of a credit account's line is used in a currency, in minor units, with holds
    /// taken into account.
    ///
    /// As in every balance, negative is money that the holder owes: 50 dollars drawn are -5000.
    /// `None` if it is not a credit account, or the institution does not tell.
    pub fn used_credit(&self, currency: &str) -> Option<i64> {
        let BalanceDetails::Credit(credit) = self.details() else {
            return None;
        };
        amount(credit.used.as_ref()?, currency)
    }
}

/// Stripe writes currencies in small letters; callers may not.
fn amount(amounts: &Map<i64>, currency: &str) -> Option<i64> {
    let mut amounts = amounts.iter();
    amounts.find_map(|(key, amount)| key.eq_ignore_ascii_case(currency).then_some(*amount))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_compare_a_debit_with() {
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
