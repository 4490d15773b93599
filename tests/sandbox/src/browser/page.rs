//! The sandbox's own page, `GET /`, and the requests that it makes. Programs use Stripe's API and
//! `/_sandbox` instead.

use std::convert::Infallible;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Request, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::response::sse::{Event as Sse, KeepAlive, Sse as Stream};
use axum::routing::{get, post};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use super::{assets, json_response};
use crate::accounts::Account;
use crate::api::{Call, read};
use crate::customers;
use crate::error::ApiError;
use crate::events::Event;
use crate::server::{Change, Server};
use crate::sessions;
use crate::spec::SPEC;
use crate::state::State;
use crate::table::Row;
use crate::world::{Universe, World};

/// Number of rows in each table of the page, the newest ones.
const ROWS: usize = 50;
/// Number of points in a plot.
const POINTS: usize = 60;
/// Changes within this time are reported once.
const PAUSE: Duration = Duration::from_millis(100);
/// The email address of the customer for whom the page links accounts.
const EMAIL: &str = "robin@example.com";

pub(super) fn router() -> Router<Arc<Server>> {
    Router::new()
        .route("/", get(home))
        .route("/_sandbox/page", get(overview))
        .route("/_sandbox/page/accounts/{id}", get(account))
        .route("/_sandbox/page/events/{id}", get(event))
        .route("/_sandbox/page/sessions", post(session))
        .route("/_sandbox/live", get(live))
}

/// Serves the page to browsers, and a list of endpoints to other clients.
async fn home(Shared(server): Shared<Arc<Server>>, headers: HeaderMap) -> Response {
    let accepted = headers.get(header::ACCEPT);
    let accepted = accepted.and_then(|accepted| accepted.to_str().ok());
    if accepted.is_some_and(|accepted| accepted.contains("text/html")) {
        return assets::page(&headers);
    }
    let body = json!({
        "about": "A sandbox that answers like Stripe Financial Connections. In a browser, this \
                  address shows what is in it.",
        "api": "/v1",
        "api_version": SPEC.version,
        "control": "/_sandbox",
        "publishable_key": server.publishable_key,
        "stripe_js": "/stripe.js",
    });
    json_response(StatusCode::OK, &body)
}

fn answer(answer: Result<Value, ApiError>) -> Response {
    match answer {
        Ok(body) => json_response(StatusCode::OK, &body),
        Err(error) => json_response(error.status_code(), &error.body()),
    }
}

async fn overview(Shared(server): Shared<Arc<Server>>) -> Response {
    let mut overview = server.with(tables);
    let requests = server
        .requests
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let data: Vec<_> = requests.iter().take(ROWS).collect();
    overview["requests"] = json!({ "data": data, "total": requests.iter().count() });
    overview["key"] = json!(server.publishable_key);
    drop(requests);
    json_response(StatusCode::OK, &overview)
}

fn tables(universe: &mut Universe) -> Value {
    let now = universe.platform().now();
    let accounts = newest(
        universe,
        |state| state.accounts.rows(),
        |account| account.created,
        |_, account| card(account, now),
    );
    let events = newest(
        universe,
        |state| state.events.rows(),
        Event::created,
        event_row,
    );
    let sessions = newest(
        universe,
        |state| state.sessions.rows(),
        sessions::Session::created,
        |_, session| {
            let holder = session.grant.holder.as_ref();
            let id = holder.and_then(|holder| {
                ["customer", "account", "customer_account"]
                    .iter()
                    .find_map(|name| holder[*name].as_str())
            });
            json!({
                "id": session.id(),
                "created": session.created(),
                "holder": id,
                "permissions": session.grant.permissions,
                "accounts": session.accounts,
            })
        },
    );
    json!({
        "version": SPEC.version,
        "now": now,
        "accounts": accounts,
        "events": events,
        "sessions": sessions,
        "faults": universe.faults.len(),
    })
}

/// Returns the newest rows of all accounts, the newest first, and the number of all rows.
fn newest<T>(
    universe: &Universe,
    rows: impl Fn(&State) -> &[T],
    created: impl Fn(&T) -> i64,
    show: impl Fn(&World, &T) -> Value,
) -> Value {
    let mut total = 0;
    let mut all = Vec::new();
    for (world, state) in universe.worlds() {
        let rows = rows(state);
        total += rows.len();
        all.extend(rows.iter().rev().take(ROWS).map(|row| (world, row)));
    }
    // The sort is stable, so rows of the same second keep their order.
    all.sort_by_key(|(_, row)| std::cmp::Reverse(created(row)));
    let data = all.into_iter().take(ROWS);
    let data: Vec<_> = data.map(|(world, row)| show(world, row)).collect();
    json!({ "data": data, "total": total })
}

