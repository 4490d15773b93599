//! Encodes the parameters of a session as a form.

use stripe_client_core::StripeRequest;
use stripe_financial_connections::Params;
use stripe_misc::FinancialConnectionsSessionPermissions as Permission;
use stripe_misc::FinancialConnectionsSessionPrefetch as Prefetch;
use stripe_misc::financial_connections_session::{
    CreateFinancialConnectionsSession, CreateFinancialConnectionsSessionAccountHolder,
    CreateFinancialConnectionsSessionAccountHolderType as HolderType,
    CreateFinancialConnectionsSessionFilters,
    CreateFinancialConnectionsSessionFiltersAccountSubcategories as Subcategory,
};

const CUSTOMER: &str = "cus_QkT8vXzLw2mN4p";
const RETURN_URL: &str = "https://example.com/linked?from=app";

/// The parameters that this crate's builder fills.
pub fn our_params() -> Params {
    let holder = Params::new()
        .with("type", "customer")
        .with("customer", CUSTOMER);
    let filters = Params::new().with("account_subcategories", vec!["checking", "savings"]);
    Params::new()
        .with("account_holder", holder)
        .with(
            "permissions",
            vec!["balances", "payment_method", "transactions"],
        )
        .with("filters", filters)
        .with("prefetch", vec!["balances"])
        .with("return_url", RETURN_URL)
}

pub fn ours(params: &Params) -> String {
    params.to_form()
}

pub fn async_stripe_params() -> CreateFinancialConnectionsSession {
    let mut holder = CreateFinancialConnectionsSessionAccountHolder::new(HolderType::Customer);
    holder.customer = Some(CUSTOMER.to_owned());
    let mut filters = CreateFinancialConnectionsSessionFilters::new();
    filters.account_subcategories = Some(vec![Subcategory::Checking, Subcategory::Savings]);
    let permissions = vec![
        Permission::Balances,
        Permission::PaymentMethod,
        Permission::Transactions,
    ];
    CreateFinancialConnectionsSession::new(holder, permissions)
        .filters(filters)
        .prefetch(vec![Prefetch::Balances])
        .return_url(RETURN_URL)
}

/// Encodes with `serde_qs`.
pub fn async_stripe(params: &CreateFinancialConnectionsSession) -> String {
    params.build().body.expect("a POST has a body")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The two forms differ in the order of parameters and in escapes.
    #[test]
    fn both_write_the_same_pairs() {
        let sorted = |form: String| {
            let escapes = [
                ("%5B", "["),
                ("%5D", "]"),
                ("%3A", ":"),
                ("%2F", "/"),
                ("%3F", "?"),
            ];
            let form = escapes
                .iter()
                .fold(form, |form, (escaped, plain)| form.replace(escaped, plain));
            let mut pairs: Vec<String> = form.split('&').map(str::to_owned).collect();
            pairs.sort();
            pairs
        };
        assert_eq!(
            sorted(ours(&our_params())),
            sorted(async_stripe(&async_stripe_params()))
        );
    }
}
