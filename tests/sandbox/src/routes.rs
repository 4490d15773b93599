//! The operations of the sandbox.

use crate::accounts;
use crate::api::Call;
use crate::billing::{checkout, invoices, prices, subscriptions};
use crate::customers;
use crate::error::ApiError;
use crate::events;
use crate::external_accounts;
use crate::intents::Kind::{Payment, Setup};
use crate::ownership;
use crate::payment_methods;
use crate::refresh;
use crate::sessions;
use crate::spec::{Operation, SPEC};
use crate::state::State;
use crate::tokens;
use crate::transactions;
use crate::webhook_endpoints;

use serde_json::Value;

/// An operation of Stripe's API.
pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) handler: fn(&mut State, &Call) -> Result<Value, ApiError>,
}

impl Route {
    /// Returns the operation in the spec, if it is there.
    pub(crate) fn operation(&self) -> Option<&'static Operation> {
        SPEC.operation(self.method, self.path)
    }
}

macro_rules! routes {
    ($($method:ident $path:literal => $handler:expr,)*) => {
        &[$(Route { method: stringify!($method), path: $path, handler: $handler },)*]
    };
}

pub(crate) const ROUTES: &[Route] = routes! {
    GET "/v1/customers" => customers::list,
    POST "/v1/customers" => customers::create,
    GET "/v1/customers/{customer}" => customers::retrieve,
    POST "/v1/customers/{customer}" => customers::update,
    DELETE "/v1/customers/{customer}" => customers::delete,
    GET "/v1/customers/{customer}/payment_methods" => payment_methods::list_of_customer,
    GET "/v1/customers/{customer}/payment_methods/{payment_method}" => payment_methods::retrieve_of_customer,

    GET "/v1/financial_connections/accounts" => accounts::list,
    GET "/v1/financial_connections/accounts/{account}" => accounts::retrieve,
    POST "/v1/financial_connections/accounts/{account}/disconnect" => accounts::disconnect,
    GET "/v1/financial_connections/accounts/{account}/owners" => ownership::list,
    POST "/v1/financial_connections/accounts/{account}/refresh" => refresh::refresh,
    POST "/v1/financial_connections/accounts/{account}/subscribe" => accounts::subscribe,
    POST "/v1/financial_connections/accounts/{account}/unsubscribe" => accounts::unsubscribe,
    POST "/v1/financial_connections/sessions" => sessions::create,
    GET "/v1/financial_connections/sessions/{session}" => sessions::retrieve,
    GET "/v1/financial_connections/transactions" => transactions::list,
    GET "/v1/financial_connections/transactions/{transaction}" => transactions::retrieve,

    GET "/v1/events" => events::list,
    GET "/v1/events/{id}" => events::retrieve,
    GET "/v1/webhook_endpoints" => webhook_endpoints::list,
    POST "/v1/webhook_endpoints" => webhook_endpoints::create,
    GET "/v1/webhook_endpoints/{webhook_endpoint}" => webhook_endpoints::retrieve,
    POST "/v1/webhook_endpoints/{webhook_endpoint}" => webhook_endpoints::update,
    DELETE "/v1/webhook_endpoints/{webhook_endpoint}" => webhook_endpoints::delete,

    GET "/v1/accounts/{account}/external_accounts" => external_accounts::list,
    POST "/v1/accounts/{account}/external_accounts" => external_accounts::create,
    GET "/v1/accounts/{account}/external_accounts/{id}" => external_accounts::retrieve,
    POST "/v1/accounts/{account}/external_accounts/{id}" => external_accounts::update,
    DELETE "/v1/accounts/{account}/external_accounts/{id}" => external_accounts::delete,

    GET "/v1/checkout/sessions" => checkout::list,
    POST "/v1/checkout/sessions" => checkout::create,
    GET "/v1/checkout/sessions/{session}" => checkout::retrieve,
    POST "/v1/checkout/sessions/{session}/expire" => checkout::expire,

    POST "/v1/invoiceitems" => invoices::create_item,
    GET "/v1/invoices" => invoices::list,
    POST "/v1/invoices" => invoices::create,
    GET "/v1/invoices/{invoice}" => invoices::retrieve,
    POST "/v1/invoices/{invoice}" => invoices::update,
    POST "/v1/invoices/{invoice}/finalize" => invoices::finalize,
    POST "/v1/invoices/{invoice}/pay" => invoices::pay,
    POST "/v1/invoices/{invoice}/send" => invoices::send,
    POST "/v1/invoices/{invoice}/void" => invoices::void,

    POST "/v1/prices" => prices::create,
    GET "/v1/prices/{price}" => prices::retrieve,
    POST "/v1/products" => prices::create_product,
    GET "/v1/products/{id}" => prices::retrieve_product,

    GET "/v1/subscriptions" => subscriptions::list,
    POST "/v1/subscriptions" => subscriptions::create,
    GET "/v1/subscriptions/{subscription_exposed_id}" => subscriptions::retrieve,
    POST "/v1/subscriptions/{subscription_exposed_id}" => subscriptions::update,
    DELETE "/v1/subscriptions/{subscription_exposed_id}" => subscriptions::cancel,

    POST "/v1/tokens" => tokens::create,
    GET "/v1/tokens/{token}" => tokens::retrieve,

    POST "/v1/payment_methods" => payment_methods::create,
    GET "/v1/payment_methods/{payment_method}" => payment_methods::retrieve,
    POST "/v1/payment_methods/{payment_method}/attach" => payment_methods::attach,
    POST "/v1/payment_methods/{payment_method}/detach" => payment_methods::detach,

    GET "/v1/payment_intents" => |state, call| Payment.list(state, call),
    POST "/v1/payment_intents" => |state, call| Payment.create(state, call),
    GET "/v1/payment_intents/{intent}" => |state, call| Payment.retrieve(state, call),
    POST "/v1/payment_intents/{intent}" => |state, call| Payment.update(state, call),
    POST "/v1/payment_intents/{intent}/cancel" => |state, call| Payment.cancel(state, call),
    POST "/v1/payment_intents/{intent}/confirm" => |state, call| Payment.confirm(state, call),
    POST "/v1/payment_intents/{intent}/verify_microdeposits" => |state, call| Payment.verify(state, call),

    GET "/v1/setup_intents" => |state, call| Setup.list(state, call),
    POST "/v1/setup_intents" => |state, call| Setup.create(state, call),
    GET "/v1/setup_intents/{intent}" => |state, call| Setup.retrieve(state, call),
    POST "/v1/setup_intents/{intent}" => |state, call| Setup.update(state, call),
    POST "/v1/setup_intents/{intent}/cancel" => |state, call| Setup.cancel(state, call),
    POST "/v1/setup_intents/{intent}/confirm" => |state, call| Setup.confirm(state, call),
    POST "/v1/setup_intents/{intent}/verify_microdeposits" => |state, call| Setup.verify(state, call),
};
