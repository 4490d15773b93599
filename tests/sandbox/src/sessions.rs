//! `/v1/financial_connections/sessions`

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::Call;
use crate::error::ApiError;
use crate::ids;
use crate::link::Grant;
use crate::state::State;
use crate::table::{self, Row};

#[derive(Serialize, Deserialize)]
pub(crate) struct Session {
    id: String,
    client_secret: String,
    pub(crate) grant: Grant,
    filters: Value,
    return_url: Option<Value>,
    /// The accounts that were linked, once that was done.
    pub(crate) accounts: Vec<String>,
}

impl Row for Session {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Session {
    fn json(&self, state: &State) -> Value {
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
}

pub(crate) fn create(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let params = &call.params;
    let holder = holder(state, &params["account_holder"])?;
    let filters = params["filters"].clone();
    let grant = Grant::new(Some(holder), params, "", &filters)?;
    let id = ids::new("fcsess");
    let place = state.sessions.push(Session {
        client_secret: ids::client_secret(&id),
        id,
        grant,
        filters,
        return_url: params.get("return_url").cloned(),
        accounts: Vec::new(),
    });
    Ok(state.sessions.at(place).json(state))
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

/// `account_holder`: the one of its ids that its type asks for.
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
