//! The institutions of test users.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

type Text = Cow<'static, str>;

/// An institution at which a test user has accounts.
///
/// There is a function for each of the sandbox's institutions. Create others with
/// [`new`](Self::new).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Institution {
    /// The id for requests, such as `refresh_fails`.
    pub id: Text,
    /// The name in the dialog's list.
    pub name: Text,
    /// The institution name of its accounts.
    pub institution_name: Text,
    /// How the user signs in.
    pub sign_in: SignIn,
    /// The outage, if nobody can sign in at the moment.
    pub outage: Option<Outage>,
    /// The accounts of the user.
    pub accounts: Vec<BankAccount>,
}

/// How a user signs in at an institution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SignIn {
    /// The user is already signed in.
    Nothing,
    /// With user name and password, in the dialog.
    Form,
    /// In a window of the institution. Accounts are chosen in the dialog.
    Window,
    /// In a window of the institution, where accounts are chosen as well.
    WindowWithAccounts,
}

/// The reason why an institution can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outage {
    /// An outage with a known end.
    Scheduled,
    /// An outage without a known end.
    Unscheduled,
    /// An unexpected error.
    Error,
}

/// An account that a test user has at an institution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BankAccount {
    /// The name given by the holder or the institution.
    pub name: Text,
    /// `cash`, `credit`, `investment` or `other`.
    pub category: Text,
    /// `checking`, `savings`, `credit_card`, `line_of_credit`, `mortgage` or `other`.
    pub subcategory: Text,
    /// The whole account number, of which the last four digits are visible. Stripe's test numbers
    /// have the effects that Stripe documents.
    pub number: Text,
    /// The posted balance, in cents; negative if the holder owes it.
    pub current: i64,
    /// The available balance of a cash account, or the used amount of a credit account, including
    /// pending transactions, in cents. `None` if the institution does not report it.
    pub usable: Option<i64>,
    /// Whether the account supports ACH payments.
    pub payable: bool,
    /// The owners of the account.
    pub owners: Owners,
    /// Whether refreshes succeed.
    pub refreshes: bool,
    /// The number of seconds after which the account becomes inactive.
    pub inactive_after: Option<u32>,
}

/// The owners of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Owners {
    /// Only the account holder.
    Holder,
    /// The account holder and another person.
    Shared,
    /// A company.
    Company,
    /// Not reported: a refresh of the ownership fails.
    Unknown,
}

fn cash(
    name: &'static str,
    subcategory: &'static str,
    number: &'static str,
    current: i64,
    usable: i64,
) -> BankAccount {
    BankAccount {
        name: name.into(),
        category: "cash".into(),
        subcategory: subcategory.into(),
        number: number.into(),
        current,
        usable: Some(usable),
        payable: true,
        owners: Owners::Holder,
        refreshes: true,
        inactive_after: None,
    }
}

/// Returns an account with the usual values.
fn plain(name: &'static str, number: &'static str) -> BankAccount {
    cash(name, "checking", number, 125_000, 120_050)
}

fn checking() -> BankAccount {
    BankAccount {
        owners: Owners::Shared,
        ..plain("Everyday Checking", "000123456789")
    }
}

fn credit_card() -> BankAccount {
    BankAccount {
        category: "credit".into(),
        payable: false,
        owners: Owners::Shared,
        ..cash(
            "Travel Card",
            "credit_card",
            "000000001881",
            -31_000,
            -34_275,
        )
    }
}

fn bank_accounts() -> Vec<BankAccount> {
    let savings = cash(
        "Rainy Day Savings",
        "savings",
        "000987654321",
        1_000_000,
        1_000_000,
    );
    let savings = BankAccount {
        owners: Owners::Shared,
        ..savings
    };
    vec![checking(), savings, credit_card()]
}

/// Returns the accounts of Stripe's test institutions. Their names say how payments from them
/// end.
fn test_accounts() -> Vec<BankAccount> {
    vec![
        plain("Success", "000123456789"),
        plain("Failure", "000111111116"),
        cash("Insufficient Funds", "checking", "000222222227", 100, 100),
        cash(
            "High Balance",
            "savings",
            "000987654330",
            500_000_000,
            500_000_000,
        ),
    ]
}

fn institution(
    id: &'static str,
    name: &'static str,
    sign_in: SignIn,
    accounts: Vec<BankAccount>,
) -> Institution {
    Institution {
        id: id.into(),
        name: name.into(),
        institution_name: "StripeBank".into(),
        sign_in,
        outage: None,
        accounts,
    }
}

fn down(id: &'static str, name: &'static str, outage: Outage) -> Institution {
    Institution {
        outage: Some(outage),
        ..institution(id, name, SignIn::Form, Vec::new())
    }
}

impl Institution {
    /// An institution without faults: a checking account, a savings account and a credit card.
    pub fn bank() -> Self {
        Self::new("bank", "Sandbox Bank", bank_accounts())
    }

    /// The refreshes of its checking account fail.
    pub fn refresh_fails() -> Self {
        let account = BankAccount {
            refreshes: false,
            ..checking()
        };
        Self::new("refresh_fails", "Sandbox Bank (refresh fails)", [account])
    }

    /// Its checking account has a current balance, but no available one.
    pub fn no_available_balance() -> Self {
        let account = BankAccount {
            usable: None,
            ..checking()
        };
        let name = "Sandbox Bank (no available balance)";
        Self::new("no_available_balance", name, [account])
    }

