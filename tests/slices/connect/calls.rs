//! Sends with this crate the requests that `record.py` sends with Stripe's Python SDK.

mod recorder;

use my_connect::Client;
use my_connect::account::{
    BusinessProfileParams, AccountCapabilitiesCapabilityParams as CapabilityParams,
    AccountCapabilitiesParams, AccountControllerFeesParams, AccountControllerFeesPayer,
    AccountControllerParams, AccountControllerStripeDashboardParams,
    AccountControllerStripeDashboardType, AccountPersonRelationshipFilter,
};
use my_connect::account_link::AccountLinkType;
use recorder::Recorder;

#[test]
fn the_calls_are_those_of_the_sdk() {
    let recorder = Recorder::start();
    let client = Client::builder("sk_test_123").base_url(&recorder.url).build();
    let client = client.expect("a client");
    // The answers say nothing, and so fit no type.
    let payer = AccountControllerFeesPayer::Application;
    let dashboard = AccountControllerStripeDashboardType::Express;
    let controller = AccountControllerParams::new()
        .fees(AccountControllerFeesParams::new().payer(payer))
        .stripe_dashboard(AccountControllerStripeDashboardParams::new().r#type(dashboard));
    let transfers = CapabilityParams::new().requested(true);
    client
        .accounts()
        .create()
        .controller(controller)
        .country("US")
        .capabilities(AccountCapabilitiesParams::new().transfers(transfers))
        .business_profile(BusinessProfileParams::new().url("https://example.com/?a=b&c=d"))
        .send_blocking()
        .ok();
    client
        .account_links()
        .create("acct_1", AccountLinkType::AccountOnboarding)
        .refresh_url("https://example.com/again")
        .return_url("https://example.com/done")
        .send_blocking()
        .ok();
    client
        .accounts()
        .persons()
        .list("acct_1")
        .relationship(AccountPersonRelationshipFilter::new().owner(true))
        .limit(10)
        .send_blocking()
        .ok();
    recorder.compare(include_str!("recorded.json"));
}
