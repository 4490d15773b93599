//! Clients of a test: they talk to a server of the test, and wait for nothing.

use std::future::{Ready, ready};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use stripe_financial_connections::{Client, ClientBuilder};

use crate::fault::FaultServer;

/// The key of every client here; nothing may show it.
pub const KEY: &str = "sk_test_abcdefghijklmnop";

/// A client of this server, whose waits take no time and are kept.
pub fn client(server: &FaultServer) -> (Client, Waits) {
    let waits = Waits::default();
    let client = builder(server, &waits).build();
    (client.expect("the defaults make a client"), waits)
}

/// As [`client`], to be set up further.
pub fn builder(server: &FaultServer, waits: &Waits) -> ClientBuilder {
    Client::builder(KEY)
        .base_url(server.url())
        .sleep(waits.sleep())
}

/// The waits that a client asked for.
#[derive(Clone, Debug, Default)]
pub struct Waits(Arc<Mutex<Vec<Duration>>>);

impl Waits {
    /// A sleep that returns at once.
    pub fn sleep(&self) -> impl Fn(Duration) -> Ready<()> + Send + Sync + 'static {
        let waits = self.clone();
        move |duration| {
            waits
                .0
                .lock()
                .expect("no test panics in here")
                .push(duration);
            ready(())
        }
    }

    /// All waits so far.
    pub fn all(&self) -> Vec<Duration> {
        self.0.lock().expect("no test panics in here").clone()
    }
}
