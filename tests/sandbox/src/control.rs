//! `/_sandbox`: acts for the user and the bank, and moves the clock.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State as Shared};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::api::{read, respond};
use crate::billing::checkout;
use crate::delivery;
use crate::error::{ApiError, shortened};
use crate::events::Endpoint;
use crate::expand;
use crate::faults::Fault;
use crate::form::{self, Tree};
use crate::institutions::Institution;
use crate::intents::Kind;
use crate::link::{self, texts};
use crate::server::Server;
use crate::spec::SPEC;
use crate::state::State;
use crate::validate;
use crate::world::Universe;

/// The longest time by which a request can advance the clock: a year, as every day in it is
/// simulated.
pub(crate) const MAX_ADVANCE: f64 = 366.0 * 86_400.0;
/// The largest number of pending faults.
const MAX_FAULTS: usize = 1_000;
/// The largest number of listed events.
const MAX_EVENTS: usize = 1_000;
/// The id of the endpoint that gets all events.
const LISTENER: &str = "listener";

type Answer = Result<Value, ApiError>;

pub(crate) fn router() -> Router<Arc<Server>> {
    let link = |link: fn(&mut Universe, &str, &Institution, &[String]) -> Answer| {
        post(
            move |Shared(server): Shared<Arc<Server>>, Path(id): Path<String>, request| async move {
                with_form(server, request, |universe, tree| {
                    let (institution, chosen) = choice(universe, tree)?;
                    link(universe, &id, &institution, &chosen)
                })
                .await
            },
        )
    };
    let account = |change: fn(&mut State, &str)| {
        post(
            move |Shared(server): Shared<Arc<Server>>, Path(id): Path<String>| async move {
                plain(&server, |universe| change_account(universe, &id, change))
            },
        )
    };
    Router::new()
        .route(
            "/_sandbox",
            get(async |Shared(server): Shared<Arc<Server>>| plain(&server, about)),
        )
        .route("/_sandbox/sessions/{id}/link", link(link_session))
        .route("/_sandbox/sessions/{id}/token", link(link_token))
        .route(
            "/_sandbox/payment_intents/{id}/link",
            link(|universe, id, institution, chosen| {
                link_intent(universe, Kind::Payment, id, institution, chosen)
            }),
        )
        .route(
            "/_sandbox/setup_intents/{id}/link",
            link(|universe, id, institution, chosen| {
                link_intent(universe, Kind::Setup, id, institution, chosen)
            }),
        )
        .route(
            "/_sandbox/checkout/sessions/{id}/complete",
            link(complete_checkout),
        )
        .route(
            "/_sandbox/accounts/{id}/deactivate",
            account(State::deactivate),
        )
        .route(
            "/_sandbox/accounts/{id}/reactivate",
            account(State::reactivate),
        )
        .route(
            "/_sandbox/clock",
            get(async |Shared(server): Shared<Arc<Server>>| plain(&server, clock)),
        )
        .route(
            "/_sandbox/clock/advance",
            post(async |Shared(server), request| with_form(server, request, advance).await),
        )
        .route(
            "/_sandbox/events",
            get(async |Shared(server), request| with_form(server, request, events).await).post(
                async |Shared(server), request| with_form(server, request, parse_event).await,
            ),
        )
        .route(
            "/_sandbox/events/{id}/resend",
            post(
                async |Shared(server): Shared<Arc<Server>>, Path(id): Path<String>| {
                    plain(&server, |universe| resend(universe, &id))
                },
            ),
        )
        .route(
            "/_sandbox/webhook",
            post(async |Shared(server), request| with_form(server, request, webhook).await),
        )
        .route(
            "/_sandbox/faults",
            get(async |Shared(server): Shared<Arc<Server>>| plain(&server, faults))
                .post(async |Shared(server), request| with_form(server, request, parse_fault).await)
                .delete(async |Shared(server): Shared<Arc<Server>>| {
                    plain(&server, |universe| {
                        universe.faults.clear();
                        faults(universe)
                    })
                }),
        )
}

async fn with_form(
    server: Arc<Server>,
    request: Request,
    answer: impl FnOnce(&mut Universe, Tree) -> Answer,
) -> Response {
    let (parts, body) = request.into_parts();
    let tree = read(&parts, body)
        .await
        .and_then(|form| form::decode(&form));
    match tree {
        Ok(tree) => plain(&server, |universe| answer(universe, tree)),
        Err(error) => respond(&server.setting.ids.id("req"), Err(error)),
    }
}

