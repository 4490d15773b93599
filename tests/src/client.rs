//! Clients for tests, which talk to a test server and do not wait.

use std::future::{Ready, ready};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use stripe_financial_connections::{Client, ClientBuilder};

use crate::fault::FaultServer;

/// The API key of all clients here. No output may show it.
pub const KEY: &str = "sk_test_abcdefghijklmnop";

/// Returns a client for this server. Its waits are recorded, and take no time.
pub fn client(server: &FaultServer) -> (Client, Waits) {
    let waits = Waits::default();
    let client = builder(server, &waits).build();
    (client.expect("the defaults make a client"), waits)
}

/// Returns a builder like [`client`], for other settings.
pub fn builder(server: &FaultServer, waits: &Waits) -> ClientBuilder {
    Client::builder(KEY)
        .base_url(server.url())
        .sleep(waits.sleep())
}

/// The waits that a client requested.
#[derive(Clone, Debug, Default)]
pub struct Waits(Arc<Mutex<Vec<Duration>>>);

impl Waits {
    /// Returns a sleep function that returns at once.
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

    /// Returns all waits so far.
    pub fn all(&self) -> Vec<Duration> {
        self.0.lock().expect("no test panics in here").clone()
    }
}
