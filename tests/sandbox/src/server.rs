//! The parts of a running sandbox, and what runs them.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{RawPathParams, Request, State as Shared};
use axum::http::Method;
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};

use crate::api;
use crate::control;
use crate::delivery::Deliverer;
use crate::error::ApiError;
use crate::ids;
use crate::routes::ROUTES;
use crate::state::State;
use crate::store;
use crate::table::Row;

/// How often at most the state is written to its file.
const SAVE_PAUSE: Duration = Duration::from_millis(200);
/// How long time can stand still for events of its passing to be missed.
const TICK: Duration = Duration::from_millis(500);

pub(crate) struct Server {
    pub(crate) key: String,
    state: Mutex<State>,
    file: Option<PathBuf>,
    pub(crate) deliverer: Deliverer,
    /// Something was scheduled, or is to be saved.
    woken: Notify,
    unsaved: Notify,
}

impl Server {
    pub(crate) fn new(key: String, state: State, file: Option<PathBuf>) -> std::io::Result<Self> {
        Ok(Self {
            key,
            state: Mutex::new(state),
            file,
            deliverer: Deliverer::new()?,
            woken: Notify::new(),
            unsaved: Notify::new(),
        })
    }

    /// Does something with the state as it is now, and then what follows from it.
    pub(crate) fn with<T>(self: &Arc<Self>, act: impl FnOnce(&mut State) -> T) -> T {
        // A handler that panicked ends its own request only.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.catch_up();
        let result = act(&mut state);
        let outbox = std::mem::take(&mut state.outbox);
        let events = outbox.into_iter().filter_map(|id| {
            let event = state.events.get(&id)?;
            Some((event.subject.clone(), event.id().to_owned()))
        });
        let events: Vec<_> = events.collect();
        if state.changed {
            state.changed = false;
            self.woken.notify_one();
            self.unsaved.notify_one();
        }
        drop(state);
        self.deliverer.deliver(self, events);
        result
    }

    /// Writes the state to its file, if it has one.
    pub(crate) fn save(&self) -> std::io::Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let json = {
            let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            serde_json::to_vec(&*state)?
        };
        store::save(file, &json)
    }
}

/// Lets time pass: what is due happens without a request.
pub(crate) async fn tick(server: Arc<Server>) {
    loop {
        let idle = server.with(|state| state.clock.idle());
        let idle = idle.map_or(TICK, |idle| Duration::from_millis(idle.unsigned_abs() + 1));
        tokio::select! {
            () = tokio::time::sleep(idle.min(TICK)) => {}
            () = server.woken.notified() => {}
        }
    }
}

/// Saves what changes, now and then.
pub(crate) async fn keep(server: Arc<Server>) {
    while server.file.is_some() {
        server.unsaved.notified().await;
        tokio::time::sleep(SAVE_PAUSE).await;
        let saving = server.clone();
        let saved = tokio::task::spawn_blocking(move || saving.save()).await;
        if let Ok(Err(error)) = saved {
            eprintln!("sandbox: the state was not saved: {error}");
        }
    }
}

/// Answers requests until the other end of `stop` is dropped.
pub(crate) async fn serve(
    server: Arc<Server>,
    listener: TcpListener,
    stop: oneshot::Receiver<Infallible>,
) {
    let mut router = control::router();
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
    let router: Router = router
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        .with_state(server);
    let stopped = async {
        let _ = stop.await;
    };
    // It never ends in an error: a connection that fails is dropped.
    let _ = axum::serve(listener, router)
        .with_graceful_shutdown(stopped)
        .await;
}

async fn unknown(request: Request) -> Response {
    let error = ApiError::invalid(format!(
        "Unrecognized request URL ({}: {}).",
        request.method(),
        request.uri().path()
    ));
    api::respond(&ids::new("req"), Err(error.code("url_invalid").status(404)))
}

/// Where a sandbox listens: on this machine only, unless another address is given.
pub(crate) const DEFAULT_ADDRESS: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);
