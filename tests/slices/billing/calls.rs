//! Sends with this crate the requests that `record.py` sends with Stripe's Python SDK.

mod recorder;

use my_billing::Client;
use my_billing::common::PriceRecurringInterval;
use my_billing::price::{PriceRecurringParams, ProductDataParams};
use my_billing::subscription::{
    ProrationBehavior, TrialEndParam, UpdateSubscriptionItemParams as ItemParams,
};
use recorder::Recorder;

#[test]
fn the_calls_are_those_of_the_sdk() {
    let recorder = Recorder::start();
    let client = Client::builder("sk_test_123").base_url(&recorder.url).build();
    let client = client.expect("a client");
    // The answers say nothing, and so fit no type.
    client
        .prices()
        .create("usd")
        .unit_amount(1_000)
        .recurring(PriceRecurringParams::new(PriceRecurringInterval::Month).interval_count(3))
        .product_data(ProductDataParams::new("Gold Plan"))
        .expand(["product"])
        .send_blocking()
        .ok();
    client
        .products()
        .search("active:'true' AND metadata['tier']:'gold'")
        .send_blocking()
        .ok();
    client
        .subscriptions()
        .update("sub_1")
        .items([
            ItemParams::new().id("si_1").deleted(true),
            ItemParams::new().price("price_2").quantity(4),
        ])
        .proration_behavior(ProrationBehavior::AlwaysInvoice)
        .trial_end(TrialEndParam::Now)
        .send_blocking()
        .ok();
    recorder.compare(include_str!("recorded.json"));
}
