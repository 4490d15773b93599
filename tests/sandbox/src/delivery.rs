//! Delivers events to endpoints. The events of one object arrive in order.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use stripe_financial_connections::Timestamp;
use stripe_financial_connections::webhook::Webhook;

use crate::events::{Attempt, DeliveryStatus};
use crate::server::Server;
use crate::world::{Universe, World};

/// The largest number of attempts for an event. The waits between them double, beginning with 0.1
/// s.
const ATTEMPTS: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const TIMEOUT: Duration = Duration::from_secs(10);
/// The largest number of concurrent deliveries.
const AT_A_TIME: usize = 16;
/// The largest number of waiting events. Further deliveries fail.
const MAX_WAITING: usize = 10_000;

/// An event to be sent to an endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Parcel {
    pub(crate) world: World,
    pub(crate) endpoint: String,
    pub(crate) subject: String,
    pub(crate) event: String,
}

/// An endpoint and an object, whose events are delivered in order.
type Lane = (String, String);

pub(crate) struct Deliverer {
    http: reqwest::Client,
    runtime: tokio::runtime::Handle,
    at_a_time: tokio::sync::Semaphore,
    lanes: Mutex<Lanes>,
}

/// The waiting events. The first of each lane is being sent.
#[derive(Default)]
struct Lanes {
    parcels: HashMap<Lane, VecDeque<Parcel>>,
    waiting: usize,
}

impl Deliverer {
    pub(crate) fn new() -> std::io::Result<Self> {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIMEOUT)
            .build()
            .map_err(std::io::Error::other)?;
        Ok(Self {
            http,
            runtime: tokio::runtime::Handle::current(),
            at_a_time: tokio::sync::Semaphore::new(AT_A_TIME),
            lanes: Mutex::default(),
        })
    }

    /// Queues events.
    pub(crate) fn deliver(&self, server: &Arc<Server>, parcels: Vec<Parcel>) {
        let mut refused = Vec::new();
        for parcel in parcels {
            let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
            if lanes.waiting == MAX_WAITING {
                refused.push(parcel);
                continue;
            }
            lanes.waiting += 1;
            let key = (parcel.endpoint.clone(), parcel.subject.clone());
            let lane = lanes.parcels.entry(key.clone()).or_default();
            lane.push_back(parcel);
            if lane.len() == 1 {
                self.runtime.spawn(drain(Arc::downgrade(server), key));
            }
        }
        for parcel in refused {
            record(server, &parcel, None, DeliveryStatus::Failed);
        }
    }

    fn first(&self, lane: &Lane) -> Option<Parcel> {
        let lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.parcels.get(lane)?.front().cloned()
    }

    /// Removes the first event of a lane, and an empty lane.
    fn done(&self, key: &Lane) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.parcels.get_mut(key) {
            lane.pop_front();
            if lane.is_empty() {
                lanes.parcels.remove(key);
            }
            lanes.waiting -= 1;
        }
    }
}

/// Finds the endpoints of new events.
pub(crate) fn address(universe: &mut Universe) {
    let mut new = Vec::new();
    for (world, state) in universe.worlds_mut() {
        let events = std::mem::take(&mut state.outbox);
        new.extend(events.into_iter().map(|id| (world.clone(), id)));
    }
    for (world, id) in new {
        let parcels = post(universe, &world, &id);
        universe.parcels.extend(parcels);
    }
}

/// Returns a parcel for each endpoint of an event, unless one is already on its way.
pub(crate) fn post(universe: &mut Universe, world: &World, id: &str) -> Vec<Parcel> {
    let state = universe.existing(world);
    let event = state.and_then(|state| state.events.get(id));
    let endpoints = event.map(|event| universe.endpoints(world, event.r#type()));
    let endpoints = endpoints.unwrap_or_default();
    let Ok(state) = universe.world(world) else {
        return Vec::new();
    };
    // Only takes a mutable reference if needed, as that marks the event as changed.
    let Some(event) = (!endpoints.is_empty())
        .then(|| state.events.get_mut(id))
        .flatten()
    else {
        return Vec::new();
    };
    let mut parcels = Vec::new();
    for endpoint in endpoints {
        match event.delivery(&endpoint) {
            delivery if delivery.attempts.is_empty() => {}
            delivery if delivery.status == DeliveryStatus::Pending => continue,
            delivery => delivery.status = DeliveryStatus::Pending,
        }
        parcels.push(Parcel {
            world: world.clone(),
            endpoint: endpoint.id,
            subject: event.subject.clone(),
            event: id.to_owned(),
        });
    }
    parcels
}

/// Sends the events of a lane one after the other. Ends with the sandbox.
async fn drain(server: std::sync::Weak<Server>, lane: Lane) {
    while let Some(server) = server.upgrade()
        && let Some(parcel) = server.deliverer.first(&lane)
    {
        send(&server, &parcel).await;
        server.deliverer.done(&lane);
    }
}

async fn send(server: &Arc<Server>, parcel: &Parcel) {
    let mut pause = FIRST_PAUSE;
    for attempt in 1..=ATTEMPTS {
        let Some((endpoint, body)) = server.with(|universe| {
            let endpoint = universe.endpoint(&parcel.world, &parcel.endpoint)?;
            let event = universe
                .existing(&parcel.world)?
                .events
                .get(&parcel.event)?;
            Some((endpoint, event.json(parcel.world.account()).to_string()))
        }) else {
            record(server, parcel, None, DeliveryStatus::Failed);
            return;
        };
        let permit = server.deliverer.at_a_time.acquire().await;
        // Receivers compare the time with their own clock, not with the sandbox's.
        let signature = Webhook::sign(&body, endpoint.secret, Timestamp::now());
        let request = server.deliverer.http.post(endpoint.url);
        let request = request
            .header("content-type", "application/json; charset=utf-8")
            .header("stripe-signature", signature)
            .body(body);
        let status = request.send().await.ok().map(|answer| answer.status());
        drop(permit);
        let delivered = status.is_some_and(|status| status.is_success());
        let outcome = match (delivered, attempt) {
            (true, _) => DeliveryStatus::Delivered,
            (false, ATTEMPTS) => DeliveryStatus::Failed,
            (false, _) => DeliveryStatus::Pending,
        };
        record(
            server,
            parcel,
            Some(status.map(|status| status.as_u16())),
            outcome,
        );
        if delivered {
            return;
        }
        if attempt < ATTEMPTS {
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
    }
}

/// Records the result of an attempt.
fn record(
    server: &Arc<Server>,
    parcel: &Parcel,
    attempt: Option<Option<u16>>,
    outcome: DeliveryStatus,
) {
    let noted = server.with_world(&parcel.world, |state| {
        let at = state.now();
        let event = state.events.get_mut(&parcel.event);
        let deliveries = event.into_iter().flat_map(|event| &mut event.deliveries);
        for delivery in deliveries.filter(|one| one.endpoint == parcel.endpoint) {
            delivery.status = outcome;
            if let Some(status) = attempt {
                delivery.attempts.push(Attempt { at, status });
            }
        }
        Ok(())
    });
    debug_assert!(noted.is_ok(), "the world of an event is there");
}
