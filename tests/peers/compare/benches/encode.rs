//! Measures writing the parameters of a session.

use compare::encode;
use divan::{AllocProfiler, Bencher};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

#[divan::bench]
fn ours(bencher: Bencher) {
    let params = encode::our_params();
    bencher.bench(|| encode::ours(&params));
}

#[divan::bench]
fn async_stripe(bencher: Bencher) {
    let params = encode::async_stripe_params();
    bencher.bench(|| encode::async_stripe(&params));
}

/// Includes creating the parameters.
#[divan::bench]
fn ours_from_scratch() -> String {
    encode::ours(&encode::our_params())
}

#[divan::bench]
fn async_stripe_from_scratch() -> String {
    encode::async_stripe(&encode::async_stripe_params())
}