    /// Its checking account becomes inactive one minute after it was linked.
    pub fn goes_inactive() -> Self {
        let account = BankAccount {
            inactive_after: Some(60),
            ..checking()
        };
        Self::new("goes_inactive", "Sandbox Bank (goes inactive)", [account])
    }

    /// Stripe's Test Institution. The names of its accounts say how a payment from them ends.
    pub fn test() -> Self {
        institution("test", "Test Institution", SignIn::Nothing, test_accounts())
    }

    /// The same, with a sign-in window.
    pub fn test_oauth() -> Self {
        let name = "Test OAuth Institution";
        institution("test_oauth", name, SignIn::Window, test_accounts())
    }

    /// Its accounts have different owners; one account does not report its owners.
    pub fn ownership_accounts() -> Self {
        let owned = |owners, account| BankAccount { owners, ..account };
        let accounts = vec![
            plain("One Owner", "000123456789"),
            owned(Owners::Shared, plain("Two Owners", "000123456797")),
            owned(Owners::Company, plain("Company", "000123456805")),
            owned(Owners::Unknown, plain("Unknown Owner", "000123456813")),
        ];
        let name = "Ownership Accounts";
        institution("ownership_accounts", name, SignIn::Nothing, accounts)
    }

    /// Its accounts do not support ACH payments.
    pub fn invalid_payment_accounts() -> Self {
        let savings = BankAccount {
            payable: false,
            ..cash(
                "Savings Without Transfers",
                "savings",
                "000000005550",
                50_000,
                50_000,
            )
        };
        institution(
            "invalid_payment_accounts",
            "Invalid Payment Accounts",
            SignIn::Nothing,
            vec![credit_card(), savings],
        )
    }

    /// Accounts are chosen in its window.
    pub fn sandbox_bank_oauth() -> Self {
        institution(
            "sandbox_bank_oauth",
            "Sandbox Bank (OAuth)",
            SignIn::WindowWithAccounts,
            bank_accounts(),
        )
    }

    /// Accepts any user name and password, except for words that Stripe documents.
    pub fn sandbox_bank_non_oauth() -> Self {
        institution(
            "sandbox_bank_non_oauth",
            "Sandbox Bank (Non-OAuth)",
            SignIn::Form,
            bank_accounts(),
        )
    }

    /// An outage with a known end.
    pub fn down_scheduled() -> Self {
        down("down_scheduled", "Down Bank (Scheduled)", Outage::Scheduled)
    }

    /// An outage without a known end.
    pub fn down_unscheduled() -> Self {
        down(
            "down_unscheduled",
            "Down Bank (Unscheduled)",
            Outage::Unscheduled,
        )
    }

    /// An unexpected error.
    pub fn down_error() -> Self {
        down("down_error", "Down Bank (Error)", Outage::Error)
    }

    /// Returns the default institutions of a sandbox.
    pub fn all() -> Vec<Self> {
        vec![
            Self::test(),
            Self::test_oauth(),
            Self::ownership_accounts(),
            Self::invalid_payment_accounts(),
            Self::sandbox_bank_oauth(),
            Self::sandbox_bank_non_oauth(),
            Self::down_scheduled(),
            Self::down_unscheduled(),
            Self::down_error(),
            Self::bank(),
            Self::refresh_fails(),
            Self::no_available_balance(),
            Self::goes_inactive(),
        ]
    }

    /// Creates an institution with a sign-in by user name and password.
    pub fn new(
        id: impl Into<Text>,
        name: impl Into<Text>,
        accounts: impl IntoIterator<Item = BankAccount>,
    ) -> Self {
        let name = name.into();
        Self {
            id: id.into(),
            institution_name: name.clone(),
            name,
            sign_in: SignIn::Form,
            outage: None,
            accounts: accounts.into_iter().collect(),
        }
    }
}

impl BankAccount {
    /// Creates a checking account that supports payments, with this balance in cents.
    pub fn checking(name: impl Into<Text>, number: impl Into<Text>, cents: i64) -> Self {
        Self {
            name: name.into(),
            number: number.into(),
            current: cents,
            usable: Some(cents),
            owners: Owners::Holder,
            ..checking()
        }
    }

    /// Creates a savings account that supports payments, with this balance in cents.
    pub fn savings(name: impl Into<Text>, number: impl Into<Text>, cents: i64) -> Self {
        Self {
            subcategory: "savings".into(),
            ..Self::checking(name, number, cents)
        }
    }

    /// Creates a credit card, with the amount owed in cents.
    pub fn credit_card(name: impl Into<Text>, number: impl Into<Text>, owed: i64) -> Self {
        Self {
            category: "credit".into(),
            subcategory: "credit_card".into(),
            payable: false,
            ..Self::checking(name, number, -owed)
        }
    }

    /// Returns the last four digits of the account number.
    pub fn last4(&self) -> &str {
        let start = self.number.len().saturating_sub(4);
        self.number.get(start..).unwrap_or(&self.number)
    }

    /// Returns the `balance` of the account after debits of this sum.
    pub(crate) fn balance(&self, as_of: i64, debited: i64) -> Value {
        let amounts = |amount: i64| json!({ "usd": amount - debited });
        let mut balance = json!({
            "as_of": as_of,
            "current": amounts(self.current),
        });
        let (r#type, field) = match &*self.category {
            "credit" => ("credit", "used"),
            _ => ("cash", "available"),
        };
        balance["type"] = json!(r#type);
        balance[r#type] = json!({ field: self.usable.map(amounts) });
        balance
    }

    /// Returns the amount that a debit can use.
    pub(crate) fn funds(&self, debited: i64) -> i64 {
        self.usable.unwrap_or(self.current) - debited
    }
}
