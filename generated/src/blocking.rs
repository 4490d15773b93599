//! The thread on which blocking calls run.
//!
//! A blocking call gives its future to a runtime on a thread of the client, and waits for the
//! result on a channel. Therefore it also works inside async code, where a second runtime on the
//! calling thread would panic. The thread has its own connections: those of the async client make
//! no progress while the caller's thread is blocked.

use std::future::Future;
use std::sync::{Mutex, OnceLock, PoisonError, mpsc};
use std::{io, process, thread};

use reqwest::Url;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::Error;
use crate::client::http_client;
use crate::error::ConnectionError;

#[derive(Default)]
pub(crate) struct Blocking {
    /// Created by the first blocking call, because loading the certificates takes time.
    http: OnceLock<reqwest::Client>,
    /// Started by the first blocking call.
    thread: Mutex<Option<Thread>>,
}

struct Thread {
    runtime: Handle,
    thread: thread::JoinHandle<()>,
    /// The id of the process that started the thread. After a fork, the child process has no such
    /// thread.
    process: u32,
    /// Dropped with the client; this ends the thread.
    _stop: oneshot::Sender<()>,
}

impl Blocking {
    /// Uses this HTTP client for all blocking calls.
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

    /// Runs a future on the thread, and waits for it.
    pub(crate) fn run<F>(&self, future: F) -> Result<F::Output, Error>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.runtime().map_err(broken)?.spawn(async move {
            // The receiver lives until it has received the result.
            let _ = sender.send(future.await);
        });
        receiver.recv().map_err(broken)
    }

    fn runtime(&self) -> io::Result<Handle> {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*thread {
            if known.thread.thread().id() == thread::current().id() {
                return Err(io::Error::other(
                    "a blocking call was made inside another blocking call, which would never end",
                ));
            }
            if known.process != process::id() {
                return Err(io::Error::other(
                    "the process was forked after a blocking call; make a client in each process",
                ));
            }
            if !known.thread.is_finished() {
                return Ok(known.runtime.clone());
            }
        }
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let spawned = thread::Builder::new()
            .name("stripe-blocking".to_owned())
            .spawn(move || {
                let _ = runtime.block_on(stopped);
            })?;
        *thread = Some(Thread {
            runtime: handle.clone(),
            thread: spawned,
            process: process::id(),
            _stop: stop,
        });
        Ok(handle)
    }
}

fn broken(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    ConnectionError::new(error).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_panic_in_a_task_ends_only_its_call() {
        let blocking = Blocking::default();
        let error = blocking.run(async { panic!("on purpose") });
        assert!(matches!(error, Err(Error::Connection(_))), "{error:?}");
        assert_eq!(blocking.run(async { 5 }).expect("it runs"), 5);
    }

    #[test]
    fn a_thread_that_died_is_replaced() {
        let blocking = Blocking::default();
        assert_eq!(blocking.run(async { 5 }).expect("it runs"), 5);
        // Ends the thread during a call.
        let hanging = blocking.runtime().expect("it runs");
        let (sender, receiver) = mpsc::sync_channel::<()>(1);
        hanging.spawn(async move {
            std::future::pending::<()>().await;
            let _ = sender.send(());
        });
        let (stop, _) = oneshot::channel();
        let mut thread = blocking.thread.lock().expect("no panic");
        let known = thread.as_mut().expect("it was started");
        drop(std::mem::replace(&mut known._stop, stop));
        drop(thread);
        assert!(receiver.recv().is_err(), "the call under way ends");
        while !blocking
            .thread
            .lock()
            .expect("no panic")
            .as_ref()
            .expect("known")
            .thread
            .is_finished()
        {
            thread::yield_now();
        }
        assert_eq!(blocking.run(async { 6 }).expect("it runs again"), 6);
    }

    #[test]
    fn a_call_inside_of_a_call_does_not_block_it() {
        let blocking = Arc::new(Blocking::default());
        let inner = blocking.clone();
        let error = blocking.run(async move { inner.run(async { 5 }) });
        assert!(error.expect("the outer one runs").is_err());
    }
}
