//! `/v1/financial_connections/accounts/{account}/owners`

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::Call;
use crate::error::ApiError;
use crate::institutions::Owners;
use crate::state::State;
use crate::table::{self, Page, Row};

/// The owners of an account at its last refresh.
#[derive(Serialize, Deserialize)]
pub(crate) struct Ownership {
    id: String,
    account: String,
    created: i64,
    /// The owners in reverse order, as lists show the last one first.
    owners: Vec<Owner>,
}

#[derive(Serialize, Deserialize)]
struct Owner {
    id: String,
    name: String,
    email: Option<String>,
    phone: Option<String>,
    raw_address: Option<String>,
}

impl Row for Ownership {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Row for Owner {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Ownership {
    pub(crate) fn json(&self) -> Value {
        let owners = self
            .owners
            .iter()
            .rev()
            .map(|owner| self.owner(owner))
            .collect();
        json!({
            "id": self.id,
            "object": "financial_connections.account_ownership",
            "created": self.created,
            "owners": table::list(
                owners,
                false,
                &format!(
                    "/v1/financial_connections/accounts/{}/owners?ownership={}",
                    self.account, self.id
                ),
            ),
        })
    }

    fn owner(&self, owner: &Owner) -> Value {
        json!({
            "id": owner.id,
            "object": "financial_connections.account_owner",
            "email": owner.email,
            "name": owner.name,
            "ownership": self.id,
            "phone": owner.phone,
            "raw_address": owner.raw_address,
            "refreshed_at": self.created,
        })
    }
}

pub(crate) fn list(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let account = state.account(call)?;
    account.check_permission("ownership", "account")?;
    let id = call.text("ownership").unwrap_or_default();
    let ownership = state
        .ownerships
        .get(id)
        .filter(|ownership| ownership.account == account.id);
    let Some(ownership) = ownership else {
        let what = "financial_connections.account_ownership";
        return Err(ApiError::unknown_reference(what, id, "ownership"));
    };
    let page = Page {
        rows: &ownership.owners,
        within: 0..ownership.owners.len(),
        url: call.path.clone(),
        what: "financial_connections.account_owner",
    };
    page.answer(
        call,
        |id| ownership.owners.iter().position(|owner| owner.id == id),
        |_| true,
        |owner| ownership.owner(owner),
    )
}

/// Reads the owners of an account: the customer, the customer and another person, or a company.
pub(crate) fn renew(state: &mut State, account: &str) {
    let owners = state.account_mut(account).at_bank.owners;
    let holder = state
        .account_mut(account)
        .holder
        .clone()
        .unwrap_or_default();
    let customer = holder["customer"]
        .as_str()
        .and_then(|id| state.customers.get(id));
    let text =
        |field: &str| customer.and_then(|customer| customer.0[field].as_str().map(str::to_owned));
    let ids = &state.setting.ids;
    let owner = |name: String| Owner {
        id: ids.id("fcaowner"),
        name,
        email: None,
        phone: None,
        raw_address: Some("1 Sandbox Street, Springfield, IL 62701".to_owned()),
    };
    let holder = || Owner {
        email: text("email"),
        phone: text("phone"),
        ..owner(text("name").unwrap_or_else(|| "Robin Sandbox".to_owned()))
    };
    let ownership = Ownership {
        id: ids.id("fcaowns"),
        account: account.to_owned(),
        created: state.now(),
        owners: match owners {
            Owners::Shared => vec![owner("Sam Sandbox".to_owned()), holder()],
            Owners::Company => vec![owner("Sandbox Trading LLC".to_owned())],
            Owners::Holder | Owners::Unknown => vec![holder()],
        },
    };
    state.account_mut(account).ownership = Some(ownership.id.clone());
    state.ownerships.push(ownership);
}
