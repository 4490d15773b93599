//! The institutions that a test user can choose from.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Where the accounts of a test user are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Institution {
    /// All works: a checking account, a savings account and a credit card.
    #[default]
    Bank,
    /// Every refresh of its checking account fails.
    RefreshFails,
    /// The balance of its checking account tells what is posted, but not what is available.
    NoAvailableBalance,
    /// Its checking account becomes inactive one minute after it was linked.
    GoesInactive,
}

/// An account that an institution has.
pub(crate) struct Product {
    pub(crate) display_name: &'static str,
    pub(crate) category: &'static str,
    pub(crate) subcategory: &'static str,
    pub(crate) last4: &'static str,
    /// What has been posted, in cents; negative if the holder owes it.
    pub(crate) current: i64,
    /// What can be used, or has been used of a credit, with pending transactions.
    pub(crate) usable: Option<i64>,
}

const CHECKING: Product = Product {
    display_name: "Everyday Checking",
    category: "cash",
    subcategory: "checking",
    last4: "6789",
    current: 125_000,
    usable: Some(120_050),
};

const SAVINGS: Product = Product {
    display_name: "Rainy Day Savings",
    category: "cash",
    subcategory: "savings",
    last4: "4321",
    current: 1_000_000,
    usable: Some(1_000_000),
};

const CREDIT_CARD: Product = Product {
    display_name: "Travel Card",
    category: "credit",
    subcategory: "credit_card",
    last4: "1881",
    current: -31_000,
    usable: Some(-34_275),
};

const NO_AVAILABLE: Product = Product {
    usable: None,
    ..CHECKING
};

impl Institution {
    /// All there are.
    pub const ALL: [Self; 4] = [
        Self::Bank,
        Self::RefreshFails,
        Self::NoAvailableBalance,
        Self::GoesInactive,
    ];

    /// The name as a parameter, such as `refresh_fails`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bank => "bank",
            Self::RefreshFails => "refresh_fails",
            Self::NoAvailableBalance => "no_available_balance",
            Self::GoesInactive => "goes_inactive",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|institution| institution.as_str() == name)
    }

    /// The name that an account shows.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Bank => "Sandbox Bank",
            Self::RefreshFails => "Sandbox Bank (refresh fails)",
            Self::NoAvailableBalance => "Sandbox Bank (no available balance)",
            Self::GoesInactive => "Sandbox Bank (goes inactive)",
        }
    }

    pub(crate) fn products(self) -> &'static [Product] {
        match self {
            Self::Bank => &[CHECKING, SAVINGS, CREDIT_CARD],
            Self::NoAvailableBalance => &[NO_AVAILABLE],
            Self::RefreshFails | Self::GoesInactive => &[CHECKING],
        }
    }
}

impl Product {
    /// Whether ACH payments can be taken from it.
    pub(crate) fn is_payable(&self) -> bool {
        self.category == "cash"
    }

    /// The `balance` of an account from which this much was debited.
    pub(crate) fn balance(&self, as_of: i64, debited: i64) -> Value {
        let amounts = |amount: i64| json!({ "usd": amount - debited });
        let mut balance = json!({
            "as_of": as_of,
            "current": amounts(self.current),
            "type": self.category,
        });
        let field = if self.category == "cash" {
            "available"
        } else {
            "used"
        };
        balance[self.category] = json!({ field: self.usable.map(amounts) });
        balance
    }

    /// What a debit is compared with.
    pub(crate) fn funds(&self, debited: i64) -> i64 {
        self.usable.unwrap_or(self.current) - debited
    }
}
