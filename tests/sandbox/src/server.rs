//! A running sandbox.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{RawPathParams, Request, State as Shared};
use axum::http::Method;
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use axum::serve::Listener;
use tokio::sync::{Notify, broadcast, oneshot};

use crate::api;
use crate::browser;
use crate::control;
use crate::delivery::Deliverer;
use crate::error::ApiError;
use crate::guard;
use crate::requests::Requests;
use crate::routes::ROUTES;
use crate::state::State;
use crate::world::{Setting, Universe, World};

/// The interval of the clock's task.
const TICK: Duration = Duration::from_millis(500);
/// The number of changes by which a watcher can be late.
const CHANGES: usize = 1024;

pub(crate) struct Server {
    pub(crate) key: String,
    pub(crate) publishable_key: String,
    /// The delay of every response of the API.
    pub(crate) latency: Duration,
    /// The universe's setting, which can be read without its lock.
    pub(crate) setting: Arc<Setting>,
    universe: Mutex<Universe>,
    pub(crate) deliverer: Deliverer,
    /// The last requests to the API.
    pub(crate) requests: Mutex<Requests>,
    changes: broadcast::Sender<Change>,
    /// Notified when a job is scheduled.
    woken: Notify,
}

/// A change, for watchers of the sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Objects, events, deliveries or the time changed.
    State,
    /// A request to the API was answered.
    Request,
    /// The sandbox has ended.
    End,
}

impl Server {
    pub(crate) fn new(
        key: String,
        publishable_key: String,
        latency: Duration,
        universe: Universe,
    ) -> std::io::Result<Self> {
        Ok(Self {
            key,
            publishable_key,
            latency,
            setting: universe.setting.clone(),
            universe: Mutex::new(universe),
            deliverer: Deliverer::new()?,
            requests: Mutex::default(),
            changes: broadcast::channel(CHANGES).0,
            woken: Notify::new(),
        })
    }

    /// Runs a function on the current state, and then handles its effects, such as deliveries.
    pub(crate) fn with<T>(self: &Arc<Self>, act: impl FnOnce(&mut Universe) -> T) -> T {
        let (result, changed) = self.settle(act);
        if changed {
            self.woken.notify_one();
        }
        result
    }

    /// Does what [`with`](Self::with) does, without waking [`tick`], and returns whether the state
    /// has changed.
    fn settle<T>(self: &Arc<Self>, act: impl FnOnce(&mut Universe) -> T) -> (T, bool) {
        // A handler that panicked ends its own request only.
        let mut universe = self.universe.lock().unwrap_or_else(PoisonError::into_inner);
        universe.catch_up();
        let result = act(&mut universe);
        // Callers that need to know about an error have committed before.
        let changed = universe.commit().unwrap_or(true);
        let parcels = std::mem::take(&mut universe.parcels);
        drop(universe);
        if changed {
            self.tell(Change::State);
        }
        self.deliverer.deliver(self, parcels);
        (result, changed)
    }

    /// Runs a function on the state of one Stripe account, like [`with`](Self::with).
    pub(crate) fn with_world<T>(
        self: &Arc<Self>,
        world: &World,
        act: impl FnOnce(&mut State) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        self.with(|universe| act(universe.world(world)?))
    }

    /// Ends the sandbox: closes the state file, and drops requests without a response.
    pub(crate) fn end(&self) {
        let mut universe = self.universe.lock().unwrap_or_else(PoisonError::into_inner);
        universe.ended = true;
        universe.journal = None;
        drop(universe);
        self.tell(Change::End);
    }

    /// Returns a receiver of changes from now on.
    pub(crate) fn watch(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// Sends a change to all watchers.
    pub(crate) fn tell(&self, change: Change) {
        // An error means that there are no watchers.
        let _ = self.changes.send(change);
    }
}

/// Runs scheduled jobs when they are due.
pub(crate) async fn tick(server: Arc<Server>) {
    loop {
        // It must not wake itself: a state that cannot be saved counts as changed every time, and
        // a task that is always ready never lets go of its thread.
        let ((ended, idle), _) = server.settle(|universe| (universe.ended, universe.idle()));
        if ended {
            return;
        }
        let idle = idle.map_or(TICK, |idle| Duration::from_millis(idle.unsigned_abs() + 1));
        tokio::select! {
            () = tokio::time::sleep(idle.min(TICK)) => {}
            () = server.woken.notified() => {}
        }
    }
}

/// Answers requests until the other end of `stop` is dropped.
pub(crate) async fn serve<L>(router: Router, listener: L, stop: oneshot::Receiver<Infallible>)
where
    L: Listener,
    L::Addr: std::fmt::Debug,
{
    let stopped = async {
        let _ = stop.await;
    };
    // `serve` never returns an error; failed connections are dropped.
    let _ = axum::serve(listener, router)
        .with_graceful_shutdown(stopped)
        .await;
}

/// Returns the router with all endpoints.
pub(crate) fn router(server: &Arc<Server>) -> Router {
    let mut router = control::router().merge(browser::router());
    for route in ROUTES {
        let filter = Method::from_bytes(route.method.as_bytes())
            .ok()
            .and_then(|method| MethodFilter::try_from(method).ok())
            .expect("routes have methods of HTTP");
        let handler =
            move |Shared(server): Shared<Arc<Server>>, params: RawPathParams, request: Request| {
                let ids = params
                    .iter()
                    .map(|(name, id)| (name.to_owned(), id.to_owned()))
                    .collect();
                api::answer(server, route, ids, request)
            };
        router = router.route(route.path, on(filter, handler));
    }
    router
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        .layer(axum::middleware::from_fn_with_state(
            server.clone(),
            guard::guard,
        ))
        .with_state(server.clone())
}

async fn unknown(Shared(server): Shared<Arc<Server>>, request: Request) -> Response {
    let error = ApiError::invalid(format!(
        "Unrecognized request URL ({}: {}). This is a sandbox, not Stripe: GET / says what it has.",
        request.method(),
        request.uri().path()
    ));
    let id = server.setting.ids.id("req");
    api::respond(&id, Err(error.code("url_invalid").status(404)))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use tokio::runtime::Builder;

    use super::*;

    /// A state that can't be kept counts as changed each time, and has once kept a thread busy for
    /// ever, which no `abort` could end.
    #[test]
    fn the_passing_of_time_ends_with_the_sandbox() {
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build();
            runtime.expect("it starts").block_on(async {
                let universe = Universe::new(Setting::default());
                let server = Server::new(String::new(), String::new(), Duration::ZERO, universe);
                let server = Arc::new(server.expect("it has an HTTP client"));
                server.end();
                tick(server).await;
            });
            sender.send(()).expect("the test waits for it");
        });
        let ended = receiver.recv_timeout(Duration::from_secs(10));
        ended.expect("it returns by itself");
    }
}