fn plain(server: &Arc<Server>, answer: impl FnOnce(&mut Universe) -> Answer) -> Response {
    let answer = server.with(|universe| {
        let answer = answer(universe);
        universe.commit().and(answer)
    });
    respond(&server.setting.ids.id("req"), answer)
}

/// Returns the parameters. Other names than these are errors.
fn params(tree: Tree, names: &[&str]) -> Result<Value, ApiError> {
    match tree
        .iter()
        .find(|(name, _)| !names.contains(&name.as_str()))
    {
        Some((name, _)) => Err(
            ApiError::invalid(format!("Received unknown parameter: {name}"))
                .code("parameter_unknown")
                .param(name),
        ),
        None => Ok(validate::unchecked(tree)),
    }
}

fn about(universe: &mut Universe) -> Answer {
    let institutions = universe.setting.institutions.iter();
    let institutions: Vec<_> = institutions.map(|institution| &institution.id).collect();
    Ok(json!({
        "api_version": SPEC.version,
        "clock": universe.platform().now(),
        "institutions": institutions,
    }))
}

/// Reads `institution` and `accounts`: the names or subcategories that the user chooses.
fn choice(universe: &Universe, tree: Tree) -> Result<(Institution, Vec<String>), ApiError> {
    let params = params(tree, &["institution", "accounts"])?;
    let setting = &universe.setting;
    let institution = match params["institution"].as_str() {
        None => setting.institution("bank").or(setting.institutions.first()),
        Some(name) => setting.institution(name),
    };
    let institution = institution.ok_or_else(|| {
        let names = setting.institutions.iter().map(|known| &*known.id);
        let names: Vec<_> = names.collect();
        ApiError::invalid(format!(
            "Invalid institution: must be one of {}",
            names.join(", ")
        ))
        .param("institution")
    })?;
    Ok((institution.clone(), texts(&params["accounts"])))
}

/// Links accounts for a session of any Stripe account in the sandbox.
pub(crate) fn link_session(
    universe: &mut Universe,
    id: &str,
    institution: &Institution,
    chosen: &[String],
) -> Answer {
    let world = universe.find(|state| state.sessions.get(id).is_some());
    let state = universe.world(&world)?;
    let accounts = link::session(state, id, institution, chosen)?;
    let accounts: Vec<_> = accounts.iter().filter_map(|id| state.object(id)).collect();
    Ok(json!({ "session": id, "accounts": accounts }))
}

/// Links an account for payouts, for a session of any Stripe account in the sandbox.
pub(crate) fn link_token(
    universe: &mut Universe,
    id: &str,
    institution: &Institution,
    chosen: &[String],
) -> Answer {
    let world = universe.find(|state| state.sessions.get(id).is_some());
    link::token(universe.world(&world)?, id, institution, chosen)
}

/// Links an account for an intent of any Stripe account in the sandbox.
pub(crate) fn link_intent(
    universe: &mut Universe,
    kind: Kind,
    id: &str,
    institution: &Institution,
    chosen: &[String],
) -> Answer {
    let world = universe.find(|state| kind.find(state, id).is_ok());
    kind.link(universe.world(&world)?, id, institution, chosen)
}

/// Completes a checkout session of any Stripe account in the sandbox.
pub(crate) fn complete_checkout(
    universe: &mut Universe,
    id: &str,
    institution: &Institution,
    chosen: &[String],
) -> Answer {
    let world = universe.find(|state| state.checkout_sessions.get(id).is_some());
    let state = universe.world(&world)?;
    let mut session = checkout::complete(state, id, institution, chosen)?;
    expand::strip(&mut session, &[]);
    Ok(session)
}

/// Changes a linked account of any Stripe account in the sandbox.
pub(crate) fn change_account(
    universe: &mut Universe,
    id: &str,
    change: impl FnOnce(&mut State, &str),
) -> Answer {
    let world = universe.find(|state| state.accounts.get(id).is_some());
    let state = universe.world(&world)?;
    let missing = || ApiError::missing("financial_connections.account", id, "account");
    state.accounts.get(id).ok_or_else(missing)?;
    change(state, id);
    state.object(id).ok_or_else(missing)
}

fn clock(universe: &mut Universe) -> Answer {
    Ok(json!({ "now": universe.platform().now() }))
}

fn advance(universe: &mut Universe, tree: Tree) -> Answer {
    let params = params(tree, &["seconds"])?;
    let seconds = params["seconds"]
        .as_str()
        .and_then(|text| text.parse::<f64>().ok());
    match seconds.filter(|seconds| (0.0..=MAX_ADVANCE).contains(seconds)) {
        Some(seconds) => universe.advance((seconds * 1000.0) as i64),
        None => {
            return Err(
                ApiError::invalid(format!("Invalid seconds: from 0 to {MAX_ADVANCE}"))
                    .param("seconds"),
            );
        }
    }
    clock(universe)
}

