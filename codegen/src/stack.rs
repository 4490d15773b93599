//! Room for work that calls itself.

use std::thread;

/// Of address space, of which only what is used is memory.
pub(crate) const STACK: usize = 64 << 20;

/// Does `work` where it may call itself more often than most threads allow: how deep specs are is
/// limited, but the limit is no small one.
pub(crate) fn on_a_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let worker = thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, work);
        let worker = worker.expect("the system has memory for a thread");
        worker
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
