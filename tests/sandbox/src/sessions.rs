//! `/v1/financial_connections/sessions`

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::accounts::Account;
use crate::api::Call;
use crate::error::ApiError;
use crate::link::Grant;
use crate::state::State;
use crate::table::{self, Row};

/// The lifetime of a client secret, in seconds.
const LIFETIME: i64 = 86_400;

#[derive(Serialize, Deserialize)]
pub(crate) struct Session {
    id: String,
    created: i64,
    client_secret: String,
    pub(crate) grant: Grant,
    filters: Value,
    return_url: Option<Value>,
    /// Whether accounts were linked.
    pub(crate) used: bool,
    /// The linked accounts.
    pub(crate) accounts: Vec<String>,
}

impl Row for Session {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Session {
    pub(crate) fn created(&self) -> i64 {
        self.created
    }

    pub(crate) fn client_secret(&self) -> &str {
        &self.client_secret
    }

    pub(crate) fn json(&self, state: &State) -> Value {
        let accounts = self
            .accounts
            .iter()
            .filter_map(|id| state.object(id))
            .collect();
        let mut session = json!({
            "id": self.id,
            "object": "financial_connections.session",
            "account_holder": self.grant.holder,
            "accounts": table::list(accounts, false, "/v1/financial_connections/accounts"),
            "client_secret": self.client_secret,
            "filters": {
                "account_subcategories": self.filters["account_subcategories"],
                "countries": self.filters["countries"],
            },
            "livemode": false,
            "permissions": self.grant.permissions,
            "prefetch": self.grant.prefetch,
        });
        if let Some(url) = &self.return_url {
            session["return_url"] = url.clone();
        }
        session
    }

    /// Returns the session as a page sees it: with fewer fields, and accounts as a plain array.
    pub(crate) fn public(&self, state: &State) -> Value {
        let accounts = self.accounts.iter();
        let accounts = accounts.filter_map(|id| state.accounts.get(id));
        let mut session = json!({
            "id": self.id,
            "accounts": accounts.map(Account::public).collect::<Vec<_>>(),
            "permissions": self.grant.permissions,
        });
        if self.filters["countries"].is_array() {
            session["filters"] = json!({ "countries": self.filters["countries"] });
        }
        if let Some(url) = &self.return_url {
            session["return_url"] = url.clone();
        }
        session
    }
}

pub(crate) fn create(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let params = &call.params;
    let holder = holder(state, &params["account_holder"])?;
    let filters = params["filters"].clone();
    let grant = Grant::new(Some(holder), params, "", &filters)?;
    if grant.permissions.is_empty() {
        return Err(ApiError::parameter_missing("permissions"));
    }
    let session = Session {
        client_secret: state.setting.ids.session_secret(),
        id: state.setting.ids.id("fcsess"),
        created: state.now(),
        grant,
        filters,
        return_url: params.get("return_url").cloned(),
        used: false,
        accounts: Vec::new(),
    };
    let answer = session.json(state);
    state
        .secrets
        .insert(session.client_secret.clone(), session.id.clone());
    state.sessions.push(session);
    Ok(answer)
}

pub(crate) fn retrieve(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let id = call.id("session");
    match state.sessions.get(id) {
        Some(session) => Ok(session.json(state)),
        None => Err(ApiError::missing(
            "financial_connections.session",
            id,
            "session",
        )),
    }
}

/// Returns the session of a client secret, which works once and for a day. Errors do not show the
/// secret.
pub(crate) fn by_secret<'a>(state: &'a State, secret: &str) -> Result<&'a Session, ApiError> {
    let session = state
        .secrets
        .get(secret)
        .and_then(|id| state.sessions.get(id));
    let session = session.ok_or_else(|| {
        ApiError::invalid(
            "The client_secret provided does not match any Financial Connections Session of this \
             account in this mode.",
        )
        .code("resource_missing")
        .param("client_secret")
    })?;
    check_unused(state, &session.id)?;
    if state.now() - session.created >= LIFETIME {
        return Err(ApiError::invalid(
            "This Financial Connections Session has expired. Create a new one.",
        )
        .code("session_expired")
        .param("client_secret"));
    }
    Ok(session)
}

/// Returns an error if accounts were already linked.
pub(crate) fn check_unused(state: &State, id: &str) -> Result<(), ApiError> {
    match state.sessions.get(id) {
        Some(session) if session.used => Err(ApiError::invalid(
            "The client_secret of this Financial Connections Session has already been used. \
             Create a new session.",
        )
        .param("client_secret")),
        _ => Ok(()),
    }
}

/// Returns `account_holder` with the id that its type requires.
fn holder(state: &State, params: &Value) -> Result<Value, ApiError> {
    let (wanted, excluded) = match params["type"].as_str() {
        Some("account") => (vec!["account"], vec!["customer", "customer_account"]),
        _ => (vec!["customer", "customer_account"], vec!["account"]),
    };
    let param = |name: &str| format!("account_holder[{name}]");
    let given = |names: Vec<&'static str>| -> Vec<_> {
        names
            .into_iter()
            .filter(|name| !params[name].is_null())
            .collect()
    };
    if let [other, ..] = given(excluded)[..] {
        return Err(ApiError::exclusive([&param(other), &param(wanted[0])]));
    }
    match given(wanted.clone())[..] {
        [] => Err(ApiError::parameter_missing(&param(wanted[0]))),
        ["customer"] => {
            let id = params["customer"].as_str().unwrap_or_default();
            state.check_customer(id, &param("customer"))?;
            Ok(params.clone())
        }
        [_] => Ok(params.clone()),
        _ => Err(ApiError::exclusive([&param(wanted[0]), &param(wanted[1])])),
    }
}
