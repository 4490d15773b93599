//! Places: stable identifiers of types, which do not change when upstream adds or reorders parts.
//!
//! ```text
//! place = root [" " steps]
//! root  = component                  farm.cow
//!       | "SEND" component           SEND cow            a component that requests use
//!       | VERB path                  POST /v1/cows/{}/milk
//! steps = ?name                      a query parameter            :name  a path parameter
//!         name .name                 a property, of the component or of the body
//!         =                          the body of the answer, for what is inline there
//!         []                         an item of an array          {}     a value of a map
//!         |object |array |enum …     an arm of a union, by its JSON type; by its title when two
//!                                    arms have the same
//! ```
//!
//! A place ends at a reference: the target is a component with its own place. An alternative that
//! only clears has no step, and neither has an only other alternative.

/// A place that is being built.
#[derive(Clone, Debug)]
pub(super) struct At {
    text: String,
    /// Whether there are steps after the root.
    inside: bool,
}

impl At {
    pub(super) fn root(root: impl Into<String>) -> Self {
        Self {
            text: root.into(),
            inside: false,
        }
    }

    fn step(&self, before_first: &str, before_other: &str, name: &str) -> Self {
        let text = &self.text;
        let text = match self.inside {
            true => format!("{text}{before_other}{name}"),
            false => format!("{text} {before_first}{name}"),
        };
        Self { text, inside: true }
    }

    pub(super) fn property(&self, name: &str) -> Self {
        self.step("", ".", &quoted(name))
    }

    pub(super) fn query(&self, name: &str) -> Self {
        self.step("?", "?", &quoted(name))
    }

    pub(super) fn path_param(&self, name: &str) -> Self {
        self.step(":", ":", &quoted(name))
    }

    pub(super) fn answer(&self) -> Self {
        self.step("=", "=", "")
    }

    pub(super) fn item(&self) -> Self {
        self.step("[]", "[]", "")
    }

    pub(super) fn value(&self) -> Self {
        self.step("{}", "{}", "")
    }

    pub(super) fn arm(&self, name: &str) -> Self {
        self.step("|", "|", &quoted(name))
    }
}

impl From<At> for String {
    fn from(at: At) -> Self {
        at.text
    }
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// Writes a name in JSON's quotes if it could be read as another step.
fn quoted(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(is_plain) {
        name.to_owned()
    } else {
        serde_json::Value::from(name).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::At;

    #[test]
    fn places_read_as_they_are_documented() {
        let cow = At::root("farm.cow");
        let milk = At::root("POST /v1/cows/{}/milk");
        for (at, expected) in [
            (cow.property("mood"), "farm.cow mood"),
            (cow.property("calves").item(), "farm.cow calves[]"),
            (cow.property("a").property("b").value(), "farm.cow a.b{}"),
            (cow.property("odd name"), "farm.cow \"odd name\""),
            (cow.item(), "farm.cow []"),
            (
                milk.query("at").arm("object"),
                "POST /v1/cows/{}/milk ?at|object",
            ),
            (milk.path_param("cow"), "POST /v1/cows/{}/milk :cow"),
            (
                milk.answer().property("data"),
                "POST /v1/cows/{}/milk =.data",
            ),
        ] {
            assert_eq!(at.to_string(), expected);
        }
    }
}
