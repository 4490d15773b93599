//! Sends with this crate the requests that `record.py` sends with Stripe's Python SDK.

mod recorder;

use my_treasury::Client;
use my_treasury::treasury::{
    DestinationPaymentMethodOptionsParams as OptionsParams,
    DestinationPaymentMethodOptionsUsBankAccountNetwork as Network,
    DestinationPaymentMethodOptionsUsBankAccountParams as BankAccountParams,
    FinancialAccountCreatedRangeQueryFilter as TimeFilter, FinancialAccountFeatureAccessParams as AccessParams,
    FinancialAccountFeaturesParams,
    InboundTransfersAchParams, InboundTransfersParams, OrderBy, StatusTransitionsFilter,
    TransactionStatus,
};
use recorder::Recorder;

#[test]
fn the_calls_are_those_of_the_sdk() {
    let recorder = Recorder::start();
    let client = Client::builder("sk_test_123").base_url(&recorder.url).build();
    let client = client.expect("a client");
    // The answers say nothing, and so fit no type.
    let treasury = client.treasury();
    let features = FinancialAccountFeaturesParams::new()
        .card_issuing(AccessParams::new(true))
        .inbound_transfers(
            InboundTransfersParams::new().ach(InboundTransfersAchParams::new(false)),
        );
    treasury
        .financial_accounts()
        .create(["usd"])
        .features(features)
        .send_blocking()
        .ok();
    let bank = BankAccountParams::new().network(Network::Ach);
    treasury
        .outbound_transfers()
        .create(500, "usd", "fa_1")
        .destination_payment_method_options(OptionsParams::new().us_bank_account(bank))
        .statement_descriptor("transfer")
        .send_blocking()
        .ok();
    let posted = StatusTransitionsFilter::new().posted_at(TimeFilter::new().lt(1_700_000_000));
    treasury
        .transactions()
        .list("fa_1")
        .status(TransactionStatus::Posted)
        .status_transitions(posted)
        .order_by(OrderBy::PostedAt)
        .send_blocking()
        .ok();
    recorder.compare(include_str!("recorded.json"));
}
