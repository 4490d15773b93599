//! Sends with this crate the requests that `record.py` sends with Stripe's Python SDK.

mod recorder;

use my_terminal::Client;
use my_terminal::terminal::{
    SetReaderDisplayCartLineItemParams as LineItemParams, SetReaderDisplayCartParams as CartParams,
    SetReaderDisplayType,
};
use recorder::Recorder;

#[test]
fn the_calls_are_those_of_the_sdk() {
    let recorder = Recorder::start();
    let client = Client::builder("sk_test_123").base_url(&recorder.url).build();
    let client = client.expect("a client");
    // The answers say nothing, and so fit no type.
    let readers = client.terminal().readers();
    readers
        .create("puppies-plug-could")
        .label("Blue Rabbit")
        .location("tml_1")
        .send_blocking()
        .ok();
    let items = [
        LineItemParams::new(5_100, "Red t-shirt", 1),
        LineItemParams::new(900, "Socks, 2 pairs", 2),
    ];
    readers
        .set_reader_display("tmr_1", SetReaderDisplayType::Cart)
        .cart(CartParams::new("usd", items, 6_000).tax(0))
        .send_blocking()
        .ok();
    client.terminal().locations().delete("tml_1").send_blocking().ok();
    recorder.compare(include_str!("recorded.json"));
}
