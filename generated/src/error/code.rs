use crate::Unrecognized;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal,)*) => {
        /// Stripe's error code. Codes that a Financial Connections integration meets have a
        /// variant; all others are kept as text.
        ///
        /// ```
        /// use stripe_financial_connections::{Error, ErrorCode};
        ///
        /// fn advice(error: &Error) -> &'static str {
        ///     match error.code() {
        ///         Some(ErrorCode::ResourceMissing) => "there is no such object",
        ///         Some(ErrorCode::InsufficientFunds) => "the account has too little money",
        ///         Some(_) => "read the message",
        ///         None => "Stripe gave no code, or no answer",
        ///     }
        /// }
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])* $variant,)*
            /// A code without a variant.
            Unrecognized(Unrecognized),
        }

        impl ErrorCode {
            /// The code as Stripe writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $code,)*
                    Self::Unrecognized(code) => code.as_str(),
                }
            }
        }

        impl From<&str> for ErrorCode {
            fn from(code: &str) -> Self {
                match code {
                    $($code => Self::$variant,)*
                    _ => Self::Unrecognized(Unrecognized::new(code)),
                }
            }
        }
    };
}

codes! {
    /// The bank account was closed.
    AccountClosed = "account_closed",
    /// The connected account does not exist, or the key has no access to it.
    AccountInvalid = "account_invalid",
    /// The API key has expired.
    ApiKeyExpired = "api_key_expired",
    /// The bank account already exists.
    BankAccountExists = "bank_account_exists",
    /// The bank account can't be used for payments.
    BankAccountUnusable = "bank_account_unusable",
    /// The bank account is not verified yet.
    BankAccountUnverified = "bank_account_unverified",
    /// The linked account is inactive, so its data can't be refreshed.
    FinancialConnectionsAccountInactive = "financial_connections_account_inactive",
    /// Transactions were requested before a refresh of them succeeded.
    FinancialConnectionsNoSuccessfulTransactionRefresh
        = "financial_connections_no_successful_transaction_refresh",
    /// Another request with this idempotency key is still running.
    IdempotencyKeyInUse = "idempotency_key_in_use",
    /// The account has insufficient funds.
    InsufficientFunds = "insufficient_funds",
    /// The API key was revoked or never existed.
    InvalidApiKey = "invalid_api_key",
    /// Another request is using the object.
    LockTimeout = "lock_timeout",
    /// A required parameter is missing.
    ParameterMissing = "parameter_missing",
    /// A parameter does not exist.
    ParameterUnknown = "parameter_unknown",
    /// The parameters can't be combined.
    ParametersExclusive = "parameters_exclusive",
    /// Too many requests.
    RateLimit = "rate_limit",
    /// The object does not exist.
    ResourceMissing = "resource_missing",
    /// A secret key is needed, but a publishable one was sent.
    SecretKeyRequired = "secret_key_required",
    /// The path does not exist.
    UrlInvalid = "url_invalid",
}

crate::macros::open_enum!(ErrorCode);