/// Lists events, all or of one type. In each Stripe account the newest comes first.
fn events(universe: &mut Universe, tree: Tree) -> Answer {
    let params = params(tree, &["type"])?;
    let wanted = params["type"].as_str();
    let events = universe.worlds().flat_map(|(world, state)| {
        let events = state.events.rows().iter().rev();
        let events = events.filter(|event| wanted.is_none_or(|wanted| event.r#type() == wanted));
        events.map(|event| event.report(world.account()))
    });
    Ok(json!({ "data": events.take(MAX_EVENTS).collect::<Vec<_>>() }))
}

fn parse_event(universe: &mut Universe, tree: Tree) -> Answer {
    let params = params(tree, &["type", "object"])?;
    let text = |name: &str| {
        params[name]
            .as_str()
            .ok_or_else(|| ApiError::parameter_missing(name))
    };
    emit(universe, text("type")?, text("object")?)
}

/// Lets an event happen about an object as it is, in whichever world it is.
pub(crate) fn emit(universe: &mut Universe, r#type: &str, id: &str) -> Answer {
    if !SPEC.has_event(r#type) {
        let message = format!("Invalid type: there are no events '{}'.", shortened(r#type));
        return Err(ApiError::invalid(message).param("type"));
    }
    let world = universe.find(|state| state.object(id).is_some());
    let state = universe.world(&world)?;
    let object = state.object(id);
    let object = object.ok_or_else(|| ApiError::unknown_reference("object", id, "object"))?;
    let what = object["object"].as_str().unwrap_or_default();
    if !is_about(r#type, what) {
        return Err(ApiError::invalid(format!(
            "An event of the type '{type}' is not about an object of the kind '{what}'."
        ))
        .param("object"));
    }
    state.emit(r#type, id, object);
    let event = state.events.rows().last();
    Ok(event.map_or(Value::Null, |event| event.report(world.account())))
}

/// Whether events of a type are about objects of a kind: `customer.subscription.updated` is about
/// a `subscription`, and that of an external account about a `bank_account`.
fn is_about(r#type: &str, what: &str) -> bool {
    let (subject, _) = r#type.rsplit_once('.').unwrap_or_default();
    match what {
        "bank_account" => subject.ends_with("external_account"),
        _ => subject == what || subject.ends_with(&format!(".{what}")),
    }
}

/// Sends an event again.
pub(crate) fn resend(universe: &mut Universe, id: &str) -> Answer {
    let world = universe.find(|state| state.events.get(id).is_some());
    let missing = || ApiError::missing("event", id, "id");
    let event = universe.platform_or(&world).events.get(id);
    let r#type = event.ok_or_else(missing)?.r#type().to_owned();
    if universe.endpoints(&world, &r#type).is_empty() {
        return Err(ApiError::invalid("There is no webhook to send it to."));
    }
    let parcels = delivery::post(universe, &world, id);
    universe.parcels.extend(parcels);
    let event = universe.platform_or(&world).events.get(id);
    Ok(event.ok_or_else(missing)?.report(world.account()))
}

fn webhook(universe: &mut Universe, tree: Tree) -> Answer {
    let params = params(tree, &["url", "secret"])?;
    let text = |name: &str| match params[name].as_str() {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(ApiError::parameter_missing(name)),
    };
    let listener = listener(text("url")?, text("secret")?);
    let answer = json!({ "url": listener.url });
    universe.listener = Some(listener);
    Ok(answer)
}

/// Returns an endpoint that gets all events, signed with this secret.
pub(crate) fn listener(url: String, secret: String) -> Endpoint {
    Endpoint {
        id: LISTENER.to_owned(),
        url,
        secret,
    }
}

fn faults(universe: &mut Universe) -> Answer {
    Ok(json!({ "data": universe.faults.iter().map(Fault::json).collect::<Vec<_>>() }))
}

fn parse_fault(universe: &mut Universe, tree: Tree) -> Answer {
    add_fault(universe, Fault::parse(tree)?)
}

/// Adds a fault, which makes matching requests fail.
pub(crate) fn add_fault(universe: &mut Universe, fault: Fault) -> Answer {
    if universe.faults.len() >= MAX_FAULTS {
        return Err(ApiError::invalid(format!(
            "There are {MAX_FAULTS} faults already that wait for their requests."
        )));
    }
    let answer = fault.json();
    universe.faults.push(fault);
    Ok(answer)
}
