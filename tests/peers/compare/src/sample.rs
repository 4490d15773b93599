//! A sample of Stripe's response: pretty-printed, 1,244 bytes for each account.

/// Number of accounts on a page.
pub const ACCOUNTS: usize = 100;

/// The response to a request for a list of accounts.
pub fn page() -> String {
    let mut accounts = String::new();
    for number in 0..ACCOUNTS {
        if number > 0 {
            accounts.push_str(",\n");
        }
        for (index, line) in account(number).lines().enumerate() {
            if index > 0 {
                accounts.push('\n');
            }
            accounts.push_str("    ");
            accounts.push_str(line);
        }
    }
    format!(
        "{{\n  \"object\": \"list\",\n  \"data\": [\n{accounts}\n  ],\n  \"has_more\": true,\n  \
         \"url\": \"/v1/financial_connections/accounts\"\n}}\n"
    )
}

/// An account with a balance.
pub fn account(number: usize) -> String {
    format!(
        r#"{{
  "id": "fca_1PsXyk2eZvKYlo2Cb{number:07}",
  "object": "financial_connections.account",
  "account_holder": {{
    "customer": "cus_QkT8vXzLw2mN4p",
    "type": "customer"
  }},
  "account_numbers": null,
  "balance": {{
    "as_of": 1764000000,
    "cash": {{
      "available": {{
        "usd": 6000
      }}
    }},
    "current": {{
      "usd": 6000
    }},
    "type": "cash"
  }},
  "balance_refresh": {{
    "last_attempted_at": 1764000000,
    "next_refresh_available_at": 1764086400,
    "status": "succeeded"
  }},
  "category": "cash",
  "created": 1763990000,
  "display_name": "Checking",
  "institution_name": "Bank of Sands",
  "last4": "6789",
  "livemode": false,
  "ownership": "fcaowns_1PsXyk2eZvKYlo2C",
  "ownership_refresh": null,
  "permissions": [
    "balances",
    "ownership",
    "payment_method",
    "transactions"
  ],
  "status": "active",
  "subcategory": "checking",
  "subscriptions": [
    "transactions"
  ],
  "supported_payment_method_types": [
    "us_bank_account",
    "link"
  ],
  "transaction_refresh": null
}}"#
    )
}

#[cfg(test)]
mod tests {
    /// With the indentation that it has within a page.
    #[test]
    fn an_account_has_the_size_of_stripes() {
        let account = super::account(1);
        assert_eq!(account.len() + 4 * account.lines().count(), 1244);
    }
}
