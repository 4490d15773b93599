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

/// The time limit for ending the sandbox.
const END: Duration = Duration::from_secs(1);

/// A running sandbox like [`crate::Sandbox`], on threads of its own. Dropping it ends it.
#[derive(Debug)]
pub struct Sandbox {
    /// `Some` until the sandbox is dropped.
    parts: Option<(crate::Sandbox, Runtime)>,
}

impl Sandbox {
    /// Starts an empty sandbox on a free port.
    ///
    /// # Errors
    ///
    /// Returns an error if no port or thread is available.
    pub fn start() -> io::Result<Self> {
        crate::Sandbox::builder().start_blocking()
    }

    /// Creates a builder; [`start_blocking`](SandboxBuilder::start_blocking) starts the sandbox.
    pub fn builder() -> SandboxBuilder {
        crate::Sandbox::builder()
    }
}

impl SandboxBuilder {
    /// Starts the sandbox on threads of its own, for tests without async.
    ///
    /// # Errors
    ///
    /// The errors of [`start`](Self::start), and an error if no thread is available.
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
                // Waiting is not possible in an async context.
                Ok(_) => runtime.shutdown_background(),
                Err(_) => runtime.shutdown_timeout(END),
            }
        }
    }
}