fn card(account: &Account, now: i64) -> Value {
    let balance = account.at_bank.balance(now, account.debited);
    let (r#type, field) = match balance["type"].as_str() {
        Some("credit") => ("credit", "used"),
        _ => ("cash", "available"),
    };
    json!({
        "id": account.id,
        "name": account.at_bank.name,
        "institution_name": account.institution_name,
        "last4": account.at_bank.last4(),
        "status": account.status,
        "balance": {
            "type": r#type,
            "current": balance["current"]["usd"],
            "usable": balance[r#type][field]["usd"],
        },
        "plot": plot(account, now),
    })
}

/// Returns the balance over time from the known transactions, as pairs of seconds and cents.
fn plot(account: &Account, now: i64) -> Vec<(i64, i64)> {
    let mut cents = account.at_bank.current - account.debited;
    let mut points = vec![(now, cents)];
    let posted = account
        .transactions
        .iter()
        .rev()
        .filter_map(|transaction| transaction.posted());
    for (at, amount) in posted.take(POINTS) {
        points.push((at, cents));
        cents -= amount;
    }
    if points.len() == 1 {
        points.push((account.created, cents));
    }
    points.reverse();
    points
}

fn event_row(world: &World, event: &Event) -> Value {
    let report = event.report(world.account());
    json!({
        "id": event.id(),
        "created": event.created(),
        "type": event.r#type(),
        "subject": event.subject,
        "delivery": report["delivery"],
    })
}

async fn account(Shared(server): Shared<Arc<Server>>, Path(id): Path<String>) -> Response {
    answer(server.with(|universe| {
        let world = universe.find(|state| state.accounts.get(&id).is_some());
        let state = universe.world(&world)?;
        let missing = || ApiError::missing("financial_connections.account", &id, "account");
        let account = state.accounts.get(&id).ok_or_else(missing)?;
        let ownership = account.ownership.as_ref().and_then(|id| state.object(id));
        let newest = account.transactions.iter().rev().take(ROWS);
        let transactions: Vec<_> = newest.map(|row| row.json(account)).collect();
        Ok(json!({
            "account": account.json(),
            "owners": ownership.map(|ownership| ownership["owners"]["data"].clone()).unwrap_or(json!([])),
            "transactions": { "data": transactions, "total": account.transactions.len() },
            "plot": plot(account, state.now()),
        }))
    }))
}

async fn event(Shared(server): Shared<Arc<Server>>, Path(id): Path<String>) -> Response {
    answer(server.with(|universe| {
        let world = universe.find(|state| state.events.get(&id).is_some());
        let event = universe
            .existing(&world)
            .and_then(|state| state.events.get(&id));
        let event = event.ok_or_else(|| ApiError::missing("event", &id, "id"))?;
        Ok(event.report(world.account()))
    }))
}

/// Creates a session for the page, to link accounts.
async fn session(Shared(server): Shared<Arc<Server>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let form = match read(&parts, body).await {
        Ok(form) => form,
        Err(error) => return answer(Err(error)),
    };
    let mut permissions = Vec::new();
    let mut holder = String::new();
    for (name, value) in form_urlencoded::parse(&form) {
        match &*name {
            "permissions[]" => permissions.push(value.into_owned()),
            "holder" => holder = value.into_owned(),
            _ => {}
        }
    }
    answer(server.with_world(&World::PLATFORM, |state| {
        let holder = match holder.as_str() {
            "account" => json!({ "type": "account", "account": "acct_sandbox" }),
            _ => json!({ "type": "customer", "customer": customer(state)? }),
        };
        let params = json!({ "account_holder": holder, "permissions": permissions });
        let session = sessions::create(state, &Call::within(params))?;
        Ok(json!({ "client_secret": session["client_secret"] }))
    }))
}

/// Returns the customer for whom the page links accounts.
fn customer(state: &mut State) -> Result<Value, ApiError> {
    let mut known = state.customers.rows().iter();
    if let Some(customer) = known.find(|customer| customer.0["email"] == EMAIL) {
        return Ok(customer.0["id"].clone());
    }
    let params = json!({ "name": "Robin Example", "email": EMAIL });
    let customer = customers::create(state, &Call::within(params))?;
    Ok(customer["id"].clone())
}

/// Sends a message for each change, until the sandbox ends.
async fn live(
    Shared(server): Shared<Arc<Server>>,
) -> Stream<impl stream::Stream<Item = Result<Sse, Infallible>>> {
    let changes = stream::unfold(server.watch(), |mut changes| async {
        match changes.recv().await {
            Ok(Change::End) | Err(RecvError::Closed) => return None,
            Ok(_) | Err(RecvError::Lagged(_)) => {}
        }
        tokio::time::sleep(PAUSE).await;
        while let Ok(change) = changes.try_recv() {
            if change == Change::End {
                return None;
            }
        }
        Some((Ok(Sse::default().event("change").data("now")), changes))
    });
    Stream::new(changes).keep_alive(KeepAlive::default())
}
