//! Sends events to the webhook, those of one object in order.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use stripe_financial_connections::Timestamp;
use stripe_financial_connections::webhook::Webhook;

use crate::events::{Attempt, Delivery};
use crate::server::Server;

/// How often an event is sent before it is given up. Pauses double, from 0.1 s.
const ATTEMPTS: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const TIMEOUT: Duration = Duration::from_secs(10);
/// How many events are sent at a time.
const AT_A_TIME: usize = 16;

pub(crate) struct Deliverer {
    http: reqwest::Client,
    runtime: tokio::runtime::Handle,
    at_a_time: tokio::sync::Semaphore,
    /// Ids of events by object; the first of each is under way.
    lanes: Mutex<HashMap<String, VecDeque<String>>>,
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

    /// Takes over events, given by subject and id.
    pub(crate) fn deliver(&self, server: &Arc<Server>, events: Vec<(String, String)>) {
        for (subject, id) in events {
            let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
            let lane = lanes.entry(subject.clone()).or_default();
            lane.push_back(id);
            if lane.len() == 1 {
                self.runtime.spawn(drain(Arc::downgrade(server), subject));
            }
        }
    }

    fn first(&self, subject: &str) -> Option<String> {
        let lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.get(subject)?.front().cloned()
    }

    /// Takes the first out of its lane, and an empty lane away.
    fn done(&self, subject: &str) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get_mut(subject) {
            lane.pop_front();
            if lane.is_empty() {
                lanes.remove(subject);
            }
        }
    }
}

/// Sends the events of one object, one after the other. Ends with the sandbox.
async fn drain(server: std::sync::Weak<Server>, subject: String) {
    while let Some(server) = server.upgrade()
        && let Some(id) = server.deliverer.first(&subject)
    {
        send(&server, &id).await;
        server.deliverer.done(&subject);
    }
}

async fn send(server: &Arc<Server>, id: &str) {
    let mut pause = FIRST_PAUSE;
    for attempt in 1..=ATTEMPTS {
        let Some((url, secret, body)) = server.with(|state| {
            let event = state.events.get(id)?;
            let endpoint = state.endpoint.as_ref()?;
            Some((
                endpoint.url.clone(),
                endpoint.secret.clone(),
                event.json().to_string(),
            ))
        }) else {
            return;
        };
        let permit = server.deliverer.at_a_time.acquire().await;
        // Receivers compare it with their own clock, which nobody advances.
        let signature = Webhook::sign(&body, secret, Timestamp::now());
        let request = server.deliverer.http.post(url);
        let request = request
            .header("content-type", "application/json; charset=utf-8")
            .header("stripe-signature", signature)
            .body(body);
        let status = request.send().await.ok().map(|answer| answer.status());
        drop(permit);
        let delivered = status.is_some_and(|status| status.is_success());
        server.with(|state| {
            let at = state.now();
            state.changed = true;
            if let Some(event) = state.events.get_mut(id) {
                event.attempts.push(Attempt {
                    at,
                    status: status.map(|status| status.as_u16()),
                });
                event.delivery = match (delivered, attempt) {
                    (true, _) => Delivery::Delivered,
                    (false, ATTEMPTS) => Delivery::Failed,
                    (false, _) => Delivery::Pending,
                };
            }
        });
        if delivered {
            return;
        }
        if attempt < ATTEMPTS {
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
    }
}
