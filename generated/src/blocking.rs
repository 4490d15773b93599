//! The thread on which blocking calls run.
//!
//! A blocking call hands its future to a runtime on a thread of the client and waits on a
//! channel. So it works everywhere, also inside of async code, where a runtime of its own on the
//! calling thread would panic. The thread has its own connections, because those of the async
//! client stand still while the caller's thread is blocked.

use std::future::Future;
use std::sync::{Mutex, OnceLock, PoisonError, mpsc};
use std::{io, thread};

use reqwest::Url;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::Error;
use crate::client::http_client;

#[derive(Default)]
pub(crate) struct Blocking {
    /// Made by the first blocking call: reading the certificates takes a while.
    http: OnceLock<reqwest::Client>,
    /// Started by the first blocking call.
    thread: Mutex<Option<Thread>>,
}

struct Thread {
    runtime: Handle,
    /// Dropped with the client, which ends the thread.
    _stop: oneshot::Sender<()>,
}

impl Blocking {
    /// Calls will use this client, not one of their own.
    pub(crate) fn with_http(http: reqwest::Client) -> Self {
        Self {
            http: http.into(),
            ..Self::default()
        }
    }

    pub(crate) fn http(&self, base_url: &Url) -> Result<&reqwest::Client, Error> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        let http = http_client(base_url)?;
        Ok(self.http.get_or_init(|| http))
    }

    /// Runs a future on the thread and waits for it.
    pub(crate) fn run<F>(&self, future: F) -> Result<F::Output, Error>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.runtime().map_err(broken)?.spawn(async move {
            // The receiver is there until it has received.
            let _ = sender.send(future.await);
        });
        receiver.recv().map_err(broken)
    }

    fn runtime(&self) -> io::Result<Handle> {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = &*thread {
            return Ok(thread.runtime.clone());
        }
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        thread::Builder::new()
            .name("stripe-blocking".to_owned())
            .spawn(move || {
                let _ = runtime.block_on(stopped);
            })?;
        *thread = Some(Thread {
            runtime: handle.clone(),
            _stop: stop,
        });
        Ok(handle)
    }
}

fn broken(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Connection(Box::new(error))
}
