//! Repeats one operation, for a tool that counts instructions.
//!
//! Example: `repeat decode ours 10`

use std::hint::black_box;

use compare::{decode, encode, sample};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let &[what, by, times] = arguments.as_slice() else {
        panic!("usage: repeat decode|encode ours|async_stripe|plain|scan TIMES");
    };
    let times = times.parse().expect("how often is a number");
    let page = sample::page();
    let json = page.as_bytes();
    let (ours, peer) = (encode::our_params(), encode::async_stripe_params());
    for _ in 0..times {
        match (what, by) {
            ("decode", "ours") => drop(black_box(decode::ours(json))),
            ("decode", "async_stripe") => drop(black_box(decode::async_stripe(json))),
            ("decode", "plain") => drop(black_box(decode::plain(json))),
            ("decode", "scan") => drop(black_box(decode::scan(json))),
            ("encode", "ours") => drop(black_box(encode::ours(&ours))),
            ("encode", "async_stripe") => drop(black_box(encode::async_stripe(&peer))),
            _ => panic!("there is no {what} by {by}"),
        }
    }
}
