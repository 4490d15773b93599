//! The names file `names.yaml`: the name of every type, and the places of the spec that are of
//! this type. The generator adds entries; only people change them.
//!
//! ```yaml
//! farm:                              # module
//!   Mood:                            # type
//!     docs: How a cow feels.         # only for a type that needs words of its own
//!     at:                            # its places, one a line
//!     - farm.cow mood
//!     - POST /v1/farm/cows mood
//! ```
//!
//! All other keys keep something as it was before, where the rules would now change it:
//!
//! ```yaml
//!     features: [milk]               # the features it is there with; [] when it always is
//!     boxed: [mother]                # fields that close a cycle of types
//!     optional: [age]                # fields and parameters that stay optional
//!     setters: [bell]                # parameters that stay setters beside constructors
//!     one_of: {cow: {type: animal}}  # parameters of which one is sent: each has a constructor,
//!                                    # which sends this beside it, and there is no `new`
//!     variants: {a_b: AB2}           # a value, arm or option → its variant
//!     fields: {a-b: a_b_2}           # a property → its field or setter
//!     id: CowId                      # the newtype of its id
//!     view: CowDetailsView           # what `details()` gives
//!     event: MilkCow                 # its variant among the objects of events
//!     without_client: true           # stays there without a client, though only requests have it
//! POST /v1/farm/cows/{}:             # an operation
//!   call: farm.cows.milk             # the way to it
//!   builder: farm::MilkCow
//!   params: {"?a-b": a_b_2}          # a parameter, as the last step of its place → its setter
//!   strings: [cow]                   # path parameters that stay text
//! client.farm.cows: farm::Cows       # a service
//! EVENT farm.cow_milked:             # a type of event
//!   variant: CowMilked
//! ```
//!
//! A comment stays with the line that it is on, or above.

mod comments;
mod read;
mod write;

use crate::document;
use crate::error::Diagnostics;
use crate::ir::Features;
use crate::source::Source;
use comments::Comments;
use std::collections::{BTreeMap, BTreeSet};

/// The name of a names file in diagnostics.
pub const FILE: &str = "names.yaml";

/// The content of a names file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Names {
    /// The text before the first entry.
    pub(crate) head: String,
    pub(crate) comments: Comments,
    /// Module → type → entry.
    pub(crate) modules: BTreeMap<String, BTreeMap<String, Entry>>,
    /// Place of an operation → entry.
    pub(crate) calls: BTreeMap<String, CallEntry>,
    /// Types of events, each with its variant.
    pub(crate) events: BTreeMap<String, String>,
    /// Services by the way to them, each with module and name.
    pub(crate) services: BTreeMap<String, (String, String)>,
}

/// A type.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Entry {
    pub(crate) docs: Option<String>,
    pub(crate) features: Option<Features>,
    pub(crate) boxed: BTreeSet<String>,
    pub(crate) optional: BTreeSet<String>,
    pub(crate) setters: BTreeSet<String>,
    pub(crate) one_of: BTreeMap<String, BTreeMap<String, String>>,
    pub(crate) variants: BTreeMap<String, String>,
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) id: Option<String>,
    pub(crate) view: Option<String>,
    /// Its variant among the objects of events.
    pub(crate) event: Option<String>,
    /// Whether it stays there without a client, though only requests have it.
    pub(crate) without_client: bool,
    pub(crate) at: Vec<String>,
}

/// An operation.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CallEntry {
    /// The services and the method, joined by dots, such as `farm.cows.milk`.
    pub(crate) call: Option<String>,
    pub(crate) builder: Option<(String, String)>,
    pub(crate) params: BTreeMap<String, String>,
    pub(crate) strings: BTreeSet<String>,
}

impl Names {
    /// Returns all types with their modules and names.
    pub(crate) fn types(&self) -> impl Iterator<Item = (&str, &str, &Entry)> {
        self.modules.iter().flat_map(|(module, types)| {
            let types = types.iter();
            types.map(|(name, entry)| (module.as_str(), name.as_str(), entry))
        })
    }

    pub(crate) fn entry(&mut self, module: &str, name: &str) -> &mut Entry {
        let types = self.modules.entry(module.to_owned()).or_default();
        types.entry(name.to_owned()).or_default()
    }

    pub(crate) fn call(&mut self, place: &str) -> &mut CallEntry {
        self.calls.entry(place.to_owned()).or_default()
    }

    /// Returns the setter of a parameter, if the file names one.
    pub(crate) fn param(&self, call: &str, param: &str) -> Option<&String> {
        self.calls.get(call)?.params.get(param)
    }

    /// Returns the entry of each place.
    pub(crate) fn by_place(&self) -> BTreeMap<&str, (&str, &str)> {
        let types = self.types();
        types
            .flat_map(|(module, name, entry)| {
                let places = entry.at.iter();
                places.map(move |place| (place.as_str(), (module, name)))
            })
            .collect()
    }
}

/// Adds positions in the text of a names file to the diagnostics about it.
pub(crate) fn located(text: &str, found: Diagnostics) -> Diagnostics {
    let source = Source { name: FILE, text };
    document::locate_in(&[source], found.into()).into()
}

/// Returns the JSON pointer of an entry in its file.
pub(crate) fn pointer(module: &str, name: &str) -> String {
    let module = document::join("", module);
    document::join(&module, name)
}
