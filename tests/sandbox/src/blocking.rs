//! A sandbox for tests without async.
//!
//! ```
//! use std::time::Duration;
//! use stripe_financial_connections_sandbox::{Institution, blocking};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = blocking::Sandbox::start()?;
//! let client = sandbox.client();
//! let customer = client.customers().create().send_blocking()?;
//! sandbox.advance(Duration::from_secs(60));
//! # Ok(()) }
//! ```

use std::io;
use std::ops::Deref;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};

use crate::SandboxBuilder;

/// How long the end may take.
const END: Duration = Duration::from_secs(1);

/// A running sandbox, as [`crate::Sandbox`], on threads of its own. It ends when this is dropped.
#[derive(Debug)]
pub struct Sandbox {
    /// There until it is dropped.
    parts: Option<(crate::Sandbox, Runtime)>,
}

impl Sandbox {
    /// Starts an empty sandbox on a free port of this machine.
    ///
    /// # Errors
    ///
    /// If there is no port to listen on, or no thread to be had.
    pub fn start() -> io::Result<Self> {
        crate::Sandbox::builder().start_blocking()
    }

    /// A sandbox to be set up; [`start_blocking`](SandboxBuilder::start_blocking) starts it.
    pub fn builder() -> SandboxBuilder {
        crate::Sandbox::builder()
    }
}

impl SandboxBuilder {
    /// Starts it on threads of its own, for tests without async.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start), or if there is no thread to be had.
    pub fn start_blocking(self) -> io::Result<Sandbox> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let sandbox = runtime.block_on(self.start())?;
        Ok(Sandbox {
            parts: Some((sandbox, runtime)),
        })
    }
}

impl Deref for Sandbox {
    type Target = crate::Sandbox;

    fn deref(&self) -> &Self::Target {
        let (sandbox, _) = self
            .parts
            .as_ref()
            .expect("it is there until it is dropped");
        sandbox
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Some((sandbox, runtime)) = self.parts.take() {
            drop(sandbox);
            match Handle::try_current() {
                // Nothing may be waited for here.
                Ok(_) => runtime.shutdown_background(),
                Err(_) => runtime.shutdown_timeout(END),
            }
        }
    }
}
