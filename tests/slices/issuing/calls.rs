//! Sends with this crate the requests that `record.py` sends with Stripe's Python SDK.

mod recorder;

use my_issuing::Client;
use my_issuing::issuing::{
    AuthorizationCreatedRangeQueryFilter as CreatedFilter, CardStatus,
    CardholderBillingAddressParams as AddressParams, CardholderBillingParams as BillingParams,
    DisputeEvidenceFraudulentParams as FraudulentParams, DisputeEvidenceParams as EvidenceParams,
    DisputeEvidenceReason as Reason, SpendingControlsParams,
    SpendingControlsSpendingLimitCategory as Category,
    SpendingControlsSpendingLimitInterval as Interval,
    SpendingControlsSpendingLimitParams as LimitParams,
};
use recorder::Recorder;

#[test]
fn the_calls_are_those_of_the_sdk() {
    let recorder = Recorder::start();
    let client = Client::builder("sk_test_123").base_url(&recorder.url).build();
    let client = client.expect("a client");
    // The answers say nothing, and so fit no type.
    let issuing = client.issuing();
    let address = AddressParams::new("San Francisco", "US", "123 Main Street", "94111");
    let limits = SpendingControlsParams::new().spending_limits([
        LimitParams::new(50_000, Interval::PerAuthorization),
        LimitParams::new(100_000, Interval::Monthly).categories([Category::Bakeries]),
    ]);
    issuing
        .cardholders()
        .create(BillingParams::new(address), "Jenny Rosen")
        .email("jenny@example.com")
        .spending_controls(limits)
        .send_blocking()
        .ok();
    issuing
        .cards()
        .list()
        .limit(3)
        .status(CardStatus::Active)
        .created(CreatedFilter::new().gte(1_700_000_000))
        .send_blocking()
        .ok();
    let fraud = FraudulentParams::new().explanation("Not me & not ours");
    let evidence = EvidenceParams::new().reason(Reason::Fraudulent).fraudulent(fraud);
    issuing
        .disputes()
        .update("idp/1")
        .evidence(evidence)
        .metadata([("case", "7"), ("old", "")])
        .send_blocking()
        .ok();
    recorder.compare(include_str!("recorded.json"));
}
