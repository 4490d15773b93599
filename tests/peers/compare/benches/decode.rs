//! Measures reading a page of 100 accounts.

use compare::{decode, sample};
use divan::{AllocProfiler, Bencher};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

fn page<T>(bencher: Bencher, read: fn(&[u8]) -> T) {
    let json = sample::page();
    bencher.bench(|| read(json.as_bytes()));
}

#[divan::bench]
fn ours(bencher: Bencher) {
    page(bencher, decode::ours);
}

#[divan::bench]
fn async_stripe(bencher: Bencher) {
    page(bencher, decode::async_stripe);
}

#[divan::bench]
fn plain(bencher: Bencher) {
    page(bencher, decode::plain);
}

#[divan::bench]
fn scan(bencher: Bencher) {
    page(bencher, decode::scan);
}
