//! The Stripe accounts of a sandbox: the platform and its connected accounts.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::delivery::Parcel;
use crate::error::{ApiError, shortened};
use crate::events::Endpoint;
use crate::faults::Fault;
use crate::ids::Ids;
use crate::institutions::Institution;
use crate::state::State;
use crate::store::Journal;

/// The largest number of connected accounts.
const MAX_WORLDS: usize = 10_000;

/// A Stripe account: the platform, or a connected account `acct_…`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct World(Option<String>);

impl World {
    /// The account of the sandbox's key.
    pub(crate) const PLATFORM: Self = Self(None);

    /// Returns the connected account in the header `Stripe-Account`. Any valid id is accepted, so
    /// that a platform can be tested without onboarding.
    pub(crate) fn connected(id: &str) -> Result<Self, ApiError> {
        let is_id = id.strip_prefix("acct_").is_some_and(|rest| {
            (1..=64).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        if is_id {
            return Ok(Self(Some(id.to_owned())));
        }
        Err(ApiError::invalid(format!(
            "The provided key does not have access to account '{}' (or that account does not \
             exist). Application access may have been revoked.",
            shortened(id)
        ))
        .code("account_invalid")
        .status(403))
    }

    /// Returns the id of a connected account.
    pub(crate) fn account(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.account().unwrap_or_default())
    }
}

/// Settings that all Stripe accounts of a sandbox share.
#[derive(Debug, Default)]
pub(crate) struct Setting {
    pub(crate) ids: Ids,
    pub(crate) institutions: Vec<Institution>,
    /// The name of the business in the dialog.
    pub(crate) business: String,
}

impl Setting {
    pub(crate) fn institution(&self, id: &str) -> Option<&Institution> {
        self.institutions
            .iter()
            .find(|institution| institution.id == id)
    }
}

/// The whole state of a sandbox.
pub(crate) struct Universe {
    pub(crate) setting: Arc<Setting>,
    worlds: BTreeMap<World, State>,
    /// An endpoint that gets all events, without being created by the API.
    pub(crate) listener: Option<Endpoint>,
    pub(crate) faults: Vec<Fault>,
    /// The file of the state.
    pub(crate) journal: Option<Journal>,
    /// Whether the sandbox has ended; then requests are refused.
    pub(crate) ended: bool,
    /// Events to be queued for delivery.
    pub(crate) parcels: Vec<Parcel>,
}

impl Universe {
    pub(crate) fn new(setting: Setting) -> Self {
        let setting = Arc::new(setting);
        let platform = State::new(setting.clone());
        Self {
            setting,
            worlds: BTreeMap::from([(World::PLATFORM, platform)]),
            listener: None,
            faults: Vec::new(),
            journal: None,
            ended: false,
            parcels: Vec::new(),
        }
    }

    /// Returns the state of a Stripe account, which is created when it is first used.
    pub(crate) fn world(&mut self, world: &World) -> Result<&mut State, ApiError> {
        if !self.worlds.contains_key(world) {
            if self.worlds.len() >= MAX_WORLDS {
                return Err(ApiError::invalid(format!(
                    "The sandbox has no more than {MAX_WORLDS} connected accounts."
                )));
            }
            let mut state = State::new(self.setting.clone());
            state.clock = self.platform().clock.of_new_world();
            self.worlds.insert(world.clone(), state);
        }
        Ok(self.worlds.get_mut(world).expect("it was just made"))
    }

    pub(crate) fn platform(&self) -> &State {
        &self.worlds[&World::PLATFORM]
    }

    pub(crate) fn existing(&self, world: &World) -> Option<&State> {
        self.worlds.get(world)
    }

    /// Returns the state of a Stripe account, or that of the platform if the account is not
    /// known.
    pub(crate) fn platform_or(&self, world: &World) -> &State {
        self.worlds.get(world).unwrap_or_else(|| self.platform())
    }

    pub(crate) fn worlds(&self) -> impl Iterator<Item = (&World, &State)> {
        self.worlds.iter()
    }

    pub(crate) fn worlds_mut(&mut self) -> impl Iterator<Item = (&World, &mut State)> {
        self.worlds.iter_mut()
    }

    /// Returns the Stripe account for which a condition holds, such as that it has an object.
    pub(crate) fn find(&self, is_in: impl Fn(&State) -> bool) -> World {
        let found = self.worlds.iter().find(|(_, state)| is_in(state));
        found.map(|(world, _)| world.clone()).unwrap_or_default()
    }

    /// Runs all jobs that are due.
    pub(crate) fn catch_up(&mut self) {
        for state in self.worlds.values_mut() {
            state.catch_up();
        }
    }

    /// Moves the clocks of all Stripe accounts.
    pub(crate) fn advance(&mut self, by: Millis) {
        for state in self.worlds.values_mut() {
            state.advance(by);
        }
    }

    /// Returns the time until the next job.
    pub(crate) fn idle(&self) -> Option<Millis> {
        let idle = self.worlds.values();
        idle.filter_map(|state| state.clock.idle()).min()
    }

    /// Returns the endpoints of an event: the one for all events, those of the account, and those
    /// of the platform for connected accounts.
    pub(crate) fn endpoints(&self, world: &World, r#type: &str) -> Vec<Endpoint> {
        let mut endpoints: Vec<_> = self.listener.clone().into_iter().collect();
        if let Some(state) = self.worlds.get(world) {
            endpoints.extend(state.endpoints(r#type, false));
        }
        if *world != World::PLATFORM {
            endpoints.extend(self.platform().endpoints(r#type, true));
        }
        endpoints
    }

    /// Returns one of these endpoints.
    pub(crate) fn endpoint(&self, world: &World, id: &str) -> Option<Endpoint> {
        if let Some(listener) = self.listener.as_ref().filter(|listener| listener.id == id) {
            return Some(listener.clone());
        }
        let own = self.worlds.get(world).and_then(|state| state.endpoint(id));
        own.or_else(|| self.platform().endpoint(id))
    }
}
