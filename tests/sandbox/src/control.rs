//! `/_sandbox`: what the user, the bank and the passing of time do.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State as Shared};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::api::{read, respond};
use crate::error::ApiError;
use crate::events::Endpoint;
use crate::faults::Fault;
use crate::form::{self, Tree};
use crate::ids;
use crate::institutions::Institution;
use crate::intents::Kind;
use crate::link::{self, texts};
use crate::server::Server;
use crate::spec::SPEC;
use crate::state::State;
use crate::validate;

/// How far one request may advance the clock: a year, as every day in between has to happen.
const MAX_ADVANCE: f64 = 366.0 * 86_400.0;

type Answer = Result<Value, ApiError>;

pub(crate) fn router() -> Router<Arc<Server>> {
    let link = |link: fn(&mut State, &str, Institution, &[String]) -> Answer| {
        post(
            move |Shared(server): Shared<Arc<Server>>, Path(id): Path<String>, request| async move {
                with_form(server, request, |state, tree| {
                    let (institution, chosen) = choice(tree)?;
                    link(state, &id, institution, &chosen)
                })
                .await
            },
        )
    };
    let account = |change: fn(&mut State, &str)| {
        post(
            move |Shared(server): Shared<Arc<Server>>, Path(id): Path<String>| async move {
                plain(&server, |state| {
                    let missing =
                        || ApiError::missing("financial_connections.account", &id, "account");
                    state.accounts.get(&id).ok_or_else(missing)?;
                    change(state, &id);
                    state.object(&id).ok_or_else(missing)
                })
            },
        )
    };
    Router::new()
        .route(
            "/_sandbox",
            get(async |Shared(server): Shared<Arc<Server>>| plain(&server, about)),
        )
        .route("/_sandbox/sessions/{id}/link", link(link_session))
        .route(
            "/_sandbox/payment_intents/{id}/link",
            link(|state, id, institution, chosen| {
                Kind::Payment.link(state, id, institution, chosen)
            }),
        )
        .route(
            "/_sandbox/setup_intents/{id}/link",
            link(|state, id, institution, chosen| Kind::Setup.link(state, id, institution, chosen)),
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
            get(async |Shared(server), request| with_form(server, request, events).await),
        )
        .route(
            "/_sandbox/events/{id}/resend",
            post(
                async |Shared(server): Shared<Arc<Server>>, Path(id): Path<String>| {
                    plain(&server, |state| resend(state, &id))
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
                .post(async |Shared(server), request| with_form(server, request, add_fault).await)
                .delete(async |Shared(server): Shared<Arc<Server>>| {
                    plain(&server, |state| {
                        state.faults.clear();
                        faults(state)
                    })
                }),
        )
}

async fn with_form(
    server: Arc<Server>,
    request: Request,
    answer: impl FnOnce(&mut State, Tree) -> Answer,
) -> Response {
    let (parts, body) = request.into_parts();
    let tree = read(&parts, body)
        .await
        .and_then(|form| form::decode(&form));
    match tree {
        Ok(tree) => plain(&server, |state| answer(state, tree)),
        Err(error) => respond(&ids::new("req"), Err(error)),
    }
}

fn plain(server: &Arc<Server>, answer: impl FnOnce(&mut State) -> Answer) -> Response {
    let answer = server.with(|state| {
        state.changed = true;
        answer(state)
    });
    respond(&ids::new("req"), answer)
}

/// Parameters of these names, and no others.
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

fn about(state: &mut State) -> Answer {
    Ok(json!({
        "api_version": SPEC.version,
        "clock": state.now(),
        "institutions": Institution::ALL.map(Institution::as_str),
    }))
}

/// `institution` and `accounts`, the subcategories that the user chooses.
fn choice(tree: Tree) -> Result<(Institution, Vec<String>), ApiError> {
    let params = params(tree, &["institution", "accounts"])?;
    let institution = match params["institution"].as_str() {
        None => Institution::default(),
        Some(name) => Institution::from_name(name).ok_or_else(|| {
            let names = Institution::ALL.map(Institution::as_str).join(", ");
            ApiError::invalid(format!("Invalid institution: must be one of {names}"))
                .param("institution")
        })?,
    };
    Ok((institution, texts(&params["accounts"])))
}

fn link_session(
    state: &mut State,
    id: &str,
    institution: Institution,
    chosen: &[String],
) -> Answer {
    let accounts = link::session(state, id, institution, chosen)?;
    let accounts: Vec<_> = accounts.iter().filter_map(|id| state.object(id)).collect();
    Ok(json!({ "session": id, "accounts": accounts }))
}

fn clock(state: &mut State) -> Answer {
    Ok(json!({ "now": state.now() }))
}

fn advance(state: &mut State, tree: Tree) -> Answer {
    let params = params(tree, &["seconds"])?;
    let seconds = params["seconds"]
        .as_str()
        .and_then(|text| text.parse::<f64>().ok());
    match seconds.filter(|seconds| (0.0..=MAX_ADVANCE).contains(seconds)) {
        Some(seconds) => state.advance((seconds * 1000.0) as i64),
        None => {
            return Err(
                ApiError::invalid(format!("Invalid seconds: from 0 to {MAX_ADVANCE}"))
                    .param("seconds"),
            );
        }
    }
    clock(state)
}

/// The newest first; all, or those of a type.
fn events(state: &mut State, tree: Tree) -> Answer {
    let params = params(tree, &["type"])?;
    let wanted = params["type"].as_str();
    let events = state.events.rows().iter().rev();
    let events = events.filter(|event| wanted.is_none_or(|wanted| event.is_of_type(wanted)));
    Ok(json!({ "data": events.map(|event| event.report()).collect::<Vec<_>>() }))
}

fn resend(state: &mut State, id: &str) -> Answer {
    if state.endpoint.is_none() {
        return Err(ApiError::invalid("There is no webhook to send it to."));
    }
    if !state.resend(id) {
        return Err(ApiError::missing("event", id, "id"));
    }
    Ok(state
        .events
        .get(id)
        .map(|event| event.report())
        .unwrap_or_default())
}

fn webhook(state: &mut State, tree: Tree) -> Answer {
    let params = params(tree, &["url", "secret"])?;
    let text = |name: &str| match params[name].as_str() {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(ApiError::parameter_missing(name)),
    };
    let endpoint = Endpoint {
        url: text("url")?,
        secret: text("secret")?,
    };
    let answer = json!({ "url": endpoint.url });
    state.endpoint = Some(endpoint);
    Ok(answer)
}

fn faults(state: &mut State) -> Answer {
    Ok(json!({ "data": state.faults.iter().map(Fault::json).collect::<Vec<_>>() }))
}

fn add_fault(state: &mut State, tree: Tree) -> Answer {
    let fault = Fault::parse(tree)?;
    let answer = fault.json();
    state.faults.push(fault);
    Ok(answer)
}
